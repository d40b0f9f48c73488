"""Titles that mean the same come first, whatever stands around them."""

from __future__ import annotations

import subprocess
import sys
import time
from random import Random

import pytest

from tests.jobs import judged
from webapp.jobs.similarity import similarity
from webapp.jobs.title_words import dictionary


def best(query: str, *titles: str) -> str:
    """The title most like the query."""
    scores = similarity(query, list(titles))
    return titles[scores.index(max(scores))]


def test_titles_that_were_not_looked_at_are_found_far_better_than_by_characters_alone() -> None:
    ours = judged.mean_average_precision(similarity, judged.HELD_OUT)
    plain = judged.mean_average_precision(judged.plain, judged.HELD_OUT)
    assert plain < 0.55
    assert ours > 0.85


def test_no_title_is_both_for_making_and_held_out() -> None:
    making = {title for query in judged.MAKING for title in query.same}
    held = {title for query in judged.HELD_OUT for title in query.same}
    assert len(judged.QUERIES) >= 60
    assert not making & held


@pytest.mark.parametrize(
    "query, same, other",
    [
        ("收银员", "超市收款", "理货员"),
        ("货车司机", "B2大车驾驶员", "货车修理"),
        ("HR", "人力资源专员", "前端工程师"),
        ("Java", "后端开发工程师", "产品经理"),
        ("CNC", "数控车床操作工", "电工"),
        ("保洁", "急招！打扫卫生阿姨 包吃住 双休", "急招！司机 包吃住 双休"),
        ("UI设计师", "界面设计", "机械设计"),
        ("护工", "养老护理员", "护林员"),
        ("IT支持", "桌面运维", "digital marketing"),
        ("电焊工", "氩弧焊师傅", "电工"),
    ],
)
def test_what_means_the_same_is_more_alike(query: str, same: str, other: str) -> None:
    assert best(query, other, same) == same


def test_the_same_is_wholly_alike_and_the_foreign_not_at_all() -> None:
    assert similarity("电焊工", ["电焊工", "会计"]) == pytest.approx([1.0, 0.0], abs=1e-9)


def test_marks_capitals_and_haste_say_nothing() -> None:
    wide = "【急招】\uff23\uff2e\uff23操作工（五险一金）6000-8000元"
    scores = similarity("cnc操作工", ["CNC操作工", wide, "会计"])
    assert scores[1] > 0.8
    assert scores[2] < 0.1


@pytest.mark.parametrize("text", ["", " ", "！！", "\n", "𠮷", "a", "（（（", "5000", "\x00"])
def test_whatever_is_asked_there_is_an_answer_between_0_and_1(text: str) -> None:
    scores = similarity(text, ["电工", text, "一\n二", ""])
    assert len(scores) == 4
    assert all(0 <= each <= 1 for each in scores)
    assert similarity("电工", []) == []


def test_the_order_of_the_list_moves_the_answers_with_it() -> None:
    chance = Random(3)
    for query in judged.QUERIES[:10]:
        order = chance.sample(range(len(judged.TITLES)), len(judged.TITLES))
        straight = similarity(query.title, judged.TITLES)
        mixed = similarity(query.title, [judged.TITLES[at] for at in order])
        assert mixed == pytest.approx([straight[at] for at in order], abs=1e-12)


def test_2500_titles_take_less_than_50_ms() -> None:
    titles = [f"{title}{at % 7}" for at, title in enumerate(judged.TITLES * 7)][:2500]
    assert len(titles) == 2500
    times = []
    for more in range(5):
        fresh = [f"{title} {more}" for title in titles]
        begun = time.perf_counter()
        similarity("收银员", fresh)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.05


def test_it_needs_neither_the_app_nor_a_database() -> None:
    code = (
        "import sys; from webapp.jobs.similarity import similarity;"
        "print(round(similarity('电工', ['电工'])[0], 9), 'flask' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1.0", "False", "False"]


def test_every_word_has_one_meaning() -> None:
    words = dictionary()
    assert len(set(words.forms)) == len(words.forms) > 3000
    assert all(form == form.strip().lower() and " " not in form for form in words.forms)

"""Titles that mean the same come first, whatever stands around them."""

from __future__ import annotations

import subprocess
import sys
import time
from random import Random

import pytest

from tests.jobs import judged
from webapp.jobs.similarity import similarity
from webapp.jobs.title_words import dictionary, rows


def best(query: str, *titles: str) -> str:
    """The title most like the query."""
    scores = similarity(query, list(titles))
    return titles[scores.index(max(scores))]


@pytest.mark.parametrize(
    "judgement, by_characters, at_least",
    [(judged.HERE, 0.55, 0.9), (judged.EVERYWHERE, 0.45, 0.88)],
    ids=["here", "everywhere"],
)
def test_titles_that_were_not_looked_at_are_found_far_better_than_by_characters_alone(
    judgement: judged.Judged, by_characters: float, at_least: float
) -> None:
    held_out = judgement.held_out
    assert judgement.mean_average_precision(judged.plain, held_out[::4]) < by_characters
    assert judgement.mean_average_precision(similarity, held_out) > at_least


def test_no_title_is_both_for_making_and_held_out() -> None:
    for judgement, queries, titles in ((judged.HERE, 60, 200), (judged.EVERYWHERE, 200, 1800)):
        making = {title for query in judgement.making for title in query.same}
        held = {title for query in judgement.held_out for title in query.same}
        assert len(judgement.queries) >= queries
        assert len(judgement.titles) >= titles
        assert not making & held


def test_what_only_comes_from_the_same_field_stands_between_the_same_and_the_foreign() -> None:
    for query, same, near, foreign in (
        ("会计", "账务员", "出纳", "瓦工"),
        ("UI设计师", "交互设计师", "平面美工", "钳工"),
        ("收银员", "结账员", "导购", "律师"),
        ("送货员", "配送司机", "快递员", "牙医"),
        ("护士", "注册护士", "助产士", "记者"),
        ("财务经理", "首席财务官", "会计助理", "园丁"),
    ):
        scores = similarity(query, [foreign, near, same])
        assert scores == sorted(scores)
        assert len(set(scores)) == 3


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
        ("电工", "电气安装工", "风电工程师"),
        ("管理顾问", "企业顾问", "财富管理顾问"),
        ("生产工人", "普工", "食品加工人员"),
        ("Help Desk", "桌面支持工程师", "前台"),
        ("CFO", "财务总监", "首席技术官"),
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
    assert similarity(text, [""]) == [0.0]


def test_the_order_of_the_list_moves_the_answers_with_it() -> None:
    chance = Random(3)
    titles = judged.HERE.titles
    for query in judged.HERE.making[:10]:
        order = chance.sample(range(len(titles)), len(titles))
        straight = similarity(query.title, titles)
        mixed = similarity(query.title, [titles[at] for at in order])
        assert mixed == pytest.approx([straight[at] for at in order], abs=1e-12)


def test_2500_titles_take_less_than_50_ms() -> None:
    # Its own time: the tests of others run beside it.
    every = judged.EVERYWHERE.titles
    titles = [f"{title}{at % 7}" for at, title in enumerate(every * 2)][:2500]
    assert len(titles) == 2500
    times = []
    for more in range(5):
        fresh = [f"{title} {more}" for title in titles]
        begun = time.process_time()
        similarity("收银员", fresh)
        times.append(time.process_time() - begun)
    assert min(times) < 0.05


def test_it_needs_neither_the_app_nor_a_database() -> None:
    code = (
        "import sys; from webapp.jobs.similarity import similarity;"
        "print(round(similarity('电工', ['电工'])[0], 9), 'flask' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1.0", "False", "False"]


def test_every_word_can_be_found() -> None:
    words = dictionary()
    assert len(set(words.forms)) == len(words.forms) > 7000
    assert all(form == " ".join(form.lower().split()) for form in words.forms)


def test_every_family_is_of_groups_that_there_are() -> None:
    groups = {f"{row[0]}.{row[1]}" for row in rows("title_words.tsv")}
    kin = {name for (names,) in rows("title_kin.tsv") for name in names.split("|")}
    assert kin <= groups

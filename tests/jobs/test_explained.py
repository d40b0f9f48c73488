"""A degree in sentences: three lines for the seeker, bars for the employer, everything for staff."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from flask import Flask
from flask_babel import force_locale

from tests.jobs import pools
from tests.jobs.pools import Pair
from tests.jobs.properties import judged
from tests.jobs.test_degree import GATES, NEIGHBOUR, TILL, of
from webapp.jobs import explained
from webapp.jobs.degree import Gate, Name, Side, Way, degree

CALLED = {"4-01-02-04": "收银员", "day": "白班", "pension": "养老保险"}


def test_the_seeker_reads_three_lines_and_the_way(app: Flask) -> None:
    with app.test_request_context():
        brief = explained.brief(of(), CALLED)
    assert [each.name for each in brief.lines] == [Name.WAGE, Name.OCCUPATION, Name.SKILL]
    assert [each.words for each in brief.lines] == [
        "月薪 4,500–5,500 元；期望 5,000 元",
        "意向：收银员；岗位：收银员",
        "具备 3 项技能中的 2 项；其余：理货",
    ]
    assert brief.way.words == "电动车 18 分钟（沿道路 4.5 公里）"
    assert (brief.way.points, brief.way.most, brief.way.share) == ("26.1", "30", 87)
    assert brief.held is None
    assert brief.range is None


def test_what_holds_it_down_and_what_is_not_known_is_said(app: Flask) -> None:
    blank = of(replace(NEIGHBOUR, skills=None))
    with app.test_request_context():
        brief = explained.brief(blank)
        assert brief.held == "受“技能”限制，最高 80%。"
        assert brief.range == "未填写：技能。补全后匹配度在 60% 至 94% 之间。"
        skill = next(each for each in explained.whole(blank) if each.name is Name.SKILL)
        assert (skill.unknown, skill.holds_down, skill.words) == (True, True, "技能未填写")
        estimated = of(way=Way(4500.0, by_road=False))
        assert explained.brief(estimated).way.words == "电动车约 18 分钟（估算 4.5 公里）"
    with app.test_request_context(), force_locale("en"):
        assert explained.held_down(blank) == "Held down by “Skills”: at most 80 %."


def test_the_employer_sees_a_bar_for_everything_and_no_wish_of_the_seeker(app: Flask) -> None:
    with app.test_request_context():
        bars = explained.bars(of(), CALLED)
    assert [each.name for each in bars] == list(Name)
    wishes = " ".join(each.words for each in bars if each.side is Side.SEEKER)
    assert "求职者的期望满足 87%" in wishes
    assert "5,000" not in wishes
    assert "收银员" not in wishes


def test_every_gate_has_its_sentence(app: Flask) -> None:
    with app.test_request_context():
        told = {
            gate: explained.reasons(judged(degree, two).gates, {"night": "夜班"})
            for gate, two in GATES.items()
        }
        told[Gate.DECLINED] = explained.reasons(
            judged(degree, Pair(NEIGHBOUR, TILL, None), declined=True).gates
        )
    assert told.keys() == set(Gate)
    assert all(len(each) == 1 and each[0].endswith("。") for each in told.values())
    assert told[Gate.CERTIFICATE] == ["缺少必需证书或证书已过期：健康证。"]
    assert told[Gate.SHIFT] == ["岗位班次中有求职者不接受的：夜班。"]


def test_whoever_meets_whom_there_are_sentences_and_the_points_add_up(app: Flask) -> None:
    chance = Random(11)
    with app.test_request_context():
        for _ in range(200):
            found = judged(degree, pools.pair(chance))
            assert explained.adds_up(found)
            assert all(each.words and each.title for each in explained.whole(found))
            assert len(explained.brief(found).lines) == 3
            assert bool(explained.reasons(found.gates)) == bool(found.gates)

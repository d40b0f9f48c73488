"""Seekers and postings by chance: as a subdistrict has them, from fitting to hopeless."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from webapp.jobs.degree import Posting, Seeker, Way, Words
from webapp.jobs.sides import level

T = TypeVar("T")

ON = date(2026, 11, 26)

CODES = (
    "4-01-02-04",
    "4-01-02-03",
    "4-01-05-02",
    "4-02-02-01",
    "4-02-06-01",
    "4-03-02-01",
    "4-03-02-05",
    "4-07-05-01",
    "6-11-01-02",
    "6-18-01-01",
    "6-18-01-07",
    "6-31-01-03",
)
SUBSTITUTES = {
    ("4-01-05-02", "4-01-02-04"): 0.9,
    ("6-31-01", "6-18-01"): 0.6,
    ("4-02-02-01", "4-02-06-01"): 0.75,
}
SKILLS = (
    "收银",
    "收款",
    "理货",
    "商品陈列",
    "商品陈列设计",
    "导购",
    "叉车",
    "叉车驾驶",
    "焊接",
    "氩弧焊",
    "电工",
    "高压电工",
    "沟通",
    "办公软件",
    "表格",
    "保洁",
)
WORDS = Words(
    version=3,
    canonical={"收款": "收银", "excel": "表格"},
    parent={"氩弧焊": "焊接", "表格": "办公软件", "高压电工": "电工"},
    siblings=frozenset({("导购", "理货")}),
    idf={"收银": 2.0, "焊接": 3.5, "沟通": 0.4, "叉车": 2.6, "电工": 3.1},
)
TABLES = {"words": WORDS, "substitutes": SUBSTITUTES}
SHIFTS = ("day", "night", "rotating")
BENEFITS = ("pension", "medical", "fund", "meals", "lodging", "bus")
CERTIFICATES = ("电工证", "叉车证", "健康证")
MODES = ("walk", "ebike", "bus", "car")


@dataclass(frozen=True)
class Pair:
    """A seeker, a posting, and the way between them."""

    seeker: Seeker
    posting: Posting
    way: Way | None


def pair(chance: Random) -> Pair:
    """Two by chance; every other seeker looks for about what is offered."""
    posting = a_posting(chance)
    fitting = posting if chance.random() < 0.5 else None
    return Pair(a_seeker(chance, fitting=fitting), posting, a_way(chance, near=fitting is not None))


def known_pair(chance: Random) -> Pair:
    """Two of whom everything is filled in."""
    while True:
        found = pair(chance)
        seeker = replace(
            found.seeker,
            lines=found.seeker.lines or {},
            skills=found.seeker.skills or frozenset(),
            education=found.seeker.education or 0,
            shifts=found.seeker.shifts or frozenset(SHIFTS),
            benefits=found.seeker.benefits or frozenset(BENEFITS[:1]),
        )
        posting = replace(
            found.posting,
            shifts=found.posting.shifts or frozenset(SHIFTS[:1]),
            benefits=found.posting.benefits or frozenset(),
        )
        return Pair(seeker, posting, found.way or Way(1500.0))


def a_way(chance: Random, *, near: bool = False) -> Way | None:
    """How far it is, or that nobody knows."""
    if chance.random() < 0.03:
        return None
    return Way(chance.uniform(0, 5_000 if near else 14_000), by_road=chance.random() < 0.8)


def a_posting(chance: Random, *, key: int = 0) -> Posting:
    """Work of any kind."""
    low = chance.choice((3000, 3500, 4200, 5000, 5800, 7000)) + chance.randint(0, 40) * 10
    return Posting(
        id=key or chance.randint(1, 10_000),
        code=chance.choice(CODES),
        must=_some(chance, SKILLS, 3),
        nice=_some(chance, SKILLS, 2),
        certificates=_some(chance, CERTIFICATES, 1) if chance.random() < 0.2 else frozenset(),
        education=chance.choice((0, 0, 0, 1, 2, 3, 4)),
        years=chance.choice((0, 0, 0, 1, 2, 3, 5)),
        pay_low=float(low),
        pay_high=chance.choice((None, float(low), float(low + chance.randint(1, 300) * 10))),
        shifts=_blank(chance, frozenset({chance.choice(SHIFTS)}) | _some(chance, SHIFTS, 2)),
        benefits=_blank(chance, _some(chance, BENEFITS, 6)),
        dormitory=chance.random() < 0.25,
        hazardous=chance.random() < 0.1,
        open=chance.random() > 0.01,
        valid_until=chance.choice((None, ON, ON + timedelta(days=20))),
        openings_left=chance.choice((1, 1, 2, 4, 10)),
    )


def a_seeker(chance: Random, *, fitting: Posting | None = None, key: int = 0) -> Seeker:
    """Somebody who looks for work; `fitting`: for about this work."""
    wanted = chance.sample(CODES, chance.randint(1, 3))
    lines = {code: float(chance.randint(0, 12)) for code in chance.sample(CODES, 2)}
    skills = _some(chance, SKILLS, 6)
    ask = chance.choice((3000, 3600, 4500, 5500, 6500)) + chance.randint(0, 30) * 10
    shifts = _some(chance, SHIFTS, 3)
    if fitting is not None:
        near = [code for code in CODES if level(code, fitting.code) >= 3]
        wanted = [chance.choice(near), *wanted[:1]]
        lines = {chance.choice(near): float(chance.randint(0, 12))}
        skills |= fitting.must
        ask = int((fitting.pay_low or 0) * chance.uniform(0.7, 1.15))
        shifts |= fitting.shifts or frozenset()
    return Seeker(
        id=key or chance.randint(1, 10_000),
        wanted=tuple(dict.fromkeys(wanted)),
        lines=_blank(chance, lines),
        skills=_blank(chance, skills),
        certificates={
            name: chance.choice((None, ON - timedelta(days=1), ON + timedelta(days=300)))
            for name in sorted(_some(chance, CERTIFICATES, 3))
        },
        education=_blank(chance, chance.randint(0, 5) if fitting is None else chance.randint(2, 5)),
        ask=_blank(chance, float(ask)),
        floor=chance.choice((None, None, None, float(chance.randint(60, 100) * ask // 100))),
        shifts=_blank(chance, shifts),
        refused=frozenset({"night"}) - shifts if chance.random() < 0.15 else frozenset(),
        benefits=_blank(chance, _some(chance, BENEFITS, 3)),
        dormitory=chance.random() < 0.3,
        mode=chance.choice(MODES),
        max_minutes=_blank(chance, float(chance.choice((20, 30, 45, 60, 90)))),
        birth_year=_blank(chance, chance.randint(1960, 2012)),
        push=chance.random() > 0.01,
        open=chance.random() > 0.01,
    )


def _blank(chance: Random, value: T) -> T | None:
    return None if chance.random() < 0.08 else value


def _some(chance: Random, of: tuple[str, ...], most: int) -> frozenset[str]:
    return frozenset(chance.sample(of, chance.randint(0, most)))

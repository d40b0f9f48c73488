"""The plan that comes with the house: how often, and what is looked at. The office may lay down its own."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from webapp.monitoring.safety.dangers.rules import DangerKind, Level
from webapp.monitoring.safety.rules import Risk, Trade

_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Every:
    """How often enterprises of a risk, and perhaps only of a trade, are inspected, and who says so."""

    risk: Risk
    trade: Trade | None
    days: int
    source: str


@dataclass(frozen=True)
class Item:
    """What is looked at: what it would be as a hidden danger, and what it rests on."""

    words: str
    kind: DangerKind
    level: Level
    basis: str | None


@lru_cache(maxsize=1)
def usual_intervals() -> tuple[Every, ...]:
    """The intervals that come with the house."""
    return tuple(
        Every(
            Risk(row["risk"]),
            Trade(row["trade"]) if row["trade"] else None,
            int(row["days"]),
            row["source"],
        )
        for row in _rows("intervals.tsv")
    )


@lru_cache(maxsize=32)
def usual_items(trade: Trade) -> tuple[Item, ...]:
    """What is usually looked at in a trade: what is everywhere, then what is only there."""
    return tuple(
        Item(row["words"], DangerKind(row["kind"]), Level(row["level"]), row["basis"] or None)
        for row in _rows("checklists.tsv")
        if row["trade"] in ("", trade)
    )


def every(laid_down: Iterable[Every], risk: Risk, trade: Trade) -> Every:
    """The interval of an enterprise: of its trade before that of all, the office's before the usual one."""
    known: dict[tuple[Risk, Trade | None], Every] = {
        (each.risk, each.trade): each for each in (*usual_intervals(), *laid_down)
    }
    return known.get((risk, trade)) or known[risk, None]


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))

"""Action cards: what usually is to be done, kind by kind, as a help for whoever decides."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from webapp.monitoring.signals import KINDS, Kind

DATA = Path(__file__).with_name("data") / "cards.tsv"


@lru_cache(maxsize=1)
def _cards() -> dict[str, list[tuple[str, str]]]:
    cards: dict[str, list[tuple[str, str]]] = {}
    with DATA.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source, delimiter="\t"):
            cards.setdefault(row["scope"], []).append((row["zh"], row["en"]))
    return cards


def steps(kind: Kind, locale: str) -> list[str]:
    """The steps for a kind, else those of its family, in a language."""
    known = _cards()
    found = known.get(kind) or known.get(KINDS[kind].family) or known["other"]
    return [en if locale == "en" else zh for zh, en in found]

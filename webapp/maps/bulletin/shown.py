"""A bulletin in words, for the page, the PDF and the Word document alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import get_locale, gettext as _

from webapp.maps.briefings import situation
from webapp.maps.briefings.sheets import RAMP, spans
from webapp.maps.bulletin.models import Bulletin
from webapp.maps.bulletin.rules import SAID_WORDS, SHARES, WEEK_STEPS, Said
from webapp.maps.shell import shown
from webapp.projects.rules import CAUSE_WORDS, Cause


@dataclass(frozen=True)
class Line:
    """A figure in words; `change` says what it was the day before, where that is known."""

    words: Any
    value: str
    change: str
    bad: bool = False


@dataclass(frozen=True)
class Part:
    """A list of the bulletin: its heads, its rows, and what is said when it has none."""

    title: Any
    heads: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    empty: Any


@dataclass(frozen=True)
class Picture:
    """A map of the bulletin: its name, its caption and what its colours mean."""

    name: str
    words: Any
    keys: Sequence[tuple[str, str]]


def lines(bulletin: Bulletin) -> list[Line]:
    """The figures in the order of the table; those that the bulletin of that day has."""
    found = []
    for name in Said:
        said = bulletin.said["figures"].get(name)
        if said is None:
            continue
        value, before = said
        change = "" if before is None else _("day before: %(n)s", n=_value(name, before))
        bad = name in (Said.LATE, Said.HELD_UP) and bool(value)
        found.append(Line(SAID_WORDS[name], _value(name, value), change, bad))
    return found


def parts(bulletin: Bulletin) -> list[Part]:
    """What is late, what is held up, and where most is open."""
    said = bulletin.said
    english = get_locale().language == "en"
    return [
        Part(
            _("Late longest"),
            [_("Case"), _("Class"), _("Grid"), _("Limit ends")],
            [
                [
                    number,
                    (name_en if english else None) or name,
                    grid or _("in no grid"),
                    shown(datetime.fromisoformat(due)),
                ]
                for number, name, name_en, grid, due in said["late"]
            ],
            _("Nothing was past its time."),
        ),
        Part(
            _("Projects held up"),
            [_("Name"), _("Cause"), _("Since when")],
            [
                [name, CAUSE_WORDS[Cause(cause)], shown(datetime.fromisoformat(since))]
                for name, cause, since in said["held_up"]
            ],
            _("No project was held up."),
        ),
        Part(
            _("Grids with the most open cases"),
            [_("Grid"), _("Open cases"), _("Late")],
            said["grids"],
            _("No grid had open cases."),
        ),
    ]


def maps() -> list[Picture]:
    """The two maps and what their colours mean."""
    return [
        Picture("loads", _("Open cases by grid this morning"), _keys(situation.STEPS)),
        Picture("weeks", _("Cases of the last seven days by grid"), _keys(WEEK_STEPS)),
    ]


def _keys(steps: Sequence[float]) -> list[tuple[str, str]]:
    return list(zip(RAMP, ["0", *spans(steps)], strict=True))


def _value(name: Said, value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g} %" if name in SHARES else f"{value:,}"

"""Figures in words and in tables that leave the house."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response
from flask_babel import gettext as _, ngettext

from webapp.base import clock
from webapp.base.exports.cells import safe
from webapp.cases import timing
from webapp.cases.figures.counting import Figure
from webapp.cases.figures.kpis import KPIS, Kind
from webapp.cases.figures.periods import Period, Window


def shown_value(kpi: str, value: float | None) -> str:
    """A figure as people read it: 90.0 %, 3 h 20 min, 12; a dash where there is nothing to divide."""
    if value is None:
        return "–"
    kind = KPIS[kpi].kind
    if kind is Kind.SHARE:
        return f"{value:.1f} %"
    if kind is Kind.COUNT:
        return str(round(value))
    minutes = round(value)
    if minutes < 60:
        return str(ngettext("%(num)s min", "%(num)s min", minutes))
    return str(_("%(h)s h %(m)s min", h=minutes // 60, m=minutes % 60))


def difference(kpi: str, now: float | None, then: float | None) -> str | None:
    """How much more or less it is than it was: points of a share, else a share of what it was."""
    if now is None or not then:
        return None
    if KPIS[kpi].kind is Kind.SHARE:
        return str(_("%(n)s points", n=f"{now - then:+.1f}"))
    return f"{100 * (now - then) / then:+.0f} %"


def overview(
    shown: dict[str, dict[str, Figure]], period: Period, window: Window
) -> Iterable[Sequence[Any]]:
    """The rows of the overview, the header first."""
    yield [_("Figure"), _("Formula"), *_heads()]
    for kpi in shown["now"]:
        each = [shown[when][kpi] for when in ("now", "mom", "yoy")]
        yield [str(KPIS[kpi].words), str(KPIS[kpi].formula), *_cells(each, period, window)]


def divided(
    kpi: str, rows: Iterable[dict[str, Any]], period: Period, window: Window
) -> Iterable[Sequence[Any]]:
    """The rows of one figure, the header first."""
    yield [_("Figure"), _("Of"), *_heads()]
    for row in rows:
        each = [row[when] for when in ("now", "mom", "yoy")]
        yield [str(KPIS[kpi].words), str(row["name"]), *_cells(each, period, window)]


def answer(name: str, rows: Iterable[Sequence[Any]]) -> Response:
    """The table as CSV that Excel opens rightly in any language, and that runs nothing."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    response = Response("\ufeff" + out.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    day = clock.now().astimezone(timing.office().zone).date().isoformat()
    response.headers["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(f'{name}-{day}.csv')}"
    )
    return response


def _heads() -> list[str]:
    return [
        _("Value"),
        _("Counted"),
        _("Among"),
        _("Without appeals"),
        _("Period before"),
        _("A year ago"),
        _("From"),
        _("To"),
        _("As of"),
    ]


def _cells(figures: list[Figure], period: Period, window: Window) -> list[Any]:
    now, before, year = figures
    return [
        _number(now.value),
        now.now.counted,
        now.now.among,
        _number(now.unappealed_value),
        _number(before.value),
        _number(year.value),
        period.first.isoformat(),
        period.last.isoformat(),
        window.at.astimezone(timing.office().zone).isoformat(timespec="seconds"),
    ]


def _number(value: float | None) -> float | int | str:
    if value is None:
        return ""
    return int(value) if value == int(value) else round(value, 2)

"""Pages of the figures: all of them, one divided, the cases behind a number, appeals, export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from pydantic import Field, field_validator

from webapp.base import clock, files
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_by_itself, told_then, zoned
from webapp.base.shelf import Shelf
from webapp.base.web import Form, afresh, goto, page, part_of_address
from webapp.cases import queries as cases
from webapp.cases.figures import actions, periods, queries, sheets
from webapp.cases.figures.counting import Figure, legacy, total
from webapp.cases.figures.kpis import KPIS, SECTION_WORDS, SUBJECT_WORDS
from webapp.cases.figures.models import FigureAppeal
from webapp.cases.figures.periods import SPAN_WORDS, Period, Span, Window
from webapp.cases.figures.rules import (
    APPEAL_FLOW,
    AREAS,
    DIVISION_WORDS,
    Division,
    Scope,
    scope_of,
)
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW
from webapp.grids.rules import KIND_WORDS

bp = Blueprint("figures", __name__)

T = TypeVar("T")
# By period compared and object of a division: each figure.
Divided = dict[str, dict[str | None, dict[str, Figure]]]

# By what is asked for, as whose: counts over many cases, of which nobody waits for the same twice.
SHELF: Shelf[tuple[Asked, Any]] = Shelf()

# So many periods stand side by side in the picture of a figure.
TREND = 6


class Wish(Form):
    """Which period, as of which day, divided by what."""

    span: Span = Span.MONTH
    on: date | None = None
    # A moment, or a day: its end.
    as_of: datetime | None = None
    by: Division | None = None
    key: str | None = Field(default=None, max_length=20)
    part: Literal["counted", "among", "left_out"] = "counted"
    before: str | None = Field(default=None, pattern="^[0-9]{1,19}$")

    @field_validator("on", mode="before")
    @classmethod
    def _absent(cls, value: Any) -> Any:
        return value or None

    @field_validator("as_of", mode="before")
    @classmethod
    def _end_of_a_day(cls, value: str | None) -> Any:
        try:
            day = date.fromisoformat(value) if value is not None and len(value) == 10 else None
            return periods.end_of(day) if day is not None else value or None
        except ValueError:
            return value

    @field_validator("as_of", mode="after")
    @classmethod
    def _zoned(cls, value: datetime | None) -> datetime | None:
        return zoned(value)

    @field_validator("on", "as_of")
    @classmethod
    def _of_our_time(cls, value: Any) -> Any:
        if value is not None and not 2000 <= value.year <= 2100:
            raise ValueError(_l("Choose a day of our time."))
        return value


@dataclass(frozen=True)
class Asked:
    """What is shown: the wish, made whole by what somebody may see."""

    wish: Wish
    scope: Scope
    division: Division
    period: Period
    window: Window
    # True where the numbers are of a moment ago.
    kept: bool = False

    @property
    def past(self) -> bool:
        """True where it is looked at as of a moment before now."""
        return self.wish.as_of is not None and self.window.at == self.wish.as_of

    @property
    def address(self) -> dict[str, Any]:
        """The wish as it stands in an address."""
        as_of = self.wish.as_of.isoformat() if self.wish.as_of is not None else None
        kept = {"span": self.wish.span.value, "on": self.wish.on, "as_of": as_of}
        return {name: value for name, value in kept.items() if value}

    @property
    def behind(self) -> dict[str, Any]:
        """The same for what is behind the numbers: it stands as it stood when they were counted."""
        return self.address | ({"as_of": self.window.at.isoformat()} if self.kept else {})

    def others(self) -> dict[str, Window]:
        """The period before and the one a year ago, as of the same point of them."""
        return {
            "mom": periods.compared(self.period.before(), self.window),
            "yoy": periods.compared(self.period.year_before(), self.window),
        }


@bp.get("/figures")
@told_by_itself
@permit("figures.see")
def overview() -> Response:
    """Every figure of a period, with its formula, what it was before, and the ways on."""
    asked, shown = _kept("", _asked(), _all)
    return page(
        "cases/figures/overview.html",
        sections={
            section: words
            for section, words in SECTION_WORDS.items()
            if any(KPIS[kpi].section is section for kpi in shown["now"])
        },
        figures=shown["now"],
        mom=shown["mom"],
        yoy=shown["yoy"],
        legacy=legacy(shown["now"]) if "need_archive" in shown["now"] else None,
        own=asked.scope.only,
        **_frame(asked),
    )


@bp.post("/figures/export")
@permit("figures.see")
def export() -> Response:
    """What the overview shows, as a table for Excel; the log knows who took it."""
    asked = _asked()
    shown = _all(asked)
    actions.note_export(by=me(), what=_told(asked))
    return sheets.answer("figures", sheets.overview(shown, asked.period, asked.window))


@bp.get("/figures/<kpi>")
@told_by_itself
@permit("figures.see")
def one(kpi: str) -> Response:
    """One figure divided: a row for each, none ranked, with the cases behind every number."""
    asked, (found, trend) = _kept(
        kpi, _asked(kpi), lambda asked: (_divided(kpi, asked), _trend(kpi, asked))
    )
    rows = _rows(kpi, asked, found)
    return page(
        "cases/figures/one.html",
        kpi=kpi,
        rows=rows,
        sum=total(kpi, [row["now"] for row in rows]),
        trend=trend,
        most=max((figure.value or 0 for _period, figure in trend), default=0),
        widest=max((row["now"].value or 0 for row in rows), default=0),
        divisions=_divisions(kpi, asked.scope),
        **_frame(asked),
    )


@bp.post("/figures/<kpi>/export")
@permit("figures.see")
def export_one(kpi: str) -> Response:
    """The rows of one figure as a table for Excel; the log knows who took it."""
    asked = _asked(kpi)
    rows = _rows(kpi, asked, _divided(kpi, asked))
    actions.note_export(by=me(), what={**_told(asked), "kpi": kpi})
    return sheets.answer(kpi, sheets.divided(kpi, rows, asked.period, asked.window))


@bp.get("/figures/<kpi>/cases")
@told_by_itself
@permit("figures.see")
def behind(kpi: str) -> Response:
    """Just the cases of which a number is made."""
    asked = _asked(kpi)
    found = queries.behind(
        kpi,
        asked.wish.part,
        division=asked.division,
        window=asked.window,
        scope=asked.scope,
        who=me(),
        key=asked.wish.key if "key" in request.args else None,
        before=asked.wish.before,
    )
    key = asked.wish.key
    return page(
        "cases/figures/cases.html",
        kpi=kpi,
        found=found,
        part=asked.wish.part,
        object=_names(asked.division, [key]).get(key or "") if key else None,
        flow=CASE_FLOW,
        contests=may(me(), "figures.appeal"),
        **_frame(asked),
    )


class ContestForm(Form):
    """An appeal: in which figure, and why."""

    figure: str = Field(pattern=r"^[a-z_]+:[a-z_]+$")
    reason: str = Field(min_length=4, max_length=2000)


@bp.get("/figures/contest/<int:case_id>")
@permit("cases.see", of=cases.one)
def contest(case: Case) -> Response:
    """The figures in which a case counts against me, and the form to contest one."""
    return _contest_page(case)


@bp.post("/figures/contest/<int:case_id>")
@permit("cases.see", of=cases.one)
def file_appeal(case: Case) -> ResponseReturnValue:
    """The appeal waits for the supervisor."""
    case_id = case.id
    try:
        form = ContestForm.read(request)
        kpi, _colon, division = form.figure.partition(":")
        if kpi not in KPIS or division not in set(Division):
            abort(404)
        photo = request.files.get("photo")
        file = files.keep_picture(photo.stream, by=me()) if photo and photo.filename else None
        appeal = actions.contest(
            case, kpi=kpi, division=Division(division), reason=form.reason, file=file, by=me()
        )
    except Refusal as refusal:
        again = afresh(refusal, lambda: cases.one(case_id))
        return _contest_page(again, refusal)
    return goto("figures.appeal", appeal_id=appeal.id)


@bp.get("/figures/appeals")
@told_then
@permit("figures.see")
def appeals() -> Response:
    """Appeals against figures, those that wait first."""
    decided = request.args.get("decided") == "1"
    found = queries.appeals(me(), decided=decided, before=request.args.get("before", type=int))
    return page("cases/figures/appeals.html", found=found, decided=decided, **_words())


@bp.get("/figures/appeals/<int:appeal_id>")
@permit("figures.see_appeal", of=queries.appeal)
def appeal(appeal: FigureAppeal) -> Response:
    """One appeal: what is contested, why, and what was decided."""
    return _appeal_page(appeal)


@bp.get("/figures/appeals/<int:appeal_id>/picture")
@permit("figures.see_appeal", of=queries.appeal)
def picture(appeal: FigureAppeal) -> Response:
    """The picture that came as evidence."""
    if appeal.file is None:
        abort(404)
    return files.answer(appeal.file)


class DecideForm(Form):
    """What is decided, and why."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=2000)


DEEDS = {"grant": actions.grant, "refuse": actions.refuse}


@bp.post("/figures/appeals/<int:appeal_id>/<any(grant, refuse):name>")
@permit("figures.see_appeal", of=lambda appeal_id, name: queries.appeal(appeal_id))
def decide(appeal: FigureAppeal) -> ResponseReturnValue:
    """The supervisor decides."""
    name, appeal_id = part_of_address("name"), appeal.id
    try:
        form = DecideForm.read(request)
        DEEDS[name](appeal, by=me(), note=form.note, base_version=form.base_version)
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.appeal(appeal_id))
        return _appeal_page(again, refusal, name)
    return goto("figures.appeal", appeal_id=appeal_id)


def _asked(kpi: str | None = None) -> Asked:
    if kpi is not None and kpi not in KPIS:
        abort(404)
    wish = Wish.of(request.args.to_dict())
    scope = scope_of(me())
    now = clock.now()
    at = min(now, wish.as_of) if wish.as_of is not None else now
    period = periods.around(wish.on or periods.today(at), wish.span)
    division = wish.by or (Division.DEPARTMENT if kpi and _by_body(kpi) else Division.STREET)
    if scope.only is not None:
        division = scope.only
    if kpi is not None and division not in AREAS and division not in KPIS[kpi].whose:
        if scope.only is not None:
            abort(404)
        division = Division.STREET
    return Asked(wish, scope, division, period, periods.window(period, at))


def _kept(what: str, asked: Asked, count: Callable[[Asked], T]) -> tuple[Asked, T]:
    """What is asked, counted now or, where that takes long, a moment ago; and as of when it is."""
    if asked.wish.as_of is not None:
        return asked, count(asked)
    key = (what, asked.division, asked.period, asked.scope)
    then, found = SHELF.get(key, lambda: (asked, count(asked)))
    return (asked if then is asked else replace(then, wish=asked.wish, kept=True)), found


def _by_body(kpi: str) -> bool:
    return Division.DEPARTMENT in KPIS[kpi].whose


def _divisions(kpi: str, scope: Scope) -> list[Division]:
    if scope.only is not None:
        return [scope.only]
    return [each for each in Division if each in AREAS or each in KPIS[kpi].whose]


def _all(asked: Asked) -> dict[str, dict[str, Figure]]:
    """Every figure that is open to the reader, now and in the periods it is compared with."""
    chosen = [name for name, _each in queries.kpis_of(asked.division)]
    windows = {"now": asked.window, **asked.others()}
    return {
        name: queries.measured(chosen, division=asked.division, window=each, scope=asked.scope)[
            None
        ]
        for name, each in windows.items()
    }


def _divided(kpi: str, asked: Asked) -> Divided:
    """One figure by object of the division, now and in the periods it is compared with."""
    windows = {"now": asked.window, **asked.others()}
    return {
        name: queries.measured(
            [kpi], division=asked.division, window=each, scope=asked.scope, grouped=True
        )
        for name, each in windows.items()
    }


def _rows(kpi: str, asked: Asked, found: Divided) -> list[dict[str, Any]]:
    """A row for each object of the division, in the order of their names: nobody is ranked."""
    keys = {key for each in found.values() for key in each}
    names = _names(asked.division, keys)
    if asked.scope.only is not None:
        names = {key: name for key, name in names.items() if key in asked.scope.keys}
    rows: list[tuple[str | None, Any]] = [*names.items()]
    if None in keys or asked.division is Division.STREET:
        rows.append((None, _without(asked.division)))
    none = {kpi: Figure(kpi)}
    return [
        {"key": key, "name": name}
        | {when: each.get(key, none)[kpi] for when, each in found.items()}
        for key, name in rows
    ]


def _names(division: Division, keys: Any) -> dict[str, Any]:
    if division is Division.STREET:
        return {}
    if division is Division.KIND:
        return {kind.value: words for kind, words in KIND_WORDS.items()}
    return dict(queries.names(division, keys))


def _without(division: Division) -> Any:
    return _l("All") if division is Division.STREET else _l("Of none of these")


def _trend(kpi: str, asked: Asked) -> list[tuple[Period, Figure]]:
    """This period and those before it, all as they stood at the moment asked for."""
    series, period, window = [], asked.period, asked.window
    for _each in range(TREND):
        found = queries.measured([kpi], division=asked.division, window=window, scope=asked.scope)
        series.append((period, found[None][kpi]))
        period = period.before()
        window = periods.window(period, asked.window.at)
    return series[::-1]


def _frame(asked: Asked) -> dict[str, Any]:
    return {
        "asked": asked,
        "division": asked.division,
        "spans": SPAN_WORDS,
        "today": periods.today(clock.now()),
        "at": asked.window.at,
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {
        "kpis": KPIS,
        "subject_words": SUBJECT_WORDS,
        "division_words": DIVISION_WORDS,
        "appeal_flow": APPEAL_FLOW,
        "shown_value": sheets.shown_value,
        "difference": sheets.difference,
    }


def _told(asked: Asked) -> dict[str, Any]:
    at: datetime = asked.window.at
    return {
        "span": asked.period.span.value,
        "first": asked.period.first.isoformat(),
        "as_of": at.isoformat(),
        "by": asked.division.value,
    }


def _contest_page(case: Case, refusal: Refusal | None = None) -> Response:
    return page(
        "cases/figures/contest.html",
        status=refusal.status if refusal else 200,
        case=case,
        figures=[(f"{kpi}:{by.value}", kpi, by) for kpi, by in actions.contestable(case, by=me())],
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        **_words(),
    )


def _appeal_page(
    appeal: FigureAppeal, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    return page(
        "cases/figures/appeal.html",
        status=refusal.status if refusal else 200,
        appeal=appeal,
        moves=APPEAL_FLOW.open_moves(appeal, me()),
        sees_case=may(me(), "cases.see", appeal.case),
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **_words(),
    )

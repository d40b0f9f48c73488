"""Pages of the grid balancer: ask, watch, look at before and after, approve or refuse, print the pack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import format_date, gettext as _
from pydantic import Field

from webapp.base import audit, files
from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import Form, goto, page, part_of_address
from webapp.ledgers.sheets import signatures
from webapp.maps import queries as maps
from webapp.maps.balance import actions, pictures, queries, shown
from webapp.maps.balance.models import Balance
from webapp.maps.balance.rules import (
    ALL,
    BALANCE_FLOW,
    DEFAULT_WEIGHTS,
    LOAD_WORDS,
    NUMBER_WORDS,
    PERIODS,
    SOURCE_WORDS,
    BalanceState,
    Load,
    Number,
    Wish,
)

bp = Blueprint("balance", __name__, url_prefix="/grids/balance")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

CHIPS = {
    BalanceState.WORKING: "new",
    BalanceState.PROPOSED: "soon",
    BalanceState.NOTHING: "rest",
    BalanceState.STOPPED: "rest",
    BalanceState.APPROVED: "done",
    BalanceState.DROPPED: "rest",
}
HECTARE_M2 = 10_000


class Before(Form):
    """Where the list goes on."""

    before: int | None = None


@bp.get("")
@permit("grids.draw")
def listed() -> Response:
    """The proposals so far, and the form that asks for one."""
    return _listed()


def _listed(
    errors: Mapping[str, Any] | None = None, said: Mapping[str, Any] | None = None
) -> Response:
    proposals = queries.recent(me(), before=Before.of(request.args.to_dict()).before)
    return page(
        "maps/balance/list.html",
        status=422 if errors else 200,
        proposals=proposals,
        wishes={each.id: _asked_for(each) for each in proposals.rows},
        states=BALANCE_FLOW.states,
        chips=CHIPS,
        scopes=_scopes(),
        loads=[(load.value, LOAD_WORDS[load], SOURCE_WORDS[load]) for load in Load],
        periods=[(days, shown.days_words(days)) for days in PERIODS],
        numbers=[(number.value, words) for number, words in NUMBER_WORDS.items()],
        said={**_usual(), **(said or {})},
        errors=errors or {},
    )


def _usual() -> dict[str, Any]:
    wish = Wish()
    weights = {load.value: weight for load, weight in DEFAULT_WEIGHTS.items()}
    return {**weights, **wish.kept(), "least_ha": None}


def _asked_for(made: Balance) -> str:
    wish = Wish(**made.wish)
    names = {key: words for key, words in _scopes() if key != ALL}
    return names.get(wish.scope) or shown.scope_words(wish, made.report)


def _scopes() -> list[tuple[str, str]]:
    return [
        (ALL, _("All grids of the subdistrict")),
        *(
            (group.key, shown.group_name(community, group.kind, size))
            for group, community, size in queries.groups()
        ),
    ]


class WishForm(Form):
    """What somebody asks of the balancer; weights from 0 to 100, `least_ha` hectares, `change` percent."""

    scope: str = ALL
    cases: int = Field(default=0, ge=0, le=100)
    visits: int = Field(default=0, ge=0, le=100)
    households: int = Field(default=0, ge=0, le=100)
    walking: int = Field(default=0, ge=0, le=100)
    days: int = Field(default=90, ge=1, le=1100)
    number: Number = Number.KEPT
    most_households: int | None = Field(default=None, ge=1, le=100_000)
    least_ha: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    change: int | None = Field(default=None, ge=0, le=100)
    seed: int = Field(default=1, ge=0, le=999_999)

    def wish(self) -> Wish:
        """The same as the balancer wants it."""
        return Wish(
            scope=self.scope,
            weights={load.value: getattr(self, load.value) for load in Load},
            days=self.days,
            number=self.number.value,
            most_households=self.most_households,
            least_m2=None if self.least_ha is None else round(self.least_ha * HECTARE_M2),
            change=self.change,
            seed=self.seed,
        )


@bp.post("")
@permit("grids.draw")
def ask() -> Response:
    """The proposal is being worked out; on to its page."""
    try:
        made = actions.ask(WishForm.read(request).wish(), by=me())
    except Unacceptable as refusal:
        db.session.rollback()
        return _listed(refusal.fields or {"scope": refusal.words}, request.form.to_dict())
    return goto("balance.one", balance_id=made.id)


@bp.get("/<int:balance_id>")
@permit("grids.draw", of=queries.one)
def one(made: Balance) -> Response:
    """One proposal: how far it is, or what it would change."""
    return _one(made)


def _one(made: Balance, refusal: Refusal | None = None) -> Response:
    answer = page(
        "maps/balance/one.html",
        fragment="work",
        status=refusal.status if refusal else 200,
        **_said(made),
        moves=BALANCE_FLOW.open_moves(made, me()),
        states=BALANCE_FLOW.states,
        chips=CHIPS,
        hands=_hands(made),
        step_words=_(made.step_words) if made.step_words else "",
        stale=made.state == BalanceState.PROPOSED and made.base_id != maps.territory().set_id,
        author=audit.name_of(made.created_by_id),
        refusal=refusal,
    )
    if request.headers.get("HX-Request") and made.state != BalanceState.WORKING:
        # The page that waited has more to show now than its bar.
        answer.headers["HX-Refresh"] = "true"
    return answer


def _said(made: Balance) -> dict[str, Any]:
    """A proposal in words, for its page and for its pack."""
    report, wish = made.report, Wish(**made.wish)
    said: dict[str, Any] = {
        "made": made,
        "report": report,
        "title": _title(made, wish),
        "asked": shown.asked(wish, report),
    }
    if not report:
        return said
    who = queries.concerned(grid["code"] for group in report["groups"] for grid in group["grids"])
    return {
        **said,
        "heads": shown.heads(),
        "measures": shown.measures(report),
        "shares": shown.shares(report),
        "cut": shown.blocks(report, who, cut=True),
        "kept": shown.kept_by_reason(report),
        "reasons": shown.reasons(report),
        "keys": shown.keys(),
        "signatures": signatures(),
    }


def _title(made: Balance, wish: Wish) -> str:
    said: str = _(
        "More equal grids: %(scope)s, %(day)s",
        scope=shown.scope_words(wish, made.report) if made.report else _asked_for(made),
        day=format_date(made.created_at),
    )
    return said


def _hands(made: Balance) -> list[tuple[str | None, str | None, float]]:
    names = {
        grid["code"]: grid["name"]
        for group in made.report.get("groups", ())
        for grid in group["grids"]
    }
    return [
        (names.get(before), names.get(after), m2)
        for before, after, m2 in made.report.get("hands", ())
    ]


@bp.get("/<int:balance_id>/drawing.json")
@permit("grids.draw", of=queries.one)
def drawing(made: Balance) -> Response:
    """The grids before and after and the ground that changes hands, as GeoJSON features in WGS 84."""
    if made.drawing is None:
        abort(404)
    return files.answer(made.drawing)


@bp.get("/<int:balance_id>/<any(before, after):when>.png")
@permit("grids.draw", of=lambda balance_id, when: queries.one(balance_id))
def picture(made: Balance) -> Response:
    """The grids before or after as a picture."""
    answer = Response(_pictures(made)[part_of_address("when")], mimetype="image/png")
    answer.cache_control.private = True
    return answer


def _pictures(made: Balance) -> dict[str, bytes]:
    if made.drawing is None:
        abort(404)
    kept = json.loads(files.body_of(made.drawing))
    return {when: pictures.drawn(kept, when) for when in ("before", "after")}


@bp.post("/<int:balance_id>/stop")
@permit("grids.draw", of=queries.one)
def stop(made: Balance) -> Response:
    """The work ends."""
    actions.stop(made, by=me())
    return goto("balance.one", balance_id=made.id)


class Titled(Form):
    """What the draft is called."""

    title: str = Field(min_length=1, max_length=120)


@bp.post("/<int:balance_id>/approve")
@permit("grids.draw", of=queries.one)
def approve(made: Balance) -> Response:
    """The proposed borders are a draft; on to the boundary set."""
    try:
        drafted = actions.approve(made, title=Titled.read(request).title, by=me())
    except Refusal as refusal:
        db.session.rollback()
        return _one(made, refusal)
    return goto("boundaries.one", set_id=drafted.id)


@bp.post("/<int:balance_id>/drop")
@permit("grids.draw", of=queries.one)
def drop(made: Balance) -> Response:
    """The proposal is refused."""
    actions.drop(made, by=me())
    return goto("balance.listed")


@bp.get("/<int:balance_id>/pack")
@permit("grids.draw", of=queries.one)
def pack(made: Balance) -> Response:
    """The approval pack as a page to print."""
    _must_have_pack(made)
    return page("maps/balance/pack.html", **_said(made))


@bp.get("/<int:balance_id>/pack.pdf")
@permit("grids.draw", of=queries.one)
def pdf(made: Balance) -> Response:
    """The approval pack on paper."""
    from webapp.base import paper  # the fonts take a moment to load

    _must_have_pack(made)
    sheet = render_template("maps/balance/sheet.html", on_sheet=True, **_said(made))
    return _file(paper.made(sheet, _pictures(made)), made, "pdf", "application/pdf")


@bp.get("/<int:balance_id>/pack.docx")
@permit("grids.draw", of=queries.one)
def docx(made: Balance) -> Response:
    """The approval pack as a Word document."""
    from webapp.maps.balance import word  # as above

    _must_have_pack(made)
    body = word.written(_said(made), _pictures(made), place=maps.territory().name or "")
    return _file(body, made, "docx", DOCX)


def _must_have_pack(made: Balance) -> None:
    if made.drawing is None:
        abort(404)


def _file(body: bytes, made: Balance, ending: str, media_type: str) -> Response:
    answer = Response(body, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="grids-{made.id}.{ending}"'
    return answer

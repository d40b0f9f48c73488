"""Pages of councils drawn by lot: the list of them, a new one, one with its seed, and what everybody can check."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_then
from webapp.base.web import afresh, goto, page, undone
from webapp.community.deliberation import council_queries, councils, sortition
from webapp.community.deliberation.council_models import Council
from webapp.community.deliberation.council_rules import (
    COUNCIL_CHIPS,
    COUNCIL_FLOW,
    STRATA_WORDS,
    Strata,
)
from webapp.community.deliberation.forms import CouncilForm, SeedForm
from webapp.grids import queries as grids
from webapp.residents import list_queries
from webapp.residents.rules import SEX_WORDS, masked_name

bp = Blueprint("councils", __name__)


@bp.get("/councils")
@told_then
@permit("councils.list")
def listed() -> Response:
    """The councils one may see, the newest first."""
    found = council_queries.listed(me(), before=request.args.get("before", type=int))
    return page("community/councils/list.html", found=found, **_words())


@bp.get("/councils/new")
@permit("councils.draw")
def new() -> Response:
    """The form of a council."""
    return _form()


@bp.post("/councils")
@permit("councils.draw")
def fix_list() -> ResponseReturnValue:
    """The list of a council is fixed."""
    try:
        form = CouncilForm.read(request)
        grid = grids.one(form.grid)
        if grid is None:
            words = _l("There is no grid with this code.")
            raise Unacceptable(words, fields={"grid": words})
        council = councils.fix_list(form, grid, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form(refusal)
    return goto("councils.one", council_id=council.id)


@bp.get("/councils/<int:council_id>")
@permit("councils.see", of=council_queries.council)
def one(council: Council) -> Response:
    """One council: its list, its seed, who was drawn (masked)."""
    return _one(council)


@bp.post("/councils/<int:council_id>/draw")
@permit("councils.draw", of=council_queries.council)
def draw(council: Council) -> ResponseReturnValue:
    """The seed is written, and the council drawn."""
    key = council.id
    try:
        councils.draw(council, seed=SeedForm.read(request).seed, by=me())
    except Refusal as refusal:
        again = afresh(refusal, lambda: council_queries.council(key), right="councils.see")
        return _one(again, refusal)
    return goto("councils.one", council_id=key)


@bp.get("/public/councils")
@told_then
@permit("councils.read")
def public_listed() -> Response:
    """Every council, for everybody."""
    found = council_queries.public_list(before=request.args.get("before", type=int))
    return page("community/councils/public_list.html", found=found, **_words())


@bp.get("/public/councils/<int:council_id>")
@permit("councils.read", of=council_queries.council)
def public_one(council: Council) -> Response:
    """One council as everybody can check it: numbers only."""
    return page("community/councils/public_one.html", **_shown(council), **_words())


@bp.get("/public/councils/<int:council_id>/list.csv")
@permit("councils.read", of=council_queries.council)
def list_file(council: Council) -> Response:
    """The list by which anybody can draw again; its SHA-256 is the published seal."""
    body = sortition.listed(council_queries.candidates(council.id))
    name = f'attachment; filename="council-{council.id}.csv"'
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": name})


def _one(council: Council, refusal: Refusal | None = None) -> Response:
    shown = _shown(council)
    told = [each.number for each in shown["chosen"]]
    return page(
        "community/councils/one.html",
        status=refusal.status if refusal else 200,
        names=council_queries.names(council.id, told) if told else {},
        masked=masked_name,
        draws=may(me(), "councils.draw", council) and council.seed is None,
        **shown,
        **_sent(refusal),
        **_words(),
    )


def _shown(council: Council) -> dict[str, Any]:
    pool = council_queries.candidates(council.id)
    tickets = councils.drawn(council)
    sizes = Counter(stratum for _number, stratum in pool)
    given = Counter(each.stratum for each in tickets if each.drawn)
    return {
        "council": council,
        "sizes": sorted(sizes.items()),
        "given": given,
        "whole": len(pool),
        "chosen": [each for each in tickets if each.drawn],
        "reserve": [
            each for each in tickets if not each.drawn and each.place <= given[each.stratum] + 2
        ],
        "same": councils.is_whole(council),
    }


def _form(refusal: Refusal | None = None) -> Response:
    return page(
        "community/councils/new.html",
        status=refusal.status if refusal else 200,
        grids=list_queries.grids_of(me(), "councils.draw"),
        **_sent(refusal),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "council_flow": COUNCIL_FLOW,
        "council_chips": COUNCIL_CHIPS,
        "strata_words": STRATA_WORDS,
        "stratum_of": _stratum_of,
    }


def _stratum_of(council: Council, stratum: str) -> Any:
    if council.strata == Strata.NONE:
        return STRATA_WORDS[Strata.NONE]
    return SEX_WORDS.get(stratum, stratum) if council.strata == Strata.SEX else stratum  # type: ignore[call-overload]  # a word or itself


def _sent(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form,
    }

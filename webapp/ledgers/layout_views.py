"""Pages of layouts: how a ledger stands on paper, set anew, and as it was in a version before."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page, undone
from webapp.ledgers import actions, layouts, queries, sheets
from webapp.ledgers.forms import LayoutForm
from webapp.ledgers.layouts import Laid
from webapp.ledgers.rules import Ledger
from webapp.ledgers.sources import SOURCES
from webapp.ledgers.views import kept

# Between two columns that stand there is room for others.
STEP = 10

bp = Blueprint("ledger_layouts", __name__, url_prefix="/ledgers/<key>/layout")


@bp.get("")
@permit("ledgers.lay_out", of=kept)
def one(ledger: Ledger) -> Response:
    """The layout of a ledger with the form to change it, or one before by its number."""
    wish = LayoutForm.of_address(request).number
    if wish is not None and queries.layout(ledger.key, wish) is None:
        abort(404)
    return _one(ledger, number=wish)


@bp.post("")
@permit("ledgers.lay_out", of=kept)
def lay_out(ledger: Ledger) -> ResponseReturnValue:
    """From now on the ledger is printed like this."""
    return _lay_out(ledger, lambda: layouts.read(request.form, SOURCES[ledger.key].columns))


@bp.post("/usual")
@permit("ledgers.lay_out", of=kept)
def usual(ledger: Ledger) -> ResponseReturnValue:
    """From now on the ledger is printed as the house has it."""
    return _lay_out(ledger, lambda: layouts.USUAL)


def _lay_out(ledger: Ledger, read: Callable[[], Laid]) -> ResponseReturnValue:
    try:
        base = LayoutForm.read(request).base
        actions.lay_out(ledger, read(), base=base, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _one(ledger, refusal)
    return goto("ledger_layouts.one", key=ledger.key)


def _one(ledger: Ledger, refusal: Refusal | None = None, *, number: int | None = None) -> Response:
    columns = SOURCES[ledger.key].columns
    versions = queries.layouts(ledger.key)
    newest = versions[0] if versions else None
    shown = next((each for each in versions if each.number == number), newest)
    laid = layouts.of(shown.said) if shown else layouts.USUAL
    sent = request.form if refusal else _said(laid, ledger)
    printed = layouts.printed(laid, columns)
    first = {each.column.key: at for at, each in enumerate(printed)}
    return page(
        "ledgers/layout.html",
        status=refusal.status if refusal else 200,
        ledger=ledger,
        columns=sorted(columns, key=lambda each: first.get(each.key, len(first))),
        versions=versions,
        newest=newest,
        shown=shown,
        laid=laid,
        title=laid.title or sheets.title_of(ledger),
        printed=printed,
        signatures=sheets.signatures(laid),
        seals=sheets.seals(laid),
        limits={
            "title": layouts.TITLE,
            "subtitle": layouts.SUBTITLE,
            "caption": layouts.CAPTION,
            "signatures": layouts.MOST_SIGNATURES,
            "seals": layouts.MOST_SEALS,
        },
        sent=sent,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
    )


def _said(laid: Laid, ledger: Ledger) -> Mapping[str, str]:
    """The layout as the fields of its form say it."""
    said = {
        "title": laid.title or "",
        "subtitle": laid.subtitle or "",
        "signatures": "\n".join(sheets.signatures(laid)),
        "seals": "\n".join(sheets.seals(laid)),
    }
    own = dict(laid.columns or ())
    for at, each in enumerate(layouts.printed(laid, SOURCES[ledger.key].columns), start=1):
        said[f"place-{each.column.key}"] = str(at * STEP)
        said[f"caption-{each.column.key}"] = own.get(each.column.key) or ""
    return said

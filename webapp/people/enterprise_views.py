"""Enterprises: the register, one of them, and what its grid knows about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.datum import Datum
from webapp.base.flow import Refusal
from webapp.base.web import Form, goto, page
from webapp.grids import queries as grids
from webapp.people import enterprises, queries
from webapp.people.enterprises import Described
from webapp.people.forms import PurposeForm, ReasonForm, again
from webapp.people.list_forms import EnterprisesForm
from webapp.people.models import Enterprise
from webapp.people.rules import PREMISES_WORDS, Premises

bp = Blueprint("enterprises", __name__, url_prefix="/people/enterprises")


class EnterpriseForm(Form):
    """What is said about an enterprise."""

    name: str = Field(min_length=1, max_length=120)
    premises: Premises
    credit_code: str | None = Field(default=None, max_length=40)
    industry: str | None = Field(default=None, max_length=80)
    address: str | None = Field(default=None, max_length=200)
    contact_post: str | None = Field(default=None, max_length=80)
    contact_phone: str | None = Field(default=None, max_length=40)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    version: int | None = None
    no_phone: bool = False

    def described(self, *, known_phone: str | None) -> Described:
        """The same for the actions; an empty phone field keeps the number that is known."""
        said = self.model_dump(exclude={"version", "no_phone", "contact_phone"})
        phone = None if self.no_phone else self.contact_phone or known_phone
        return Described(**said, contact_phone=phone)


@bp.get("")
@permit("enterprises.see")
def listed() -> Response:
    """Enterprises by name, found by words, kind of premises, or grid."""
    wish = EnterprisesForm.of(request.args.to_dict())
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.enterprises(
        me(),
        words=wish.q,
        premises=wish.kind,
        grid_id=grid.id if grid else None,
        after=wish.after,
    )
    return page(
        "people/enterprises.html",
        fragment="found",
        found=found,
        words=wish.q,
        premises=wish.premises,
        grid=grid,
        kinds=PREMISES_WORDS,
        grids=grids.living(),
    )


@bp.get("/<int:enterprise_id>")
@permit("enterprises.see", of=queries.enterprise)
def one(firm: Enterprise) -> Response:
    """One enterprise: what it is, where it stands, whom to call."""
    return page("people/enterprise.html", **_one(firm))


@bp.get("/new")
@permit("enterprises.change")
def new() -> Response:
    """The form of a new enterprise."""
    sent = request.args.to_dict()
    return page("people/enterprise_form.html", firm=None, errors={}, sent=sent, **_choices())


@bp.post("")
@permit("enterprises.change")
def create() -> ResponseReturnValue:
    """The enterprise is registered."""
    try:
        form = EnterpriseForm.read(request)
        made = enterprises.register(form.described(known_phone=None), by=me())
    except Refusal as refusal:
        return again("people/enterprise_form.html", refusal, firm=None, **_choices())
    return goto("enterprises.one", enterprise_id=made.id)


@bp.get("/<int:enterprise_id>/change")
@permit("enterprises.change", of=queries.enterprise)
def change_form(firm: Enterprise) -> Response:
    """The form of an enterprise."""
    sent = _as_sent(firm)
    return page("people/enterprise_form.html", firm=firm, errors={}, sent=sent, **_choices())


@bp.post("/<int:enterprise_id>/change")
@permit("enterprises.change", of=queries.enterprise)
def change(firm: Enterprise) -> ResponseReturnValue:
    """The enterprise is described like this now."""
    try:
        form = EnterpriseForm.read(request)
        said = form.described(known_phone=firm.contact_phone)
        enterprises.change(firm, said, base_version=form.version, by=me())
    except Refusal as refusal:
        return again("people/enterprise_form.html", refusal, firm=firm, **_choices())
    return goto("enterprises.one", enterprise_id=firm.id)


@bp.post("/<int:enterprise_id>/close")
@permit("enterprises.change", of=queries.enterprise)
def close(firm: Enterprise) -> ResponseReturnValue:
    """The enterprise is gone from the lists."""
    try:
        enterprises.close(firm, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return _again(firm, refusal)
    return goto("enterprises.one", enterprise_id=firm.id)


@bp.post("/<int:enterprise_id>/reveal")
@permit("enterprises.reveal", of=queries.enterprise)
def reveal(firm: Enterprise) -> ResponseReturnValue:
    """The whole phone number, for a purpose that stands in the log from now on."""
    try:
        purpose = PurposeForm.read(request).purpose
        number = enterprises.reveal_phone(firm, purpose=purpose, by=me())
    except Refusal as refusal:
        return _again(firm, refusal)
    return page("people/enterprise.html", fragment="phone", **{**_one(firm), "number": number})


def _one(firm: Enterprise) -> dict[str, Any]:
    events = queries.recent_events("enterprise", firm.id)
    return {
        "firm": firm,
        "events": events,
        "names": queries.named_in(events),
        "errors": {},
        "sent": {},
        "number": None,
    }


def _again(firm: Enterprise, refusal: Refusal) -> Response:
    values = {key: value for key, value in _one(firm).items() if key not in ("errors", "sent")}
    return again("people/enterprise.html", refusal, **values)


def _choices() -> dict[str, Any]:
    return {"kinds": PREMISES_WORDS}


def _as_sent(firm: Enterprise) -> dict[str, Any]:
    names = ("name", "premises", "credit_code", "industry", "address", "contact_post")
    said = {name: getattr(firm, name) for name in names}
    return {**said, "lon": firm.raw_lon, "lat": firm.raw_lat, "datum": firm.datum}

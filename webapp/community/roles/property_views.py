"""Pages of property companies: their results for everybody, rating them, publishing a quarter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.security import limiter
from webapp.base.web import afresh, goto, page, undone
from webapp.community.roles import property_actions, property_queries, queries
from webapp.community.roles.forms import CompanyForm, RatingForm, TermForm
from webapp.community.roles.property_models import PropertyCompany, PropertyTerm
from webapp.community.roles.rules import RatedBy, criteria, quarter_of
from webapp.community.roles.views import told
from webapp.grids import queries as grids
from webapp.people import days, queries as people

bp = Blueprint("property", __name__, url_prefix="/property")


@bp.get("")
@told_then
@permit("property.read")
def results() -> Response:
    """What was published, the newest quarter first, and which companies there are."""
    return _results()


@bp.post("")
@permit("property.keep")
def enter() -> ResponseReturnValue:
    """A company is known."""
    try:
        company = property_actions.enter(CompanyForm.read(request), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _results(refusal)
    return goto("property.one", company_id=company.id)


@bp.post("/publish")
@permit("property.publish")
def publish() -> ResponseReturnValue:
    """The results of this quarter are published."""
    try:
        property_actions.publish(quarter_of(days.today()), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _results(refusal)
    return goto("property.results")


@bp.get("/<int:company_id>")
@permit("property.read", of=property_queries.company)
def one(company: PropertyCompany) -> Response:
    """A company: its results, and the form for those who may rate it."""
    return _one(company)


@bp.post("/<int:company_id>/terms")
@permit("property.keep", of=property_queries.company)
def serve(company: PropertyCompany) -> ResponseReturnValue:
    """The company looks after a building."""
    key = company.id
    try:
        property_actions.serve(company, TermForm.read(request), by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: property_queries.company(key)), refusal)
    return goto("property.one", company_id=key)


@bp.post("/<int:company_id>/ratings")
@limiter.limit("30/hour")
@permit("property.rate", of=property_queries.company)
def rate(company: PropertyCompany) -> ResponseReturnValue:
    """A resident rates the company; or, where a community is named, its people do for it."""
    key = company.id
    scores = {
        each.key: found
        for each in criteria()
        if (found := request.form.get(each.key, type=int)) is not None
    }
    try:
        form = RatingForm.read(request)
        unit = queries.community(form.unit) if form.unit else None
        if unit is not None and may(me(), "property.rate_office"):
            property_actions.rate_for(company, unit, scores, words=form.words, by=me())
        else:
            property_actions.rate(company, scores, words=form.words, by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: property_queries.company(key)), refusal)
    return goto("property.one", company_id=key)


def _results(refusal: Refusal | None = None) -> Response:
    quarters = property_queries.quarters()
    return page(
        "community/roles/property_list.html",
        quarters=[(each, property_queries.results(each)) for each in quarters[:4]],
        companies=property_queries.companies(days.today()),
        **told(refusal),
    )


def _one(company: PropertyCompany, refusal: Refusal | None = None) -> Response:
    who, today = me(), days.today()
    lives = who.id is not None and queries.lives_in(
        who.id, property_queries.served(company.id, today)
    )
    office, keeps = may(who, "property.rate_office"), may(who, "property.keep")
    terms = property_queries.terms(company.id) if keeps else []
    return page(
        "community/roles/property_one.html",
        **(_choices(terms) if keeps else {}),
        company=company,
        results=property_queries.results_of(company.id),
        criteria=criteria(),
        residents_key=RatedBy.RESIDENTS,
        community_key=RatedBy.COMMUNITY,
        lives=lives,
        own=property_queries.own_rating(company.id, quarter_of(today), who.id),
        communities=[(each.id, each.name) for each in people.units(("community",))]
        if office
        else [],
        terms=terms,
        **told(refusal),
    )


def _choices(terms: Sequence[PropertyTerm]) -> dict[str, Any]:
    """The grids, and the buildings of the one that is asked for, or in which the company is at work already."""
    living, code = grids.living(), request.args.get("grid")
    known = {each.building.grid_id for each in terms}
    grid = next(
        (each for each in living if each.display_code == code or (not code and each.id in known)),
        living[0],
    )
    return {
        "grid": grid,
        "grids": [(each.display_code, f"{each.display_code} {each.name}") for each in living],
        "buildings": [(each.id, each.name) for each in queries.choosable(grid.id)],
    }

"""What is done with property companies: they take buildings, are rated, and a quarter is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotAllowed, NotOpen, Refusal, Unacceptable
from webapp.community.roles import property_queries, queries
from webapp.community.roles.forms import CompanyForm, TermForm
from webapp.community.roles.property_models import (
    PropertyCompany,
    PropertyRating,
    PropertyResult,
    PropertyTerm,
)
from webapp.community.roles.rules import LEAST_RESIDENTS, RatedBy, criteria, quarter_of, score
from webapp.grids.models import Unit
from webapp.people import days
from webapp.people.refusing import refusing
from webapp.residents import queries as homes

KIND = "property_company"


def enter(said: CompanyForm, *, by: Actor) -> PropertyCompany:
    """The company is known."""
    company = PropertyCompany(name=said.name, phone=said.phone)
    words = _l("There is a company of this name already.")
    with refusing(uq_property_company_name=Changed(words, fields={"name": words})):
        db.session.add(company)
    audit.record(kind=KIND, thing_id=company.id, move="enter", by=by)
    return company


def serve(company: PropertyCompany, said: TermForm, *, by: Actor) -> PropertyTerm:
    """The company looks after the building in that time; whoever does so until then ends before."""
    building = homes.building(said.building)
    if building is None:
        words = _l("Choose the building.")
        raise Unacceptable(words, fields={"building": words})
    if said.until is not None and said.until <= said.since:
        words = _l("It ends after it begins.")
        raise Unacceptable(words, fields={"until": words})
    term = PropertyTerm(
        company_id=company.id, building_id=building.id, since=said.since, until=said.until
    )
    words = _l("Another company looks after this building in that time.")
    with refusing(ex_property_term_building=Changed(words, fields={"since": words})):
        db.session.add(term)
    data = {"building": building.id, "since": str(said.since)}
    audit.record(kind=KIND, thing_id=company.id, move="serve", by=by, data=data)
    return term


def rate(
    company: PropertyCompany, scores: Mapping[str, int], *, words: str | None, by: Actor
) -> PropertyRating:
    """A resident of a building it looks after has rated the company for this quarter, once."""
    today = days.today()
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    resident = queries.lives_in(by.id, property_queries.served(company.id, today))
    if resident is None:
        raise NotAllowed(
            _l("Only residents whose phone is on the roll of a building it looks after rate it.")
        )
    rating = _rating(company, scores, RatedBy.RESIDENTS, words)
    rating.account_id, rating.resident_id = by.id, resident
    return _kept(rating)


def rate_for(
    company: PropertyCompany,
    unit: Unit,
    scores: Mapping[str, int],
    *,
    words: str | None,
    by: Actor,
) -> PropertyRating:
    """A community has rated the company for this quarter, once."""
    rating = _rating(company, scores, RatedBy.COMMUNITY, words)
    rating.unit_id = unit.id
    kept = _kept(rating)
    data = {"unit": unit.id, "quarter": str(kept.quarter)}
    audit.record(kind=KIND, thing_id=company.id, move="rate", by=by, data=data)
    return kept


def publish(quarter: date, *, by: Actor) -> list[PropertyResult]:
    """Every company that enough residents rated in the quarter has its result, for good.

    Raises `NotOpen` where there is none.
    """
    if quarter > clock.now().date():
        raise NotOpen(_l("This quarter has not begun."))
    known = {each.company_id for each in property_queries.results(quarter)}
    made = []
    for company, _buildings in property_queries.companies(days.today()):
        if company.id in known:
            continue
        lock(company)
        residents, communities = property_queries.raters(company.id, quarter)
        means = property_queries.means(company.id, quarter)
        points = score(means)
        if residents < LEAST_RESIDENTS or points is None:
            continue
        made.append(
            PropertyResult(
                company_id=company.id,
                quarter=quarter,
                score=points,
                residents=residents,
                communities=communities,
                means=means,
                published_at=clock.now(),
            )
        )
    if not made:
        raise NotOpen(
            _l(
                "Nothing to publish: at least %(n)s residents must have rated a company.",
                n=LEAST_RESIDENTS,
            )
        )
    twice = Changed(_l("Somebody has published this quarter already."))
    with refusing(uq_property_result_company_id_quarter=twice):
        db.session.add_all(made)
    for each in made:
        data = {"quarter": str(quarter), "score": each.score}
        audit.record(kind=KIND, thing_id=each.company_id, move="publish", by=by, data=data)
    return made


def _rating(
    company: PropertyCompany, scores: Mapping[str, int], rated_by: RatedBy, words: str | None
) -> PropertyRating:
    lock(company)
    wanted = {each.key for each in criteria() if each.by == rated_by}
    bad = {key for key in wanted if scores.get(key) not in range(1, 6)}
    if bad:
        told = _l("Give each of them 1 to 5.")
        raise Unacceptable(told, fields=dict.fromkeys(bad, told))
    return PropertyRating(
        company_id=company.id,
        quarter=quarter_of(days.today()),
        rated_by=rated_by,
        scores={key: scores[key] for key in sorted(wanted)},
        words=words,
        at=clock.now(),
    )


def _kept(rating: PropertyRating) -> PropertyRating:
    twice: Refusal = Changed(_l("It was rated already in this quarter."))
    with refusing(
        uq_property_rating_company_id_quarter_account_id=twice,
        uq_property_rating_company_id_quarter_resident_id=twice,
        uq_property_rating_company_id_quarter_unit_id=twice,
        property_published=NotOpen(_l("This quarter is published; the next one can be rated.")),
    ):
        db.session.add(rating)
    return rating

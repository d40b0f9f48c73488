"""How a matter was rated, and what is made of a poor rating."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db
from webapp.base.flow import Changed, NotOpen
from webapp.base.language import N_
from webapp.people.refusing import refusing
from webapp.services.applications import queries, steps, timing
from webapp.services.applications.models import Application, ServiceRating
from webapp.services.applications.rules import (
    APPLICATION_FLOW,
    CALL_BACK_WITHIN,
    POOR,
    RATING_FLOW,
    RECTIFY_WITHIN,
    RatingState,
)
from webapp.services.applications.telling import tell, tell_applicant


def rate(
    application: Application,
    *,
    by: Actor,
    rating: int | None,
    words: str | None = None,
    **moved: Any,
) -> ServiceRating:
    """The matter is rated, once and within thirty days; a poor rating is a task of the station head."""
    if not steps.is_due(application, "rate"):
        raise NotOpen(_l("A matter is rated within thirty days of its end."))
    data = {"rating": rating}
    APPLICATION_FLOW.move(application, "rate", by=by, evidence=data, data=data, **moved)
    now, poor = clock.now(), (rating or 0) <= POOR
    made = ServiceRating(
        application_id=application.id,
        station_id=application.station_id,
        state=RatingState.CONTENT,
        version=1,
        level=rating or 0,
        words=words,
        created_at=now,
        call_due_at=timing.office().due(now, CALL_BACK_WITHIN) if poor else None,
    )
    rated = Changed(_l("This matter is rated already."))
    with refusing(uq_service_rating_application_id=rated):
        db.session.add(made)
    RATING_FLOW.begin(made, "rate", by=by, data=data)
    if poor:
        RATING_FLOW.move(made, "object", by=HOUSE)
        heads = [each.id for each in queries.staff_of(application.station_id, ("station_head",))]
        said = N_("%(number)s: not content. Please call back within one working day (%(what)s).")
        tell(application, heads, said)
    return made


def call_back(rating: ServiceRating, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The applicant was called, and the matter is to be rectified within fifteen working days."""
    said = {"note": note}
    RATING_FLOW.move(rating, "call_back", by=by, evidence=said, data=said, **moved)
    rating.called_at, rating.called_words = clock.now(), note
    rating.rectify_due_at = timing.office().due(clock.now(), RECTIFY_WITHIN)


def rectify(rating: ServiceRating, *, by: Actor, note: str | None, **moved: Any) -> None:
    """What was poor is put right, and the applicant knows how."""
    said = {"note": note}
    RATING_FLOW.move(rating, "rectify", by=by, evidence=said, data=said, **moved)
    rating.rectified_at, rating.rectified_words = clock.now(), note
    words = N_("%(number)s: we have put right what you were not content with: %(note)s")
    tell_applicant(rating.application, words, note=note)


MOVES = {"call_back": call_back, "rectify": rectify}

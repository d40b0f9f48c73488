"""Departure and return: who leaves, with whom, and what keeps them in port."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.files import StoredFile
from webapp.base.flow import EvidenceMissing, NotOpen, Unacceptable
from webapp.ports import queries, recalling
from webapp.ports.forms import DepartForm
from webapp.ports.models import CrewMember, Vessel, Voyage
from webapp.ports.rules import (
    PAPER_WORDS,
    VOYAGE_FLOW,
    ZONE,
    Paper,
    VoyageState,
    keeps_in_port,
)


def reasons(vessel: Vessel, crew: Sequence[CrewMember]) -> list[LazyString]:
    """Why the vessel may not leave now with these people; nothing: it may."""
    today = clock.now().astimezone(ZONE).date()
    return keeps_in_port(
        on=today,
        papers=[Paper(words, getattr(vessel, name)) for name, words in PAPER_WORDS.items()],
        crew=[Paper(each.name, each.certified_until) for each in crew],
        permitted=vessel.permitted_crew,
        closed_until=queries.closed_until(vessel.kind, today),
        recalled_from=_recalled_from(vessel),
    )


def depart(
    vessel: Vessel, said: DepartForm, *, photo: StoredFile | None = None, by: Actor
) -> Voyage:
    """The vessel counts as at sea with these people; or a `Refusal` with every reason against it."""
    lock(vessel)
    if vessel.closed_at is not None or queries.at_sea_with(vessel.id) is not None:
        raise NotOpen(_l("This vessel is at sea by its last report. Report its return first."))
    known = {each.id: each for each in queries.crew(vessel.id)}
    if not set(said.crew) <= set(known):
        words = _l("Tick only people of this crew.")
        raise Unacceptable(words, fields={"crew": words})
    crew = [known[key] for key in dict.fromkeys(said.crew)]
    against = reasons(vessel, crew)
    if against:
        raise Unacceptable(
            _l("The vessel may not leave."), fields={"crew": " ".join(map(str, against))}
        )
    if not said.weather:
        words = _l("Read the weather at sea and tick that you know it.")
        raise EvidenceMissing(words, fields={"weather": words})
    voyage = Voyage(
        vessel_id=vessel.id,
        state=VoyageState.AT_SEA,
        version=1,
        destination=said.destination,
        crew=[each.name for each in crew],
        left_at=clock.now(),
        photo_id=photo.id if photo else None,
    )
    db.session.add(voyage)
    db.session.flush()
    VOYAGE_FLOW.begin(voyage, "depart", by=by, data={"crew": len(crew)})
    return voyage


def come_back(voyage: Voyage, *, by: Actor) -> None:
    """The vessel is back in port. Raises `NotOpen` where somebody said so already."""
    VOYAGE_FLOW.move(voyage, "return", by=by)
    voyage.back_at = clock.now()
    db.session.flush()
    recalling.settle()


def void(voyage: Voyage, *, note: str | None, by: Actor) -> None:
    """The report was a mistake: the vessel never left."""
    VOYAGE_FLOW.move(voyage, "void", by=by, evidence={"note": note}, data={"note": note})
    recalling.settle()


def _recalled_from(vessel: Vessel) -> int | None:
    """The wind for which vessels like this are called back now."""
    on = queries.recall_on()
    limit = queries.wind_limit_of(vessel.length_m) if on is not None else None
    return on.force if on is not None and limit is not None and limit <= on.force else None

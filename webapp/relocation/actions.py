"""What is done with a relocation household: listed, moved on with its papers, looked at, followed over borders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from flask_babel import lazy_gettext as _l
from shapely import Polygon, box

from webapp.base import audit, clock, drawn, notices, sealing
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db, lock, lock_all
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.base.spatial import HELD, stored, to_lonlat, to_metric
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.people import days, phones
from webapp.people.refusing import refusing
from webapp.projects.models import Project
from webapp.projects.rules import WITH_CLEAN_LAND
from webapp.relocation import papers, queries
from webapp.relocation.forms import HouseholdForm
from webapp.relocation.models import Dispute, Paper, RelocationHousehold
from webapp.relocation.papers import Said
from webapp.relocation.rules import (
    BROUGHT,
    INSIDE,
    LISTED,
    RELOCATION_FLOW,
    DisputeKind,
    PaperKind,
    RelocationState,
    since,
)

# The moves that end a dispute.
ENDS_DISPUTE = ("sign", "execute")

# The days on which these moves were made stand on the household: the database asks for them.
DATED = {"negotiate": "negotiated_on", "sign": "agreed_on", "execute": "executed_on"}


@dataclass(frozen=True)
class Whole:
    """Name and phone without masks."""

    name: str
    phone: str


def register(project: Project, said: HouseholdForm, *, by: Actor) -> RelocationHousehold:
    """The household is listed, with the next number and its parcel on the ground of the project.

    Raises `Unacceptable` where the parcel does not lie in the site or lies on that of another household,
    `NotOpen` where the clean land was handed over.
    """
    lock(project)
    if project.state in WITH_CLEAN_LAND:
        raise NotOpen(_l("The clean land of this project was handed over."))
    ground, field = parcel_of(said)
    if queries.share_inside(project.id, ground) < INSIDE:
        raise _wrong(field, _l("The parcel does not lie in the site of the project."))
    number = queries.overlapped(project.id, ground)
    if number is not None:
        raise _wrong(field, _l("This is the ground of household no. %(n)s in part.", n=number))
    (household,) = write(project, [(said, ground)], by=by)
    return household


def write(
    project: Project, saids: Sequence[tuple[HouseholdForm, Polygon]], *, by: Actor
) -> list[RelocationHousehold]:
    """These households are listed on ground (metres) that was looked at, numbered in this order."""
    now, first = clock.now(), queries.next_number(project.id)
    made = []
    for number, (said, ground) in enumerate(saids, start=first):
        household = RelocationHousehold(
            project_id=project.id,
            number=number,
            name=said.name,
            phone=sealing.seal(phones.normal(said.phone).encode()) if said.phone else None,
            address=said.address,
            parcel=stored(ground),
            sketched=said.corners is None,
            house_m2=said.house_m2,
            greenhouse_m2=said.greenhouse_m2,
            land_m2=round(ground.area, 1),
            state=RelocationState.LISTED,
            version=1,
            since=now,
            provenance=said.provenance,
            created_at=now,
        )
        inside = ground.representative_point()
        household.place_at(*to_lonlat(inside.x, inside.y), datum=Datum.WGS84)
        made.append(household)
    with refusing(
        uq_relocation_household_project_id_number=NotOpen(_l("Somebody else listed one."))
    ):
        db.session.add_all(made)
    RELOCATION_FLOW.begin_all([(each, by) for each in made], LISTED)
    return made


def parcel_of(said: HouseholdForm) -> tuple[Polygon, str]:
    """The parcel as drawn, or a square of the size around the point; and which field said it (metres)."""
    if said.corners:
        return drawn.shape(said.corners), "corners"
    if said.lon is None or said.lat is None or said.size_m2 is None:
        raise _wrong("corners", _l("Draw the parcel, or say a point and a size."))
    west, south, east, north = HELD
    if not (west <= said.lon <= east and south <= said.lat <= north):
        raise _wrong("lon", _l("The parcel does not lie in the site of the project."))
    x, y = to_metric(said.lon, said.lat)
    half = sqrt(said.size_m2) / 2
    return box(x - half, y - half, x + half, y + half), "size_m2"


def step(
    household: RelocationHousehold,
    name: str,
    said: Said,
    *,
    by: Actor,
    dispute: DisputeKind | None = None,
    base_version: int | None = None,
) -> None:
    """The household stands in the next state with the paper that the move brings, as `step_all`."""
    hold(household, base_version)
    step_all([household], name, said, by=by, dispute=dispute)
    project = household.project
    readers = [project.leader_id, *(each.account_id for each in project.team)]
    notices.notify(
        [each for each in readers if each != by.id],
        N_("Household no. %(n)s of “%(name)s” has moved on."),
        url=f"/relocation/households/{household.id}",
        n=household.number,
        name=project.name,
    )


def step_all(
    households: Sequence[RelocationHousehold],
    name: str,
    said: Said,
    *,
    by: Actor,
    dispute: DisputeKind | None = None,
) -> None:
    """All of these households stand in the next state, each with such a paper, or none of them does.

    Raises `NotOpen` from another state, `NotAllowed` without the right, `Unacceptable` where the paper that
    is brought lacks something, `EvidenceMissing` where the move wants what is not there.
    """
    keys = [each.id for each in households]
    lock_all(RelocationHousehold, keys)
    brought = BROUGHT.get(name)
    if brought is not None and (_says(said) or not _known(keys, brought)):
        papers.write(households, brought, said, by=by)
    evidence = _evidence(households, name, said, dispute, by)
    today, now = days.today(), clock.now()
    for each in households:
        each.since = now
        if name in DATED:
            setattr(each, DATED[name], today)
    RELOCATION_FLOW.move_all([(each, by) for each in households], name, evidence=evidence)
    if name == "dispute" and dispute is not None:
        _raise(keys, dispute, said.words or "", by)
    elif name in ENDS_DISPUTE:
        _end(keys, name)
    db.session.flush()
    for each in households:
        db.session.expire(each, ["papers", "disputes"])


def add_paper(
    household: RelocationHousehold,
    kind: PaperKind,
    said: Said,
    *,
    by: Actor,
    base_version: int | None = None,
) -> Paper:
    """The household has another version of a paper, beside those before it.

    Raises `NotOpen` for a kind that its next move brings first, and as `papers.write`.
    """
    hold(household, base_version)
    if household.state == RelocationState.CLOSED:
        raise NotOpen(_l("This household is closed."))
    if kind not in addable(household):
        raise NotOpen(_l("The first version of this paper comes with its own step."))
    (paper,) = papers.write([household], kind, said, by=by)
    data = {"paper": kind.value, "number": paper.number}
    RELOCATION_FLOW.record(household, "paper", by=by, data=data)
    db.session.expire(household, ["papers"])
    return paper


def addable(household: RelocationHousehold) -> list[PaperKind]:
    """The kinds of papers of which another version can be written down now."""
    known = {each.kind for each in household.papers}
    if household.state in since(RelocationState.SIGNED):
        known.add(PaperKind.PAYMENT)
    if household.state in papers.MAY_BE_POSTED:
        known.add(PaperKind.NOTICE)
    else:
        known.discard(PaperKind.NOTICE)
    return [kind for kind in PaperKind if kind in known]


def reveal(household: RelocationHousehold, *, purpose: str, by: Actor) -> Whole:
    """Name and phone without masks, once the log says who wanted them and what for."""
    if household.erased_at is not None:
        raise NotOpen(_l("Who they were is erased."))
    _look(household, "reveal", by, purpose=purpose)
    phone = sealing.unseal(household.phone).decode() if household.phone else None
    return Whole(household.name, phones.readable(phone))


def open_paper(household: RelocationHousehold, paper: Paper, *, purpose: str, by: Actor) -> None:
    """The log says who opened which version of a paper, and what for."""
    _look(household, "open_paper", by, purpose=purpose, paper=paper.kind, number=paper.number)


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Households whose land is not clean are in the grids of the borders in force; answers how many moved."""
    living = RelocationHousehold.state != RelocationState.CLOSED
    found = relocation.relocate_in_log(
        RelocationHousehold, living, kind=RELOCATION_FLOW.kind, by=by
    )
    return len(found)


def _evidence(
    households: Sequence[RelocationHousehold],
    name: str,
    said: Said,
    dispute: DisputeKind | None,
    by: Actor,
) -> dict[str, bool]:
    """Of what the move wants: is it there for each of these households?"""
    keys, today = [each.id for each in households], days.today()

    def known(kind: PaperKind) -> list[Paper | None]:
        found = queries.last_papers(keys)
        return [found.get((key, kind)) for key in keys]

    def paid_in_full() -> bool:
        paid = queries.paid(keys)
        agreed = zip(keys, known(PaperKind.AGREEMENT), strict=True)
        return all(
            paper is not None and paper.amount is not None and paid.get(key, 0) >= paper.amount
            for key, paper in agreed
        )

    asked: dict[str, Callable[[], bool]] = {
        "posted_long_enough": lambda: all(
            each.posted_until is not None and today > each.posted_until for each in households
        ),
        "paid_in_full": paid_in_full,
        "somebody_else": lambda: all(
            paper is None or paper.made_by_id != by.id for paper in known(PaperKind.CLEARING)
        ),
        "promises_kept": lambda: not queries.with_open_promises(keys),
        "dispute": lambda: dispute is not None and bool(said.words),
        "mediation": lambda: queries.all_talked(keys),
    }
    # What is left are papers: without one of its kind the move would have been refused before.
    return {
        need: asked[need]() if need in asked else True for need in RELOCATION_FLOW.moves[name].needs
    }


def _says(said: Said) -> bool:
    return said != Said()


def _known(keys: Sequence[int], kind: PaperKind) -> bool:
    known = queries.last_papers(keys)
    return all((key, kind) in known for key in keys)


def _raise(keys: Sequence[int], kind: DisputeKind, words: str, by: Actor) -> None:
    now = clock.now()
    db.session.add_all(
        Dispute(household_id=key, kind=kind, words=words, raised_at=now, raised_by_id=by.id)
        for key in keys
    )


def _end(keys: Sequence[int], name: str) -> None:
    for dispute in queries.open_disputes(keys):
        dispute.ended_at, dispute.ended_by = max(clock.now(), dispute.raised_at), name


def _look(household: RelocationHousehold, move: str, by: Actor, **data: object) -> None:
    """Events name purposes and papers, never what stands in them."""
    lock(household)
    audit.record(
        kind=RELOCATION_FLOW.kind,
        thing_id=household.id,
        move=move,
        by=by,
        grid_id=household.grid_id,
        data=data,
    )


def _wrong(field: str, words: object) -> Unacceptable:
    return Unacceptable(words, fields={field: words})

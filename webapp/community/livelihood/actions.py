"""What is done with livelihood items: collected, moved on alone or many at once, looked at by residents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert

from webapp.base import clock, notices
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.files import StoredFile
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.base.spatial import standing_at
from webapp.cases.rules import DEPARTMENT
from webapp.community.livelihood import queries
from webapp.community.livelihood.forms import ItemForm, ReviewForm
from webapp.community.livelihood.models import LivelihoodItem, Milestone, Review, beneficiary
from webapp.community.livelihood.rules import (
    ACCEPTING,
    CHANGEABLE,
    LIVELIHOOD_FLOW,
    USUAL,
    ItemState,
    Stone,
)
from webapp.grids import relocation
from webapp.grids.models import BoundarySet, Unit
from webapp.people import days, queries as people
from webapp.people.refusing import refusing


@dataclass(frozen=True)
class Step:
    """What somebody says with a move."""

    note: str | None = None
    unit: Unit | None = None
    due_on: date | None = None
    cost: int | None = None
    paid_from: str | None = None
    photo: StoredFile | None = None


def collect(said: Sequence[ItemForm], *, by: Actor) -> list[LivelihoodItem]:
    """The items are written down, each in the grid of its place; without other grids it is for that one.

    Raises `Unacceptable` for a place in no grid, when nobody says whom it is for.
    """
    now = clock.now()
    made = [
        LivelihoodItem(
            title=each.title,
            words=each.words,
            category=each.category,
            state=ItemState.COLLECTED,
            version=1,
            collected_at=now,
            collected_by_id=by.id,
            **standing_at(each.lon, each.lat, datum=each.datum),
        )
        for each in said
    ]
    db.session.add_all(made)
    db.session.flush()
    _write_whom(made, said)
    LIVELIHOOD_FLOW.begin_all([(item, by) for item in made], "collect")
    return made


def change(
    item: LivelihoodItem, said: ItemForm, *, by: Actor, base_version: int | None = None
) -> None:
    """The item that is not chosen yet says this; the log keeps what it said before.

    Raises `NotOpen` once it is chosen, `Changed` when somebody else changed it since `base_version`.
    """
    hold(item, base_version)
    if item.state not in CHANGEABLE:
        raise NotOpen(_l("It is chosen: what it says stands now."))
    if not may(by, "livelihood.change", item):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    before = {"title": item.title, "words": item.words, "category": item.category}
    item.title, item.words, item.category = said.title, said.words, said.category
    for name, value in standing_at(said.lon, said.lat, datum=said.datum).items():
        setattr(item, name, value)
    db.session.flush()
    db.session.execute(delete(beneficiary).where(beneficiary.c.item_id == item.id))
    db.session.refresh(item)
    _write_whom([item], [said])
    LIVELIHOOD_FLOW.record(item, "change", by=by, data={"before": before})
    db.session.expire(item, ["grids"])


def step(
    item: LivelihoodItem, name: str, said: Step, *, by: Actor, base_version: int | None = None
) -> None:
    """The item has gone on by this move with what was said, and whoever carries it out knows.

    Raises a `Refusal` when something is missing, a milestone is open, or residents have not accepted.
    """
    lock(item)
    is_open = name in LIVELIHOOD_FLOW.open_moves(item, by)
    if is_open:
        _check(item, name, said)
    with _by_residents():
        if is_open:
            _write(item, name, said)
        LIVELIHOOD_FLOW.move(
            item,
            name,
            by=by,
            evidence=_evidence(said),
            base_version=base_version,
            data=_data(said),
        )
    if name == "choose":
        _plan(item)
        db.session.flush()
        readers = [account.id for account in people.staff_of(item.unit_id, DEPARTMENT)]
        _tell(item, readers, N_("Livelihood item to carry out: %(what)s"))
    if name in ("accept", "send_back"):
        readers = [account.id for account in people.staff_of(item.unit_id, DEPARTMENT)]
        words = {
            "accept": N_("Residents have accepted: %(what)s"),
            "send_back": N_("Residents want it put right: %(what)s"),
        }
        _tell(item, readers, words[name])


def step_all(deeds: Sequence[tuple[LivelihoodItem, Step]], name: str, *, by: Actor) -> None:
    """As `step` for many at once, by one writing; nobody is told."""
    if not deeds:
        return
    evidence = [_evidence(said) for _item, said in deeds]
    common = {need: all(each[need] for each in evidence) for need in evidence[0]}
    for item, said in deeds:
        _check(item, name, said)
    with _by_residents():
        for item, said in deeds:
            _write(item, name, said)
        LIVELIHOOD_FLOW.move_all(
            [(item, by) for item, _said in deeds],
            name,
            evidence=common,
            data=[_data(said) for _item, said in deeds],
        )
    if name == "choose":
        for item, _said in deeds:
            _plan(item)
        db.session.flush()


def add_milestone(item: LivelihoodItem, *, words: str, plan_on: date, by: Actor) -> None:
    """The item has one milestone more."""
    lock(item)
    if item.state not in (ItemState.CHOSEN, ItemState.FUNDED, ItemState.BUILDING):
        raise NotOpen(_l("Only what is chosen and not built yet has milestones ahead."))
    db.session.add(Milestone(item_id=item.id, stone=Stone.OWN, words=words, plan_on=plan_on))
    LIVELIHOOD_FLOW.record(item, "plan", by=by, data={"note": words, "due_on": str(plan_on)})


def reach(milestones: Sequence[Milestone], *, on: date, by: Actor) -> None:
    """The milestones were reached on a day, and the logs of their items say so."""
    for each in milestones:
        if each.done_on is not None:
            raise Changed(_l("Somebody said already when this milestone was reached."))
        if on > days.today():
            words = _l("This day is still to come.")
            raise Unacceptable(words, fields={"done_on": words})
        each.done_on = on
    said: dict[int, tuple[LivelihoodItem, list[str]]] = {}
    for each in milestones:
        said.setdefault(each.item_id, (each.item, []))[1].append(each.words or each.stone)
    LIVELIHOOD_FLOW.note_all(
        [(item, by) for item, _names in said.values()],
        "reach",
        data=[{"stones": names, "due_on": str(on)} for _item, names in said.values()],
    )


def review(item: LivelihoodItem, said: ReviewForm, *, by: Actor) -> Review:
    """What a resident of the place says of a built item counts, once each time it is shown.

    Raises `NotAllowed` for whoever's phone is not on the roll of the grids it is for.
    """
    lock(item)
    if item.state != ItemState.BUILT or by.id is None:
        raise NotOpen(_l("Residents are asked when it is built, until it is accepted."))
    resident = queries.lives_there(by.id, item.id)
    if resident is None:
        raise NotAllowed(
            _l(
                "Only those who live where it is for are asked: your phone number must be on the roll "
                "of a home there. Your grid worker can enter it."
            )
        )
    if not said.accepts and not said.words:
        words = _l("Say what is not right yet.")
        raise Unacceptable(words, fields={"words": words})
    twice = Changed(_l("You have said already what you think of it."))
    made = Review(
        item_id=item.id,
        turn=item.turn,
        resident_id=resident,
        account_id=by.id,
        accepts=said.accepts,
        rating=said.rating,
        words=said.words,
        at=clock.now(),
    )
    with refusing(
        uq_livelihood_review_item_id_turn_resident_id=twice,
        uq_livelihood_review_item_id_turn_account_id=twice,
    ):
        db.session.add(made)
    return made


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Items that are not over stand in the grids of the borders in force; answers how many moved."""
    here = LivelihoodItem.state.not_in((ItemState.ARCHIVED, ItemState.CANCELLED))
    moved = relocation.relocate_in_log(LivelihoodItem, here, kind=LIVELIHOOD_FLOW.kind, by=by)
    return len(moved)


def _write_whom(items: Sequence[LivelihoodItem], said: Sequence[ItemForm]) -> None:
    """The items are for the grids that are said, or for the one where each stands."""
    rows = []
    for item, each in zip(items, said, strict=True):
        whom: set[int | None] = {*each.grids} or {item.grid_id}
        if None in whom:
            words = _l("This place is in no grid. Choose for which grids it is.")
            raise Unacceptable(words, fields={"grids": words})
        rows += [{"item_id": item.id, "grid_id": grid} for grid in sorted(whom, key=str)]
    wanted = {key for row in rows if (key := row["grid_id"]) is not None}
    known = {grid.id for grid in queries.grids_of(wanted)}
    if any(row["grid_id"] not in known for row in rows):
        words = _l("There is no grid with this code.")
        raise Unacceptable(words, fields={"grids": words})
    db.session.execute(insert(beneficiary), rows)


def _by_residents() -> Any:
    words = _l(
        "Residents have not accepted it yet: at least %(least)s of the place must, and more than half of those "
        "who said something.",
        least=ACCEPTING,
    )
    return refusing(livelihood_accepted=NotOpen(words))


def _evidence(said: Step) -> dict[str, Any]:
    return {
        "note": said.note,
        "owner": said.unit,
        "item_due_on": said.due_on,
        "cost": said.cost is not None,
        "before_photo": said.photo,
        "after_photo": said.photo,
    }


def _data(said: Step) -> dict[str, Any]:
    data = {
        "note": said.note,
        "unit": said.unit.name if said.unit else None,
        "due_on": str(said.due_on) if said.due_on else None,
        "cost": said.cost,
        "photo": said.photo.id if said.photo else None,
    }
    return {name: value for name, value in data.items() if value is not None}


def _check(item: LivelihoodItem, name: str, said: Step) -> None:
    if name == "choose" and said.due_on is not None and said.due_on < days.today():
        words = _l("This day is over already.")
        raise Unacceptable(words, fields={"item_due_on": words})
    if name == "finish" and any(each.done_on is None for each in item.milestones):
        raise NotOpen(_l("Say first on which day each milestone was reached."))


def _write(item: LivelihoodItem, name: str, said: Step) -> None:
    """What the move writes down beside the state; nothing that is missing."""
    now = clock.now()
    photo = said.photo.id if said.photo else None
    written: dict[str, dict[str, Any]] = {
        "choose": {
            "unit_id": said.unit.id if said.unit else None,
            "due_on": said.due_on,
            "chosen_how": said.note,
            "chosen_at": now,
        },
        "fund": {"cost": said.cost, "paid_from": said.paid_from},
        "build": {"before_photo_id": photo},
        "finish": {"after_photo_id": photo, "built_at": now, "turn": item.turn + 1},
        "pause": {"stopped_why": said.note},
        "cancel": {"stopped_why": said.note},
    }
    for column, value in written.get(name, {}).items():
        setattr(item, column, value)


def _plan(item: LivelihoodItem) -> None:
    """The usual milestones, spread evenly until the last day."""
    if item.due_on is None or item.chosen_at is None:
        return
    first = days.first_day(item.chosen_at)
    whole = max((item.due_on - first).days, 0)
    for place, stone in enumerate(USUAL, start=1):
        plan_on = first + timedelta(days=whole * place // len(USUAL))
        db.session.add(Milestone(item=item, stone=stone, plan_on=plan_on))


def _tell(item: LivelihoodItem, readers: Sequence[int], words: str) -> None:
    notices.notify(readers, words, url=f"/livelihood/{item.id}", what=item.title)

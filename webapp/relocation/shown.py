"""How relocation households are shown: their words and colours, what a move asks for, what the map draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from webapp.base import sealing
from webapp.people import phones
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.queries import Listed
from webapp.relocation.rules import (
    ASKED,
    BROUGHT,
    DISPUTE_WORDS,
    LANE_CHIPS,
    LANE_OF,
    LANE_WORDS,
    PAPER_WORDS,
    PROMISE_WORDS,
    RELOCATION_FLOW,
    WAY,
    Lane,
    PaperKind,
    RelocationState,
)
from webapp.residents.rules import masked_name

# What the log of a household calls what was done beside its moves.
DONE = {
    "list": _l("Household listed"),
    "paper": _l("Another version written down"),
    "promise": _l("Promise made"),
    "keep": _l("Promise kept"),
    "give_up": _l("Promise not wanted any more"),
    "talk": _l("Talk of the mediation written down"),
    "reveal": _l("Name, phone and amounts shown"),
    "open_paper": _l("Paper opened"),
    "relocate": _l("Follows new borders"),
    "erase": _l("Erased by the rule"),
}


@dataclass(frozen=True)
class Asked:
    """What the form of a move or of a version asks for: which fields, and which of them have to be there."""

    fields: tuple[str, ...]
    needed: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A state with how many households stand there, and whether it is beside the straight way."""

    state: RelocationState
    words: Any
    lane: Lane
    households: int


def words() -> dict[str, Any]:
    """The words that every page of relocation needs."""
    return {
        "states": RELOCATION_FLOW.states,
        "lanes": LANE_WORDS,
        "lane_of": LANE_OF,
        "lane_chips": LANE_CHIPS,
        "paper_words": PAPER_WORDS,
        "promise_kinds": PROMISE_WORDS,
        "dispute_kinds": DISPUTE_WORDS,
        "done": done,
        "masked": masked_name,
        "next_step": next_step,
    }


def done(event: Any) -> Any:
    """What an event of a household was."""
    return DONE.get(event.move) or RELOCATION_FLOW.words_of(event.move)


def next_step(household: RelocationHousehold) -> Any:
    """The words of the move that leads on from where the household stands; None when it is closed."""
    for each in RELOCATION_FLOW.moves.values():
        if household.state in each.since:
            return each.words
    return None


def masked_phone(household: RelocationHousehold) -> str:
    """The phone with a mask, or nothing."""
    return phones.masked(sealing.unseal(household.phone).decode() if household.phone else None)


def asked(name: str) -> Asked:
    """What the form of a move asks for."""
    kind = BROUGHT.get(name)
    if name == "dispute":
        return Asked(("dispute", "words"), ("dispute", "words"))
    return of_paper(kind) if kind else Asked((), ())


def of_paper(kind: PaperKind) -> Asked:
    """What the form of a version of a paper asks for: its file and words always can be given."""
    needed = ASKED[kind]
    return Asked(
        (*(each for each in needed if each not in ("words", "file")), "words", "file"), needed
    )


def figures(rows: Sequence[Any]) -> list[Figure]:
    """Each state on the straight way, and those beside it where somebody stands."""
    counted = {row.state: row.households for row in rows}
    return [
        Figure(state, RELOCATION_FLOW.states[state], LANE_OF[state], counted.get(state, 0))
        for state in RelocationState
        if state in WAY or state in counted
    ]


def lane_counts(rows: Sequence[Any]) -> dict[Lane, int]:
    """How many households there are in each colour of the map."""
    counts = dict.fromkeys(Lane, 0)
    for row in rows:
        counts[LANE_OF[RelocationState(row.state)]] += row.households
    return counts


def drawn(listed: Sequence[Listed], drawings: Mapping[int, Any], sites: Sequence[Any]) -> Any:
    """What the map of a project draws, as GeoJSON: its sites, and each parcel by its state; no names."""
    ground = [
        {"type": "Feature", "properties": {"what": "site"}, "geometry": geometry}
        for geometry in sites
    ]
    parcels = [
        {
            "type": "Feature",
            "properties": {
                "what": "parcel",
                "number": row.household.number,
                "lane": LANE_OF[RelocationState(row.household.state)],
                "state": str(RELOCATION_FLOW.states[RelocationState(row.household.state)]),
                "href": url_for("relocation_households.one", household_id=row.household.id),
            },
            "geometry": drawings[row.household.id],
        }
        for row in listed
    ]
    return {"type": "FeatureCollection", "features": ground + parcels}

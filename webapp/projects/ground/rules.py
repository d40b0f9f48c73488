"""The life of a parcel from wild to accepted ground, kinds of surveys and of utilities, and who may do what."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.flow import EVIDENCE_WORDS, Flow, move
from webapp.projects.rules import MAY as OF_PROJECTS, OfProject

WHOLE = 100


class ParcelState(StrEnum):
    """Where a parcel stands."""

    WAITING = "waiting"
    LEVELLING = "levelling"
    LEVELLED = "levelled"
    ACCEPTED = "accepted"


PARCEL_CHIPS = {
    ParcelState.WAITING: "new",
    ParcelState.LEVELLING: "rest",
    ParcelState.LEVELLED: "soon",
    ParcelState.ACCEPTED: "done",
}
FLAT = (ParcelState.LEVELLED, ParcelState.ACCEPTED)

PARCEL_FLOW = flow.register(
    Flow(
        "project_parcel",
        {
            ParcelState.WAITING: _l("Parcel not begun"),
            ParcelState.LEVELLING: _l("Parcel being levelled"),
            ParcelState.LEVELLED: _l("Level, to be accepted"),
            ParcelState.ACCEPTED: _l("Level and accepted"),
        },
        {
            "begin": move(
                ParcelState.WAITING,
                to=ParcelState.LEVELLING,
                may="parcels.enter",
                words=_l("Begin with the parcel"),
            ),
            "finish": move(
                ParcelState.LEVELLING,
                to=ParcelState.LEVELLED,
                may="parcels.enter",
                words=_l("The parcel is level"),
                needs=("whole",),
            ),
            "accept": move(
                ParcelState.LEVELLED,
                to=ParcelState.ACCEPTED,
                may="parcels.keep",
                words=_l("Accept the parcel"),
            ),
            "reopen": move(
                ParcelState.LEVELLED,
                to=ParcelState.LEVELLING,
                may="parcels.keep",
                words=_l("Not level yet"),
                needs=("note",),
            ),
        },
    )
)

EVIDENCE_WORDS["whole"] = _l("The newest survey does not say 100 % yet. Enter it first.")


class Source(StrEnum):
    """How a survey was made."""

    DRONE = "drone"
    GROUND = "ground"


SOURCE_WORDS = {
    Source.DRONE: _l("Survey by drone"),
    Source.GROUND: _l("Survey on the ground"),
}

# What is counted on a parcel: planned on it, and done by each survey.
AMOUNTS = {
    "cut_m3": _l("Cut (m³)"),
    "fill_m3": _l("Fill (m³)"),
    "pipes_m": _l("Pipes moved (m)"),
    "graves": _l("Graves moved"),
    "trees": _l("Trees moved"),
}


class UtilityKind(StrEnum):
    """What a site waits for from a supplier."""

    WATER = "water"
    POWER = "power"
    GAS = "gas"
    TELECOM = "telecom"
    SEWAGE = "sewage"


UTILITY_WORDS = {
    UtilityKind.WATER: _l("Water supply"),
    UtilityKind.POWER: _l("Power supply"),
    UtilityKind.GAS: _l("Gas supply"),
    UtilityKind.TELECOM: _l("Telephone and network"),
    UtilityKind.SEWAGE: _l("Sewage pipe"),
}

MAY = {
    "parcels.see": OfProject(OF_PROJECTS["projects.see"]),
    "parcels.enter": OfProject(OF_PROJECTS["projects.enter"]),
    "parcels.keep": OfProject(OF_PROJECTS["projects.lead"]),
}

"""Vessels and their kinds, the life of a voyage, what keeps a vessel in port, who may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Owns, SignedIn
from webapp.base.flow import Flow, move
from webapp.base.language import N_

ZONE = ZoneInfo("Asia/Shanghai")

# Whoever is out at this hour of the evening stands on the night list until they are back.
NIGHT = time(20, 0)


class VesselKind(StrEnum):
    """With what a vessel fishes; the closed season differs by it."""

    TRAWL = "trawl"
    GILLNET = "gillnet"
    PURSE = "purse"
    STOW = "stow"
    ANGLING = "angling"
    CARRIER = "carrier"
    FARM = "farm"
    LEISURE = "leisure"


VESSEL_WORDS = {
    VesselKind.TRAWL: _l("Trawler"),
    VesselKind.GILLNET: _l("Gillnetter"),
    VesselKind.PURSE: _l("Purse seiner"),
    VesselKind.STOW: _l("Stow netter"),
    VesselKind.ANGLING: _l("Line fishing vessel"),
    VesselKind.CARRIER: _l("Fish carrier"),
    VesselKind.FARM: _l("Vessel of a sea farm"),
    VesselKind.LEISURE: _l("Leisure fishing vessel"),
}

PAPER_WORDS = {
    "registered_until": _l("Registration valid until"),
    "licensed_until": _l("Fishing licence valid until"),
    "inspected_until": _l("Inspection valid until"),
}


class VoyageState(StrEnum):
    """Where a voyage stands."""

    AT_SEA = "at_sea"
    BACK = "back"
    VOID = "void"


VOYAGE_FLOW = flow.register(
    Flow(
        "voyage",
        {
            VoyageState.AT_SEA: _l("At sea"),
            VoyageState.BACK: _l("Back in port"),
            VoyageState.VOID: _l("Never left"),
        },
        {
            "return": move(
                VoyageState.AT_SEA,
                to=VoyageState.BACK,
                may="voyages.move",
                words=_l("Report the return"),
            ),
            "void": move(
                VoyageState.AT_SEA,
                to=VoyageState.VOID,
                may="voyages.move",
                words=_l("The vessel did not leave"),
                needs=("note",),
            ),
        },
    )
)

VOYAGE_CHIPS = {VoyageState.AT_SEA: "new", VoyageState.BACK: "done", VoyageState.VOID: "rest"}


class RecallState(StrEnum):
    """Where a recall stands."""

    CALLING = "calling"
    OVER = "over"
    LIFTED = "lifted"


RECALL_FLOW = flow.register(
    Flow(
        "recall",
        {
            RecallState.CALLING: _l("Vessels are called back"),
            RecallState.OVER: _l("Everybody called is back"),
            RecallState.LIFTED: _l("Lifted"),
        },
        {
            "stronger": move(
                RecallState.CALLING,
                to=RecallState.CALLING,
                may="recalls.call",
                words=_l("The wind grows"),
            ),
            "lift": move(
                RecallState.CALLING,
                to=RecallState.LIFTED,
                may="recalls.call",
                words=_l("Lift the recall"),
            ),
            "all_back": move(
                RecallState.CALLING,
                to=RecallState.OVER,
                may="recalls.end",
                words=_l("Everybody called is back"),
            ),
        },
    )
)

RECALL_CHIPS = {RecallState.CALLING: "late", RecallState.OVER: "done", RecallState.LIFTED: "rest"}


@dataclass(frozen=True)
class Paper:
    """A certificate: what or whose it is, and its last day (None: nobody has said)."""

    words: LazyString | str
    until: date | None


def keeps_in_port(
    *,
    on: date,
    papers: Iterable[Paper],
    crew: Iterable[Paper],
    permitted: int | None,
    closed_until: date | None,
    recalled_from: int | None = None,
) -> list[LazyString]:
    """Every reason for which the vessel may not leave on this day; none: it may."""
    ticked = list(crew)
    reasons = [
        _l("%(what)s: expired on %(day)s.", what=each.words, day=each.until.isoformat())
        for each in (*papers, *ticked)
        if each.until is not None and each.until < on
    ]
    if closed_until is not None:
        reasons.append(_l("Closed season until %(day)s.", day=closed_until.isoformat()))
    if recalled_from is not None:
        reasons.append(
            _l("Vessels of this length are called back: wind of force %(n)s.", n=recalled_from)
        )
    if not ticked:
        reasons.append(_l("Tick who is on board."))
    if permitted is not None and len(ticked) > permitted:
        reasons.append(
            _l(
                "%(n)s people are ticked, the vessel may carry %(most)s.",
                n=len(ticked),
                most=permitted,
            )
        )
    return reasons


def nightfall(now: datetime) -> datetime:
    """The last moment at which a night began."""
    here = now.astimezone(ZONE)
    evening = datetime.combine(here.date(), NIGHT, ZONE)
    return evening if here >= evening else evening - timedelta(days=1)


# A certificate of a crew that ends within so long is told of; pictures of who left are kept so long.
WARNED_DAYS = timedelta(days=30)
CREW_KEPT = timedelta(days=30)

KEEPERS = ("port_manager", "admin")
WATCHERS = (
    *KEEPERS,
    "dispatcher",
    "shift_leader",
    "supervisor",
    "street_leader",
    "safety_officer",
)

MAY = {
    "ports.see": Anywhere(*WATCHERS),
    "ports.keep": Anywhere(*KEEPERS),
    "vessels.see": Anywhere(*WATCHERS),
    "vessels.keep": Anywhere(*KEEPERS),
    "vessels.reveal": Anywhere(*KEEPERS, "shift_leader", "street_leader"),
    "vessels.own": SignedIn(),
    "vessels.act": Owns("account_id", N_("acts for the vessel")),
    "crews.see": Owns("account_id", N_("acts for the vessel")) | Anywhere(*WATCHERS),
    "crews.keep": Owns("account_id", N_("acts for the vessel")) | Anywhere(*KEEPERS),
    "voyages.see": Anywhere(*WATCHERS),
    "recalls.see": Anywhere(*WATCHERS),
    "recalls.call": Anywhere(*KEEPERS),
    "recalls.end": ByItself(),
    "recalls.answer": Owns("account_id", N_("acts for the vessel")) | Anywhere(*KEEPERS),
    "voyages.move": Owns("account_id", N_("acts for the vessel")) | Anywhere(*KEEPERS),
}

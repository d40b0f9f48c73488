"""The life of a special bond, what each step of it wants, and who may do what."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.flow import EVIDENCE_WORDS, Flow, move
from webapp.projects.rules import MAY as OF_PROJECTS, OfProject


class BondState(StrEnum):
    """Where a bond stands."""

    IDEA = "idea"
    RESERVED = "reserved"
    REVIEWED = "reviewed"
    ISSUED = "issued"
    ALLOCATED = "allocated"
    SPENDING = "spending"
    ACCEPTED = "accepted"


_ORDER = list(BondState)

# What the database wants of a bond from these states on.
WITH_INCOME = tuple(_ORDER[1:])
WITH_OPINION = tuple(_ORDER[2:])
WITH_TERMS = tuple(_ORDER[3:])
WITH_MONEY = tuple(_ORDER[4:])

BOND_CHIPS = {
    BondState.IDEA: "new",
    BondState.SPENDING: "soon",
    BondState.ACCEPTED: "done",
}

BOND_FLOW = flow.register(
    Flow(
        "project_bond",
        {
            BondState.IDEA: _l("Bond planned"),
            BondState.RESERVED: _l("Bond in reserve"),
            BondState.REVIEWED: _l("Bond reviewed"),
            BondState.ISSUED: _l("Bond issued"),
            BondState.ALLOCATED: _l("Money allocated"),
            BondState.SPENDING: _l("Money being spent"),
            BondState.ACCEPTED: _l("Bond accounted for"),
        },
        {
            "reserve": move(
                BondState.IDEA,
                to=BondState.RESERVED,
                may="bonds.keep",
                words=_l("Put it into the reserve"),
                needs=("income",),
            ),
            "review": move(
                BondState.RESERVED,
                to=BondState.REVIEWED,
                may="bonds.keep",
                words=_l("It is reviewed and in the list"),
                needs=("opinion",),
            ),
            "issue": move(
                BondState.REVIEWED,
                to=BondState.ISSUED,
                may="bonds.keep",
                words=_l("The bond is issued"),
                needs=("terms",),
            ),
            "allocate": move(
                BondState.ISSUED,
                to=BondState.ALLOCATED,
                may="bonds.keep",
                words=_l("The money is allocated"),
            ),
            "spend": move(
                BondState.ALLOCATED,
                to=BondState.SPENDING,
                may="bonds.spend",
                words=_l("Begin to spend"),
            ),
            "accept": move(
                BondState.SPENDING,
                to=BondState.ACCEPTED,
                may="bonds.accept",
                words=_l("Accept what was done with it"),
                needs=("spent", "note"),
            ),
        },
    )
)

EVIDENCE_WORDS["income"] = _l("Say first what income pays the bond back.")
EVIDENCE_WORDS["opinion"] = _l("Add the legal opinion first.")
EVIDENCE_WORDS["terms"] = _l("Say first the rate and the years of the bond.")
EVIDENCE_WORDS["spent"] = _l("Nothing of it was spent.")

MAY = {
    "bonds.see": OfProject(OF_PROJECTS["projects.see"]),
    "bonds.keep": OfProject(OF_PROJECTS["projects.lead"]),
    "bonds.spend": OfProject(OF_PROJECTS["projects.enter"]),
    "bonds.accept": OfProject(OF_PROJECTS["projects.decide"]),
}

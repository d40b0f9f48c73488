"""The life of a relocation household, what each move wants, and who may see and do what."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, Owns
from webapp.base.flow import EVIDENCE_WORDS, Flow, move
from webapp.base.language import N_
from webapp.grids.rules import STAFF
from webapp.projects.rules import InTeam, OfProject

# So many years after a household is closed it is erased who they were. Assumed.
ERASE_YEARS = 10

# So many days at least figures are posted before anybody negotiates. Assumed, until the street lays down its own.
POSTED_DAYS = 7
MOST_POSTED_DAYS = 60

# So much of a parcel lies inside of the site: a line drawn by hand is not exact.
INSIDE = 0.95


class RelocationState(StrEnum):
    """Where a household stands."""

    LISTED = "listed"
    SURVEYED = "surveyed"
    VALUED = "valued"
    POSTED = "posted"
    NEGOTIATING = "negotiating"
    SIGNED = "signed"
    PAID = "paid"
    RELOCATED = "relocated"
    CLEARED = "cleared"
    VERIFIED = "verified"
    CLOSED = "closed"
    DISPUTED = "disputed"
    MEDIATING = "mediating"
    ADMINISTRATIVE = "administrative"
    COURT = "court"


# The straight way, and the ways beside it.
WAY = tuple(RelocationState)[:11]
BESIDE = tuple(RelocationState)[11:]

# What the log calls the beginning of a household.
LISTED = "list"

# The land is clean from here on.
CLEAN = (RelocationState.VERIFIED, RelocationState.CLOSED)


def since(state: RelocationState) -> tuple[RelocationState, ...]:
    """This state and those after it on the straight way."""
    return WAY[WAY.index(state) :]


class Lane(StrEnum):
    """States as the map colours them."""

    BEFORE = "before"
    TALKS = "talks"
    AGREED = "agreed"
    LEAVING = "leaving"
    CLEAN = "clean"
    STUCK = "stuck"


LANE_WORDS = {
    Lane.BEFORE: _l("Before the talks"),
    Lane.TALKS: _l("Negotiated with"),
    Lane.AGREED: _l("Agreement signed"),
    Lane.LEAVING: _l("Moving out, being cleared"),
    Lane.CLEAN: _l("Clean land"),
    Lane.STUCK: _l("In dispute"),
}

LANE_OF = {
    RelocationState.LISTED: Lane.BEFORE,
    RelocationState.SURVEYED: Lane.BEFORE,
    RelocationState.VALUED: Lane.BEFORE,
    RelocationState.POSTED: Lane.BEFORE,
    RelocationState.NEGOTIATING: Lane.TALKS,
    RelocationState.SIGNED: Lane.AGREED,
    RelocationState.PAID: Lane.AGREED,
    RelocationState.RELOCATED: Lane.LEAVING,
    RelocationState.CLEARED: Lane.LEAVING,
    RelocationState.VERIFIED: Lane.CLEAN,
    RelocationState.CLOSED: Lane.CLEAN,
    **dict.fromkeys(BESIDE, Lane.STUCK),
}

LANE_CHIPS = {
    Lane.BEFORE: "new",
    Lane.TALKS: "soon",
    Lane.AGREED: "rest",
    Lane.LEAVING: "rest",
    Lane.CLEAN: "done",
    Lane.STUCK: "late",
}


class PaperKind(StrEnum):
    """What is written down about a household; of each kind there are versions, and none is ever changed."""

    SURVEY = "survey"
    VALUATION = "valuation"
    NOTICE = "notice"
    AGREEMENT = "agreement"
    PAYMENT = "payment"
    REMOVAL = "removal"
    CLEARING = "clearing"
    CHECK = "check"
    DECISION = "decision"


PAPER_WORDS = {
    PaperKind.SURVEY: _l("Survey of house and land"),
    PaperKind.VALUATION: _l("Valuation"),
    PaperKind.NOTICE: _l("Notice to the public"),
    PaperKind.AGREEMENT: _l("Relocation agreement"),
    PaperKind.PAYMENT: _l("Payment of compensation"),
    PaperKind.REMOVAL: _l("Where they moved to"),
    PaperKind.CLEARING: _l("The ground once it was cleared"),
    PaperKind.CHECK: _l("Check of the clean land"),
    PaperKind.DECISION: _l("Decision of an authority or a court"),
}

# Which paper a move brings with it, if it was not written down before.
BROUGHT = {
    "survey": PaperKind.SURVEY,
    "value": PaperKind.VALUATION,
    "post": PaperKind.NOTICE,
    "sign": PaperKind.AGREEMENT,
    "pay": PaperKind.PAYMENT,
    "move_out": PaperKind.REMOVAL,
    "clear": PaperKind.CLEARING,
    "verify": PaperKind.CHECK,
    "execute": PaperKind.DECISION,
}

# What is asked of a paper of each kind. Of a payment its file is not: the bank sends it later.
ASKED: dict[PaperKind, tuple[str, ...]] = {
    PaperKind.SURVEY: ("house_m2", "greenhouse_m2", "land_m2"),
    PaperKind.VALUATION: ("amount", "file"),
    PaperKind.NOTICE: ("days",),
    PaperKind.AGREEMENT: ("amount", "file"),
    PaperKind.PAYMENT: ("amount", "words"),
    PaperKind.REMOVAL: ("words",),
    PaperKind.CLEARING: ("file",),
    PaperKind.CHECK: ("words",),
    PaperKind.DECISION: ("words", "file"),
}

# Without these no household stands there, unless a decision was carried out instead.
PAPERS_OF = {
    RelocationState.SURVEYED: PaperKind.SURVEY,
    RelocationState.VALUED: PaperKind.VALUATION,
    RelocationState.POSTED: PaperKind.NOTICE,
    RelocationState.SIGNED: PaperKind.AGREEMENT,
    RelocationState.PAID: PaperKind.PAYMENT,
    RelocationState.RELOCATED: PaperKind.REMOVAL,
    RelocationState.CLEARED: PaperKind.CLEARING,
    RelocationState.VERIFIED: PaperKind.CHECK,
}


class PromiseKind(StrEnum):
    """What the team has promised to help a household with."""

    HOME = "home"
    MOVING = "moving"
    GREENHOUSE = "greenhouse"
    WORK = "work"
    PAPERS = "papers"
    OTHER = "other"


PROMISE_WORDS = {
    PromiseKind.HOME: _l("Find a place to live"),
    PromiseKind.MOVING: _l("Help with the move"),
    PromiseKind.GREENHOUSE: _l("Find other ground for greenhouses or nets"),
    PromiseKind.WORK: _l("Find work"),
    PromiseKind.PAPERS: _l("Papers, school, insurance"),
    PromiseKind.OTHER: _l("Another promise"),
}


class DisputeKind(StrEnum):
    """What a dispute is about."""

    FIGURES = "figures"
    AMOUNT = "amount"
    OWNERS = "owners"
    HOME = "home"
    OTHER = "other"


DISPUTE_WORDS = {
    DisputeKind.FIGURES: _l("What was measured"),
    DisputeKind.AMOUNT: _l("The compensation"),
    DisputeKind.OWNERS: _l("Whose it is, within the family"),
    DisputeKind.HOME: _l("Where they are to live"),
    DisputeKind.OTHER: _l("Something else in dispute"),
}

_S = RelocationState
_KEEP, _DECIDE = "relocation.keep", "relocation.decide"

RELOCATION_FLOW = flow.register(
    Flow(
        "relocation_household",
        {
            _S.LISTED: _l("Household listed"),
            _S.SURVEYED: _l("House and land surveyed"),
            _S.VALUED: _l("Compensation valued"),
            _S.POSTED: _l("Figures posted"),
            _S.NEGOTIATING: _l("In negotiation"),
            _S.SIGNED: _l("Relocation agreement signed"),
            _S.PAID: _l("Compensation paid"),
            _S.RELOCATED: _l("Moved out"),
            _S.CLEARED: _l("Ground cleared"),
            _S.VERIFIED: _l("Clean land verified"),
            _S.CLOSED: _l("Household closed"),
            _S.DISPUTED: _l("Disputed"),
            _S.MEDIATING: _l("In mediation"),
            _S.ADMINISTRATIVE: _l("With the authority"),
            _S.COURT: _l("At court"),
        },
        {
            "survey": move(
                _S.LISTED,
                to=_S.SURVEYED,
                may=_KEEP,
                words=_l("Write down the survey"),
                needs=("survey",),
            ),
            "value": move(
                _S.SURVEYED,
                to=_S.VALUED,
                may=_KEEP,
                words=_l("Write down the valuation"),
                needs=("valuation",),
            ),
            "post": move(
                _S.VALUED,
                to=_S.POSTED,
                may=_KEEP,
                words=_l("Post the figures"),
                needs=("notice",),
            ),
            "negotiate": move(
                _S.POSTED,
                to=_S.NEGOTIATING,
                may=_KEEP,
                words=_l("Begin the negotiation"),
                needs=("posted_long_enough",),
            ),
            "sign": move(
                _S.NEGOTIATING,
                _S.MEDIATING,
                _S.ADMINISTRATIVE,
                _S.COURT,
                to=_S.SIGNED,
                may=_KEEP,
                words=_l("The agreement is signed"),
                needs=("posted_long_enough", "agreement"),
            ),
            "pay": move(
                _S.SIGNED,
                to=_S.PAID,
                may=_KEEP,
                words=_l("The compensation is paid"),
                needs=("payment", "paid_in_full"),
            ),
            "move_out": move(
                _S.PAID,
                to=_S.RELOCATED,
                may=_KEEP,
                words=_l("They have moved out"),
                needs=("removal",),
            ),
            "clear": move(
                _S.RELOCATED,
                to=_S.CLEARED,
                may=_KEEP,
                words=_l("The ground is cleared"),
                needs=("clearing",),
            ),
            "verify": move(
                _S.CLEARED,
                to=_S.VERIFIED,
                may=_DECIDE,
                words=_l("Verify the clean land"),
                needs=("check", "somebody_else"),
            ),
            "close": move(
                _S.VERIFIED,
                to=_S.CLOSED,
                may=_DECIDE,
                words=_l("Close the household"),
                needs=("promises_kept",),
            ),
            "dispute": move(
                _S.VALUED,
                _S.POSTED,
                _S.NEGOTIATING,
                to=_S.DISPUTED,
                may=_KEEP,
                words=_l("They do not agree"),
                needs=("dispute",),
            ),
            "mediate": move(
                _S.DISPUTED,
                to=_S.MEDIATING,
                may=_KEEP,
                words=_l("Begin to mediate"),
            ),
            "refer": move(
                _S.MEDIATING,
                to=_S.ADMINISTRATIVE,
                may=_DECIDE,
                words=_l("Refer it to the authority"),
                needs=("mediation",),
            ),
            "sue": move(
                _S.MEDIATING,
                _S.ADMINISTRATIVE,
                to=_S.COURT,
                may=_DECIDE,
                words=_l("Take it to court"),
                needs=("mediation",),
            ),
            "execute": move(
                _S.ADMINISTRATIVE,
                _S.COURT,
                to=_S.RELOCATED,
                may=_DECIDE,
                words=_l("The decision is carried out"),
                needs=("decision",),
            ),
        },
    )
)

EVIDENCE_WORDS |= {
    "survey": _l("Write down what was measured."),
    "valuation": _l("Write down the amount and add the paper of the valuation."),
    "notice": _l("Say how many days the figures are posted."),
    "posted_long_enough": _l("The figures are still posted. Wait until the last day is over."),
    "agreement": _l("Write down the amount and add the signed agreement."),
    "payment": _l("Write down what was paid, and by which record."),
    "paid_in_full": _l("What was paid does not come to what was agreed."),
    "removal": _l("Say where they moved to."),
    "clearing": _l("Add a photo of the cleared ground."),
    "check": _l("Say what you found on the ground."),
    "somebody_else": _l("Somebody else verifies it than who wrote down that it is cleared."),
    "promises_kept": _l("A promise is still open. Keep it first, or say why it is not wanted."),
    "dispute": _l("Say what it is about."),
    "mediation": _l("Write down at least one talk of the mediation first."),
    "decision": _l("Add the decision, and say what it says."),
}


_LEADS = Owns("leader_id", N_("leads the project"))
_STREET = Anywhere("street_leader")

MAY = {
    "relocation.list": Anywhere(*STAFF),
    "relocation.board": _LEADS | InTeam() | _STREET,
    "relocation.register": _LEADS | InTeam(),
    "relocation.see": OfProject(_LEADS | InTeam()) | _STREET,
    "relocation.reveal": OfProject(_LEADS | InTeam()) | _STREET,
    "relocation.keep": OfProject(_LEADS | InTeam()),
    "relocation.erasures": Anywhere("street_leader", "admin"),
    "relocation.set_erasure": Anywhere("street_leader"),
    "relocation.decide": OfProject(_LEADS) | _STREET,
}

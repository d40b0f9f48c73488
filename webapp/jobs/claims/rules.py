"""The life of a claim, and who may do what with it."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Owns, SignedIn
from webapp.base.flow import Flow, move
from webapp.jobs.rules import REVIEWERS


class ClaimState(StrEnum):
    """Where a claim stands."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


CLAIM_FLOW = flow.register(
    Flow(
        "job_claim",
        {
            ClaimState.WAITING: _l("Waits to be looked at"),
            ClaimState.GRANTED: _l("Entered as an employer"),
            ClaimState.REFUSED: _l("Registration refused"),
            ClaimState.WITHDRAWN: _l("Registration withdrawn"),
        },
        {
            "grant": move(
                ClaimState.WAITING,
                to=ClaimState.GRANTED,
                may="jobs.claim_decide",
                words=_l("Enter it as an employer"),
            ),
            "refuse": move(
                ClaimState.WAITING,
                to=ClaimState.REFUSED,
                may="jobs.claim_decide",
                words=_l("Refuse the registration"),
                needs=("note",),
            ),
            "withdraw": move(
                ClaimState.WAITING,
                to=ClaimState.WITHDRAWN,
                may="jobs.claim_own",
                words=_l("Withdraw the registration"),
            ),
        },
    )
)

CHIPS = {
    ClaimState.WAITING: "soon",
    ClaimState.GRANTED: "done",
    ClaimState.REFUSED: "late",
    ClaimState.WITHDRAWN: "rest",
}

# Registrations of one account that may wait at once.
MOST_WAITING = 5

MAY = {
    "jobs.claim": SignedIn(),
    "jobs.claim_own": Owns("account_id", "registered it"),
    "jobs.claim_see": Owns("account_id", "registered it") | REVIEWERS,
    "jobs.claim_decide": REVIEWERS,
}

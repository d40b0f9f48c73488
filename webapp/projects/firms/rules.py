"""The life of what an enterprise asks, how long an answer may take, and who may do what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false

from webapp.base import flow
from webapp.base.access import Actor, Anywhere, Rule
from webapp.base.clock import Limit, Unit
from webapp.base.flow import Flow, move
from webapp.base.language import N_
from webapp.projects.rules import MAY as OF_PROJECTS, OfProject

# Who acts for an enterprise holds such a post.
FIRM = "employer"

# An enterprise is answered within so much working time. (assumed)
ANSWERED_WITHIN = Limit(3, Unit.WORK_DAY)


class RequestState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    SETTLED = "settled"


REQUEST_CHIPS = {
    RequestState.ASKED: "new",
    RequestState.ANSWERED: "rest",
    RequestState.SETTLED: "done",
}


class ForFirm(Rule):
    """Speaks for the enterprise in this project now."""

    words = N_("speaks for the enterprise of the project")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the project names the one who asks as a contact of its enterprise."""
        if thing is None or who.id is None:
            return False
        return any(contact.account_id == who.id for contact in thing.contacts)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The projects that name the one who asks."""
        if who.id is None:
            return false()
        named: ColumnElement[bool] = model.contacts.any(account_id=who.id)
        return named


_FIRM = ForFirm()

REQUEST_FLOW = flow.register(
    Flow(
        "project_request",
        {
            RequestState.ASKED: _l("Asked, to be answered"),
            RequestState.ANSWERED: _l("Answered"),
            RequestState.SETTLED: _l("Settled for the enterprise"),
        },
        {
            "answer": move(
                RequestState.ASKED,
                to=RequestState.ANSWERED,
                may="requests.answer",
                words=_l("Answer the enterprise"),
                needs=("note",),
            ),
            "settle": move(
                RequestState.ANSWERED,
                to=RequestState.SETTLED,
                may="requests.settle",
                words=_l("This is settled"),
            ),
            "ask_again": move(
                RequestState.ANSWERED,
                to=RequestState.ASKED,
                may="requests.settle",
                words=_l("Ask once more"),
                needs=("note",),
            ),
        },
    )
)

MAY = {
    "projects.ours": Anywhere(FIRM),
    "projects.ours_one": _FIRM | OF_PROJECTS["projects.see"],
    "projects.ask": _FIRM,
    "requests.see": OfProject(_FIRM) | OfProject(OF_PROJECTS["projects.see"]),
    "requests.answer": OfProject(OF_PROJECTS["projects.enter"]),
    "requests.settle": OfProject(_FIRM),
}

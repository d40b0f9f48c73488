"""The life of a tough item and of a resolution, and who may do what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Owns
from webapp.base.flow import Flow, move
from webapp.base.language import N_
from webapp.grids.rules import SomebodyElse
from webapp.projects.rules import MAY as OF_PROJECTS, OfProject


class ToughState(StrEnum):
    """Where a tough item stands."""

    OPEN = "open"
    SOLVED = "solved"
    ACCEPTED = "accepted"


TOUGH_CHIPS = {
    ToughState.OPEN: "new",
    ToughState.SOLVED: "soon",
    ToughState.ACCEPTED: "done",
}

_OWNS = Owns("owner_id", N_("is answerable for it"))
_ANOTHER = SomebodyElse("owner_id", N_("is not the one who is answerable for it"))

TOUGH_FLOW = flow.register(
    Flow(
        "project_tough",
        {
            ToughState.OPEN: _l("Tough item open"),
            ToughState.SOLVED: _l("Solved, to be accepted"),
            ToughState.ACCEPTED: _l("Tough item accepted"),
        },
        {
            "solve": move(
                ToughState.OPEN,
                to=ToughState.SOLVED,
                may="tough.solve",
                words=_l("The tough item is solved"),
                needs=("note",),
            ),
            "accept": move(
                ToughState.SOLVED,
                to=ToughState.ACCEPTED,
                may="tough.accept",
                words=_l("Accept that it is solved"),
            ),
            "send_back": move(
                ToughState.SOLVED,
                to=ToughState.OPEN,
                may="tough.accept",
                words=_l("It is not solved yet"),
                needs=("note",),
            ),
        },
    )
)


class ResolutionState(StrEnum):
    """Where a resolution stands."""

    OPEN = "open"
    DONE = "done"


RESOLUTION_FLOW = flow.register(
    Flow(
        "project_resolution",
        {
            ResolutionState.OPEN: _l("Resolution to be carried out"),
            ResolutionState.DONE: _l("Resolution carried out"),
        },
        {
            "finish": move(
                ResolutionState.OPEN,
                to=ResolutionState.DONE,
                may="resolutions.finish",
                words=_l("It is carried out"),
                needs=("note",),
            ),
        },
    )
)

MAY: dict[str, Any] = {
    "tough.see": OfProject(OF_PROJECTS["projects.see"]) | _OWNS,
    "tough.solve": _OWNS | OfProject(OF_PROJECTS["projects.lead"]),
    "tough.accept": OfProject(OF_PROJECTS["projects.decide"]) & _ANOTHER,
    "resolutions.see": OfProject(OF_PROJECTS["projects.see"]) | _OWNS,
    "resolutions.finish": _OWNS | OfProject(OF_PROJECTS["projects.lead"]),
}

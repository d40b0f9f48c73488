"""The life of an import: from the file to a draft of borders."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.flow import Flow, move


class ImportState(StrEnum):
    """Where an import stands."""

    WORKING = "working"
    REPORTED = "reported"
    DRAFTED = "drafted"
    DROPPED = "dropped"


IMPORT_FLOW = flow.register(
    Flow(
        "border_import",
        {
            ImportState.WORKING: _l("Being looked at"),
            ImportState.REPORTED: _l("Checked, waiting for you"),
            ImportState.DRAFTED: _l("Made a boundary set"),
            ImportState.DROPPED: _l("Dropped"),
        },
        {
            "report": move(
                ImportState.WORKING,
                to=ImportState.REPORTED,
                may="grids.report_import",
                words=_l("Checked"),
            ),
            "answer": move(
                ImportState.REPORTED,
                ImportState.WORKING,
                to=ImportState.WORKING,
                may="grids.draw",
                words=_l("Check again"),
            ),
            "draft": move(
                ImportState.REPORTED,
                to=ImportState.DRAFTED,
                may="grids.draw",
                words=_l("Make a boundary set of it"),
            ),
            "drop": move(
                ImportState.WORKING,
                ImportState.REPORTED,
                to=ImportState.DROPPED,
                may="grids.draw",
                words=_l("Drop this import"),
            ),
        },
    )
)

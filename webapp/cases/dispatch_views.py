"""Pages of the dispatch: the proposal for the whole queue."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from pydantic import Field, field_validator

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.flow import Unacceptable
from webapp.base.web import Form, page
from webapp.cases import candidates, proposing
from webapp.cases.proposing import Wish
from webapp.cases.rules import CASE_FLOW, GRADE_WORDS

bp = Blueprint("dispatch", __name__)

ROW = re.compile(r"([0-9]{1,18}):([0-9]{1,9}):([0-9]{1,18}):([01])")


class AcceptForm(Form):
    """The rows that are accepted, each `case:version:account` and whether another offer ends."""

    rows: list[str] = Field(default_factory=list, max_length=proposing.MOST)

    @field_validator("rows", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]

    def wishes(self) -> list[Wish]:
        """Raises `Unacceptable` where nothing, or nothing that can be read, was chosen."""
        found = [ROW.fullmatch(row) for row in self.rows]
        if not found or not all(found):
            raise Unacceptable(_l("Choose at least one row."))
        values = [tuple(map(int, each.groups())) for each in found if each]
        return [Wish(case, version, to, bool(off)) for case, version, to, off in values]


@bp.get("/cases/proposal")
@permit("cases.propose")
def proposal() -> Response:
    """Who is proposed for which case that waits."""
    return _shown()


@bp.post("/cases/proposal")
@permit("cases.propose")
def accept() -> ResponseReturnValue:
    """The accepted rows are dispatched; the page shows what is left, and what did not go."""
    try:
        wishes = AcceptForm.read(request).wishes()
    except Unacceptable as refusal:
        return _shown(status=refusal.status, told=refusal.words)
    done, refused = proposing.accept(wishes, by=me())
    return _shown(done=done, refused=refused, status=409 if refused and not done else 200)


def _shown(*, status: int = 200, **told: Any) -> Response:
    made = proposing.proposal(me())
    return page(
        "cases/proposal.html",
        fragment="proposal",
        status=status,
        proposal=made,
        way_lines=[
            candidates.way_line(row.case, row.line, first=not row.gain)
            for row in made.rows
            if row.line
        ],
        flow=CASE_FLOW,
        grades=GRADE_WORDS,
        now=clock.now(),
        **{"done": None, "refused": [], "told": None, **told},
    )

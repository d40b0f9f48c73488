"""Who looked at which camera, and what for: the lines of the log, for whoever answers for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l
from pydantic import Field

from webapp.base.access import permit
from webapp.base.web import Form, page
from webapp.monitoring.walls import queries

bp = Blueprint("looks", __name__)

# What somebody did to see something.
DID = {
    "look": _l("Looked at"),
    "replay": _l("Recording looked at"),
    "turn": _l("Told to turn"),
    "reveal": _l("Addresses shown"),
}


class LooksForm(Form):
    """How the list is narrowed."""

    q: str = Field(default="", max_length=100)
    did: str | None = None
    camera: int | None = Field(default=None, ge=1)
    before: int | None = Field(default=None, ge=1)


@bp.get("/cameras/looks")
@permit("video.looks")
def listed() -> Response:
    """Every look, found by camera, person or purpose, the last one first."""
    wish = LooksForm.of(request.args.to_dict())
    found = queries.looks(words=wish.q, did=wish.did, camera_id=wish.camera, before=wish.before)
    return page("monitoring/walls/looks.html", fragment="found", found=found, wish=wish, did=DID)


def narrowing(address: Any) -> dict[str, Any]:
    """How an address narrows the list."""
    wish = LooksForm.of(dict(address))
    return {"words": wish.q, "did": wish.did, "camera_id": wish.camera}

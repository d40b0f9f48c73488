"""Pages of what is heard of vessels: the receivers and whoever nobody knows."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.base.access import permit
from webapp.base.web import page
from webapp.ports.sea import queries

bp = Blueprint("sea", __name__)


@bp.get("/ports/receivers")
@permit("receivers.see")
def receivers() -> Response:
    """Where positions come from, how much of what kind, and the vessels that nobody registered."""
    return page("ports/receivers.html", found=queries.receivers(), strange=queries.strange())

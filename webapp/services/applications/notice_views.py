"""Public notices of applications (公示): what is about to be granted, to whom by first letter, until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, request
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.web import Form, page
from webapp.services.applications import queries
from webapp.services.applications.forms import nonempty
from webapp.services.applications.models import Application

bp = Blueprint("application_notices", __name__)


class NoticesForm(Form):
    """Where in the list of notices."""

    after: int | None = Field(default=None, ge=1)


@bp.get("/services/notices")
@permit("applications.notices")
def listed() -> Response:
    """The notices that run: number, item, first letter, workstation, how long, how to object."""
    found = queries.on_notice(me(), after=NoticesForm.of(nonempty(request.args.to_dict())).after)
    return page(
        "services/notices.html",
        fragment="list",
        notices=found.rows,
        after=found.after,
        since=_since,
    )


def _since(application: Application) -> datetime | None:
    until = application.publicity_until
    return until - timedelta(days=application.item.said.publicity_days) if until else None

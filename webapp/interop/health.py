"""Whether the house is alive, and whether it can do its work."""

from __future__ import annotations

from functools import cache

from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify, make_response
from sqlalchemy import exc

from webapp.base import broker, intake, tasks
from webapp.base.access import public
from webapp.base.config import Settings
from webapp.base.db import db, migrations
from webapp.interop import queries

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public("to see that the web server is alive")
def alive() -> Response:
    """The web server answers; the database is not asked."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public("to see that pages can be served")
def ready() -> Response:
    """Whether the database answers, its schema is the newest, a worker lives, and machines are heard.

    503 when database or schema fail. In production also without a worker, because notices must
    leave, and with demo accounts, because anybody may know their password.
    """
    settings: Settings = current_app.extensions["settings"]
    try:
        schema = "ok" if queries.schema() == _newest() else "old"
        heard = tasks.heard_s()
        machines = _intake(settings)
        demo = settings.production and queries.has_demo()
        database = "ok"
    except exc.SQLAlchemyError as error:
        current_app.logger.error("not ready: %s", error)
        db.session.rollback()
        database, schema, heard, machines, demo = "away", "unknown", None, "unknown", False
    worker = "ok" if heard is not None and heard <= tasks.SILENT_S else "silent"
    fails = schema != "ok" or demo or (settings.production and worker != "ok")
    body = {"database": database, "schema": schema, "worker": worker, "intake": machines}
    if demo:
        body["demo"] = "present"
    answer = make_response(jsonify(body), 503 if fails else 200)
    if fails:
        answer.headers["Retry-After"] = "3"
    return answer


def _intake(settings: Settings) -> str:
    """Pages are served without it: so it is told, and nobody is turned away."""
    if broker.place(settings) is None:
        return "off"
    heard = intake.heard_s()
    return "ok" if heard is not None and heard <= intake.SILENT_S else "silent"


@cache
def _newest() -> list[str]:
    script: ScriptDirectory = migrations.script_directory
    return sorted(script.get_heads())

"""Whether the house is alive, and whether it can do its work."""

from __future__ import annotations

from functools import cache

from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify, make_response
from sqlalchemy import exc

from webapp.base import broker, intake, reading, tasks
from webapp.base.access import permit, public
from webapp.base.config import Settings
from webapp.base.db import db, migrations
from webapp.base.web import page
from webapp.interop import processes, queries

bp = Blueprint("health", __name__)

# Less room on the disk than this part of it, or a backup older than so many seconds, is told in red.
LOW, OLD_BACKUP_S = 0.1, 26 * 3600


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
        standby = _standby()
        database = "ok"
    except exc.SQLAlchemyError as error:
        current_app.logger.error("not ready: %s", error)
        db.session.rollback()
        database, schema, heard, machines, demo = "away", "unknown", None, "unknown", False
        standby = "unknown"
    worker = "ok" if heard is not None and heard <= tasks.SILENT_S else "silent"
    fails = schema != "ok" or demo or (settings.production and worker != "ok")
    body = {"database": database, "schema": schema, "worker": worker, "intake": machines}
    if reading.has_standby():
        body["standby"] = standby
    if demo:
        body["demo"] = "present"
    answer = make_response(jsonify(body), 503 if fails else 200)
    if fails:
        answer.headers["Retry-After"] = "3"
    return answer


@bp.get("/health")
@permit("machines.metrics")
def show() -> Response:
    """How every process of the house is, what waits for the worker, and what room is left."""
    settings: Settings = current_app.extensions["settings"]
    jobs = tasks.depth()
    return page(
        "interop/health.html",
        processes=processes.all_of_them(settings),
        names=processes.NAMES,
        states=processes.STATES,
        todo=jobs.get("todo", 0) + jobs.get("doing", 0),
        failed=jobs.get("failed", 0),
        aside=len(intake.dead_letters()),
        store=processes.store(settings.instance),
        size=queries.size(),
        low=LOW,
        old=OLD_BACKUP_S,
    )


def _standby() -> str:
    """Where it is away what may lag is read where everything is written."""
    return "away" if reading.lag_s() is None else "ok"


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

"""Pages of the team: my projects and what is to do, what was done today, the report of a day."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from webapp.base import audit, files
from webapp.base.access import may, me, permit
from webapp.base.files import StoredFile
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address, wants_json
from webapp.people import days, queries as people
from webapp.projects import actions, daily, queries, shown
from webapp.projects.bonds import queries as bonds
from webapp.projects.duties import queries as duties
from webapp.projects.firms import queries as firms
from webapp.projects.forms import EntryForm
from webapp.projects.ground import queries as ground
from webapp.projects.models import Project
from webapp.projects.rules import PROJECT_FLOW

bp = Blueprint("project_days", __name__)


@bp.get("/projects/mine")
@permit("projects.list")
def mine() -> Response:
    """The projects one works for, and what is to do on each."""
    who, today = me(), days.today()
    written = queries.written_on(today, who)
    listed = queries.mine(who, today=today)
    return page(
        "projects/mine.html",
        found=[
            (each, daily.to_do(each, who, written=each.project.id in written, today=today))
            for each in listed
        ],
        duties=duties.open_for(who),
        today=today,
        **shown.words(),
    )


@bp.get("/projects/<int:project_id>/entries/new")
@permit("projects.enter", of=queries.one)
def new_entry(project: Project) -> Response:
    """The form for what was done today."""
    return _entry(project)


@bp.post("/projects/<int:project_id>/entries")
@permit("projects.enter", of=queries.one)
def write_down(project: Project) -> ResponseReturnValue:
    """What was done today is written down."""
    key = project.id
    try:
        form = EntryForm.read(request)
        entry = actions.write_down(project, form, sent_photo(), by=me())
    except Refusal as refusal:
        again_there = afresh(refusal, lambda: queries.one(key), right="projects.enter")
        return _entry(again_there, refusal)
    written = entry.day.isoformat()
    if wants_json():
        there = url_for("project_days.day", project_id=key, day=written)
        return jsonify(id=entry.id, url=there)
    return goto("project_days.day", project_id=key, day=written)


@bp.get("/projects/<int:project_id>/days/<day>")
@permit("projects.see", of=lambda project_id, day: queries.one(project_id))
def day(project: Project) -> Response:
    """The report of a day, made of what was written down and of what happened on it."""
    try:
        asked = date.fromisoformat(part_of_address("day"))
    except ValueError:
        abort(404)
    events = daily.events_of(audit.history(PROJECT_FLOW.kind, project.id), asked)
    return page(
        "projects/day.html",
        project=project,
        day=asked,
        today=days.today(),
        report=daily.report(queries.entries(project.id, day=asked)),
        events=events,
        names=people.named_in(events),
        surveys=ground.surveys_entered(project.id, asked),
        spendings=bonds.spent_on(project.id, asked),
        resolutions=duties.resolved_on(project.id, asked),
        asked=firms.asked_on(project.id, asked),
        late=[each for each in shown.stages_of(project) if each.late_days(asked)],
        enters=may(me(), "projects.enter", project),
        **shown.words(),
    )


@bp.get("/projects/<int:project_id>/entries/<int:entry_id>/photo")
@permit("projects.see", of=lambda project_id, entry_id: queries.one(project_id))
def photo(project: Project) -> Response:
    """The photo of an entry."""
    entry = queries.entry(project.id, int(part_of_address("entry_id")))
    if entry is None or entry.photo is None:
        abort(404)
    return files.answer(entry.photo)


def _entry(project: Project, refusal: Refusal | None = None) -> Response:
    sent: Any = request.form
    return page(
        "projects/entry.html",
        status=refusal.status if refusal else 200,
        project=project,
        sent=sent,
        mark=sent.get("mark") or uuid.uuid4(),
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        **shown.words(),
    )


def sent_photo() -> StoredFile | None:
    """The photo that came with the form, kept; None without one."""
    upload = request.files.get("photo")
    return files.keep_picture(upload.stream, by=me()) if upload and upload.filename else None

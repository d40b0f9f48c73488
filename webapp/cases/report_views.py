"""Pages of the phone: the report and what belongs to it, today's stops, what waits to be sent."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf
from pydantic import Field

from webapp.base.access import me, permit, public
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import Form, goto, page, wants_json
from webapp.cases import actions, moves, queries
from webapp.cases.attaching import keep_media
from webapp.cases.forms import ReportForm, answers_of, with_spot
from webapp.cases.rules import DESK, Source, Stage
from webapp.cases.standards import queries as standards
from webapp.cases.views import note_place, plain
from webapp.grids import queries as grids
from webapp.projects import calling
from webapp.projects.models import Blocker
from webapp.projects.rules import CAUSE_WORDS, Cause
from webapp.residents.follow_ups import Way
from webapp.residents.visit_rules import Need

bp = Blueprint("reports", __name__)

# So many characters are carried in an address.
MOST_LED = 200

# Needs found on a visit that are matters of an office.
REPORTED = frozenset((Need.REPAIR, Need.SAFETY, Need.DISPUTE))


class NewForm(Form):
    """Where a new report begins, of what class, and with which words, if whoever leads there knows."""

    class_code: str | None = Field(default=None, pattern=r"^[0-9]{5}$")
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    accuracy: float | None = Field(default=None, ge=0)
    words: str | None = Field(default=None, max_length=MOST_LED)


@bp.get("/cases/new")
@permit("cases.report")
def new() -> Response:
    """The report: a photo, what it is, send."""
    begin = NewForm.of(request.args.to_dict())
    sent = {
        "class_code": begin.class_code,
        "lon": begin.lon,
        "lat": begin.lat,
        "accuracy_m": begin.accuracy,
        "words": begin.words,
    }
    return _report_page(sent=sent)


def _report_page(
    *,
    sent: dict[str, Any],
    errors: dict[str, Any] | None = None,
    status: int = 200,
    told: Any = None,
) -> Response:
    who = me()
    return page(
        "cases/new.html",
        status=status,
        sent=sent,
        errors=errors or {},
        told=told,
        common=queries.classes(limit=9),
        recent=queries.recent_classes(who),
        chosen=queries.class_of(sent.get("class_code")),
        questions=standards.all_questions(),
        hints=standards.hints(),
        answers=answers_of(request.form),
        spots=[(f"{row.lon:.6f},{row.lat:.6f}", row.name) for row in queries.named_spots()],
        grids=[("", _l("The grid of the map"))]
        + [(each.display_code, each.name) for each in grids.living()],
        mark=uuid.uuid4(),
    )


@bp.post("/cases")
@permit("cases.report")
def report() -> ResponseReturnValue:
    """A report comes in, from the form or from the queue of a phone that was offline."""
    try:
        form = ReportForm.read(with_spot(request))
        if not _says_something(form):
            words = _l("Add a photo, a voice note, or a few words.")
            raise Unacceptable(words, fields={"words": words})
        case = actions.report(
            class_code=form.class_code,
            lon=form.lon,
            lat=form.lat,
            datum=form.datum,
            accuracy_m=form.accuracy_m,
            words=form.words,
            where_words=form.where_words,
            said_grid=form.said_grid,
            source=Source.DESK if me().holds(DESK) else Source.WORKER,
            by=me(),
            happened_at=form.happened_at,
            client_id=form.client_id,
            answers=form.answers,
            prefix=_settings().case_prefix,
        )
        keep_media(case, Stage.FOUND, form.client_id)
        note_place(form)
        if form.solved and not case.replayed:
            moves.self_close(case, by=me(), note=form.solved_note, client_at=form.happened_at)
    except Refusal as refusal:
        db.session.rollback()
        if wants_json():
            raise
        sent = request.form.to_dict()
        return _report_page(
            sent=sent, errors=refusal.fields, status=refusal.status, told=refusal.words
        )
    if wants_json():
        return jsonify(plain(case)), 200 if case.replayed else 201
    return goto("cases.one", case_id=case.id)


def _says_something(form: ReportForm) -> bool:
    has_files = any(
        each.filename
        for name in ("photo", "after", "voice")
        for each in request.files.getlist(name)
    )
    follows = request.form.get("media_follows") or (
        request.is_json and request.get_json().get("media_follows")
    )
    return bool(form.words or has_files or follows)


@bp.get("/cases/classes")
@permit("cases.report")
def classes() -> Response:
    """Classes by name, code or the words people use."""
    words = request.args.get("q", "").strip()[:60]
    return page(
        "cases/classes.html",
        fragment="hits",
        door=bp.name,
        words=words,
        linked=not request.headers.get("HX-Request"),
        hits=queries.classes(words or None, limit=20),
    )


@bp.get("/cases/unsent")
@permit("cases.report")
def unsent() -> Response:
    """What waits on this phone to be sent; the list itself lies in the browser."""
    return page("cases/unsent.html")


@bp.get("/session")
@public("says who is signed in and hands out a fresh form token; nothing else")
def session_now() -> Response:
    """Who this browser is signed in as, and a token for what it sends next."""
    who = me()
    return jsonify({"account": who.id, "csrf_token": generate_csrf()})


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def from_a_visit(needs: Collection[Need], lonlat: tuple[float, float]) -> Way | None:
    """What a visit to a household found for an office to do can be reported at that place."""
    if not REPORTED.intersection(needs):
        return None
    return Way(_l("Report it as a case"), _form_at(lonlat))


def from_a_blocker(blocker: Blocker, lonlat: tuple[float, float]) -> calling.Way | None:
    """What holds a project up can be reported as a case at its site: its page has the whistle."""
    said = f"{CAUSE_WORDS[Cause(blocker.cause)]}: {blocker.words}"
    there = _form_at(lonlat, words=said[:MOST_LED])
    return calling.Way(_l("Report it as a case, to blow a whistle"), there)


def _form_at(lonlat: tuple[float, float], words: str | None = None) -> str:
    lon, lat = lonlat
    return url_for("reports.new", lon=f"{lon:.6f}", lat=f"{lat:.6f}", words=words)

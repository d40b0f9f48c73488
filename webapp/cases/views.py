"""Pages of the case desk: the queue, one case and its moves, the report, today's stops."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf
from pydantic import Field

from webapp.base import clock, files
from webapp.base.access import may, me, permit, public
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import Form, goto, page, part_of_address, wants_json
from webapp.cases import actions, queries
from webapp.cases.forms import CorrectForm, MediaForm, MoveForm, ReportForm
from webapp.cases.models import Case, CaseMedia
from webapp.cases.rules import (
    CASE_FLOW,
    DESK,
    EVENT_WORDS,
    QUEUES,
    SOURCE_WORDS,
    STAGE_WORDS,
    STEPS,
    UNSENT,
    Duty,
    Source,
    Stage,
    State,
)
from webapp.grids import queries as grids
from webapp.people import queries as people

bp = Blueprint("cases", __name__)

Deed = Callable[..., None]

# What each move of the flow is in deeds; `worker` and `note` are handed over where they are asked for.
MOVES: dict[str, Deed] = {
    "self_close": lambda case, form, **moved: actions.self_close(case, note=form.note, **moved),
    "reject": lambda case, form, **moved: actions.reject(case, note=form.note, **moved),
    "file": lambda case, form, **moved: actions.file_case(case, **moved),
    "dispatch": lambda case, form, **moved: actions.dispatch(
        case, to=form.worker, note=form.note, **moved
    ),
    "sign": lambda case, form, **moved: actions.sign(case, **moved),
    "feedback": lambda case, form, **moved: actions.feedback(case, note=form.note, **moved),
    "send_check": lambda case, form, **moved: actions.send_check(
        case, to=form.worker, note=form.note, **moved
    ),
    "pass": lambda case, form, **moved: actions.pass_check(case, note=form.note, **moved),
    "fail": lambda case, form, **moved: actions.fail_check(case, note=form.note, **moved),
    "close": lambda case, form, **moved: actions.close(case, note=form.note, **moved),
}


# The buttons of a case in the order of the work: what leads on first, what turns back last.
ORDER = (
    "dispatch",
    "send_check",
    "sign",
    "feedback",
    "pass",
    "close",
    "fail",
    "file",
    "self_close",
    "reject",
)


class QueueForm(Form):
    """How the queue is narrowed."""

    show: str = "open"
    outside: bool = False
    before: int | None = None


@bp.get("/cases")
@permit("cases.report")
def queue() -> Response:
    """The queue: what `who` may see, late ones first, narrowed to a step of the work."""
    wish = QueueForm.of(request.args.to_dict())
    shown = wish.show if wish.show in QUEUES else "open"
    who = me()
    now = clock.now()
    rows = queries.queued(
        who,
        states=QUEUES[shown][1],
        at=now,
        outside=wish.outside,
        after=wish.before,
        limit=queries.PAGE + 1,
    )
    more = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    counts = _sums(queries.counts(who))
    lost = queries.count_outside(who)
    return page(
        "cases/queue.html",
        fragment="queue",
        rows=rows[: queries.PAGE],
        after=more,
        shown=shown,
        outside=wish.outside,
        begun=wish.before is not None,
        counts=counts,
        lost=lost,
        total=lost if wish.outside else counts[shown] if shown != "ended" else None,
        queues=QUEUES,
        now=now,
        flow=CASE_FLOW,
    )


def _sums(counts: dict[str, int]) -> dict[str, int]:
    return {
        name: sum(counts.get(state, 0) for state in states)
        for name, (_words, states) in QUEUES.items()
    }


@bp.get("/cases/<int:case_id>")
@permit("cases.see", of=queries.one)
def one(case: Case) -> Response:
    """One case: what, where, how far it is, what was done, what can be done next."""
    return _case_page(case)


def _case_page(
    case: Case,
    *,
    status: int = 200,
    tried: str | None = None,
    errors: dict[str, Any] | None = None,
    words: Any = None,
) -> Response:
    who = me()
    moves = CASE_FLOW.open_moves(case, who)
    if case.state == State.REPORTED and may(who, "cases.dispatch", case):
        moves["dispatch"] = CASE_FLOW.moves["dispatch"]
    if not case.case_class.self_close:
        moves.pop("self_close", None)
    asked = {name for name in ("dispatch", "send_check") if name in moves}
    without = [case.handler_id] if "send_check" in asked and case.handler_id else []
    correctable = case.state in UNSENT and may(who, "cases.correct", case)
    return page(
        "cases/one.html",
        fragment="case",
        status=status,
        case=case,
        moves={name: moves[name] for name in ORDER if name in moves},
        flow=CASE_FLOW,
        steps=STEPS,
        source=SOURCE_WORDS[Source(case.source)],
        events=queries.history(case.id),
        candidates=queries.candidates(case, without=without) if asked else [],
        correctable=correctable,
        classes=queries.classes(limit=1000) if correctable else [],
        grids=grids.living() if correctable else [],
        shown_before=has_picture(case, Stage.FOUND),
        stage_words=STAGE_WORDS,
        event_words=event_words,
        said_grid=queries.grid_name(case.said_grid_id),
        on_watch=people.holders(actions.ON_WATCH, grid_id=case.grid_id) if case.grid_id else [],
        tried=tried,
        errors=errors or {},
        told=words,
        now=clock.now(),
    )


def has_picture(case: Case, stage: Stage) -> bool:
    """True when the case has a picture of this stage; a voice note shows nothing."""
    return any(
        each.stage == stage and each.file.media_type.startswith("image/") for each in case.media
    )


def event_words(name: str) -> Any:
    """What an event of the log is called: a move, or something that is no change of state."""
    return EVENT_WORDS.get(name) or CASE_FLOW.words_of(name)


@bp.post(f"/cases/<int:case_id>/<any({', '.join(MOVES)}):name>")
@permit("cases.see", of=lambda case_id, name: queries.one(case_id))
def move(case: Case) -> ResponseReturnValue:
    """One step of the case; the page then shows where it stands, or why it does not go."""
    name = part_of_address("name")
    mark = None
    try:
        form = MoveForm.read(request)
        mark = form.client_id
        if mark is not None and queries.done_before(case.id, name, mark):
            return _moved(case)
        _attach(case, form, name)
        MOVES[name](
            case,
            form,
            by=me(),
            base_version=form.base_version,
            client_at=form.happened_at,
            mark=mark,
        )
    except Refusal as refusal:
        case_id = case.id
        db.session.rollback()
        again = queries.one(case_id)
        # The same step came in by another connection at the same moment, and was faster.
        if again is not None and mark is not None and queries.done_before(case_id, name, mark):
            return _moved(again)
        if wants_json():
            return _refused(case_id, refusal)
        if again is None or not may(me(), "cases.see", again):
            raise
        return _case_page(
            again,
            status=refusal.status,
            tried=name,
            errors=refusal.fields,
            words=refusal.words,
        )
    return _moved(case)


def _moved(case: Case) -> ResponseReturnValue:
    if wants_json():
        return jsonify(_plain(case))
    if request.headers.get("HX-Request"):
        db.session.flush()
        db.session.expire_all()
        return _case_page(queries.one(case.id) or case)
    return goto("cases.one", case_id=case.id)


def _refused(case_id: int, refusal: Refusal) -> ResponseReturnValue:
    case = queries.one(case_id)
    body = {
        "error": {
            "code": refusal.code,
            "message": str(refusal.words),
            "fields": {name: str(words) for name, words in refusal.fields.items()},
        },
        "case": _plain(case) if case and may(me(), "cases.see", case) else None,
    }
    return jsonify(body), refusal.status


def _plain(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state,
        "state_words": str(CASE_FLOW.states[State(case.state)]),
        "version": case.version,
        "grid": case.grid.name if case.grid else None,
        "url": f"/cases/{case.id}",
    }


# Pictures that come with a step are of that step.
STAGE_OF = {
    "feedback": Stage.AFTER,
    "self_close": Stage.AFTER,
    "pass": Stage.CHECK,
    "fail": Stage.CHECK,
}


def _attach(case: Case, form: MoveForm, name: str) -> None:
    if name in STAGE_OF and any(request.files.getlist("photo") + request.files.getlist("before")):
        actions.may_attach(case, by=me())
        _keep_media(case, STAGE_OF[name], form.client_id)


@bp.post("/cases/<int:case_id>/correct")
@permit("cases.correct", of=queries.one)
def correct(case: Case) -> ResponseReturnValue:
    """The class or the grid is put right before anybody is sent."""
    try:
        form = CorrectForm.read(request)
        actions.correct(
            case,
            by=me(),
            class_code=form.class_code,
            grid_code=form.grid,
            note=form.note,
            base_version=form.base_version,
        )
    except Refusal as refusal:
        db.session.rollback()
        again = queries.one(case.id)
        if again is None or wants_json():
            raise
        return _case_page(
            again,
            status=refusal.status,
            tried="correct",
            errors=refusal.fields,
            words=refusal.words,
        )
    return _moved(case)


class NewForm(Form):
    """Where a new report begins, and of what class, if the map or the search know."""

    class_code: str | None = Field(default=None, pattern=r"^[0-9]{5}$")
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    accuracy: float | None = Field(default=None, ge=0)


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
        form = ReportForm.read(_with_spot(request))
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
            prefix=_settings().case_prefix,
        )
        _keep_media(case, Stage.FOUND, form.client_id)
    except Refusal as refusal:
        db.session.rollback()
        if wants_json():
            raise
        sent = request.form.to_dict()
        return _report_page(
            sent=sent, errors=refusal.fields, status=refusal.status, told=refusal.words
        )
    if wants_json():
        return jsonify(_plain(case)), 200 if case.replayed else 201
    return goto("cases.one", case_id=case.id)


def _with_spot(source: Any) -> Any:
    """Without a script there is no pin: a named place stands for the point."""
    chosen = source.form.get("spot", "")
    lon, _comma, lat = chosen.partition(",")
    if lat and not source.form.get("lon"):
        source.form = source.form.copy()
        source.form["lon"], source.form["lat"] = lon, lat
    return source


def _says_something(form: ReportForm) -> bool:
    has_files = any(
        each.filename for name in ("photo", "voice") for each in request.files.getlist(name)
    )
    follows = request.form.get("media_follows") or (
        request.is_json and request.get_json().get("media_follows")
    )
    return bool(form.words or has_files or follows)


@bp.post("/cases/<int:case_id>/media")
@permit("cases.see", of=queries.one)
def add_media(case: Case) -> ResponseReturnValue:
    """A picture or voice note follows its case; the same one sent twice is kept once."""
    form = MediaForm.read(request)
    actions.may_attach(case, by=me())
    kept = _keep_media(case, form.stage, form.client_id)
    if not kept:
        words = _l("No picture and no voice note came with this.")
        raise Unacceptable(words, fields={"photo": words})
    if wants_json():
        return jsonify({"media": [each.id for each in kept], **_plain(case)}), 201
    return goto("cases.one", case_id=case.id)


def _keep_media(case: Case, stage: Stage, mark: uuid.UUID | None) -> list[CaseMedia]:
    kept = []
    sent = [
        (name, upload)
        for name in ("before", "photo", "voice")
        for upload in request.files.getlist(name)
        if upload.filename
    ]
    for place, (name, upload) in enumerate(sent):
        own = uuid.uuid5(mark, f"{name}-{place}") if mark else None
        known = queries.media_by_mark(case.id, own) if own else None
        if known is not None:
            kept.append(known)
            continue
        keep = files.keep_sound if name == "voice" else files.keep_picture
        file = keep(upload.stream, by=me())
        shows = Stage.FOUND if name == "before" else stage
        kept.append(actions.add_media(case, file, stage=shows, client_id=own))
    return kept


@bp.get("/cases/media/<int:media_id>")
@permit("cases.see", of=queries.case_of_media)
def media(case: Case) -> Response:
    """A picture or voice note, for those who may see its case."""
    wanted = int(part_of_address("media_id"))
    answer = files.answer(next(each.file for each in case.media if each.id == wanted))
    # Asked for again each time: the next person on this phone may not see it.
    answer.cache_control.max_age = None
    answer.cache_control.no_cache = True
    return answer


@bp.get("/cases/classes")
@permit("cases.report")
def classes() -> Response:
    """Classes by name, code or the words people use."""
    words = request.args.get("q", "").strip()[:60]
    return page(
        "cases/classes.html",
        fragment="hits",
        words=words,
        linked=not request.headers.get("HX-Request"),
        hits=queries.classes(words or None, limit=20),
    )


class SpotForm(Form):
    """Where the worker stands, if the phone knows."""

    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)


@bp.get("/cases/today")
@permit("cases.report")
def today() -> Response:
    """Today's stops: what I was sent to, nearest first."""
    spot = SpotForm.of(request.args.to_dict())
    at = {"lon": spot.lon, "lat": spot.lat} if spot.lat is not None else {}
    stops = queries.today(me(), **at)
    return page(
        "cases/today.html",
        fragment="today",
        stops=stops,
        duties=Duty,
        now=clock.now(),
        walk=_walk(stops),
    )


def _walk(stops: list[Any]) -> int | None:
    """Minutes on foot to the farthest stop and no farther, by the straight way."""
    known = [stop.away_m for stop in stops if stop.away_m is not None]
    return round(max(known) * 1.3 / 75) if known else None


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

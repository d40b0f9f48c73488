"""Pages of the case desk: the queue, one case and its moves."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock, files
from webapp.base.access import Actor, may, me, permit
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.flow import Move, Refusal, Unacceptable
from webapp.base.web import error_body, goto, page, part_of_address, wants_json
from webapp.cases import actions, beside, candidates, moves, offers, parts, queries, questions
from webapp.cases.attaching import keep_media
from webapp.cases.forms import CorrectForm, MediaForm, MoveForm
from webapp.cases.models import Assignment, Case, CaseMedia, CasePart
from webapp.cases.rota import actions as rota_actions
from webapp.cases.routing.words import suggestion
from webapp.cases.rules import (
    CASE_FLOW,
    DUTY_WORDS,
    EVENT_WORDS,
    FIELD,
    GRADE_WORDS,
    HOLD_WORDS,
    PART_FLOW,
    PROOF_M,
    REJECT_WORDS,
    SOURCE_WORDS,
    STAGE_WORDS,
    STEP_OF,
    STEPS,
    UNSENT,
    PartState,
    Source,
    Stage,
    State,
)
from webapp.cases.supervision.rules import ORDER_FLOW, REASON_WORDS
from webapp.cases.whistles.rules import WHISTLE_FLOW, WHISTLE_WORDS
from webapp.people.outdoors import HappenedForm

bp = Blueprint("cases", __name__)

Deed = Callable[..., None]

# What each move of the flow is in deeds; what the form says is handed over where it is asked for.
DEEDS: dict[str, tuple[Deed, tuple[str, ...]]] = {
    "self_close": (moves.self_close, ("note",)),
    "send_verify": (moves.send_verify, ("to", "note")),
    "confirm": (moves.confirm, ("note", "stood")),
    "refute": (moves.refute, ("note", "stood")),
    "accept": (moves.accept, ()),
    "reject": (moves.reject, ("note", "reason")),
    "merge": (moves.merge, ("into", "note")),
    "file": (moves.file_case, ("condition",)),
    "dispatch": (moves.dispatch, ("to", "unit", "helpers", "note", "condition")),
    "recall": (moves.recall, ("note",)),
    "decline": (moves.decline, ("note",)),
    "sign": (moves.sign, ()),
    "request_return": (moves.request_return, ("note",)),
    "approve_return": (moves.approve_return, ("note",)),
    "deny_return": (moves.deny_return, ("note",)),
    "request_extension": (moves.request_extension, ("note", "days")),
    "grant_extension": (moves.grant_extension, ("note",)),
    "deny_extension": (moves.deny_extension, ("note",)),
    "request_hold": (moves.request_hold, ("note", "hold", "review_on")),
    "grant_hold": (moves.grant_hold, ("note",)),
    "deny_hold": (moves.deny_hold, ("note",)),
    "resume": (moves.resume, ("note",)),
    "ask_reporter": (moves.ask_reporter, ("note",)),
    "answered": (moves.answered, ("note",)),
    "hand_out": (moves.hand_out, ("note",)),
    "take_back": (moves.take_back, ("note",)),
    "feedback": (moves.feedback, ("note",)),
    "send_check": (moves.send_check, ("to", "note")),
    "pass": (moves.pass_check, ("note", "stood")),
    "fail": (moves.fail_check, ("note", "stood")),
    "close": (moves.close, ("note",)),
    "void": (moves.void, ("note",)),
    "reopen": (moves.reopen, ("note",)),
}

PART_DEEDS: dict[str, Deed] = {
    "take": parts.take,
    "finish": parts.finish,
    "redo": parts.redo,
    "release": parts.release,
}

# What a form of each move asks for beside the photo; what is not here asks for nothing.
FIELDS: dict[str, tuple[str, ...]] = {
    name: tuple(
        each for each in wanted if each in ("reason", "into", "days", "hold", "review_on", "note")
    )
    for name, (_deed, wanted) in DEEDS.items()
}

WORDS_OF = {"reason": REJECT_WORDS, "hold": HOLD_WORDS, "grade": GRADE_WORDS}

# The buttons of a case in the order of the work: what leads on first, what turns back last.
ORDER = (
    "dispatch",
    "send_verify",
    "send_check",
    "sign",
    "confirm",
    "feedback",
    "pass",
    "close",
    "approve_return",
    "grant_extension",
    "grant_hold",
    "resume",
    "answered",
    "take_back",
    "fail",
    "refute",
    "accept",
    "file",
    "self_close",
    "deny_return",
    "deny_extension",
    "deny_hold",
    "request_extension",
    "request_hold",
    "ask_reporter",
    "hand_out",
    "request_return",
    "decline",
    "recall",
    "merge",
    "reject",
    "reopen",
    "void",
)

# The first of these that are open stand for themselves; the others wait behind "more".
FIRST = frozenset(ORDER[: ORDER.index("self_close") + 1]) - {"accept", "file"}

# So many can be chosen from when it is none of the first.
OTHERS = 40

# These ask for a person, and show who could go.
SENDING = ("dispatch", "send_verify", "send_check")


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
    open_moves = CASE_FLOW.open_moves(case, who)
    filable = case.state in CASE_FLOW.moves["file"].since
    if filable and may(who, "cases.dispatch", case):
        open_moves["dispatch"] = CASE_FLOW.moves["dispatch"]
    if not case.case_class.self_close:
        open_moves.pop("self_close", None)
    asked = [name for name in SENDING if name in open_moves]
    without = [case.handler_id] if "send_check" in asked and case.handler_id else []
    hidden = hides_reporter(case, who)
    around = beside.of(
        case,
        who,
        hidden=hidden,
        choosing=filable and ("file" in open_moves or "dispatch" in open_moves),
        sending="dispatch" in open_moves,
        ranking=bool(asked),
    )
    chosen = candidates.ranking(case, without=without, wishes=around.wishes) if asked else None
    correctable = case.state in UNSENT and may(who, "cases.correct", case)
    classes, grids = queries.to_put_right() if correctable else ([], [])
    return page(
        "cases/one.html",
        fragment="case",
        status=status,
        case=case,
        moves={name: open_moves[name] for name in ORDER if name in open_moves},
        first=FIRST,
        needs=FIELDS,
        conditions=around.conditions,
        departments=around.departments,
        most_days=moves.most_days(case),
        step=STEP_OF.get(State(case.state), State(case.state)),
        words_of=WORDS_OF,
        parts=_parts(case, who),
        orders=around.orders,
        order_flow=ORDER_FLOW,
        order_reasons=REASON_WORDS,
        whistles=[each for each in around.whistles if may(who, "whistles.see", each)],
        whistle_flow=WHISTLE_FLOW,
        whistle_kinds=WHISTLE_WORDS,
        route=suggestion(case.route),
        answers=[questions.shown(each) for each in case.answers],
        part_flow=PART_FLOW,
        hidden=hidden,
        resident=around.resident,
        flow=CASE_FLOW,
        steps=STEPS,
        source=SOURCE_WORDS[Source(case.source)],
        events=around.events,
        candidates=candidates.lines(chosen) if chosen else [],
        others=chosen.order[candidates.SHOWN : OTHERS] if chosen else [],
        way_lines=candidates.way_lines(case, chosen) if chosen else [],
        wishes=chosen.call if chosen else None,
        duty_words=DUTY_WORDS,
        mates=chosen.mates_of(chosen.order[0].account) if chosen and chosen.order else [],
        skills=candidates.skills,
        why=_why(case, who, around.choices),
        correctable=correctable,
        classes=classes,
        grids=grids,
        shown_before=has_picture(case, Stage.FOUND),
        before=first_picture(case, Stage.FOUND),
        proof_m=PROOF_M,
        pinned=around.pinned,
        pins=who.holds(FIELD),
        stage_words=STAGE_WORDS,
        event_words=event_words,
        on_watch=around.on_watch,
        tried=tried,
        errors=errors or {},
        told=words,
        now=clock.now(),
    )


def _parts(case: Case, who: Actor) -> list[tuple[CasePart, dict[str, Move]]]:
    """Each part in the case with the moves that are open to `who`; the lead moves with the case."""
    return [
        (part, {} if part.lead else PART_FLOW.open_moves(part, who))
        for part in case.parts
        if part.state != PartState.GONE
    ]


def _why(
    case: Case, who: Actor, choices: Sequence[Assignment]
) -> list[tuple[Assignment, list[candidates.Line]]]:
    """Everybody who was sent, with who else could have gone, for the desk; for others their own."""
    at_desk = may(who, "cases.accept", case)
    return [
        (each, candidates.why_them(each))
        for each in choices
        if at_desk or each.account_id == who.id
    ]


def hides_reporter(case: Case, who: Actor) -> bool:
    """True when who reported a confidential case stays hidden from `who`."""
    return case.confidential and not may(who, "cases.accept", case)


def has_picture(case: Case, stage: Stage) -> bool:
    """True when the case has a picture of this stage; a voice note shows nothing."""
    return first_picture(case, stage) is not None


def first_picture(case: Case, stage: Stage) -> CaseMedia | None:
    """The first picture of a stage."""
    return next(
        (
            each
            for each in case.media
            if each.stage == stage and each.file.media_type.startswith("image/")
        ),
        None,
    )


def event_words(name: str) -> Any:
    """What an event of the log is called: a move, or something that is no change of state."""
    return EVENT_WORDS.get(name) or CASE_FLOW.words_of(name)


@bp.post(f"/cases/<int:case_id>/<any({', '.join(DEEDS)}):name>")
@permit("cases.see", of=lambda case_id, name: queries.one(case_id))
def move(case: Case) -> ResponseReturnValue:
    """One step of the case; the page then shows where it stands, or why it does not go."""
    name = part_of_address("name")
    mark = None
    try:
        form = MoveForm.read(request)
        mark = form.client_id
        known = _known_step(case.id, name, mark)
        if known is not None:
            # It may have been done between the moment this case was read and this one.
            db.session.refresh(case)
            return _moved(case, known)
        _attach(case, form, name)
        deed, wanted = DEEDS[name]
        if name == "dispatch" and form.anyway and form.worker:
            deed = offers.dispatch_anyway
            wanted = ("to", "note", "condition")
        deed(
            case,
            **{each: _wanted(form, each) for each in wanted},
            by=me(),
            base_version=form.base_version,
            client_at=form.happened_at,
            mark=mark,
            insisted=form.insisted,
        )
        note_place(form)
    except Refusal as refusal:
        case_id = case.id
        db.session.rollback()
        again = queries.one(case_id)
        # The same step came in by another connection at the same moment, and was faster.
        known = _known_step(case_id, name, mark)
        if again is not None and known is not None:
            return _moved(again, known)
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


def note_place(form: HappenedForm) -> None:
    """Where the person stands is known, if they said so and are on duty."""
    if form.here_lon is not None and form.here_lat is not None:
        rota_actions.stand(
            lon=form.here_lon,
            lat=form.here_lat,
            accuracy_m=form.here_accuracy_m,
            at=form.happened_at,
            by=me(),
        )


def _wanted(form: MoveForm, name: str) -> Any:
    return queries.condition(form.condition_id) if name == "condition" else getattr(form, name)


def _known_step(case_id: int, name: str, mark: uuid.UUID | None) -> Event | None:
    return audit.by_mark(CASE_FLOW.kind, case_id, name, mark) if mark else None


def _moved(case: Case, known: Event | None = None) -> ResponseReturnValue:
    """Where the case stands; for a step that came again the version that this step had made."""
    if wants_json():
        made = known.data.get("version") if known else None
        return jsonify({**plain(case), **({"version": made} if made else {})})
    if request.headers.get("HX-Request"):
        db.session.flush()
        db.session.expire_all()
        return _case_page(queries.one(case.id) or case)
    return goto("cases.one", case_id=case.id)


def _refused(case_id: int, refusal: Refusal) -> ResponseReturnValue:
    case = queries.one(case_id)
    body = error_body(refusal.code, refusal.words, refusal.fields)
    seen = theirs(case) if case and may(me(), "cases.see", case) else None
    return jsonify({**body, "theirs": seen}), refusal.status


def theirs(case: Case) -> dict[str, Any]:
    """The case as somebody else left it: where it stands, who did what last, what is still open."""
    last = queries.history(case.id)[-1:]
    return {
        **plain(case),
        "last": [
            {
                "who": who,
                "words": str(event_words(event.move)),
                "at": event.at.isoformat(),
                "note": event.data.get("note"),
            }
            for event, who, _sent in last
        ],
        "open": [*CASE_FLOW.open_moves(case, me())],
    }


def plain(case: Case) -> dict[str, Any]:
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
    "confirm": Stage.VERIFY,
    "refute": Stage.VERIFY,
    "feedback": Stage.AFTER,
    "self_close": Stage.AFTER,
    "pass": Stage.CHECK,
    "fail": Stage.CHECK,
}


def _attach(case: Case, form: MoveForm, name: str) -> None:
    if name in STAGE_OF and any(request.files.getlist("photo") + request.files.getlist("before")):
        actions.may_attach(case, by=me())
        keep_media(case, STAGE_OF[name], form.client_id, form.stood)


@bp.post("/cases/parts/<int:part_id>/<any(take, finish, redo, release):name>")
@permit("parts.see", of=lambda part_id, name: queries.part(part_id))
def move_part(part: CasePart) -> ResponseReturnValue:
    """One step of a department's part in a case; the page of the case then shows where it stands."""
    name = part_of_address("name")
    case_id = part.case_id
    try:
        form = MoveForm.read(request)
        note = {} if name == "take" else {"note": form.note}
        PART_DEEDS[name](part, by=me(), base_version=form.base_version, **note)
    except Refusal as refusal:
        db.session.rollback()
        again = queries.one(case_id)
        if again is None or wants_json() or not may(me(), "cases.see", again):
            raise
        return _case_page(
            again, status=refusal.status, tried=name, errors=refusal.fields, words=refusal.words
        )
    if not may(me(), "cases.see", part.case):
        return goto("desk.queue")
    return _moved(part.case)


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


@bp.post("/cases/<int:case_id>/media")
@permit("cases.see", of=queries.one)
def add_media(case: Case) -> ResponseReturnValue:
    """A picture or voice note follows its case; the same one sent twice is kept once."""
    form = MediaForm.read(request)
    actions.may_attach(case, by=me())
    kept = keep_media(case, form.stage, form.client_id, form.stood)
    if not kept:
        words = _l("No picture and no voice note came with this.")
        raise Unacceptable(words, fields={"photo": words})
    if wants_json():
        return jsonify({"media": [each.id for each in kept], **plain(case)}), 201
    return goto("cases.one", case_id=case.id)


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

"""Pages of a resident: the report without an account, my reports, the answer, the rating."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, lazy_gettext as _l

from webapp.base import clock, files
from webapp.base.access import me, permit, public
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.security import limiter
from webapp.base.web import error_body, goto, page, part_of_address, wants_json
from webapp.cases import queries as cases
from webapp.cases.attaching import keep_media
from webapp.cases.forms import answers_of, with_spot
from webapp.cases.models import Case
from webapp.cases.residents import actions, queries
from webapp.cases.residents.forms import AnswerForm, PagedForm, PhoneForm, RatingForm, TellForm
from webapp.cases.residents.rules import LEVELS, OWN_STEPS, TO_REPORTER
from webapp.cases.rules import CASE_FLOW, STEP_OF, STEPS, Stage, State
from webapp.cases.standards import queries as standards
from webapp.people import entry, sign_in
from webapp.people.actors import Person
from webapp.people.entry import Door

bp = Blueprint("residents", __name__)


@bp.get("/report")
@public("residents report without an account")
def new() -> Response:
    """The report of a resident: what, where, and how to be reached."""
    begin = {name: request.args.get(name) for name in ("class_code", "lon", "lat")}
    return _form(sent=begin)


def _form(
    *,
    sent: dict[str, Any],
    errors: dict[str, Any] | None = None,
    status: int = 200,
    told: Any = None,
    coded: bool = False,
) -> Response:
    chosen = cases.class_of(sent.get("class_code"))
    return page(
        "residents/new.html",
        status=status,
        sent=sent,
        errors=errors or {},
        told=told,
        coded=coded,
        by_phone=entry.phone_codes_leave(),
        chosen=chosen if chosen and chosen.public else None,
        common=queries.public_classes(limit=9),
        answers=answers_of(request.form),
        **_asked(),
        spots=[(f"{row.lon:.6f},{row.lat:.6f}", row.name) for row in cases.named_spots()],
        mark=sent.get("client_id") or uuid.uuid4(),
    )


def _asked() -> dict[str, Any]:
    """The questions of the classes that residents report, and which of these is meant instead."""
    hints = standards.hints()
    return {
        "questions": standards.all_questions(public=True),
        "hints": {code: [each for each in of if each.other.public] for code, of in hints.items()},
    }


@bp.get("/report/classes")
@public("the classes of what residents report")
def classes() -> Response:
    """Classes that residents report, by name or the words people use."""
    words = request.args.get("q", "").strip()[:60]
    return page(
        "cases/classes.html",
        fragment="hits",
        door=bp.name,
        words=words,
        linked=not request.headers.get("HX-Request"),
        hits=queries.public_classes(words or None, limit=20),
    )


@bp.post("/report/code")
@limiter.limit("30/hour")
@public("a code to the phone stands for an account")
def send_code() -> ResponseReturnValue:
    """A code is on its way; what was filled in stays. It says the same of every number."""
    sent = request.form.to_dict()
    try:
        form = PhoneForm.read(request)
        number = entry.send_code(form.phone, door=_here(), locale=str(get_locale()))
    except Refusal as refusal:
        fields = refusal.fields or {"phone": refusal.words}
        if request.headers.get("HX-Request"):
            return page(
                "residents/code.html", fragment="code", sent=sent, errors=fields, coded=False
            )
        return _form(sent=sent, errors=fields, status=refusal.status)
    sent["phone"] = number
    if request.headers.get("HX-Request"):
        return page("residents/code.html", fragment="code", sent=sent, errors={}, coded=True)
    return _form(sent=sent, coded=True)


@bp.post("/report")
@limiter.limit("60/hour")
@public("residents report without an account")
def report() -> ResponseReturnValue:
    """The report has its number; whoever gave a phone and its code is signed in with it."""
    try:
        form = TellForm.read(with_spot(request))
        if not form.words and not _brings_files():
            words = _l("Add a photo, or say in a few words what it is.")
            raise Unacceptable(words, fields={"words": words})
        who, fresh = _reporter(form)
    except Refusal as refusal:
        # No rollback: a code that was tried stays tried.
        return _refused(refusal)
    try:
        case = _report(form, who)
    except Refusal as refusal:
        db.session.rollback()
        return _refused(refusal)
    address = url_for("residents.one", case_id=case.id)
    answer = sign_in.begin(who, address) if fresh else redirect(address, 303)
    if wants_json():
        return jsonify({"number": case.number, "url": address}), 201
    return answer


def _reporter(form: TellForm) -> tuple[Person, bool]:
    """Who reports, and whether they have only now come in."""
    who = me()
    if isinstance(who, Person):
        return who, False
    if not form.phone or not form.code:
        field = "code" if form.phone else "phone"
        words = _l("Give your phone number and the code that was sent to it.")
        raise Unacceptable(words, fields={field: words})
    try:
        return entry.by_code(form.phone, form.code, door=_here()), True
    except Refusal as refusal:
        if not refusal.fields:
            refusal.fields = {"code": refusal.words}
        raise


def _report(form: TellForm, who: Person) -> Case:
    settings: Settings = current_app.extensions["settings"]
    case = actions.report(
        class_code=form.class_code,
        lon=form.lon,
        lat=form.lat,
        datum=form.datum,
        accuracy_m=form.accuracy_m,
        words=form.words,
        where_words=form.where_words,
        name=form.name,
        confidential=form.confidential,
        private=form.private,
        by=who,
        client_id=form.client_id,
        answers=form.answers,
        prefix=settings.case_prefix,
    )
    keep_media(case, Stage.FOUND, form.client_id, by=who)
    return case


def _refused(refusal: Refusal) -> ResponseReturnValue:
    if wants_json():
        body = error_body(refusal.code, refusal.words, refusal.fields)
        return jsonify(body), refusal.status
    sent = request.form.to_dict()
    return _form(
        sent=sent,
        errors=refusal.fields,
        status=refusal.status,
        told=refusal.words,
        coded=bool(sent.get("code")),
    )


def _brings_files() -> bool:
    return any(each.filename for each in request.files.getlist("photo"))


def _here() -> Door:
    return Door(request.remote_addr or "")


@bp.get("/mine")
@public("leads to the sign-in by phone, and then to one's own reports")
def mine() -> ResponseReturnValue:
    """My reports, newest first; whoever has not signed in does so by phone."""
    who = me()
    if who.id is None:
        return redirect(url_for("people.phone", next=url_for("residents.mine")), 303)
    wish = PagedForm.of(request.args.to_dict())
    rows = queries.mine(who, before=wish.before, limit=queries.PAGE + 1)
    more = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    shown = rows[: queries.PAGE]
    return page("residents/mine.html", rows=shown, after=more, flow=CASE_FLOW, now=clock.now())


@bp.get("/mine/<int:case_id>")
@permit("reports.own", of=queries.own)
def one(case: Case) -> Response:
    """One of my reports: what happened, what I am asked, how I rate it."""
    return _own_page(case)


def _own_page(
    case: Case, *, status: int = 200, errors: dict[str, Any] | None = None, sent: Any = None
) -> Response:
    state = State(case.state)
    return page(
        "residents/one.html",
        status=status,
        case=case,
        errors=errors or {},
        sent=sent or {},
        flow=CASE_FLOW,
        steps=STEPS,
        step=STEP_OF.get(state, state),
        words_of=OWN_STEPS,
        events=queries.steps(case.id, OWN_STEPS),
        to_reporter=TO_REPORTER,
        answers=queries.answers(case.id),
        waits=case.state == State.WAITING,
        rating=queries.rating(case.id),
        rates=actions.may_rate(case),
        reopens=actions.may_reopen(case),
        levels=LEVELS,
        photos=_own_photos(case),
        now=clock.now(),
    )


def _own_photos(case: Case) -> list[Any]:
    """The photos that the reporter has sent: those of the finding."""
    return [
        each
        for each in case.media
        if each.stage == Stage.FOUND and each.file.account_id == case.reporter_id
    ]


@bp.post("/mine/<int:case_id>/answer")
@permit("reports.own", of=queries.own)
def answer(case: Case) -> ResponseReturnValue:
    """The question is answered."""
    return _done(case, lambda: actions.answer(case, words=AnswerForm.read(request).words))


@bp.post("/mine/<int:case_id>/rating")
@permit("reports.own", of=queries.own)
def rate(case: Case) -> ResponseReturnValue:
    """The case is rated; an objection opens it again."""

    def deed() -> None:
        form = RatingForm.read(request)
        actions.rate(case, level=form.level, solved=form.solved, words=form.words)

    return _done(case, deed)


def _done(case: Case, deed: Any) -> ResponseReturnValue:
    case_id = case.id
    try:
        deed()
    except Refusal as refusal:
        db.session.rollback()
        again = queries.own(case_id)
        if again is None or wants_json():
            raise
        return _own_page(
            again,
            status=refusal.status,
            errors=refusal.fields or {"form": refusal.words},
            sent=request.form.to_dict(),
        )
    return goto("residents.one", case_id=case_id)


@bp.get("/mine/photos/<int:media_id>")
@permit("reports.own", of=queries.own_media)
def photo(case: Case) -> ResponseReturnValue:
    """A photo that I sent."""
    wanted = int(part_of_address("media_id"))
    found = next((each for each in _own_photos(case) if each.id == wanted), None)
    if found is None:
        abort(404)
    shown = files.answer(found.file)
    shown.cache_control.max_age = None
    shown.cache_control.no_cache = True
    return shown

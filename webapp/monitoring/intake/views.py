"""Pages of the intake: the sources with their keys, and the messages nobody could read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import broker, clock
from webapp.base.access import me, permit
from webapp.base.config import Settings
from webapp.base.flow import Refusal
from webapp.base.sealing import unseal
from webapp.base.web import goto, page
from webapp.monitoring.datums import DATUMS
from webapp.monitoring.intake import keeping, queries, signing
from webapp.monitoring.intake.forms import DeadForm, NewSourceForm, SourceForm
from webapp.monitoring.intake.models import Message, Source
from webapp.monitoring.intake.rules import FORMAT_WORDS, STATUS_WORDS, WHY_WORDS, Format, Status
from webapp.people import queries as people
from webapp.people.forms import ReasonForm, again

bp = Blueprint("sources", __name__, url_prefix="/sources")

# What the log of a source calls what was done or tried.
DONE = {
    "set_up": _l("Connected"),
    "change": _l("Changed"),
    "new_key": _l("Given a new key"),
    "new_secret": _l("Given a new secret for signatures"),
    "no_secret": _l("Needs no signature any more"),
    "forged": _l("A request with a wrong signature was refused"),
    "replayed": _l("A request that had come before was refused"),
    "throw_away": _l("An unreadable message was thrown away"),
    "close": _l("Disconnected"),
    "reach": _l("How the house reaches it was set up"),
    "reach_no_more": _l("The house reaches it no more"),
}

CHIPS = {
    Status.OK: "done",
    Status.LATE: "soon",
    Status.IGNORED: "rest",
    Status.DEAD: "late",
    Status.DROPPED: "rest",
}

PREVIEW = 600


@bp.get("")
@permit("intake.see")
def listed() -> Response:
    """All sources, what they said in a day, and how much of it nobody could read."""
    return page(
        "intake/list.html",
        sources=queries.sources(),
        day=queries.day_of(clock.now()),
        dead=queries.count_dead(),
        **_words(),
    )


@bp.get("/new")
@permit("intake.keep")
def new() -> Response:
    """The form of a new source."""
    return page("intake/form.html", source=None, errors={}, sent={}, chosen=[], **_words())


@bp.post("")
@permit("intake.keep")
def create() -> ResponseReturnValue:
    """The source is connected; its key is on this page and nowhere else."""
    try:
        form = NewSourceForm.read(request)
        source = keeping.set_up(form.code, form.described(), by=me())
        secret = keeping.new_key(source, by=me())
    except Refusal as refusal:
        return _form_again(refusal, None)
    return _shown_once(source, key=secret)


@bp.get("/<code>")
@permit("intake.see", of=queries.source)
def one(source: Source) -> Response:
    """A source: how it speaks, what it said last, what was done with it."""
    return page("intake/one.html", **_one(source), errors={}, sent={})


@bp.get("/<code>/change")
@permit("intake.keep", of=queries.source)
def change_form(source: Source) -> Response:
    """The form of a source."""
    values = {"name": source.name, "datum": source.datum, "version": source.version}
    return page(
        "intake/form.html",
        source=source,
        errors={},
        sent=values,
        chosen=source.formats,
        **_words(),
    )


@bp.post("/<code>/change")
@permit("intake.keep", of=queries.source)
def change(source: Source) -> ResponseReturnValue:
    """The source is read like this from now on."""
    code = source.code
    try:
        form = SourceForm.read(request)
        keeping.change(source, form.described(), base_version=form.version, by=me())
    except Refusal as refusal:
        return _form_again(refusal, code)
    return goto("sources.one", code=code)


@bp.post("/<code>/key")
@permit("intake.keep", of=queries.source)
def key(source: Source) -> ResponseReturnValue:
    """A new key, shown once; the earlier one opens nothing any more."""
    code = source.code
    try:
        secret = keeping.new_key(source, by=me())
    except Refusal as refusal:
        return _again(refusal, code)
    return _shown_once(source, key=secret)


@bp.post("/<code>/secret")
@permit("intake.keep", of=queries.source)
def secret(source: Source) -> ResponseReturnValue:
    """A new secret for signatures, shown once; requests without a signature are refused."""
    code = source.code
    try:
        made = keeping.new_secret(source, by=me())
    except Refusal as refusal:
        return _again(refusal, code)
    return _shown_once(source, secret=made)


@bp.post("/<code>/no-secret")
@permit("intake.keep", of=queries.source)
def no_secret(source: Source) -> ResponseReturnValue:
    """Its requests need no signature any more."""
    keeping.no_secret(source, by=me())
    return goto("sources.one", code=source.code)


@bp.post("/<code>/close")
@permit("intake.keep", of=queries.source)
def close(source: Source) -> ResponseReturnValue:
    """The source is heard no more."""
    code = source.code
    try:
        keeping.close(source, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return _again(refusal, code)
    return goto("sources.one", code=code)


@bp.get("/unreadable")
@permit("intake.keep")
def unreadable() -> Response:
    """The messages nobody could read, with their reasons and the beginning of their bytes."""
    wish = DeadForm.of(request.args.to_dict())
    return page("intake/unreadable.html", **_unreadable(wish.after), errors={}, tried=None)


@bp.post("/unreadable/again")
@permit("intake.keep")
def all_again() -> ResponseReturnValue:
    """All of them were read once more; those that can be read now are taken."""
    found = [queries.message(number) for number in queries.dead_ids()[: queries.PAGE]]
    taken = keeping.read_again([each for each in found if each is not None], by=me())
    return page("intake/unreadable.html", **_unreadable(None, taken), errors={}, tried=None)


@bp.post("/unreadable/<int:message_id>/again")
@permit("intake.keep", of=queries.message)
def read_again(message: Message) -> ResponseReturnValue:
    """It was read once more, and is taken if it can be."""
    taken = keeping.read_again([message], by=me())
    return page("intake/unreadable.html", **_unreadable(None, taken), errors={}, tried=None)


@bp.post("/unreadable/<int:message_id>/drop")
@permit("intake.keep", of=queries.message)
def drop(message: Message) -> ResponseReturnValue:
    """Nobody reads it any more; the reason stays."""
    number = message.id
    try:
        keeping.throw_away(message, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return again("intake/unreadable.html", refusal, tried=number, **_unreadable(None))
    return goto("sources.unreadable")


def _words() -> dict[str, Any]:
    return {
        "formats": FORMAT_WORDS,
        "datums": DATUMS,
        "statuses": STATUS_WORDS,
        "whys": WHY_WORDS,
        "chips": CHIPS,
    }


def _one(source: Source) -> dict[str, Any]:
    events = people.recent_events(keeping.KIND, source.id)
    return {
        "source": source,
        "messages": queries.lately(source.id),
        "day": queries.day_of(clock.now()).get(source.id),
        "events": events,
        "names": people.named_in(events),
        "done": DONE,
        **_words(),
    }


def _again(refusal: Refusal, code: str) -> Response:
    source = queries.source(code)
    if source is None:
        raise refusal
    return again("intake/one.html", refusal, **_one(source))


def _form_again(refusal: Refusal, code: str | None) -> Response:
    chosen = request.form.getlist("formats")
    source = queries.source(code) if code else None
    return again("intake/form.html", refusal, source=source, chosen=chosen, **_words())


def _shown_once(source: Source, *, key: str | None = None, secret: str | None = None) -> Response:
    settings: Settings = current_app.extensions["settings"]
    place = broker.place(settings)
    answer = page(
        "intake/key.html",
        source=source,
        key=key,
        secret=secret,
        address=settings.address,
        spoken=[Format(each) for each in source.formats],
        broker=f"{place.host}:{place.port}" if place else None,
        stamp=signing.STAMP,
        signed=signing.SIGNED,
        **_words(),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _unreadable(after: int | None, taken: Any = None) -> dict[str, Any]:
    found = queries.dead(after=after)
    previews = {each.id: _preview(unseal(each.body)) for each in found.rows}
    read = None if taken is None else sum(each.status != Status.DEAD for each in taken)
    return {
        "found": found,
        "previews": previews,
        "count": queries.count_dead(),
        "read": read,
        "tried_all": None if taken is None else len(taken),
        **_words(),
    }


def _preview(body: bytes) -> str:
    """The beginning of the bytes, as far as they are letters."""
    text = body[: PREVIEW * 4].decode("utf-8", "replace")[:PREVIEW]
    return "".join(each if each.isprintable() or each == "\n" else "·" for each in text)

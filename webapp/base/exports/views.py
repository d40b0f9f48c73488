"""Pages of exports: a list is taken, its file is waited for and fetched, the log is read."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Flask, Response, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from pydantic import Field
from sqlalchemy.orm import Session

from webapp.base import clock, past, tasks
from webapp.base.access import may, me, permit
from webapp.base.db import db
from webapp.base.exports import actions, past_page, queries
from webapp.base.exports.actions import Asked, Writing
from webapp.base.exports.cells import zone
from webapp.base.exports.models import Export
from webapp.base.exports.rules import (
    AT_ONCE,
    FORMAT_WORDS,
    KEPT_HOURS,
    MEDIA_TYPES,
    WHOLE,
    Format,
)
from webapp.base.exports.sheet import SHEETS, Sheet
from webapp.base.flow import Refusal
from webapp.base.past import REACH
from webapp.base.web import Form, goto, page, undone

bp = Blueprint("exports", __name__, url_prefix="/exports")


class TakeForm(Form):
    """As what a list is taken, and what for; `at_once` streams however many rows there are."""

    format: Format
    purpose: str | None = Field(default=None, min_length=2, max_length=200)
    at_once: bool = False


class OlderForm(Form):
    """Where in the log."""

    before: int | None = Field(default=None, ge=1)


def asked(name: str) -> Asked | None:
    """The list of this name as the address narrows it."""
    sheet = SHEETS.get(name)
    if sheet is None:
        return None
    sheet = sheet.at_present()
    wish = {key: value for key, value in request.args.items() if value and key != "lang"}
    thing = sheet.thing(wish) if sheet.thing else None
    return Asked(sheet, wish, thing) if thing is not None or not sheet.thing else None


@dataclass(frozen=True)
class Offer:
    """The menu of a list: where its form is sent, and what can be chosen."""

    sheet: Sheet
    address: str

    @property
    def look_back(self) -> bool:
        """True when a moment is chosen here, as of which the list is told."""
        return past_page.of_page(request.endpoint) is self.sheet and self.sheet.no_past is None

    @property
    def now(self) -> datetime:
        """This moment."""
        return clock.now()

    @property
    def known_since(self) -> datetime:
        """So far back a list is looked at as it was."""
        return self.now - REACH

    @property
    def formats(self) -> list[tuple[Format, Any]]:
        """What can be chosen, with its words."""
        return [(each, FORMAT_WORDS[each]) for each in self.sheet.formats]


def offer(name: str, more: dict[str, Any] | None = None, of: Any = None) -> Offer | None:
    """What the page of a list offers its reader; None where they may not take it.

    `of` is what the right is asked of, where the page has loaded it already.
    """
    sheet = SHEETS[name]
    wish: dict[str, Any] = {
        **request.args.to_dict(),
        **{k: str(v) for k, v in (more or {}).items()},
    }
    if of is None and sheet.thing:
        of = sheet.thing(wish)
    if not may(me(), "exports.take", Asked(sheet, wish, of)):
        return None
    address = url_for("exports.take", name=name)
    return Offer(sheet, f"{address}?{urlencode(wish)}" if wish else address)


bp.before_app_request(past_page.answered)
bp.app_url_defaults(past_page.stay)


@bp.record_once
def _offered(state: Any) -> None:
    app: Flask = state.app
    app.jinja_env.globals["export_offer"] = offer
    app.jinja_env.globals["past_look"] = past.look


@bp.post("/<name>")
@permit("exports.take", of=asked)
def take(wanted: Asked) -> ResponseReturnValue:
    """The list as a file: at once, or when it is long by the worker."""
    locale = str(get_locale())
    try:
        form = TakeForm.read(request)
        actions.must_not_crowd()
        export = actions.begin(
            wanted,
            form=form.format,
            purpose=form.purpose,
            # A program with a token sees less than its owner, and nobody tells it of a file that is ready.
            at_once=form.at_once or "Authorization" in request.headers,
            locale=locale,
            by=me(),
        )
    except Refusal as refusal:
        undone(refusal)
        return page(
            "exports/ask.html",
            status=refusal.status,
            offer=Offer(wanted.sheet, request.full_path),
            errors=refusal.fields,
            words=refusal.words,
            sent=request.form,
        )
    if export.by_task:
        tasks.defer("exports.make", export_id=export.id)
        return goto("exports.one", export_id=export.id)
    file = actions.writing(export, wanted, by=me())
    # Whoever speaks the old HTTP cannot tell a broken stream from its end: they get a file with its length.
    old = request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
    if file.form.ending in WHOLE or old:
        return _at_once(export, file, db.session)
    answer = Response(actions.Steps(file.stream(), locale))
    # A proxy hands on what comes as it comes.
    answer.headers["X-Accel-Buffering"] = "no"
    return _named(answer, file.sheet, file.form)


def _at_once(export: Export, file: Writing, session: Session) -> Response:
    with tempfile.TemporaryDirectory(dir=actions.folder()) as place:
        path = Path(place) / f"list.{file.form.ending}"
        file.write(path, file.batches(session))
        export.rows, export.ended_at = file.rows, clock.now()
        export.size = path.stat().st_size
        # Open, it outlives its name.
        answer = send_file(path.open("rb"), mimetype=MEDIA_TYPES[file.form.ending])
        answer.content_length = export.size
    return _named(answer, file.sheet, file.form)


def _named(answer: Response, sheet: Sheet, form: Format) -> Response:
    day = clock.now().astimezone(zone()).date().isoformat()
    answer.headers["Content-Type"] = MEDIA_TYPES[form.ending]
    plain, real = f"{sheet.name}-{day}.{form.ending}", f"{sheet.title}-{day}.{form.ending}"
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(real)}"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("")
@permit("exports.list")
def mine() -> Response:
    """What the reader took, and the files that wait for them."""
    found = queries.log(account_id=me().id, before=_before())
    return page("exports/list.html", found=found, whose="own", **_words())


@bp.get("/log")
@permit("exports.log")
def everybody() -> Response:
    """Who took which list as what, how many rows, and what for."""
    return page("exports/list.html", found=queries.log(before=_before()), whose="all", **_words())


@bp.get("/<int:export_id>")
@permit("exports.fetch", of=queries.one)
def one(export: Export) -> Response:
    """How far a file is, and the way to it."""
    return page(
        "exports/one.html",
        fragment="state",
        export=export,
        waits=actions.waiting(export) is not None,
        **_words(),
    )


@bp.get("/<int:export_id>/file")
@permit("exports.fetch", of=queries.one)
def fetch(export: Export) -> Response:
    """The made file, for whoever asked for it, while it waits."""
    name, sheet = actions.waiting(export), SHEETS.get(export.sheet)
    if name is None or sheet is None:
        return page("exports/one.html", status=410, export=export, waits=False, **_words())
    form = Format(export.format)
    answer = send_file(actions.store().opened(name), mimetype=MEDIA_TYPES[form.ending])
    answer.content_length = export.size or 0
    return _named(answer, sheet, form)


def _before() -> int | None:
    return OlderForm.of_address(request).before


def _words() -> dict[str, Any]:
    return {
        "sheets": {name: each.title for name, each in SHEETS.items()},
        "format_words": {str(key): words for key, words in FORMAT_WORDS.items()},
        "at_once": AT_ONCE,
        "kept_hours": KEPT_HOURS,
    }

"""Pages of the ledgers: all of them, one with its rows, what was frozen, who took what."""

from __future__ import annotations

import tempfile
from typing import IO, Any, cast

from flask import Blueprint, Response, request, send_file
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import PurposeForm, afresh, goto, page, undone
from webapp.ledgers import actions, asking, frozen, queries, taking, verifying
from webapp.ledgers.forms import AskForm, FileForm, LookForm, OlderForm
from webapp.ledgers.models import Snapshot
from webapp.ledgers.queries import Asked, Line
from webapp.ledgers.rules import (
    FILE_WORDS,
    FORM_WORDS,
    LEDGERS,
    SECTION_WORDS,
    Form,
    Ledger,
)
from webapp.ledgers.sheets import MEDIA_TYPES
from webapp.ledgers.sources import SOURCES

bp = Blueprint("ledgers", __name__, url_prefix="/ledgers")

# So many frozen rows, and rows that differ from those before, stand on a page.
SHOWN = 200
# A file grows on the disk from here on.
IN_MEMORY = 1024 * 1024


def kept(key: str) -> Ledger | None:
    """A ledger by its key."""
    return LEDGERS.get(key)


@bp.get("")
@told_then
@permit("ledgers.list")
def listed() -> Response:
    """All ledgers with how many rows each has for the reader."""
    asked = asking.asked_by(_wish(AskForm))
    counts = queries.counted(me(), asked)
    return page(
        "ledgers/list.html",
        fragment="found",
        sections={
            section: [each for each in LEDGERS.values() if each.section is section]
            for section in SECTION_WORDS
        },
        section_words=SECTION_WORDS,
        all_ledgers=LEDGERS,
        counts=counts,
        mine={key for key, each in LEDGERS.items() if may(me(), "ledgers.see", each)},
        frozen=queries.last_frozen(me(), asked.place),
        **_asked(asked),
    )


@bp.get("/frozen")
@told_then
@permit("ledgers.list")
def frozen_ones() -> Response:
    """What was frozen, the newest first."""
    wish = _wish(OlderForm)
    found = queries.snapshots(me(), ledger=wish.ledger, before=wish.before)
    return page("ledgers/frozen_list.html", found=found, all_ledgers=LEDGERS, now=clock.now())


@bp.get("/taken")
@told_then
@permit("ledgers.takings")
def taken() -> Response:
    """Who took rows about people, or looked at them, and what for."""
    found = queries.takings(before=_wish(OlderForm).before)
    return page("ledgers/taken.html", found=found, all_ledgers=LEDGERS, form_words=FORM_WORDS)


@bp.get("/frozen/<int:snapshot_id>")
@permit("ledgers.frozen", of=queries.snapshot)
def one_frozen(snapshot: Snapshot) -> Response:
    """A frozen ledger: who signed, whether it still is what was signed, what changed, its rows."""
    return _frozen(snapshot)


@bp.post("/frozen/<int:snapshot_id>/look")
@permit("ledgers.frozen", of=queries.snapshot)
def look_frozen(snapshot: Snapshot) -> ResponseReturnValue:
    """The frozen rows of a guarded ledger, for a purpose that is written down."""
    key = snapshot.id
    try:
        taking.look_frozen(snapshot, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return _frozen(afresh(refusal, lambda: queries.snapshot(key)), refusal)
    return _frozen(snapshot, looked=True)


@bp.post("/frozen/<int:snapshot_id>/file")
@permit("ledgers.frozen", of=queries.snapshot)
def frozen_file(snapshot: Snapshot) -> ResponseReturnValue:
    """The frozen rows as a file, with their hash and who signed."""
    key, name = snapshot.id, f"{snapshot.ledger}-{snapshot.month:%Y-%m}-{snapshot.id}"
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    try:
        wish = FileForm.read(request)
        taking.take_frozen(cast(Any, out), snapshot, form=wish.form, purpose=wish.purpose, by=me())
    except Refusal as refusal:
        return _frozen(afresh(refusal, lambda: queries.snapshot(key)), refusal)
    return _file(cast(Any, out), wish.form, name)


@bp.get("/<key>")
@permit("ledgers.see", of=kept)
def one(ledger: Ledger) -> Response:
    """A ledger with its rows, masked; one about people in need only says how many there are."""
    return _one(ledger)


@bp.post("/<key>/look")
@permit("ledgers.see", of=kept)
def look(ledger: Ledger) -> ResponseReturnValue:
    """The rows of a guarded ledger, for a purpose that is written down with each person."""
    try:
        wish = LookForm.read(request)
        asked = asking.asked_by(wish, ledger, request.form)
        lines = taking.look(ledger, asked, purpose=wish.purpose, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _one(ledger, refusal)
    answer = _one(ledger, lines=lines)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<key>/file")
@permit("ledgers.see", of=kept)
def file(ledger: Ledger) -> ResponseReturnValue:
    """The rows as a file: of people only for a purpose, whole only with the right."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    try:
        wish = FileForm.read(request)
        asked = asking.asked_by(wish, ledger, request.form)
        taking.take_out(
            cast(Any, out),
            ledger,
            asked,
            form=wish.form,
            whole=wish.whole,
            purpose=wish.purpose,
            by=me(),
        )
    except Refusal as refusal:
        undone(refusal)
        return _one(ledger, refusal)
    return _file(cast(Any, out), wish.form, f"{ledger.key}-{asked.month:%Y-%m}")


@bp.post("/<key>/freeze")
@permit("ledgers.see", of=kept)
def freeze(ledger: Ledger) -> ResponseReturnValue:
    """The ledger stands frozen and signed."""
    try:
        wish = AskForm.read(request)
        asked = asking.asked_by(wish, ledger)
        snapshot = actions.freeze(ledger, asked.place, asked.month, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _one(ledger, refusal)
    return goto("ledgers.one_frozen", snapshot_id=snapshot.id)


def _file(out: IO[bytes], form: Form, name: str) -> Response:
    out.seek(0)
    answer = send_file(
        out,
        mimetype=MEDIA_TYPES[form],
        as_attachment=True,
        download_name=f"{name}.{form}",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _wish(form: type[Any]) -> Any:
    return form.of_address(request)


def _asked(asked: Asked) -> dict[str, Any]:
    return {
        "asked": asked,
        "address": asking.address_of(asked),
        "beside": asking.months_beside(asked.month),
        "places": asking.places_for(me()),
    }


def _one(
    ledger: Ledger, refusal: Refusal | None = None, *, lines: list[Line] | None = None
) -> Response:
    given = request.args if request.method == "GET" else request.form
    wish = AskForm.of({name: value for name, value in given.items() if value})
    asked = asking.asked_by(wish, ledger, given)
    after = None
    if lines is None and not ledger.is_guarded:
        lines, after = queries.page_of(ledger, me(), asked, after=wish.after)
    draft = Snapshot(
        ledger=ledger.key, scope=asked.place.scope, grid_ids=list(asked.place.grid_ids)
    )
    return page(
        "ledgers/one.html",
        fragment="found",
        status=refusal.status if refusal else 200,
        lines=lines,
        after=after,
        total=queries.total(ledger, me(), asked),
        narrowed=asking.narrowed_by(ledger),
        signs=may(me(), "ledgers.freeze", draft),
        reveals=ledger.reveal is not None and may(me(), ledger.reveal),
        forms=FILE_WORDS,
        last=queries.newest(ledger.key, asked.place, asked.month if ledger.monthly else None)
        if may(me(), "ledgers.frozen", draft)
        else None,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        sent=request.form,
        **_asked(asked),
        **asking.told(ledger),
    )


def _frozen(
    snapshot: Snapshot, refusal: Refusal | None = None, *, looked: bool = False
) -> Response:
    ledger = LEDGERS[snapshot.ledger]
    rows = frozen.rows_of(snapshot.body) if snapshot.body else None
    before = snapshot.previous
    earlier = frozen.rows_of(before.body) if before and before.body else None
    open_ = looked or not ledger.is_guarded
    changes = frozen.differences(earlier, rows) if rows and earlier and open_ else None
    answer = page(
        "ledgers/frozen.html",
        status=refusal.status if refusal else 200,
        snapshot=snapshot,
        ledger=ledger,
        verdict=verifying.verdict(snapshot),
        known={each.key: each for each in SOURCES[ledger.key].columns},
        rows=rows if open_ else None,
        shown=list(rows.lines.values())[:SHOWN] if rows and open_ else [],
        differs=list(changes.changed.items())[:SHOWN] if changes else [],
        guarded=not open_ and rows is not None,
        forms=FILE_WORDS,
        source=SOURCES[ledger.key],
        told=refusal.words if refusal else None,
        errors=refusal.fields if refusal else {},
        sent=request.form,
    )
    if looked:
        answer.headers["Cache-Control"] = "no-store"
    return answer

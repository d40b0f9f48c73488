"""Where a thing stands, for a phone: after a step, and beside a step that came too late."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import jsonify, redirect, request
from flask.typing import ResponseReturnValue

from webapp.base import audit
from webapp.base.access import Actor, me
from webapp.base.db import db, lock
from webapp.base.flow import Flow, Refusal
from webapp.base.web import error_body, wants_json
from webapp.people.outdoors import ConflictForm, StepForm, said


def plain(flow: Flow, thing: Any, url: str) -> dict[str, Any]:
    """Its state in words, its version, its page."""
    return {
        "id": thing.id,
        "state": thing.state,
        "state_words": str(flow.states[thing.state]),
        "version": thing.version,
        "url": url,
    }


def theirs(flow: Flow, thing: Any, url: str) -> dict[str, Any]:
    """The same, with what was done last and by whom, and the steps that are open to the reader."""
    last = audit.last(flow.kind, thing.id)
    said = []
    if last is not None:
        said.append(
            {
                "who": audit.name_of(last.actor_id),
                "words": str(flow.words_of(last.move)),
                "at": last.at.isoformat(),
                "note": last.data.get("note"),
            }
        )
    return {**plain(flow, thing, url), "last": said, "open": [*flow.open_moves(thing, me())]}


def step(
    flow: Flow,
    thing: Any,
    names: tuple[str, ...],
    deed: Callable[..., None],
    wanted: tuple[str, ...],
    url: str,
    form_of: type[StepForm] = StepForm,
) -> ResponseReturnValue:
    """One step of a phone: done once however often it comes; the answer says where the thing stands.

    `names` are the moves that the step may become; `wanted` is what the deed takes of the form.
    """
    mark = None
    try:
        form = form_of.read(request)
        mark = form.client_id
        made = _known(flow, thing, names, mark)
        if made is not None:
            return _moved(flow, thing, url, made)
        deed(
            thing,
            by=me(),
            **{name: getattr(form, name) for name in wanted},
            base_version=form.base_version,
            client_at=form.happened_at,
            mark=mark,
            insisted=form.insisted,
        )
    except Refusal as refusal:
        db.session.rollback()
        db.session.refresh(thing)
        made = _known(flow, thing, names, mark)
        # The same step came in by another connection at the same moment, and was faster.
        return _moved(flow, thing, url, made) if made else _refused(flow, thing, url, refusal)
    return _moved(flow, thing, url)


def settle(flow: Flow, thing: Any, form: ConflictForm, url: str) -> ResponseReturnValue:
    """A step gave way to what somebody else had done; the log says so once."""
    keep_theirs(
        flow,
        thing,
        move=form.step,
        by=me(),
        note=form.note,
        client_at=form.happened_at,
        mark=form.client_id or uuid.uuid4(),
    )
    return _moved(flow, thing, url)


def _known(flow: Flow, thing: Any, names: tuple[str, ...], mark: uuid.UUID | None) -> int | None:
    """The version that this very step of a phone made, if it has arrived already."""
    if mark is None:
        return None
    for name in names:
        event = audit.by_mark(flow.kind, thing.id, name, mark)
        if event is not None:
            return int(event.data.get("version", thing.version))
    return None


def _moved(flow: Flow, thing: Any, url: str, version: int | None = None) -> ResponseReturnValue:
    """The answer to a step: for a phone as JSON, for a person the page."""
    if wants_json():
        return jsonify({**plain(flow, thing, url), **({"version": version} if version else {})})
    return redirect(url, 303)


def _refused(flow: Flow, thing: Any, url: str, refusal: Refusal) -> ResponseReturnValue:
    """The answer to a step that does not go: both versions for a phone; a person reads why."""
    if not wants_json():
        raise refusal
    body = error_body(refusal.code, refusal.words, refusal.fields)
    return jsonify({**body, "theirs": theirs(flow, thing, url)}), refusal.status


def keep_theirs(
    flow: Flow,
    thing: Any,
    *,
    move: str,
    by: Actor,
    note: str | None = None,
    client_at: datetime | None = None,
    mark: uuid.UUID,
) -> None:
    """The log says that a step gave way to what somebody else had done, and what it had said."""
    lock(thing)
    if audit.by_mark(flow.kind, thing.id, "conflict", mark) is not None:
        return
    audit.record(
        kind=flow.kind,
        thing_id=thing.id,
        move="conflict",
        by=by,
        before=thing.state,
        after=thing.state,
        grid_id=thing.grid_id,
        client_at=client_at,
        data=said(note, conflict="theirs", step=move, mark=str(mark)),
    )

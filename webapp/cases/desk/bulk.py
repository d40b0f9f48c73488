"""One act for many cases: each in a savepoint of its own, each with its own answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.cases import candidates, moves
from webapp.cases.desk import queries
from webapp.cases.desk.forms import BulkForm
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, State

Deed = Callable[..., None]


@dataclass(frozen=True)
class Act:
    """What is done to each case, and what the form must say for it."""

    words: LazyString
    deed: Deed
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What became of one case: done, or refused and why."""

    case_id: int
    number: str
    what: str
    done: bool
    words: Any


def _send_nearest(case: Case, **how: Any) -> None:
    """Whoever stands first among those who may check it goes."""
    first = next(iter(candidates.ranking(case, without=[case.handler_id]).order), None)
    moves.send_check(case, to=first.account if first else None, **how)


ACTS: dict[str, Act] = {
    "accept": Act(CASE_FLOW.moves["accept"].words, moves.accept),
    "file": Act(CASE_FLOW.moves["file"].words, moves.file_case),
    "dispatch": Act(_l("Dispatch to a department"), moves.dispatch, ("unit", "note")),
    "send_check": Act(_l("Send the nearest to check"), _send_nearest),
    "reject": Act(CASE_FLOW.moves["reject"].words, moves.reject, ("note", "reason")),
}


def act(form: BulkForm, *, by: Actor) -> list[Answer]:
    """Each case that allows it has made the step; each other stays as it was, with the reason.

    `Unacceptable` when the act itself lacks something: a department, a reason.
    """
    each = ACTS.get(form.act)
    if each is None:
        raise Unacceptable(_l("Choose what is to be done."), fields={"act": ""})
    if form.act == "dispatch" and form.unit is None:
        words = _l("Choose a department.")
        raise Unacceptable(words, fields={"unit": words})
    if form.act == "reject" and not form.note:
        words = _l("Say in a few words why.")
        raise Unacceptable(words, fields={"note": words})
    known = queries.cases_of(form.chosen, by)
    said = {name: getattr(form, name) for name in each.wanted}
    # In the order of their keys, so that two who work at the same cases never wait for each other.
    return [
        _one(known[key], each, by=by, base_version=seen, **said)
        for key, seen in form.chosen.items()
        if key in known
    ]


def _one(case: Case, each: Act, **how: Any) -> Answer:
    about = (case.id, case.number, case.case_class.name)
    try:
        with db.session.begin_nested():
            each.deed(case, **how)
    except Refusal as refusal:
        reasons = refusal.fields.values() or [refusal.words]
        return Answer(*about, done=False, words=" ".join(str(words) for words in reasons))
    return Answer(*about, done=True, words=CASE_FLOW.states[State(case.state)])

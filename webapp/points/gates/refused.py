"""What a gate said and was refused is kept for the staff, without what must not be kept."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import force_locale
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.points.gates import queries
from webapp.points.gates.models import Gate, Refused
from webapp.points.gates.rules import REFUSED_MOST, Decision, Reason, Way, What

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_FIELD = re.compile(r"[A-Za-z_.]{1,40}")
_MOMENT = re.compile(r"[0-9T:.Z+-]{10,35}")
_LARGEST = 2**63


def keep(gate: Gate, what: What, way: Way, items: Iterable[tuple[Any, Refusal]]) -> None:
    """Each of these is on the page of the gate with its reason, or counted there once more."""
    rows = [_row(gate, what, way, sent, refusal) for sent, refusal in items]
    if not rows or queries.count_refused(gate.id) >= REFUSED_MOST:
        return
    once = {row["digest"]: row for row in rows}
    put = insert(Refused).values(list(once.values()))
    again = {"times": Refused.times + 1, "at": put.excluded.at, "way": put.excluded.way}
    same = [Refused.gate_id, Refused.digest]
    db.session.execute(put.on_conflict_do_update(index_elements=same, set_=again))


def _row(gate: Gate, what: What, way: Way, sent: Any, refusal: Refusal) -> dict[str, Any]:
    said = _harmless(sent) if isinstance(sent, Mapping) else {}
    with force_locale("en"):
        told = refusal.fields or {"": refusal.words}
        words = {_field(name): str(each) for name, each in told.items()}
    same = json.dumps([what, said, words], sort_keys=True, default=str)
    return {
        "gate_id": gate.id,
        "what": what,
        "way": way,
        "said": said,
        "fields": words,
        "digest": hashlib.sha256(same.encode()).digest(),
        "at": clock.now(),
    }


def _field(name: str) -> str:
    """The name of a field; not even that where somebody put a value in its place."""
    return name if not name or _FIELD.fullmatch(name) else "?"


def _harmless(sent: Mapping[Any, Any]) -> dict[str, Any]:
    """What names the event: of known fields, in their known form."""
    known: dict[str, Callable[[Any], Any]] = {
        "boot_id": lambda each: isinstance(each, str) and _NAME.fullmatch(each),
        "ts": lambda each: isinstance(each, str) and _MOMENT.fullmatch(each),
        "seq": _is_number,
        "lane": _is_number,
        "duration_ms": _is_number,
        "id": _is_number,
        "decision": lambda each: each in list(Decision),
        "reason": lambda each: each in list(Reason),
    }
    return {name: sent[name] for name, good in known.items() if name in sent and good(sent[name])}


def _is_number(each: Any) -> bool:
    return isinstance(each, int) and not isinstance(each, bool) and abs(each) < _LARGEST

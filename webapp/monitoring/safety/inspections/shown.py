"""How inspections are shown: their lanes, and what the log calls what was done."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base.audit import Event
from webapp.monitoring.safety.dangers import shown as dangers
from webapp.monitoring.safety.inspections.rules import (
    ANSWER_WORDS,
    INSPECTION_CHIPS,
    INSPECTION_FLOW,
)

LANES = {
    "due": _l("Due now"),
    "soon": _l("Ending within 14 days"),
    "longer": _l("Less often, thanks to monitoring"),
    "done": _l("Inspections done"),
    "missed": _l("Inspections missed"),
}

_NOTES = {
    "plan": _l("Inspection planned"),
    "shorten": _l("Due earlier: monitoring does not stand in"),
}


def done(event: Event) -> Any:
    """What the log calls what was done."""
    return _NOTES.get(event.move) or INSPECTION_FLOW.words_of(event.move)


def words() -> dict[str, Any]:
    """The words that every page of inspections needs."""
    return {
        **dangers.words(),
        "answers": ANSWER_WORDS,
        "inspection_states": INSPECTION_FLOW.states,
        "inspection_chips": INSPECTION_CHIPS,
    }

"""How hidden dangers are shown: their words, their colours, what the log calls what was done."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.audit import Event
from webapp.monitoring.safety import shown as safety
from webapp.monitoring.safety.dangers.rules import (
    DANGER_CHIPS,
    DANGER_FLOW,
    DANGER_WORDS,
    FOUND_WORDS,
    LEVEL_WORDS,
    Level,
)
from webapp.people import days

LANES = {
    "open": _l("All open ones"),
    "found": _l("To be ordered"),
    "late": _l("Past their deadline"),
    "major": _l("Major ones"),
    "recheck": _l("To be looked at again"),
    "cleared": _l("Cleared ones"),
    "void": _l("Were none"),
}

# What the log says beside the moves.
_NOTES = {
    "find": _l("Found"),
    "grade": _l("Level changed"),
    "extend": _l("Deadline put off"),
    "late": _l("The deadline is over"),
    "relocate": _l("Follows new borders"),
}

LEVEL_CHIPS = {Level.GENERAL: "work", Level.MAJOR: "late"}


def done(event: Event) -> Any:
    """What the log calls what was done."""
    return _NOTES.get(event.move) or DANGER_FLOW.words_of(event.move)


def words() -> dict[str, Any]:
    """The words that every page of hidden dangers needs."""
    return {
        **safety.words(),
        "danger_kinds": DANGER_WORDS,
        "levels": LEVEL_WORDS,
        "level_chips": LEVEL_CHIPS,
        "found_words": FOUND_WORDS,
        "danger_flow": DANGER_FLOW,
        "danger_chips": DANGER_CHIPS,
        "danger_lanes": LANES,
        "danger_done": done,
        "last_day_of": days.last_day,
        "now": clock.now(),
    }

"""How livelihood items are shown: their words, their colours, what the log calls what was done."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base.audit import Event
from webapp.community.livelihood.rules import (
    ACCEPTING,
    CATEGORY_WORDS,
    ITEM_CHIPS,
    LIVELIHOOD_FLOW,
    STONE_WORDS,
)
from webapp.people import days

LANES = {
    "all": _l("All items"),
    "waiting": _l("Not funded yet"),
    "moving": _l("Under way or done"),
    "late": _l("Late items"),
    "built": _l("Residents look at them"),
    "accepted": _l("Accepted items"),
    "stopped": _l("Paused or cancelled"),
}

_NOTES = {
    "collect": _l("Collected"),
    "change": _l("Written anew before it was chosen"),
    "plan": _l("Milestone added"),
    "reach": _l("Milestone reached"),
    "relocate": _l("Follows new borders"),
}


def done(event: Event) -> Any:
    """What the log calls what was done."""
    return _NOTES.get(event.move) or LIVELIHOOD_FLOW.words_of(event.move)


def stones(event: Event) -> list[Any]:
    """The milestones that an event names, in words."""
    return [STONE_WORDS.get(each, each) for each in event.data.get("stones", [])]


def words() -> dict[str, Any]:
    """The words that every page of livelihood items needs."""
    return {
        "item_flow": LIVELIHOOD_FLOW,
        "item_chips": ITEM_CHIPS,
        "item_lanes": LANES,
        "categories": CATEGORY_WORDS,
        "stone_words": STONE_WORDS,
        "item_done": done,
        "item_stones": stones,
        "accepting": ACCEPTING,
        "today": days.today(),
    }

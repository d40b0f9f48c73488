"""How topics are shown: their words, their colours, what the log calls what was done."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base.audit import Event
from webapp.community.deliberation.procedures import (
    CHOICE_WORDS,
    PROCEDURE_WORDS,
    PROCEDURES,
    STAGE_WORDS,
    UNIT_WORDS,
)
from webapp.community.deliberation.rules import (
    CAME_WORDS,
    LEVEL_WORDS,
    TOPIC_CHIPS,
    TOPIC_FLOW,
)
from webapp.community.livelihood.rules import CATEGORY_WORDS
from webapp.people import days

LANES = {
    "open": _l("All open topics"),
    "new": _l("To be screened and levelled"),
    "talked": _l("Being talked over"),
    "voting": _l("Being voted on"),
    "public": _l("Publicised decisions"),
    "decided": _l("Carried out"),
    "ended": _l("Closed topics"),
}

_NOTES = {
    "propose": _l("Proposed"),
    "enter_sheet": _l("Sheet of paper votes entered"),
    "witness": _l("Sheet of paper votes confirmed"),
    "refuse_sheet": _l("Sheet of paper votes refused"),
    "hold_stage": _l("Decision before the vote"),
    "to_do": _l("To be done"),
    "done": _l("Thing to do was done"),
    "answer": _l("Objection answered"),
    "to_item": _l("Became a livelihood item"),
    "relocate": _l("Follows new borders"),
}


def done(event: Event) -> Any:
    """What the log calls what was done."""
    return _NOTES.get(event.move) or TOPIC_FLOW.words_of(event.move)


def area(hundredths: int) -> str:
    """An area in square metres, exact."""
    return f"{hundredths // 100:,}.{hundredths % 100:02d}"


def words() -> dict[str, Any]:
    """The words that every page of topics needs."""
    return {
        "topic_flow": TOPIC_FLOW,
        "topic_chips": TOPIC_CHIPS,
        "topic_lanes": LANES,
        "themes": CATEGORY_WORDS,
        "levels": LEVEL_WORDS,
        "came_words": CAME_WORDS,
        "procedures": PROCEDURES,
        "procedure_words": PROCEDURE_WORDS,
        "unit_words": UNIT_WORDS,
        "stage_words": STAGE_WORDS,
        "choices": CHOICE_WORDS,
        "topic_done": done,
        "area": area,
        "today": days.today(),
    }

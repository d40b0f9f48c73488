"""Who is in the field: the skills that count, and who keeps the rota."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere
from webapp.cases.rules import DESK

# Whoever holds one of these over a grid can be sent.
SENDABLE = ("grid_worker", "grid_leader", "part_time_worker")

# A position older than this says nothing about where somebody is now.
FRESH = timedelta(minutes=10)
# So long a position is kept at all: it is where somebody last was, never a way.
KEPT = timedelta(hours=24)


class Skill(StrEnum):
    """What somebody can do that not everybody can."""

    PROTECTED = "protected"
    ELECTRIC = "electric"
    FIRE = "fire"
    CONFINED = "confined"
    CHEMICAL = "chemical"
    LIFT = "lift"
    SHORE = "shore"
    FIRST_AID = "first_aid"


SKILL_WORDS = {
    Skill.PROTECTED: _l("Breathing and chemical protection"),
    Skill.ELECTRIC: _l("Electrician"),
    Skill.FIRE: _l("Fire protection"),
    Skill.CONFINED: _l("Confined spaces"),
    Skill.CHEMICAL: _l("Dangerous goods"),
    Skill.LIFT: _l("Lifts and boilers"),
    Skill.SHORE: _l("Rescue at the shore"),
    Skill.FIRST_AID: _l("First aid"),
}

MAY = {
    "rota.see": Anywhere(*DESK, "grid_leader", "admin"),
    "rota.change": Anywhere("shift_leader", "supervisor", "admin"),
}

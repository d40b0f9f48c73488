"""Which step is the next one: by the levels of the item, its public notice, and what was done before."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.flow import Move
from webapp.services.applications.models import Application
from webapp.services.applications.rules import (
    APPLICATION_FLOW,
    LEVEL_OF,
    RATE_DAYS,
    REVIEW,
    State,
)
from webapp.services.items.rules import Level


def next_level(application: Application) -> Level | None:
    """The level that looks at it next; None when the last one does."""
    levels = [Level(each) for each in application.levels]
    here = LEVEL_OF.get(application.state)
    if here is None:
        return levels[0]
    after = levels.index(here) + 1
    return levels[after] if after < len(levels) else None


def through(application: Application) -> bool:
    """True when no further level looks at it before the decision."""
    return application.state in LEVEL_OF and next_level(application) is None


def is_due(application: Application, name: str) -> bool:
    """True when the move fits the item and what was done before; state and right are asked elsewhere."""
    wants_notice = application.item.said.publicity_days > 0
    if name.startswith("to_"):
        level = next_level(application)
        return level is not None and APPLICATION_FLOW.moves[name].to == REVIEW[level]
    if name == "publish":
        return wants_notice and through(application)
    if name == "approve":
        if application.state == State.PUBLICITY:
            until = application.publicity_until
            return until is not None and until <= clock.now()
        return through(application) and not wants_notice
    if name == "ask_supplement":
        return application.supplement is None
    if name == "rate":
        since = application.delivered_at
        return since is not None and clock.now() <= since + timedelta(days=RATE_DAYS)
    return True


def open_to(application: Application, who: Actor) -> dict[str, Move]:
    """The buttons: the moves that are open now, that fit, and that `who` may make."""
    found = APPLICATION_FLOW.open_moves(application, who)
    return {name: each for name, each in found.items() if is_due(application, name)}

"""What counts how much when somebody is looked for: the usual, its bounds, its words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Bounds:
    """What a weight may be: from the least to the most, both of them allowed."""

    least: float
    most: float
    words: Any


def _weight(usual: float, least: float, most: float, words: Any) -> Any:
    return field(default=usual, metadata={"bounds": Bounds(least, most, words)})


@dataclass(frozen=True)
class Weights:
    """Minutes, but for the last two, which are factors. Whoever is off duty comes after all who are on
    duty, and haste is served before minutes: these are rules and no weights."""

    own_within: float = _weight(
        2,
        0,
        30,
        _l("The worker of the grid goes first unless somebody else is better by more than"),
    )
    # Measured on simulated days: so much evens the load out for 0.1 min of delay.
    a_duty: float = _weight(1.5, 0, 20, _l("Each duty in hand"))
    under_way: float = _weight(30, 0, 240, _l("Under way to something urgent"))
    unanswered: float = _weight(60, 0, 240, _l("Asked already, and without an answer"))
    skill_missing: float = _weight(120, 10, 600, _l("Each wanted skill that is missing"))
    # Nobody knows where in the grid somebody is whose position is old, or where a case without a point is.
    old_position: float = _weight(5, 0, 60, _l("No fresh position"))
    elsewhere: float = _weight(20, 0, 120, _l("Another grid, where the case has no point"))
    # Something urgent takes so long with the way to it; nobody counts as done sooner than in so long.
    urgent_takes: float = _weight(25, 1, 240, _l("Something urgent takes, with the way to it"))
    soonest_free: float = _weight(
        5, 0, 60, _l("Nobody who is at something urgent is free sooner than in")
    )
    gain: float = _weight(
        5, 0, 60, _l("Taken off their way only where help is there earlier by more than")
    )
    longest_wait: float = _weight(
        480, 0, 1440, _l("Between equals the longer wait goes first, up to")
    )
    urgent_minute: float = _weight(2, 1, 5, _l("In a crowd a minute of something urgent counts"))
    emergency_minute: float = _weight(3, 1, 10, _l("In a crowd a minute of an emergency counts"))

    @classmethod
    def of(cls, said: Any) -> Weights:
        """The weights that a row or a form says."""
        return cls(**{each.name: getattr(said, each.name) for each in fields(cls)})


USUAL = Weights()
BOUNDS: dict[str, Bounds] = {each.name: each.metadata["bounds"] for each in fields(Weights)}
FACTORS = ("urgent_minute", "emergency_minute")

"""Every value by which the match degree is tuned: one versioned row, kept with each degree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Side(StrEnum):
    """Whose wishes a criterion is about."""

    SEEKER = "seeker"
    EMPLOYER = "employer"


class Name(StrEnum):
    """A criterion."""

    OCCUPATION = "occupation"
    COMMUTE = "commute"
    WAGE = "wage"
    SHIFT = "shift"
    BENEFIT = "benefit"
    SKILL = "skill"
    LINE = "line"
    EXPERIENCE = "experience"
    EDUCATION = "education"


SIDES: Mapping[Name, Side] = MappingProxyType(
    {
        Name.OCCUPATION: Side.SEEKER,
        Name.COMMUTE: Side.SEEKER,
        Name.WAGE: Side.SEEKER,
        Name.SHIFT: Side.SEEKER,
        Name.BENEFIT: Side.SEEKER,
        Name.SKILL: Side.EMPLOYER,
        Name.LINE: Side.EMPLOYER,
        Name.EXPERIENCE: Side.EMPLOYER,
        Name.EDUCATION: Side.EMPLOYER,
    }
)

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        Name.OCCUPATION: 0.30,
        Name.COMMUTE: 0.30,
        Name.WAGE: 0.25,
        Name.SHIFT: 0.10,
        Name.BENEFIT: 0.05,
        Name.SKILL: 0.45,
        Name.LINE: 0.20,
        Name.EXPERIENCE: 0.20,
        Name.EDUCATION: 0.15,
    }
)

# Metres a minute from door to door.
SPEEDS: Mapping[str, float] = MappingProxyType(
    {"walk": 75.0, "ebike": 250.0, "bus": 300.0, "car": 500.0}
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the degree is counted with; the values here are those of the design.

    `weights` of each side make 1. `ladder`: how near two occupations are whose codes have so many
    levels in common. `free_minutes` of travel cost nothing, then what is left halves every
    `halving_minutes`. `cap`: what remains of the degree when a criterion is not met at all.
    """

    version: int = 1
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)
    ladder: tuple[float, ...] = (0.0, 0.2, 0.5, 0.8, 1.0)
    speeds: Mapping[str, float] = field(default_factory=lambda: SPEEDS)
    detour: float = 1.3
    free_minutes: float = 15.0
    halving_minutes: float = 15.0
    dormitory: float = 0.85
    floor_share: float = 0.8
    must_share: float = 0.8
    kin: float = 0.7
    resembling: float = 0.6
    resembling_from: float = 0.6
    education_step: float = 0.4
    unknown: float = 0.5
    cap: float = 0.6
    working_age: int = 16
    hazard_age: int = 18
    push_from: float = 90.0

    def __post_init__(self) -> None:
        """Values by which the degree would leave 0 to 100, or fall where more is offered, are refused."""
        for side in Side:
            of_side = [self.weights[name] for name in Name if SIDES[name] is side]
            if min(of_side) < 0 or not math.isclose(math.fsum(of_side), 1.0):
                raise ValueError(f"The weights of the {side} have to make 1.")
        if len(self.ladder) != 5 or list(self.ladder) != sorted(self.ladder):
            raise ValueError("The ladder has five steps that rise.")
        shares = [*self.ladder, self.dormitory, self.floor_share, self.must_share, self.kin]
        shares += [self.resembling, self.resembling_from, self.unknown, self.cap]
        if not all(0 <= each <= 1 for each in shares):
            raise ValueError("Shares lie between 0 and 1.")
        if self.resembling > self.kin:
            raise ValueError("Kin counts as much as what only resembles, or more.")
        if self.halving_minutes <= 0 or self.free_minutes < 0 or self.education_step < 0:
            raise ValueError("Minutes and steps are not negative.")
        if self.detour < 1 or not self.speeds or min(self.speeds.values()) <= 0:
            raise ValueError("A way is at least as long as the straight line, and a speed above 0.")

    def to_json(self) -> dict[str, Any]:
        """The values as a row keeps them."""
        found: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Mapping):
                value = {str(key): part for key, part in value.items()}
            found[each.name] = list(value) if isinstance(value, tuple) else value
        return found

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Parameters:
        """The values of a row; what the row does not name is as in the design, what nobody knows is refused."""
        if unknown := kept.keys() - {each.name for each in fields(cls)}:
            raise ValueError(f"There is no parameter {min(unknown)}.")
        values = dict(kept)
        for name in ("weights", "speeds"):
            if name in values:
                values[name] = MappingProxyType(
                    {str(key): float(part) for key, part in values[name].items()}
                )
        if "ladder" in values:
            values["ladder"] = tuple(float(each) for each in values["ladder"])
        return cls(**values)


DESIGN = Parameters()

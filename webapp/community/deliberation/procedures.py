"""The procedures by which residents decide, as data; whether a vote has passed, in whole numbers only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Unit(StrEnum):
    """Who has one vote."""

    HOUSEHOLD = "household"
    PERSON = "person"
    OWNER = "owner"


UNIT_WORDS = {
    Unit.HOUSEHOLD: _l("One vote for each household"),
    Unit.PERSON: _l("One vote for each resident of age"),
    Unit.OWNER: _l("One vote for the owner of each home, counted by people and by area"),
}

# Who votes by person is at least so old.
OF_AGE = 18


class Choice(StrEnum):
    """What somebody votes."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


CHOICE_WORDS = {
    Choice.YES: _l("For it"),
    Choice.NO: _l("Against it"),
    Choice.ABSTAIN: _l("Abstains"),
}


class Stage(StrEnum):
    """A decision that comes before the vote (四议两公开: the vote of the villagers is the fourth)."""

    BRANCH = "branch"
    COMMITTEES = "committees"
    MEMBERS = "members"


STAGE_WORDS = {
    Stage.BRANCH: _l("The party branch proposes"),
    Stage.COMMITTEES: _l("Both committees consult"),
    Stage.MEMBERS: _l("The party members review"),
}


@dataclass(frozen=True)
class Share:
    """A part of a whole that is to be reached, or with `over` to be passed."""

    part: int
    whole: int
    over: bool = False

    def reached(self, some: int, of: int) -> bool:
        """True when `some` is that part of `of`; nothing of nothing reaches no part."""
        mine, wanted = some * self.whole, of * self.part
        return of > 0 and (mine > wanted if self.over else mine >= wanted)

    def __str__(self) -> str:
        return f"{'>' if self.over else '≥'} {self.part}/{self.whole}"


@dataclass(frozen=True)
class Procedure:
    """How a topic is decided: who has a vote, how many must take part, how many of these agree.

    `days`: how long the decision is publicised at least. Owners are counted by area, too.
    """

    unit: Unit
    present: Share
    agree: Share
    days: int
    open_only: bool = False
    stages: tuple[Stage, ...] = ()

    @property
    def by_area(self) -> bool:
        """True when the area of the homes counts beside the number of votes."""
        return self.unit is Unit.OWNER

    def kept(self) -> dict[str, Any]:
        """The procedure as it is kept with a vote."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Procedure:
        """The procedure that was kept."""
        return cls(
            unit=Unit(kept["unit"]),
            present=Share(**kept["present"]),
            agree=Share(**kept["agree"]),
            days=kept["days"],
            open_only=kept["open_only"],
            stages=tuple(Stage(each) for each in kept["stages"]),
        )


TWO_THIRDS = Share(2, 3)
MORE_THAN_HALF = Share(1, 2, over=True)

_RESIDENTS = Procedure(Unit.HOUSEHOLD, TWO_THIRDS, MORE_THAN_HALF, days=3)
_OWNERS = Procedure(Unit.OWNER, TWO_THIRDS, MORE_THAN_HALF, days=7, open_only=True)

PROCEDURES: dict[str, Procedure] = {
    "residents": _RESIDENTS,
    "persons": replace(_RESIDENTS, unit=Unit.PERSON, present=MORE_THAN_HALF),
    "village": replace(_RESIDENTS, days=5, stages=tuple(Stage)),
    "owners": _OWNERS,
    "owners_special": replace(_OWNERS, agree=Share(3, 4)),
}

PROCEDURE_WORDS: dict[str, LazyString] = {
    "residents": _l("Deliberation of residents, by household"),
    "persons": _l("Meeting of residents, by person"),
    "village": _l("Four decisions and two publications (village)"),
    "owners": _l("Ordinary matter of the owners (Civil Code, article 278)"),
    "owners_special": _l("Special matter of the owners (Civil Code, article 278)"),
}


@dataclass(frozen=True)
class Figures:
    """What a vote came to: numbers of votes, and areas of homes in hundredths of a square metre."""

    roll: int = 0
    yes: int = 0
    no: int = 0
    abstain: int = 0
    roll_area: int = 0
    yes_area: int = 0
    no_area: int = 0
    abstain_area: int = 0

    @property
    def took_part(self) -> int:
        """How many votes were handed in."""
        return self.yes + self.no + self.abstain

    @property
    def area(self) -> int:
        """The area of the homes whose owners took part."""
        return self.yes_area + self.no_area + self.abstain_area


@dataclass(frozen=True)
class Verdict:
    """Whether enough took part, and whether enough of these agree."""

    quorum: bool
    majority: bool

    @property
    def passed(self) -> bool:
        """True when it is decided."""
        return self.quorum and self.majority


def verdict(rule: Procedure, found: Figures) -> Verdict:
    """What the figures mean by this procedure: exact, and by area as well where owners decide."""
    quorum = rule.present.reached(found.took_part, found.roll)
    majority = rule.agree.reached(found.yes, found.took_part)
    if rule.by_area:
        quorum = quorum and rule.present.reached(found.area, found.roll_area)
        majority = majority and rule.agree.reached(found.yes_area, found.area)
    return Verdict(quorum, majority)

"""What people say about the wall: what stands on it and what for, and which cameras a round has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from pydantic import Field, field_validator

from webapp.base.flow import Unacceptable
from webapp.base.web import Form
from webapp.monitoring.video.rules import WALLS
from webapp.monitoring.walls.rules import USUAL_S, Stop


class WallForm(Form):
    """What is looked at (a round, else these cameras), how many at a time, and what for."""

    purpose: str = Field(min_length=2, max_length=200)
    round: int | None = None
    camera: list[int] = Field(default_factory=list, max_length=500)
    many: int = 4

    @field_validator("camera", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]

    @field_validator("many", mode="after")
    @classmethod
    def _of_the_walls(cls, value: int) -> int:
        if value not in WALLS:
            raise ValueError(str(_l("Choose one of the list.")))
        return value

    @property
    def chosen(self) -> list[int]:
        """The cameras, each once, in the order in which they were chosen."""
        return list(dict.fromkeys(self.camera))


class TilesForm(WallForm):
    """Which cameras come into view now; `wall` is what the house said when the wall began."""

    purpose: str = ""
    wall: str = Field(max_length=2000)
    runs: bool = True


class RoundForm(Form):
    """A round: its name, its cameras in their order with the seconds of each, and cameras to be added."""

    name: str = Field(min_length=1, max_length=60)
    shared: bool = False
    version: int | None = None
    stop: list[int] = Field(default_factory=list, max_length=500)
    seconds: list[int | None] = Field(default_factory=list, max_length=500)
    add: list[int] = Field(default_factory=list, max_length=500)
    usual: int | None = None
    do: str = Field(default="", max_length=20)

    @field_validator("stop", "seconds", "add", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        said = value if isinstance(value, list) else [value]
        return [each or None for each in said]

    def stops(self) -> list[Stop]:
        """The stops as they are sent, and behind them those that are added."""
        if len(self.stop) != len(self.seconds):
            raise Unacceptable(_l("Please check the marked fields."))
        usual = self.usual or USUAL_S
        kept = zip(self.stop, self.seconds, strict=True)
        found = [Stop(camera, usual if s is None else s) for camera, s in kept]
        known = {each.camera_id for each in found}
        return found + [Stop(each, usual) for each in dict.fromkeys(self.add) if each not in known]

    def wish(self, names: Sequence[str]) -> tuple[str, int] | None:
        """Which of these is to be done with the stop at which place; None: nothing of it."""
        name, _colon, place = self.do.partition(":")
        return (name, int(place)) if name in names and place.isdecimal() else None

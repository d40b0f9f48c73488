"""How the queue is narrowed, and what else the desk sends."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import Field, field_validator

from webapp.base import drawn
from webapp.base.past import AsOf
from webapp.base.web import Form
from webapp.cases.desk.rules import MOST_AT_ONCE, Light
from webapp.cases.rules import QUEUES, Grade, RejectReason, Source


class Wish(AsOf):
    """How the queue is narrowed, and as of which moment; the address of the queue says the same.

    `of_class` are the first digits of a class, `place` the code of a grid or the key of a community,
    `area` the corners of what was drawn on the map.
    """

    show: str = "open"
    q: str | None = Field(default=None, max_length=60)
    of_class: str | None = Field(default=None, pattern=r"^[0-9]{2,5}$")
    place: str | None = Field(default=None, max_length=30)
    department: int | None = Field(default=None, ge=1)
    grade: Grade | None = None
    source: Source | None = None
    light: Light | None = None
    mine: bool = False
    outside: bool = False
    area: str | None = Field(default=None, max_length=drawn.LONGEST)
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @field_validator("show")
    @classmethod
    def _known(cls, value: str) -> str:
        return value if value in QUEUES else "open"

    @field_validator("area")
    @classmethod
    def _plain(cls, value: str | None) -> str | None:
        return drawn.plain(value) if value else None

    @classmethod
    def asked(cls, address: dict[str, str]) -> Self:
        """The wish of an address; what is empty there narrows nothing."""
        return cls.of({name: value for name, value in address.items() if value.strip()})

    @property
    def address(self) -> dict[str, Any]:
        """What the address of the queue says beside its path, without the page one has come to."""
        said = self.model_dump(mode="json", exclude_defaults=True, exclude={"before"})
        return {name: 1 if value is True else value for name, value in said.items()}

    @property
    def narrowed(self) -> dict[str, Any]:
        """The same without the step of the work: what the filter says."""
        return self.without("show")

    def without(self, name: str) -> dict[str, Any]:
        """The address with one thing less."""
        return {each: value for each, value in self.address.items() if each != name}


class KeepForm(Form):
    """A filter that is kept under a name."""

    name: str = Field(min_length=1, max_length=30)


class PhraseForm(Form):
    """Words for a note, for oneself or for all."""

    words: str = Field(min_length=1, max_length=300)
    shared: bool = False
    version: int | None = None


class BulkForm(Form):
    """One act for many cases: each as `id:version`, so that a case that has changed is left alone."""

    act: str
    case: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE)
    unit: int | None = Field(default=None, ge=1)
    reason: RejectReason = RejectReason.OTHER
    note: str | None = Field(default=None, max_length=2000)

    @field_validator("case", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]

    @property
    def chosen(self) -> dict[int, int | None]:
        """The version that was seen of each case, by its key, in the order of the keys."""
        pairs = [each.partition(":") for each in self.case]
        known = {
            int(key): int(seen) if seen.isdecimal() else None
            for key, _colon, seen in pairs
            if key.isdecimal()
        }
        return dict(sorted(known.items()))


class ShiftForm(Form):
    """A paper of a shift: who takes over, what they should know, the version that was read."""

    taker: int | None = Field(default=None, ge=1)
    note: str | None = Field(default=None, max_length=2000)
    version: int | None = None

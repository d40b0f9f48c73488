"""The file of items: its form, what must hold in it, and each item made whole from its parts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field as Wanted, model_validator

from webapp.services.items.rules import ACCEPT, Asked, Basis, Field, Kind, Level

FILE = Path(__file__).parents[1] / "data" / "items.json"

# Promised days are whole thousandths: sums of them differ by less.
_ROUNDING = 1e-6


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Part):
    """A field of the form of an item."""

    key: str
    kind: Asked
    name: str
    name_en: str
    required: bool = True
    # Kept sealed, masked when shown, shown whole only to somebody who says what for.
    personal: bool = False
    least: float | None = None
    most: float | None = None
    options: list[tuple[str, str, str]] = []


class Material(_Part):
    """A paper that is wanted: who issues it, in which form, and whether it may follow later."""

    key: str
    name: str
    name_en: str
    source: str
    source_en: str
    originals: int = 0
    copies: int = 1
    # An electronic licence stands for it.
    licence: bool = False
    # The form that is filled in online stands for it.
    made_online: bool = False
    # It may be missing when the application is taken in, and follow before the decision (容缺).
    lenient: bool = False
    required: bool = True


class Described(_Part):
    """An item as a version keeps it: whole in itself."""

    code: str = Wanted(pattern=r"^[A-Z]{2}[0-9]{2}$")
    name: str
    name_en: str
    field: Field
    kind: Kind
    department: str = Wanted(pattern=r"^D[0-9]{2}$")
    online: bool
    levels: list[Level] = Wanted(min_length=1)
    statutory_days: float = Wanted(gt=0)
    promised_days: float = Wanted(gt=0)
    limits: dict[str, float]
    publicity_days: int = Wanted(ge=0, le=30)
    basis: Basis
    law: str
    law_en: str
    object: str
    object_en: str
    conditions: list[str]
    conditions_en: list[str]
    materials: list[Material]
    form: list[Question]
    result: str
    result_en: str
    fee: str
    fee_en: str
    at_station: bool
    home_service: bool
    remedies: str
    remedies_en: str
    hours: str
    hours_en: str
    window: str
    window_en: str
    faq: list[tuple[str, str]]
    faq_en: list[tuple[str, str]]

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        order = list(Level)
        if self.levels != sorted(set(self.levels), key=order.index):
            raise ValueError("levels go upward, each once")
        if set(self.limits) != {ACCEPT, *self.levels}:
            raise ValueError("there is one limit for taking it in and one for each level")
        if sum(self.limits.values()) > self.promised_days + _ROUNDING:
            raise ValueError("the limits of the levels are longer than what is promised")
        if self.promised_days > self.statutory_days:
            raise ValueError("more is promised than the law allows")
        if len(self.conditions) != len(self.conditions_en) or len(self.faq) != len(self.faq_en):
            raise ValueError("both languages say the same number of things")
        return self

    @property
    def digest(self) -> str:
        """The same for the same rules; another one makes another version."""
        said = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


def read(file: Path = FILE) -> list[Described]:
    """The items of a file, each whole. Raises `ValueError` when something in it does not hold."""
    document = json.loads(file.read_text(encoding="utf-8"))
    fields, materials, shared = document["fields"], document["materials"], document["shared"]
    everybody = document["applicant"]
    return [
        Described.model_validate(
            {
                **shared,
                **item,
                "form": [{"key": key, **fields[key]} for key in (*everybody, *item["form"])],
                "materials": [_material(each, materials) for each in item["materials"]],
            }
        )
        for item in document["items"]
    ]


def _material(named: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    key = named["material"]
    own = {name: value for name, value in named.items() if name != "material"}
    return {"key": key, **known[key], **own}

"""How homes and the people in them are shown: the way to a door in words, and what may be read of somebody."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString, gettext as _

from webapp.base import sealing
from webapp.people import days, phones
from webapp.residents import detail_queries
from webapp.residents.detail_rules import DETAILS
from webapp.residents.forms import DETAIL
from webapp.residents.models import Dwelling, Resident
from webapp.residents.queries import Address
from webapp.residents.rules import (
    RELATION_WORDS,
    SEX_WORDS,
    Relation,
    Sex,
    age,
    masked_name,
    masked_number,
)


@dataclass(frozen=True)
class Card:
    """Somebody as a list shows them: nothing by which a stranger could call or find them."""

    id: int
    name: str
    relation: str
    sex: str
    age: int | None
    id_number: str
    phone: str


def asked() -> list[tuple[str, LazyString, str, list[tuple[str, LazyString]] | None, int]]:
    """The fields beyond the minimum for a form: name, words, standard, choices, most letters."""
    return [
        (
            DETAIL + kind,
            DETAILS[kind].words,
            DETAILS[kind].standard,
            list((DETAILS[kind].choices or {}).items()) or None,
            DETAILS[kind].most,
        )
        for kind in detail_queries.on()
    ]


def hidden(resident: Resident) -> list[tuple[LazyString, str]]:
    """The fields beyond the minimum under which something is written of somebody, and nothing of what."""
    known = detail_queries.written(resident.id)
    return [
        (DETAILS[kind].words, str(_("written, hidden")))
        for kind, field in detail_queries.on().items()
        if field.id in known
    ]


def door(at: Dwelling | Address) -> str:
    """The way from the entrance to the door: `Stair 1, floor 3, 302`; '' in a house for one family."""
    parts = []
    if at.stair:
        parts.append(_("stair %(name)s", name=at.stair))
    if at.floor is not None:
        parts.append(_("floor %(n)s", n=at.floor))
    if at.door:
        parts.append(_("no. %(name)s", name=at.door))
    return " ".join(parts)


def home(at: Dwelling) -> str:
    """The building and the way to the door in it."""
    return f"{at.building.name} {door(at)}".strip()


def card(resident: Resident) -> Card:
    """Somebody with masks."""
    number, phone = (
        sealing.unseal(each).decode() if each else None
        for each in (resident.id_number, resident.phone)
    )
    return Card(
        id=resident.id,
        name=masked_name(resident.name),
        relation=str(RELATION_WORDS[Relation(resident.relation)]),
        sex=str(SEX_WORDS[Sex(resident.sex)]),
        age=age(resident.born, days.today()) if resident.born else None,
        id_number=masked_number(number) if number else "",
        phone=phones.masked(phone),
    )

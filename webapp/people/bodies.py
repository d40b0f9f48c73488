"""The bodies in which people work: departments, workstations and communities, each with its codes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import audit
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable
from webapp.grids.models import Unit, UnitCode
from webapp.grids.rules import UnitKind
from webapp.people import queries
from webapp.people.refusing import refusing

# What an administrator may add by hand; the levels above come with the geodata.
ADDED = (UnitKind.DEPARTMENT, UnitKind.STATION, UnitKind.COMMUNITY)

SYSTEMS: dict[str, LazyString] = {
    "local": _l("Own numbering"),
    "uscc": _l("Unified social credit code"),
    "nbs_2023": _l("Statistical code since 2023"),
    "nbs_2018": _l("Statistical code 2018 to 2022"),
    "civil_affairs": _l("Civil affairs code"),
    "gb2260": _l("Administrative division code (GB/T 2260)"),
    "other": _l("Another numbering"),
}


def add(*, kind: UnitKind, name: str, name_en: str | None, by: Actor) -> Unit:
    """The body is there, below the subdistrict, and posts can be held in it."""
    if kind not in ADDED:
        words = _l("Such a unit comes with the geodata.")
        raise Unacceptable(words, fields={"kind": words})
    unit = Unit(kind=kind, name=name, name_en=name_en, parent_id=queries.street_id())
    with refusing(uq_unit_kind_name_parent_id=_taken()):
        db.session.add(unit)
    _note(unit, "create", by, name=name)
    return unit


def change(unit: Unit, *, name: str, name_en: str | None, by: Actor) -> None:
    """The body has this name; what it was called stands in the log."""
    lock(unit)
    before = unit.name
    with refusing(uq_unit_kind_name_parent_id=_taken()):
        unit.name, unit.name_en = name, name_en
    _note(unit, "change", by, before=before, after=name)


def add_code(unit: Unit, *, system: str, code: str, provisional: bool, by: Actor) -> UnitCode:
    """The body is known by this code as well."""
    lock(unit)
    words = _l("The unit has this code already.")
    made = UnitCode(unit_id=unit.id, system=system, code=code, provisional=provisional)
    refusal = Unacceptable(words, fields={"code": words})
    with refusing(uq_unit_code_unit_id_system_code=refusal):
        db.session.add(made)
    _note(unit, "code", by, system=system, code=code)
    return made


def remove_code(unit: Unit, code_id: int, *, by: Actor) -> None:
    """The body is not known by this code any more."""
    lock(unit)
    code = next((each for each in unit.codes if each.id == code_id), None)
    if code is None:
        raise NotOpen(_l("This code is gone already."))
    _note(unit, "remove_code", by, system=code.system, code=code.code)
    db.session.delete(code)
    db.session.flush()


def _taken() -> Unacceptable:
    words = _l("There is such a unit of this name already.")
    return Unacceptable(words, fields={"name": words})


def _note(unit: Unit, move: str, by: Actor, **data: Any) -> None:
    audit.record(kind="unit", thing_id=unit.id, move=move, by=by, data=data)

"""Fields of GB/T 31000 beyond the minimum: switched on for a purpose, written, switched off, erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from webapp.base import audit, clock
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.people.refusing import refusing
from webapp.residents import detail_queries as queries
from webapp.residents.detail_models import ResidentDetail, ResidentField
from webapp.residents.detail_rules import DETAILS, NOTHING, OFF_DAYS, Detail
from webapp.residents.models import Resident

Fields = Mapping[Detail, ResidentField]


def switch_on(kind: Detail, *, purpose: str, basis: str, by: Actor) -> ResidentField:
    """The field is asked from now on, for this purpose on this basis.

    What was written before it was switched off is there again if it is for the same purpose; for
    another one it is erased at once. Raises `NotAllowed`, and `Changed` where it is on already.
    """
    account_id = _setter(by)
    already = Changed(_l("This field is switched on already."))
    if kind in queries.on():
        raise already
    field = None
    for before in queries.unerased(kind):
        if field is None and before.purpose == purpose:
            field = before
        else:
            _erase(before)
    if field is None:
        field = ResidentField(field=kind, purpose=purpose, since=clock.now(), account_id=account_id)
    field.basis, field.ended_at = basis, None
    with refusing(uq_resident_field_on=already):
        db.session.add(field)
    db.session.flush()
    data = {"field": kind, "purpose": purpose, "basis": basis}
    audit.record(kind="resident_field", thing_id=field.id, move="switch_on", by=by, data=data)
    return field


def switch_off(field: ResidentField, *, at_once: bool, sure: bool, by: Actor) -> None:
    """The field is asked and shown no more; what was written is erased `at_once`, or `OFF_DAYS` later.

    Raises `EvidenceMissing` when it is to be erased at once and nobody said to be sure.
    """
    _setter(by)
    if at_once and not sure:
        words = _l("Say that you are sure: what is erased does not come back.")
        raise EvidenceMissing(words, fields={"sure": words})
    lock(field)
    if field.ended_at is not None:
        raise NotOpen(_l("This field is switched off already."))
    field.ended_at = clock.now()
    db.session.flush()
    data = {"field": field.field, "at_once": at_once}
    audit.record(kind="resident_field", thing_id=field.id, move="switch_off", by=by, data=data)
    if at_once:
        _erase(field, by=by)


def read(said: Mapping[str, str], fields: Fields) -> dict[int, str | None]:
    """What is to be written, by the key of the field; None: it is erased.

    Raises `Unacceptable` for a field that is not asked, a code that its standard does not know, and a
    text that is too long.
    """
    found: dict[int, str | None] = {}
    errors: dict[str, Any] = {}
    for name, value in said.items():
        kind = Detail(name) if name in list(Detail) else None
        if kind is None or kind not in fields:
            errors[f"detail.{name}"] = _l("This field is not asked any more.")
            continue
        rule = DETAILS[kind]
        if value == NOTHING:
            found[fields[kind].id] = None
        elif rule.choices is not None and value not in rule.choices:
            errors[f"detail.{name}"] = _l("Choose one of the list.")
        elif len(value) > rule.most:
            errors[f"detail.{name}"] = _l("At most %(n)s letters.", n=rule.most)
        else:
            found[fields[kind].id] = value
    if errors:
        raise Unacceptable(_l("Please check the marked fields."), fields=errors)
    return found


def write(resident: Resident, said: Mapping[str, str]) -> None:
    """This is known of somebody; fields of which nothing is said stay. Raises as `read`."""
    if said:
        keep(resident, read(said, queries.on(held=True)))


def keep(resident: Resident, wanted: Mapping[int, str | None]) -> None:
    """What was read stands in the database; the resident has a key already."""
    known = queries.written(resident.id) if wanted else {}
    for field_id, value in wanted.items():
        detail = known.get(field_id)
        if value is None:
            if detail is not None:
                db.session.delete(detail)
        elif detail is not None:
            detail.value = value
        else:
            db.session.add(ResidentDetail(resident_id=resident.id, field_id=field_id, value=value))
    db.session.flush()


def whole(resident: Resident) -> list[tuple[Any, str]]:
    """(the words of the field, what is known) of somebody, for whoever has written the look down."""
    known = queries.written(resident.id)
    return [
        (DETAILS[kind].words, DETAILS[kind].shown(known[field.id].value))
        for kind, field in queries.on().items()
        if field.id in known
    ]


def erase_due() -> int:
    """What was written under fields that were switched off long ago is gone; answers under how many."""
    due = queries.off_since(clock.now() - timedelta(days=OFF_DAYS))
    for field in due:
        _erase(field)
    return len(due)


def _erase(field: ResidentField, by: Actor | None = None) -> None:
    gone = delete(ResidentDetail).where(ResidentDetail.field_id == field.id)
    rows = len(db.session.scalars(gone.returning(ResidentDetail.id)).all())
    field.erased_at = clock.now()
    db.session.flush()
    data = {"field": field.field, "rows": rows}
    audit.record(kind="resident_field", thing_id=field.id, move="erase", by=by, data=data)


def _setter(by: Actor) -> int:
    """The account of whoever may switch fields; or `NotAllowed`."""
    if by.id is None or not may(by, "households.set_fields"):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    return by.id

"""How an office changes its classes, limits and calendar. Every change is an event, and counts at once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import Range

from webapp.base import audit, clock, tasks
from webapp.base.access import Actor
from webapp.base.clock import Shifts, Unit
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.cases import timing
from webapp.cases.models import CaseClass, FilingCondition
from webapp.cases.rules import Grade, State
from webapp.cases.standards import in_force, queries
from webapp.cases.standards.models import CalendarDay, OfficeShift, StageLimit
from webapp.cases.standards.rules import Pace

# Local classes have a major of their own, or minors from here on under one of the standard.
FIRST_LOCAL_MAJOR = 21
FIRST_LOCAL_MINOR = 900

CLASS_FIELDS = ("public", "triage", "self_close", "merge_radius_m", "merge_days")


def add_class(
    *, code: str, name: str, name_en: str | None, major: str | None, by: Actor, **more: Any
) -> CaseClass:
    """The office has a class of its own, beside those of the standard."""
    in_force.hold()
    if int(code[:2]) < FIRST_LOCAL_MAJOR and int(code[2:]) < FIRST_LOCAL_MINOR:
        words = _l(
            "Codes of the standard are not given away: take a major from 21 on, or a minor from 900 on."
        )
        raise Unacceptable(words, fields={"code": words})
    if db.session.get(CaseClass, code) is not None:
        words = _l("There is a class with this code already.")
        raise Unacceptable(words, fields={"code": words})
    if queries.class_named(name) is not None:
        words = _l("There is a class of this name already.")
        raise Unacceptable(words, fields={"name": words})
    group = queries.major_of(code[:2]) or major
    if not group:
        words = _l("Say what this new major is called.")
        raise Unacceptable(words, fields={"major": words})
    made = CaseClass(
        code=code, name=name, name_en=name_en, major=group, standard_ref="local", **more
    )
    db.session.add(made)
    in_force.renew()
    _note("class", int(code), "add", by, code=code, name=name)
    return made


def change_class(case_class: CaseClass, *, by: Actor, **values: Any) -> None:
    """The class has these settings; what they were stands in the log."""
    in_force.hold()
    db.session.refresh(case_class)
    changed = {
        name: [getattr(case_class, name), value]
        for name, value in values.items()
        if name in CLASS_FIELDS and getattr(case_class, name) != value
    }
    if not changed:
        raise Unacceptable(_l("Nothing would change."))
    for name, (_before, value) in changed.items():
        setattr(case_class, name, value)
    in_force.renew()
    _note("class", int(case_class.code), "change", by, code=case_class.code, changed=changed)


def set_limit(
    *,
    class_prefix: str,
    place: int,
    words: str,
    words_en: str | None = None,
    grade: Grade,
    amount: float,
    unit: Unit,
    guard_words: str | None = None,
    guard_amount: float | None = None,
    guard_unit: Unit | None = None,
    by: Actor,
) -> FilingCondition:
    """From now on this condition has this limit; the one before it ends, and cases filed keep it."""
    in_force.hold()
    if class_prefix and queries.class_below(class_prefix) is None:
        refusal = _l("No class begins with these digits.")
        raise Unacceptable(refusal, fields={"class_prefix": refusal})
    if (guard_amount is None) != (guard_unit is None):
        refusal = _l("Say what is done first and how soon, or neither.")
        raise Unacceptable(refusal, fields={"guard_amount": refusal})
    values = {
        "words": words,
        "words_en": words_en,
        "grade": grade.value,
        "limit_amount": amount,
        "limit_unit": unit.value,
        "guard_words": guard_words,
        "guard_amount": guard_amount,
        "guard_unit": guard_unit.value if guard_unit else None,
    }
    before = queries.limit_now(class_prefix, place)
    was = {name: getattr(before, name) for name in values} if before else None
    if was == values:
        raise Unacceptable(_l("Nothing would change."))
    since = _end(before)
    made = FilingCondition(
        class_prefix=class_prefix,
        place=place,
        valid=Range(since, None, bounds="[)"),
        set_by_id=by.id,
        **values,
    )
    db.session.add(made)
    in_force.renew()
    _note("limit", made.id, "set", by, prefix=class_prefix, place=place, before=was, after=values)
    return made


def end_limit(condition: FilingCondition, *, by: Actor) -> None:
    """This condition is chosen no more; where it was the only one, a wider one counts."""
    in_force.hold()
    db.session.refresh(condition)
    if not condition.class_prefix and condition.place == 1:
        raise Unacceptable(_l("The limit of all classes may be changed; it does not end."))
    if condition.valid.upper is not None:
        raise Unacceptable(_l("This limit has ended already."))
    _end(condition)
    in_force.renew()
    _note("limit", condition.id, "end", by, prefix=condition.class_prefix, place=condition.place)


def set_stage(*, state: State, pace: Pace, amount: float, unit: Unit, by: Actor) -> StageLimit:
    """From now on a case may stand so long at this step."""
    in_force.hold()
    known = timing.stage_limit(state, pace)
    if known and (known.amount, known.unit) == (amount, unit):
        raise Unacceptable(_l("Nothing would change."))
    since = _end(queries.stage_now(state, pace))
    made = StageLimit(
        state=state,
        pace=pace,
        amount=amount,
        unit=unit,
        valid=Range(since, None, bounds="[)"),
        set_by_id=by.id,
    )
    db.session.add(made)
    in_force.renew()
    before = [known.amount, known.unit] if known else None
    _note(
        "stage_limit",
        made.id,
        "set",
        by,
        state=state,
        pace=pace,
        before=before,
        after=[amount, unit],
    )
    return made


def set_day(*, day: date, works: bool, words: str, by: Actor) -> None:
    """The office works on that day, or does not; open cases are counted anew by the worker."""
    in_force.hold()
    before = timing.office()
    if before.works(day) == works:
        refusal = _l("The calendar says so already.")
        raise Unacceptable(refusal, fields={"day": refusal})
    row = db.session.get(CalendarDay, day) or CalendarDay(day=day)
    row.works, row.words, row.set_by_id, row.set_at = works, words, by.id, clock.now()
    db.session.add(row)
    _recalculate(before, by, "day", int(f"{day:%Y%m%d}"), works=works, words=words)


def clear_day(day: date, *, by: Actor) -> None:
    """That day follows the national calendar again."""
    in_force.hold()
    row = db.session.get(CalendarDay, day)
    if row is None:
        raise Unacceptable(_l("This day follows the national calendar already."))
    before = timing.office()
    db.session.delete(row)
    _recalculate(before, by, "clear_day", int(f"{day:%Y%m%d}"), works=row.works, words=row.words)


def set_shifts(*, since: date, shifts: Shifts, by: Actor) -> None:
    """From that day on a working day has these shifts."""
    in_force.hold()
    if not shifts or any(start >= end for start, end in shifts):
        refusal = _l("Each shift begins before it ends, and there is at least one.")
        raise Unacceptable(refusal, fields={"shifts": refusal})
    ordered = tuple(sorted(shifts))
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        refusal = _l("Two shifts overlap.")
        raise Unacceptable(refusal, fields={"shifts": refusal})
    before = timing.office()
    queries.drop_shifts(since)
    db.session.add_all(OfficeShift(since=since, starts=a, ends=b) for a, b in ordered)
    said = [[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in ordered]
    _recalculate(before, by, "shifts", int(f"{since:%Y%m%d}"), shifts=said)


def clear_shifts(since: date, *, by: Actor) -> None:
    """The shifts of the time before go on."""
    in_force.hold()
    before = timing.office()
    if not queries.drop_shifts(since):
        raise Unacceptable(_l("No shifts begin on this day."))
    _recalculate(before, by, "clear_shifts", int(f"{since:%Y%m%d}"))


def parsed_shifts(words: str) -> Shifts:
    """Shifts as people write them: 08:30-12:00 13:30-17:30."""
    try:
        return tuple(_shift(each) for each in words.replace("，", " ").replace(",", " ").split())
    except ValueError as error:
        refusal = _l("Write the shifts like this: 08:30-12:00 13:30-17:30")
        raise Unacceptable(refusal, fields={"shifts": refusal}) from error


def _shift(words: str) -> tuple[time, time]:
    start, end = words.replace("–", "-").split("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _recalculate(before: clock.Calendar, by: Actor, move: str, key: int, **data: Any) -> None:
    was = in_force.standards().calendar_edition
    in_force.renew(calendar=True)
    now = in_force.standards()
    _note("calendar", key, move, by, **data)
    tasks.defer(
        "standards.recount",
        lock="standards.recount",
        was=str(was),
        now=str(now.calendar_edition),
        before=in_force.as_data(before),
        after=in_force.as_data(now.calendar),
        changed_at=clock.now().isoformat(),
    )


def _end(row: FilingCondition | StageLimit | None) -> datetime:
    """The row ends; answers since when its successor counts."""
    now = clock.now()
    if row is None:
        return now
    begun = row.valid.lower
    since = max(now, begun + timedelta(microseconds=1)) if begun else now
    row.valid = Range(begun, since, bounds="[)")
    db.session.flush()
    return since


def _note(kind: str, key: int, move: str, by: Actor, **data: Any) -> None:
    audit.record(kind=kind, thing_id=key, move=move, by=by, data=data)

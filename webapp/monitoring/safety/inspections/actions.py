"""What is done with inspections: planned, shortened when monitoring fails, handed in, missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import hypot

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import EvidenceMissing
from webapp.base.spatial import center, shape_of, to_metric
from webapp.monitoring.safety.dangers import actions as dangers
from webapp.monitoring.safety.inspections import queries
from webapp.monitoring.safety.inspections.forms import IntervalForm, ItemForm
from webapp.monitoring.safety.inspections.models import (
    ChecklistItem,
    InspectedItem,
    Inspection,
    Interval,
)
from webapp.monitoring.safety.inspections.plan import Item, every
from webapp.monitoring.safety.inspections.rules import (
    INSPECTION_FLOW,
    SHORT_NOTICE,
    Answer,
    InspectionState,
    against,
    days_of,
)
from webapp.monitoring.safety.models import Profile
from webapp.monitoring.safety.moving import move
from webapp.monitoring.safety.rules import Risk, Trade


@dataclass(frozen=True)
class Seen:
    """What was found of one item, with a photo where it is not in order."""

    answer: Answer
    words: str | None
    photo: StoredFile | None


def plan(profiles: Sequence[Profile], today: date) -> list[Inspection]:
    """Each of these enterprises has an inspection for this day, that follows the last one."""
    known = queries.watched([each.id for each in profiles], today)
    ends = queries.last_ends(each.id for each in profiles)
    laid_down = queries.laid_down()
    made = []
    for profile in profiles:
        risk = Risk(profile.risk)
        base = every(laid_down, risk, Trade(profile.trade)).days
        days = days_of(base, risk, known[profile.id])
        begins = ends.get(profile.id, today)
        if begins + timedelta(days=days) <= today:
            begins = today
        made.append(
            Inspection(
                profile_id=profile.id,
                begins=begins,
                ends=begins + timedelta(days=days),
                base_days=base,
                monitored=asdict(known[profile.id]),
                state=InspectionState.DUE,
                version=1,
            )
        )
    db.session.add_all(made)
    db.session.flush()
    INSPECTION_FLOW.begin_all([(each, HOUSE) for each in made], "plan")
    return made


def shorten(inspections: Sequence[Inspection], today: date) -> list[Inspection]:
    """Where monitoring does not stand in for a visit any more, the visit is due as usual; answers which."""
    known = queries.watched([each.profile_id for each in inspections], today)
    changed = []
    for each in inspections:
        now = known[each.profile_id]
        reasons = against(Risk(each.profile.risk), now)
        ends = max(each.begins + timedelta(days=each.base_days), today + SHORT_NOTICE)
        if not reasons or ends >= each.ends:
            continue
        data = {"from": str(each.ends), "until": str(ends), **asdict(now)}
        each.ends = ends
        INSPECTION_FLOW.record(each, "shorten", by=HOUSE, data=data)
        changed.append(each)
    return changed


def hand_in(
    inspection: Inspection,
    items: Sequence[Item],
    seen: Mapping[int, Seen],
    *,
    note: str | None,
    lonlat: tuple[float, float] | None,
    base_version: int | None,
    by: Actor,
) -> list[int]:
    """The inspection is done, and whatever is not in order is a hidden danger; answers their keys.

    `seen` by the place of its item. Raises `EvidenceMissing` for an item without an answer, or one that
    is not in order without a photo; then nothing is kept.
    """
    missing = {
        f"{'answer' if place not in seen else 'photo'}-{place}": words
        for place, words in _missing(items, seen).items()
    }
    if missing:
        raise EvidenceMissing(_l("Something is still missing for this step."), fields=missing)
    move(
        INSPECTION_FLOW,
        inspection,
        "do",
        by=by,
        base_version=base_version,
        done_at=clock.now(),
        done_by_id=by.id,
        note=note,
        away_m=_away(inspection.profile, lonlat),
    )
    found = []
    for place, item in enumerate(items):
        each = seen[place]
        danger = None
        if each.answer is Answer.NOT:
            said = dangers.Found(item.kind, item.level, each.words or item.words)
            danger = dangers.find(said, each.photo, profile=inspection.profile, by=by)
            found.append(danger.id)
        db.session.add(
            InspectedItem(
                inspection_id=inspection.id,
                place=place,
                words=item.words,
                answer=each.answer,
                danger_id=danger.id if danger else None,
            )
        )
    db.session.flush()
    return found


def miss(inspection: Inspection) -> None:
    """Nobody did the inspection in its time."""
    INSPECTION_FLOW.move(inspection, "miss", by=HOUSE)


def lay_down(said: IntervalForm, *, by: Actor) -> None:
    """Enterprises like this are inspected so often from their next inspection on."""
    row = queries.interval(said.risk, said.trade)
    before = row.days if row else None
    if row is None:
        row = Interval(risk=said.risk, trade=said.trade)
        db.session.add(row)
    row.days, row.source = said.days, said.source
    db.session.flush()
    data = {"before": before, "days": said.days, "source": said.source}
    audit.record(kind="inspection_interval", thing_id=row.id, move="set", by=by, data=data)


def write_list(trade: Trade, lines: Sequence[ItemForm], *, by: Actor) -> None:
    """This is looked at in a trade from now on; without a line, what comes with the house."""
    before = queries.written(trade)
    for each in before:
        db.session.delete(each)
    db.session.flush()
    made = [
        ChecklistItem(
            trade=trade,
            place=place,
            words=line.words,
            kind=line.kind,
            level=line.level,
            basis=line.basis,
        )
        for place, line in enumerate(lines)
    ]
    db.session.add_all(made)
    db.session.flush()
    data = {"trade": trade, "before": [each.words for each in before], "lines": len(made)}
    key = made[0].id if made else 0
    audit.record(kind="checklist", thing_id=key, move="set", by=by, data=data)


def _missing(items: Sequence[Item], seen: Mapping[int, Seen]) -> dict[int, object]:
    words = {}
    for place, _item in enumerate(items):
        if place not in seen:
            words[place] = _l("Say how it is.")
        elif seen[place].answer is Answer.NOT and seen[place].photo is None:
            words[place] = _l("Take a photo of what you found.")
    return words


def _away(profile: Profile, lonlat: tuple[float, float] | None) -> float | None:
    if lonlat is None or profile.enterprise.geom is None:
        return None
    x, y = to_metric(*lonlat)
    here_x, here_y = center(shape_of(profile.enterprise.geom))
    return hypot(x - here_x, y - here_y)

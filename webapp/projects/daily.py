"""The day of a project: what is to do for whom, and the report that writes itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base.access import Actor
from webapp.base.audit import Event
from webapp.people import days
from webapp.projects import shown
from webapp.projects.models import Entry
from webapp.projects.queries import Listed
from webapp.projects.rules import ROLE_WORDS, STAGE_WORDS, ProjectState, TeamRole

# A stage that ends within so many days is spoken of.
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Mine:
    """What somebody has to do on a project: as whom, and each thing with how pressing it is."""

    role: Any
    lines: Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Report:
    """What was written down on a day, and what it adds up to."""

    entries: Sequence[Entry]
    writers: int
    people: int
    machines: int


def to_do(listed: Listed, who: Actor, *, written: bool, today: date) -> Mine:
    """What `who` has to do on a project today, the most pressing first."""
    project, lines = listed.project, []
    leads = project.leader_id == who.id
    task = next((each.role for each in project.team if each.account_id == who.id), None)
    if listed.blockers:
        lines.append(("late", _l("Held up by %(n)s: clear it away", n=listed.blockers)))
    for stage in shown.stages_of(project):
        if stage.plan is None or (stage.fact and stage.fact[1]):
            continue
        words, left = STAGE_WORDS[stage.kind], stage.plan[1] - today
        if left < timedelta():
            lines.append(("late", _l("%(stage)s is late by %(n)s days", stage=words, n=-left.days)))
        elif left <= SOON:
            lines.append(("soon", _l("%(stage)s ends in %(n)s days", stage=words, n=left.days)))
    if leads and project.state == ProjectState.APPROVED:
        missing = len(shown.missing_roles(project))
        if missing:
            lines.append(("soon", _l("%(n)s of the team are missing", n=missing)))
    if leads and project.plan is None:
        lines.append(("soon", _l("No version of the plan is approved")))
    if not written:
        lines.append(("new", _l("Nothing written down today")))
    return Mine(
        ROLE_WORDS[TeamRole(task)] if task and not leads else _l("Leader of the project"), lines
    )


def report(entries: Sequence[Entry]) -> Report:
    """The report of a day. People and machines are those on the ground at once: the most that were counted."""
    return Report(
        entries,
        writers=len({each.account_id for each in entries}),
        people=max((each.people or 0 for each in entries), default=0),
        machines=max((each.machines or 0 for each in entries), default=0),
    )


def events_of(events: Iterable[Event], day: date) -> list[Event]:
    """What the log says of a day."""
    return [each for each in events if days.first_day(each.at) == day]

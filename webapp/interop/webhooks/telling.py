"""What is told of a thing: for each kind, which things somebody may see, and what a message says of one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

from flask import current_app
from pydantic import BaseModel

from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.config import Settings
from webapp.cases import publishing
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.grids.models import Grid
from webapp.interop.webhooks import queries, shapes
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.danger.models import DangerZone
from webapp.projects.models import Project
from webapp.services.applications.models import Application
from webapp.services.news.models import News


class Teller(Protocol):
    """How a kind of thing is told of."""

    def load(self, keys: Collection[int]) -> dict[int, Any]:
        """The things of these keys that are still there, with everything that is told of them."""

    def seen(self, keys: Collection[int], who: Actor) -> set[int]:
        """The keys of those that `who` may see by the rights of the pages."""

    def tell(self, thing: Any, event: Event, *, sees: bool) -> BaseModel | None:
        """What somebody is told who sees the thing, or does not; None: nothing."""


@dataclass(frozen=True)
class ByRight:
    """Told to those who may see the thing by one right."""

    model: Any
    right: str
    joined: tuple[Any, ...]

    def load(self, keys: Collection[int]) -> dict[int, Any]:
        """As `Teller` says."""
        return queries.things(self.model, keys, self.joined)

    def seen(self, keys: Collection[int], who: Actor) -> set[int]:
        """As `Teller` says."""
        return queries.keys_where(self.model, keys, visible(self.model, who, self.right))

    def tell(self, thing: Any, event: Event, *, sees: bool) -> BaseModel | None:
        """As `Teller` says."""
        return _TOLD[self.model](thing, event) if sees else None


class OfCases:
    """Cases: whole for those who may see them, for everybody else as far as they are public."""

    def load(self, keys: Collection[int]) -> dict[int, Any]:
        """As `Teller` says."""
        return queries.things(Case, keys, (Case.case_class, Case.grid, Case.department))

    def seen(self, keys: Collection[int], who: Actor) -> set[int]:
        """As `Teller` says."""
        return queries.keys_where(Case, keys, visible(Case, who, "cases.see"))

    def tell(self, thing: Case, event: Event, *, sees: bool) -> BaseModel | None:
        """As `Teller` says; the public is told when the case changes for the public, and when it is gone."""
        before, after = _shown(event.before), _shown(event.after)
        public = publishing.is_public(thing)
        if not sees:
            if thing.private or not thing.case_class.public or before == after:
                return None
            if after is None or not public:
                # Nothing is told of a case that went before the public had heard of it.
                gone = before is not None and after is None
                return _case(thing, event, state="withdrawn") if gone else None
        lon, lat = publishing.spot(thing) or (None, None)
        return _case(
            thing,
            event,
            state=after,
            step=event.after if sees else None,
            before=event.before if sees else None,
            case_class=shapes.CaseClass(code=thing.class_code, name=thing.case_class.name),
            grid=_grid(thing.grid),
            department=thing.department.name if thing.department else None,
            lon=lon,
            lat=lat,
            coarse=publishing.is_coarse(thing),
            received_at=thing.received_at,
            due_at=thing.due_at,
            closed_at=thing.closed_at,
        )


def _shown(state: str | None) -> str | None:
    found = publishing.SHOWN.get(State(state)) if state else None
    return found.value if found else None


def _case(case: Case, event: Event, **said: Any) -> shapes.CaseTold:
    return shapes.CaseTold(
        seq=event.seq, url=_address(f"/cases/{case.id}"), number=case.number, **said
    )


def _alarm(alarm: Alarm, event: Event) -> BaseModel:
    # To the decimetre: no device knows it better.
    lon, lat = (round(each, 6) for each in alarm.lonlat) if alarm.lonlat else (None, None)
    return shapes.AlarmTold(
        seq=event.seq,
        url=_address(f"/alarms/{alarm.id}"),
        id=alarm.id,
        kind=alarm.kind,
        severity=alarm.severity,
        state=event.after or alarm.state,
        before=event.before,
        outcome=alarm.outcome,
        exercise=alarm.exercise,
        grid=_grid(alarm.grid),
        lon=lon,
        lat=lat,
        received_at=alarm.received_at,
        closed_at=alarm.closed_at,
    )


def _application(application: Application, event: Event) -> BaseModel:
    return shapes.ApplicationTold(
        seq=event.seq,
        url=_address(f"/applications/{application.id}"),
        number=application.number,
        item=application.item.name,
        state=event.after or application.state,
        before=event.before,
        station=application.station.name if application.station else None,
        department=application.department.name,
        submitted_at=application.submitted_at,
        due_at=application.due_at,
        decided_at=application.decided_at,
    )


def _project(project: Project, event: Event) -> BaseModel:
    return shapes.ProjectTold(
        seq=event.seq,
        url=_address(f"/projects/{project.id}"),
        id=project.id,
        name=project.name,
        kind=project.kind,
        state=event.after or project.state,
        before=event.before,
        grid=_grid(project.grid),
    )


def _zone(zone: DangerZone, event: Event) -> BaseModel:
    return shapes.ZoneTold(
        seq=event.seq,
        url=_address(f"/danger/{zone.id}"),
        id=zone.id,
        kind=zone.kind,
        state=event.after or zone.state,
        exercise=zone.exercise,
        alarm_id=zone.alarm_id,
        enforced_at=zone.enforced_at,
        ended_at=zone.ended_at,
    )


def _news(news: News, event: Event) -> BaseModel:
    return shapes.NewsTold(
        seq=event.seq,
        url=_address(f"/news/{news.id}"),
        id=news.id,
        category=news.category,
        title=news.title,
        title_en=news.title_en,
        unit=news.unit.name,
        published_at=news.published_at,
    )


def _grid(grid: Grid | None) -> shapes.Grid | None:
    return shapes.Grid(code=grid.display_code, name=grid.name) if grid else None


def _address(path: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.address + path


_TOLD: dict[Any, Callable[[Any, Event], BaseModel]] = {
    Alarm: _alarm,
    Application: _application,
    Project: _project,
    DangerZone: _zone,
    News: _news,
}

TELLERS: dict[str, Teller] = {
    "case": OfCases(),
    "alarm": ByRight(Alarm, "alarms.see", (Alarm.grid,)),
    "service_application": ByRight(
        Application,
        "applications.see",
        (Application.item, Application.station, Application.department),
    ),
    "project": ByRight(Project, "projects.see", (Project.grid,)),
    "danger_zone": ByRight(DangerZone, "danger.see", ()),
    "news": ByRight(News, "news.read", (News.unit,)),
}

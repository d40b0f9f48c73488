"""Alarms that belong together are one incident: what people are sent to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import force_locale, gettext

from webapp.base import audit, clock, notices
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db
from webapp.base.language import N_
from webapp.base.spatial import shape_of
from webapp.monitoring.alarms import queries
from webapp.monitoring.alarms.models import Alarm, Incident
from webapp.monitoring.alarms.rules import NEAR_M, SOON
from webapp.monitoring.signals import KINDS, WEIGHT, Kind, Severity


def join(alarm: Alarm) -> Incident:
    """The alarm belongs to an incident: its own, one of its family that is near and soon, or a new one."""
    (incident,), opened = join_all([alarm])
    audit.record_many(opened)
    return incident


def join_all(alarms: Sequence[Alarm]) -> tuple[list[Incident], list[audit.Event]]:
    """The same for several: the incident of each, and the events of those that are new, to be written."""
    ids = {each.incident_id for each in alarms if each.incident_id is not None}
    known = {each.id: each for each in queries.incidents(ids)}
    own = {each: known.get(each.incident_id or 0) for each in alarms}
    lone = [alarm for alarm, its in own.items() if its is None or its.ended_at is not None]
    near, there = queries.incidents_near(lone), queries.incidents_at(lone)
    opened: dict[Incident, Alarm] = {}
    for alarm in lone:
        if alarm.geom is None:
            said = [each for source, device, each in there if _says(alarm, source, device)]
            incident = next((each for each in said if _soon(each, alarm)), None)
            incident = incident or _same_device(alarm, alarms)
        else:
            incident = _nearest(alarm, [*near, *opened])
        if incident is None:
            incident = _opened(alarm)
            opened[incident] = alarm
        alarm.incident = incident
    found = [each.incident for each in alarms if each.incident is not None]
    for alarm, incident in zip(alarms, found, strict=True):
        incident.last_at = max(incident.last_at, alarm.heard_at)
        if WEIGHT[Severity(alarm.max_severity)] > WEIGHT[Severity(incident.severity)]:
            incident.kind, incident.severity = alarm.kind, alarm.max_severity
    db.session.flush()
    return found, [_event(each, "open", alarm=first.id) for each, first in opened.items()]


def _nearest(alarm: Alarm, incidents: Iterable[Incident]) -> Incident | None:
    """The nearest of the incidents that are near and soon enough; of those that are as near the first."""
    best, away = None, NEAR_M
    for incident in incidents:
        if _soon(incident, alarm) and incident.geom is not None and alarm.geom is not None:
            far = float(shape_of(incident.geom).distance(shape_of(alarm.geom)))
            if far < away or (best is None and far <= away):
                best, away = incident, far
    return best


def _same_device(alarm: Alarm, together: Iterable[Alarm]) -> Incident | None:
    """Without a place, only what the same device tells of belongs together."""
    said = (each.incident for each in together if _says(alarm, each.source, each.device))
    return next((each for each in said if each is not None and _soon(each, alarm)), None)


def _says(alarm: Alarm, source: str, device: str | None) -> bool:
    return (alarm.source, alarm.device) == (source, device)


def _soon(incident: Incident, alarm: Alarm) -> bool:
    alike = incident.family == _family(alarm) and incident.exercise == alarm.exercise
    open_then = incident.last_at >= alarm.received_at - SOON
    return (
        alike
        and open_then
        and incident.opened_at <= alarm.received_at + SOON
        and incident.ended_at is None
    )


def _family(alarm: Alarm) -> str:
    return KINDS[Kind(alarm.kind)].family


def merge(incident: Incident, *, into: Incident, by: Actor = HOUSE) -> None:
    """The alarms of an incident belong to another one: two heard of it at the same moment, or somebody says so."""
    for alarm in list(incident.alarms):
        alarm.incident = into
    into.last_at = max(into.last_at, incident.last_at)
    incident.ended_at = clock.now()
    record(incident, "merge", by=by, into=into.id)
    record(into, "join", by=by, other=incident.id)
    db.session.flush()


def outweighs(one: Incident, other: Incident) -> bool:
    """True where less would be done for the first if it stood in the place of the other."""
    heavier = WEIGHT[Severity(one.severity)] > WEIGHT[Severity(other.severity)]
    return heavier or (one.life and not other.life)


def end_where_closed(incident: Incident, *, by: Actor = HOUSE) -> None:
    """The incident is over once all of its alarms are closed; whoever was told or called hears that it is."""
    if incident.ended_at is None and all(each.closed_at for each in incident.alarms):
        incident.ended_at = clock.now()
        record(incident, "finish")
        words = (
            N_("Exercise over: %(what)s, %(where)s")
            if incident.exercise
            else N_("Over: %(what)s, %(where)s")
        )
        tell(incident, reached(incident) - {by.id}, words)


def reached(incident: Incident) -> set[int]:
    """The accounts that its ladder told or called."""
    told = {account for step in incident.steps for account in step.came_to.get("told", ())}
    return told | {call.account_id for call in incident.calls}


def tell(incident: Incident, accounts: Iterable[int], words: str) -> None:
    """These accounts have a notice of the incident; `words` say %(what)s, %(where)s."""
    said_zh = said(incident, "zh_CN")
    said_zh["what_en"] = said(incident, "en")["what"]
    notices.notify(accounts, words, url=f"/alarms/incidents/{incident.id}", **said_zh)


def device_names(incident: Incident) -> str | None:
    """What the devices of its alarms are called, three at most; None: nobody knows."""
    names = sorted({each.device_name for each in incident.alarms if each.device_name})
    return "、".join(names[:3]) or None


def said(incident: Incident, locale: str) -> dict[str, str]:
    """What happened, and where, in a language."""
    with force_locale(locale):
        what = str(KINDS[Kind(incident.kind)].words)
        nowhere = gettext("in no grid")
    places = (device_names(incident), incident.grid.name if incident.grid else None)
    return {"what": what, "where": " · ".join(filter(None, places)) or nowhere}


def _opened(alarm: Alarm) -> Incident:
    placed = {
        name: getattr(alarm, name) for name in ("geom", "datum", "raw_lon", "raw_lat", "accuracy_m")
    }
    incident = Incident(
        family=_family(alarm),
        kind=alarm.kind,
        severity=alarm.max_severity,
        exercise=alarm.exercise,
        opened_at=alarm.received_at,
        last_at=alarm.heard_at,
        **placed,
    )
    db.session.add(incident)
    return incident


def record(incident: Incident, move: str, *, by: Actor = HOUSE, **data: Any) -> None:
    """The log of the incident says what was done."""
    audit.record_many([_event(incident, move, by=by, **data)])


def _event(incident: Incident, move: str, *, by: Actor = HOUSE, **data: Any) -> audit.Event:
    return audit.Event(
        thing_kind="incident",
        thing_id=incident.id,
        move=move,
        actor_id=by.id,
        grid_id=incident.grid_id,
        grid_version_id=incident.grid_version_id,
        data=data,
    )

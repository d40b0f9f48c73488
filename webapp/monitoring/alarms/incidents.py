"""Alarms that belong together are one incident: what people are sent to."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext

from webapp.base import audit, clock
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.monitoring.alarms import queries
from webapp.monitoring.alarms.models import Alarm, Incident
from webapp.monitoring.signals import KINDS, WEIGHT, Kind, Severity


def join(alarm: Alarm) -> Incident:
    """The alarm belongs to an incident: its own, one of its family that is near and soon, or a new one."""
    incident = alarm.incident
    if incident is None or incident.ended_at is not None:
        family = KINDS[Kind(alarm.kind)].family
        incident = queries.incident_near(alarm, family, alarm.received_at) or _opened(alarm, family)
        alarm.incident = incident
    incident.last_at = max(incident.last_at, alarm.heard_at)
    if WEIGHT[Severity(alarm.max_severity)] > WEIGHT[Severity(incident.severity)]:
        incident.kind, incident.severity = alarm.kind, alarm.max_severity
    db.session.flush()
    return incident


def merge(incident: Incident, *, into: Incident) -> None:
    """The alarms of an incident belong to an older one: two heard of it at the same moment."""
    for alarm in list(incident.alarms):
        alarm.incident = into
    into.last_at = max(into.last_at, incident.last_at)
    incident.ended_at = clock.now()
    record(incident, "merge", into=into.id)
    record(into, "join", other=incident.id)
    db.session.flush()


def end_where_closed(incident: Incident) -> None:
    """The incident is over once all of its alarms are closed."""
    if incident.ended_at is None and all(each.closed_at for each in incident.alarms):
        incident.ended_at = clock.now()
        record(incident, "finish")


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


def _opened(alarm: Alarm, family: str) -> Incident:
    placed = {
        name: getattr(alarm, name) for name in ("geom", "datum", "raw_lon", "raw_lat", "accuracy_m")
    }
    incident = Incident(
        family=family,
        kind=alarm.kind,
        severity=alarm.max_severity,
        exercise=alarm.exercise,
        opened_at=alarm.received_at,
        last_at=alarm.heard_at,
        **placed,
    )
    db.session.add(incident)
    db.session.flush()
    record(incident, "open", alarm=alarm.id)
    return incident


def record(incident: Incident, move: str, *, by: Any = HOUSE, **data: Any) -> None:
    """The log of the incident says what was done."""
    audit.record(
        kind="incident",
        thing_id=incident.id,
        move=move,
        by=by,
        grid_id=incident.grid_id,
        grid_version_id=incident.grid_version_id,
        data=data,
    )

"""The alarms as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.grids.sheet import in_grid, key_of
from webapp.monitoring.alarms import listing
from webapp.monitoring.alarms.forms import ListForm
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ALARM_FLOW, OUTCOME_WORDS
from webapp.monitoring.signals import KINDS, SEVERITY_WORDS


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return listing.narrowed(
        who,
        lane=wish.lane,
        severity=wish.severity,
        kind=wish.kind,
        words=wish.q,
        grid_id=key_of(wish.grid),
    )


ALARMS = Sheet(
    name="alarms",
    title=_l("Alarms"),
    right="alarms.see",
    rows=_rows,
    page="alarms.listed",
    own_past="alarms_past",
    shape=Shape(Alarm.geom),
    columns=(
        Column("number", _l("Number"), Alarm.id),
        Column(
            "kind",
            _l("Kind of alarm"),
            Alarm.kind,
            words={key: rules.words for key, rules in KINDS.items()},
        ),
        Column("severity", _l("Severity"), Alarm.severity, words=SEVERITY_WORDS),
        Column("state", _l("State"), Alarm.state, words=ALARM_FLOW.states),
        Column("words", _l("What was told"), Alarm.words),
        Column("source", _l("Source"), Alarm.source),
        Column("device", _l("Device"), Alarm.device),
        Column("exercise", _l("Exercise"), Alarm.exercise),
        *in_grid(Alarm.grid_id),
        Column("received_at", _l("Received at"), Alarm.received_at),
        Column("seen_at", _l("Acknowledged at"), Alarm.seen_at),
        Column("closed_at", _l("Alarm closed at"), Alarm.closed_at),
        Column("outcome", _l("What it turned out to be"), Alarm.outcome, words=OUTCOME_WORDS),
    ),
)

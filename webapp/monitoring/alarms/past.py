"""The alarms as they stood at a moment, as a page and as a file."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base import past
from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.base.past import Tab, Was
from webapp.monitoring.alarms import past_queries as queries
from webapp.monitoring.alarms.forms import ListForm
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ALARM_FLOW, STATE_CHIPS, State
from webapp.monitoring.alarms.shown import LANE_WORDS
from webapp.monitoring.signals import KINDS, Kind

NOT_KNOWN = _l(
    "States and grids are those of that moment; words and points are those of now. How bad an alarm was held to be"
    " then, and whether it was kept quiet, is not kept: the quiet ones stand among the others, exercises do not."
)


def listed(who: Actor, wish: ListForm) -> Response:
    """The page of the alarms as they stood at `wish.as_of`. Raises `Unacceptable` or `NotKept`."""
    moment = wish.moment()
    _must_be_kept(wish)
    rows, after = past.first(queries.page(who, wish, moment), _was)
    counts = queries.counts(who, moment)
    here = {"kind": wish.kind, "grid": wish.grid, "q": wish.q, "as_of": moment.isoformat()}
    return past.listed(
        _l("Alarms"),
        moment,
        rows,
        sheet=past.Sheet("alarms_past", {}),
        not_known=NOT_KNOWN,
        tabs=[
            Tab(LANE_WORDS[lane], {**here, "lane": lane}, lane == wish.lane, counts.get(lane))
            for lane in queries.LANES
        ],
        after=after,
    )


def _must_be_kept(wish: ListForm) -> None:
    past.only_kept(wish, "lane", "kind", "grid", "q")
    if wish.lane not in queries.LANES:
        words = _l("Which alarms were in this lane is not kept.")
        raise past.NotKept(words, fields={"lane": words})


def _was(row: Any) -> Was:
    state = State(row.state)
    return Was(
        url_for("alarms.one", alarm_id=row.id),
        KINDS[Kind(row.kind)].words,
        row.grid or _l("In no grid"),
        ALARM_FLOW.states[state],
        STATE_CHIPS[state],
        [row.words] if row.words else [],
    )


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    moment = wish.moment()
    _must_be_kept(wish)
    return queries.whole(who, wish, moment)


ALARMS = Sheet(
    name="alarms_past",
    title=_l("Alarms as they stood"),
    right="alarms.see",
    rows=_rows,
    shape=Shape(Alarm.geom),
    columns=(
        Column("number", _l("Number"), Alarm.id),
        Column(
            "kind",
            _l("Kind of alarm"),
            Alarm.kind,
            words={key: rules.words for key, rules in KINDS.items()},
        ),
        Column("state", _l("State"), "state", words=ALARM_FLOW.states),
        Column("words", _l("What was told"), Alarm.words),
        Column("source", _l("Source"), Alarm.source),
        Column("device", _l("Device"), Alarm.device),
        Column("grid_code", _l("Grid code"), "grid_code"),
        Column("grid", _l("Grid"), "grid"),
        Column("received_at", _l("Received at"), Alarm.received_at),
    ),
)

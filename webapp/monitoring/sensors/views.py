"""Pages of the sensors: list, one with its chart and thresholds, a new one, values from a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.config import Settings
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import goto, page, part_of_address, sent_file
from webapp.monitoring.datums import DATUMS
from webapp.monitoring.sensors import actions, queries
from webapp.monitoring.sensors.drawing import HEIGHT, WIDTH, draw
from webapp.monitoring.sensors.forms import (
    ListForm,
    NewSensorForm,
    SensorForm,
    SeriesForm,
    SpanForm,
    ThresholdForm,
    rows_of,
)
from webapp.monitoring.sensors.models import Datastream, Sensor
from webapp.monitoring.sensors.rules import (
    MEASURE_WORDS,
    QUANTITIES,
    SOON_DAYS,
    Quantity,
)
from webapp.monitoring.signals import SEVERITY_WORDS
from webapp.people import queries as people
from webapp.people.forms import ReasonForm, again

bp = Blueprint("sensors", __name__, url_prefix="/sensors")

MOST_BYTES = 5 * 1024 * 1024

# What the log of a sensor calls what was done.
DONE = {
    "create": _l("Created"),
    "change": _l("Changed"),
    "measure": _l("A series was added"),
    "threshold": _l("A threshold was set"),
    "end_threshold": _l("A threshold was ended"),
    "import": _l("Values came from a file"),
    "relocate": _l("Follows new borders"),
    "close": _l("Taken away"),
}


@bp.get("")
@permit("sensors.see")
def listed() -> Response:
    """The sensors one may see, with what they measured last."""
    wish = ListForm.of(request.args.to_dict())
    found = queries.listed(me(), words=wish.q, after=wish.after)
    return page("sensors/list.html", fragment="found", found=found, wish=wish, **_words())


@bp.get("/new")
@permit("sensors.keep")
def new() -> Response:
    """The form of a new sensor."""
    return page("sensors/form.html", errors={}, sent={}, **_words())


@bp.post("")
@permit("sensors.keep")
def create() -> ResponseReturnValue:
    """The sensor is there with its first series and the usual thresholds of its quantity."""
    try:
        form = NewSensorForm.read(request)
        sensor = actions.register(
            form.described(), source=form.source, external_id=form.code, by=me()
        )
        actions.measure(sensor, form.series, form.quantity, by=me())
    except Refusal as refusal:
        return again("sensors/form.html", refusal, **_words())
    return goto("sensors.one", sensor_id=sensor.id)


@bp.get("/<int:sensor_id>")
@permit("sensors.see", of=queries.one)
def one(sensor: Sensor) -> Response:
    """A sensor: its charts with their thresholds, and who changed these."""
    return page("sensors/one.html", **_one(sensor), errors={}, sent={}, tried=None)


@bp.post("/<int:sensor_id>/change")
@permit("sensors.keep", of=queries.one)
def change(sensor: Sensor) -> ResponseReturnValue:
    """The sensor is described like this."""
    key = sensor.id
    try:
        form = SensorForm.read(request)
        actions.change(sensor, form.described(), base_version=form.version, by=me())
    except Refusal as refusal:
        return _again(refusal, key, "change")
    return goto("sensors.one", sensor_id=key)


@bp.post("/<int:sensor_id>/series")
@permit("sensors.keep", of=queries.one)
def add_series(sensor: Sensor) -> ResponseReturnValue:
    """The sensor measures something more."""
    key = sensor.id
    try:
        form = SeriesForm.read(request)
        actions.measure(sensor, form.series, form.quantity, by=me())
    except Refusal as refusal:
        return _again(refusal, key, "series")
    return goto("sensors.one", sensor_id=key)


@bp.post("/<int:sensor_id>/thresholds")
@permit("sensors.keep", of=queries.one)
def set_threshold(sensor: Sensor) -> ResponseReturnValue:
    """A series goes by this threshold from now on."""
    key = sensor.id
    try:
        form = ThresholdForm.read(request)
        stream = _stream(sensor, form.stream)
        old = next((each for each in stream.thresholds if each.id == form.instead_of), None)
        actions.set_threshold(stream, form.limit(), instead_of=old, by=me())
    except Refusal as refusal:
        return _again(refusal, key, "threshold")
    return goto("sensors.one", sensor_id=key)


@bp.post("/<int:sensor_id>/thresholds/<int:threshold_id>/end")
@permit("sensors.keep", of=lambda sensor_id, threshold_id: queries.one(sensor_id))
def end_threshold(sensor: Sensor) -> ResponseReturnValue:
    """A threshold holds no more."""
    key, wanted = sensor.id, int(part_of_address("threshold_id"))
    try:
        for stream in sensor.series:
            for threshold in [each for each in stream.thresholds if each.id == wanted]:
                actions.end_threshold(threshold, by=me())
    except Refusal as refusal:
        return _again(refusal, key, "threshold")
    return goto("sensors.one", sensor_id=key)


@bp.post("/<int:sensor_id>/import")
@permit("sensors.keep", of=queries.one)
def import_file(sensor: Sensor) -> ResponseReturnValue:
    """The values of a file are on the chart, or none of them."""
    key = sensor.id
    settings: Settings = current_app.extensions["settings"]
    try:
        stream = _stream(sensor, request.form.get("stream", type=int))
        rows = rows_of(sent_file(MOST_BYTES), ZoneInfo(settings.timezone))
        actions.take_file(stream, rows, by=me())
    except Refusal as refusal:
        return _again(refusal, key, "import")
    return goto("sensors.one", sensor_id=key, days=90)


@bp.post("/<int:sensor_id>/close")
@permit("sensors.keep", of=queries.one)
def close(sensor: Sensor) -> ResponseReturnValue:
    """The sensor is gone from the lists."""
    key = sensor.id
    try:
        actions.close(sensor, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return _again(refusal, key, "close")
    return goto("sensors.one", sensor_id=key)


def _stream(sensor: Sensor, wanted: int | None) -> Datastream:
    found = next((each for each in sensor.series if each.id == wanted), None)
    if found is None:
        words = _l("Choose a series of this sensor.")
        raise Unacceptable(words, fields={"stream": words})
    return found


def _words() -> dict[str, Any]:
    today = clock.now().date()
    return {
        "quantities": {each: QUANTITIES[each] for each in Quantity},
        "measures": MEASURE_WORDS,
        "severities": SEVERITY_WORDS,
        "datums": DATUMS,
        "today": today,
        "soon": today + timedelta(days=SOON_DAYS),
    }


def _one(sensor: Sensor) -> dict[str, Any]:
    days = SpanForm.of({name: value for name, value in request.args.items() if name == "days"}).days
    now = clock.now()
    since = now - timedelta(days=days)
    events = people.recent_events(actions.KIND, sensor.id)
    drawings = {
        each.id: draw(
            queries.chart(each.id, since, now),
            [threshold.limit for threshold in each.thresholds],
            since,
            now,
        )
        for each in sensor.series
    }
    return {
        "sensor": sensor,
        "days": days,
        "drawings": drawings,
        "latest": {each.id: queries.latest(each.id) for each in sensor.series},
        "history": queries.history(sensor.id),
        "streams": {each.id: each for each in sensor.series},
        "width": WIDTH,
        "height": HEIGHT,
        "events": events,
        "names": people.named_in(events),
        "done": DONE,
        **_words(),
    }


def _again(refusal: Refusal, sensor_id: int, tried: str) -> Response:
    sensor = queries.one(sensor_id)
    if sensor is None:
        raise refusal
    return again("sensors/one.html", refusal, tried=tried, **_one(sensor))

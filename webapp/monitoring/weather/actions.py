"""What is done about the wind: somebody says how it is."""

from __future__ import annotations

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.monitoring.weather.forms import WindForm
from webapp.monitoring.weather.models import WindSaid
from webapp.monitoring.weather.rules import CALM

KIND = "wind_said"


def say(form: WindForm, *, by: Actor) -> WindSaid:
    """The wind is known to be like this from now on, and who said so; calm air has no direction."""
    calm = form.speed_ms < CALM or form.whence is None
    said = WindSaid(
        whence=None if calm or form.whence is None else form.whence % 360,
        speed_ms=form.speed_ms,
        at=clock.now(),
        said_by_id=by.id,
        seen_by=form.seen_by,
    )
    db.session.add(said)
    db.session.flush()
    data = {"whence": said.whence, "speed_ms": said.speed_ms}
    audit.record(kind=KIND, thing_id=said.id, move="say", by=by, data=data)
    return said

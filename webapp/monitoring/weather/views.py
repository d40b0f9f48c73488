"""The page of the wind: how it is now and by whose word, and the form in which somebody says it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page
from webapp.monitoring.weather import actions, queries
from webapp.monitoring.weather.forms import WindForm
from webapp.monitoring.weather.rules import WINDS, words_of

bp = Blueprint("weather", __name__, url_prefix="/wind")


@bp.get("")
@told_then
@permit("wind.see")
def now() -> Response:
    """The wind as it is known now, its stations, and who said what."""
    return _page()


@bp.post("")
@permit("wind.say")
def say() -> ResponseReturnValue:
    """The wind is known to be like this."""
    try:
        actions.say(WindForm.read(request), by=me())
    except Refusal as refusal:
        return _page(refusal)
    return goto("weather.now")


def _page(refusal: Refusal | None = None) -> Response:
    shown: dict[str, Any] = {
        "wind_now": queries.wind_at(None),
        "stations": queries.stations(),
        "said": queries.said_of_late(),
        "winds": WINDS,
        "wind": words_of,
        "sent": request.form,
        "errors": refusal.fields if refusal else {},
    }
    return page("monitoring/weather/wind.html", status=refusal.status if refusal else 200, **shown)

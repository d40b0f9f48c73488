"""How safety is shown: the words and colours of its pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.monitoring.alarms import shown as alarms
from webapp.monitoring.safety.rules import (
    LICENCE_WORDS,
    POINT_WORDS,
    RISK_WORDS,
    TRADE_WORDS,
    Risk,
)
from webapp.people import days

# What the log of an enterprise calls what was done.
DONE = {
    "create": _l("Safety profile made"),
    "change": _l("Changed"),
    "add_point": _l("Hazard point added"),
    "amend_point": _l("Hazard point changed"),
    "close_point": _l("Hazard point taken off"),
    "add_procedure": _l("Key procedure added"),
    "close_procedure": _l("Key procedure taken off"),
    "watch": _l("Watched from now on"),
    "unwatch": _l("Not watched any more"),
    "add_licence": _l("Licence written down"),
    "renew_licence": _l("Licence renewed"),
    "close_licence": _l("Licence not needed any more"),
}

RISK_CHIPS = {Risk.RED: "late", Risk.ORANGE: "soon", Risk.YELLOW: "caution", Risk.BLUE: "new"}


def words() -> dict[str, Any]:
    """The words of kinds, risks and licences, and which day it is."""
    return {
        **alarms.words(),
        "trades": TRADE_WORDS,
        "risks": RISK_WORDS,
        "risk_chips": RISK_CHIPS,
        "point_kinds": POINT_WORDS,
        "licence_kinds": LICENCE_WORDS,
        "safety_done": DONE,
        "today": days.today(),
    }

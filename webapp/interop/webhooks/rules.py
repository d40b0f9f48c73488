"""Webhooks: the life of an endpoint, how long it is tried, what is kept."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself
from webapp.base.flow import Flow, move


class EndpointState(StrEnum):
    """Where an endpoint stands."""

    ON = "on"
    PAUSED = "paused"
    BROKEN = "broken"
    RETIRED = "retired"


STATE_CHIPS = {
    EndpointState.ON: "done",
    EndpointState.PAUSED: "soon",
    EndpointState.BROKEN: "late",
    EndpointState.RETIRED: "rest",
}

WEBHOOK_FLOW = flow.register(
    Flow(
        "webhook",
        {
            EndpointState.ON: _l("Is told"),
            EndpointState.PAUSED: _l("Is told nothing for now"),
            EndpointState.BROKEN: _l("Switched off: it does not take what it is told"),
            EndpointState.RETIRED: _l("Given up"),
        },
        {
            "pause": move(
                EndpointState.ON,
                to=EndpointState.PAUSED,
                may="webhooks.keep",
                words=_l("Tell it nothing for now"),
            ),
            "switch_off": move(
                EndpointState.ON,
                to=EndpointState.BROKEN,
                may="webhooks.by_itself",
                words=_l("Switched off by the house"),
            ),
            "resume": move(
                EndpointState.PAUSED,
                EndpointState.BROKEN,
                to=EndpointState.ON,
                may="webhooks.keep",
                words=_l("Tell it again"),
            ),
            "retire": move(
                EndpointState.ON,
                EndpointState.PAUSED,
                EndpointState.BROKEN,
                to=EndpointState.RETIRED,
                may="webhooks.keep",
                words=_l("Give this endpoint up"),
            ),
        },
    )
)


class DeliveryState(StrEnum):
    """What became of a message to an endpoint."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


DELIVERY_WORDS = {
    DeliveryState.WAITING: _l("On its way"),
    DeliveryState.DELIVERED: _l("Taken by the receiver"),
    DeliveryState.FAILED: _l("Given up after the last try"),
}

DELIVERY_CHIPS = {
    DeliveryState.WAITING: "soon",
    DeliveryState.DELIVERED: "done",
    DeliveryState.FAILED: "late",
}

# After each try that failed so many seconds until the next, as Standard Webhooks proposes: three days.
WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Each wait is up to this much shorter or longer, so that what failed together does not come back together.
JITTER = 0.2
# Whoever asks to be spared (Retry-After) is spared at most so long.
SPARED_MOST_S = 86_400
# An endpoint whose last try failed is not tried with the next message either, for at most so long.
REST_MOST_S = 600

# An endpoint that has failed without a break for so long is switched off.
PATIENCE = timedelta(days=3)
# A secret that was followed by a new one signs beside it for so many hours.
OVERLAP_H = 24
OVERLAP_MOST_H = 168
# What was delivered or given up is forgotten after so many days.
KEPT_DAYS = 30

LONGEST_NAME = 80
LONGEST_URL = 500
# So many characters of an answer are kept.
ANSWER_CHARS = 1_000


def wait_s(tries: int, chance: float) -> float | None:
    """Seconds from a failed try to the next, by how many there were and a chance in [0, 1).

    None after the last one.
    """
    if tries > len(WAITS_S):
        return None
    return WAITS_S[tries - 1] * (1 - JITTER + 2 * JITTER * chance)


def rest_s(failures: int) -> float:
    """Seconds for which an endpoint is left alone after so many failures one after the other."""
    return float(min(5 * 2 ** min(failures - 1, 10), REST_MOST_S))


MAY = {
    "webhooks.keep": Anywhere("admin"),
    "webhooks.by_itself": ByItself(),
}

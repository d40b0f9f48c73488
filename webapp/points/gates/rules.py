"""Who passes a gate: the pace of a lane, the verdict on a person, the lives of codes and commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Holds, Owns, SignedIn
from webapp.base.flow import Flow, move
from webapp.points.rules import SERVING


class Mode(StrEnum):
    """How a gate decides."""

    RULES = "rules"
    FREE = "free"
    SHUT = "shut"


MODE_WORDS = {
    Mode.RULES: _l("By the rules"),
    Mode.FREE: _l("Everybody passes"),
    Mode.SHUT: _l("Nobody passes"),
}


class Decision(StrEnum):
    """What happened to somebody at a gate; `left` is somebody who went out."""

    ADMITTED = "admitted"
    DIVERTED = "diverted"
    REFUSED = "refused"
    WAIT = "wait"
    LEFT = "left"


DECISION_WORDS = {
    Decision.ADMITTED: _l("Admitted"),
    Decision.DIVERTED: _l("Diverted"),
    Decision.REFUSED: _l("Not let in"),
    Decision.WAIT: _l("Told to wait"),
    Decision.LEFT: _l("Went out"),
}


class Reason(StrEnum):
    """Why."""

    OK = "ok"
    FREE = "free"
    FEVER = "fever"
    NO_TEMPERATURE = "no_temperature"
    NO_CODE = "no_code"
    UNKNOWN_CODE = "unknown_code"
    USED_CODE = "used_code"
    NOT_NOW = "not_now"
    PACE = "pace"
    FULL = "full"
    CLOSED = "closed"
    UNSAID = "unsaid"


REASON_WORDS = {
    Reason.OK: _l("Everything in order"),
    Reason.FREE: _l("The gate let everybody pass"),
    Reason.FEVER: _l("Temperature too high"),
    Reason.NO_TEMPERATURE: _l("Temperature not measured"),
    Reason.NO_CODE: _l("No code"),
    Reason.UNKNOWN_CODE: _l("Unknown code"),
    Reason.USED_CODE: _l("The code was used before"),
    Reason.NOT_NOW: _l("The code is for another time or was cancelled"),
    Reason.PACE: _l("The lane is at its pace"),
    Reason.FULL: _l("The point is full"),
    Reason.CLOSED: _l("The gate is closed"),
    Reason.UNSAID: _l("The gate did not say why"),
}


class Code(StrEnum):
    """What is known of the code somebody shows."""

    NONE = "none"
    GOOD = "good"
    UNKNOWN = "unknown"
    USED = "used"
    NOT_NOW = "not_now"


class Path(StrEnum):
    """Who decided: the house when it was asked, or the gate by itself."""

    ONLINE = "online"
    OFFLINE = "offline"


# A lane lets this many pass an hour, unless its gate says otherwise: one each ten seconds.
PER_HOUR = 360
# So many may pass one right after the other before the pace holds.
DEPTH = 1.0
MAX_TEMP_C = 37.3
LANES = 2
KEEP_DAYS = 14
WINDOW_MINUTES = 30
# How many days ahead one can register, and how early before the window one may come.
REGISTER_DAYS = 3
EARLY = timedelta(minutes=10)
# A gate says this often that it lives.
HEARTBEAT_S = 30
# A clock of a gate further off than this is shown, and its time counts no more.
SKEW_S = 300
OLDEST = timedelta(days=31)
LARGEST_BATCH = 500
COMMAND_S = 120


@dataclass(frozen=True)
class Bucket:
    """The pace of a lane: `tokens` that were left at a moment, one for each who passes."""

    tokens: float = DEPTH
    at: datetime | None = None

    def filled(self, now: datetime, per_hour: int) -> Bucket:
        """The bucket as it is at a moment. A clock that went back starts anew and gains nothing."""
        if self.at is None:
            return Bucket(self.tokens, now)
        came = max(0.0, (now - self.at).total_seconds()) * per_hour / 3600
        return Bucket(min(DEPTH, self.tokens + came), now)

    def wait_s(self, per_hour: int) -> float:
        """Seconds until somebody may pass; 0: now."""
        lacking = 1.0 - self.tokens
        return 0.0 if lacking < 1e-6 else lacking * 3600 / per_hour

    def taken(self) -> Bucket:
        """The bucket after somebody passed, whoever let them."""
        return Bucket(max(0.0, self.tokens - 1.0), self.at)


@dataclass(frozen=True)
class PassRules:
    """What a gate goes by, in the house and by itself when it is cut off."""

    is_open: bool
    mode: Mode
    code_wanted: bool
    max_temp_c: float | None
    per_hour: int
    capacity: int | None


@dataclass(frozen=True)
class Verdict:
    """What becomes of somebody at a gate; `wait_s` until they may try again."""

    decision: Decision
    reason: Reason
    wait_s: float = 0.0


def verdict(
    rules: PassRules, *, code: Code, temp_c: float | None, inside: int, bucket: Bucket
) -> Verdict:
    """Who passes. A used code gets nobody further; a person decides what a machine cannot."""
    if rules.mode is Mode.SHUT or not rules.is_open:
        return Verdict(Decision.REFUSED, Reason.CLOSED)
    if rules.mode is Mode.FREE:
        return Verdict(Decision.ADMITTED, Reason.FREE)
    for hit, decision, reason in (
        (code is Code.USED, Decision.REFUSED, Reason.USED_CODE),
        (code is Code.NOT_NOW, Decision.REFUSED, Reason.NOT_NOW),
        (
            rules.max_temp_c is not None and temp_c is None,
            Decision.DIVERTED,
            Reason.NO_TEMPERATURE,
        ),
        (_too_hot(rules, temp_c), Decision.DIVERTED, Reason.FEVER),
        (code is Code.UNKNOWN, Decision.DIVERTED, Reason.UNKNOWN_CODE),
        (rules.code_wanted and code is Code.NONE, Decision.DIVERTED, Reason.NO_CODE),
    ):
        if hit:
            return Verdict(decision, reason)
    waits = bucket.wait_s(rules.per_hour)
    if waits:
        return Verdict(Decision.WAIT, Reason.PACE, waits)
    if rules.capacity is not None and inside >= rules.capacity:
        return Verdict(Decision.WAIT, Reason.FULL, 3600 / rules.per_hour)
    return Verdict(Decision.ADMITTED, Reason.OK)


def _too_hot(rules: PassRules, temp_c: float | None) -> bool:
    return rules.max_temp_c is not None and temp_c is not None and temp_c >= rules.max_temp_c


class RegistrationState(StrEnum):
    """Where a pre-registration stands."""

    REGISTERED = "registered"
    ADMITTED = "admitted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


REGISTRATION_FLOW = flow.register(
    Flow(
        "gate_registration",
        {
            RegistrationState.REGISTERED: _l("Registered"),
            RegistrationState.ADMITTED: _l("Admitted"),
            RegistrationState.CANCELLED: _l("Cancelled"),
            RegistrationState.EXPIRED: _l("Expired"),
        },
        {
            "admit": move(
                RegistrationState.REGISTERED,
                to=RegistrationState.ADMITTED,
                may="gates.admit",
                words=_l("Passed the gate"),
            ),
            "cancel": move(
                RegistrationState.REGISTERED,
                to=RegistrationState.CANCELLED,
                may="gates.own",
                words=_l("Cancel the registration"),
            ),
            "lapse": move(
                RegistrationState.REGISTERED,
                to=RegistrationState.EXPIRED,
                may="gates.lapse",
                words=_l("The time is over"),
            ),
        },
    )
)


class DiversionState(StrEnum):
    """Where somebody stands whom the gate led aside."""

    WAITING = "waiting"
    PASSED = "passed"
    SENT_ON = "sent_on"
    TURNED_AWAY = "turned_away"


DIVERSION_FLOW = flow.register(
    Flow(
        "gate_diversion",
        {
            DiversionState.WAITING: _l("Waits for a person"),
            DiversionState.PASSED: _l("Let pass"),
            DiversionState.SENT_ON: _l("Sent to the medic"),
            DiversionState.TURNED_AWAY: _l("Turned away"),
        },
        {
            "let_pass": move(
                DiversionState.WAITING,
                to=DiversionState.PASSED,
                may="points.serve",
                words=_l("Let pass"),
            ),
            "send_on": move(
                DiversionState.WAITING,
                to=DiversionState.SENT_ON,
                may="points.serve",
                words=_l("Send to the medic"),
            ),
            "turn_away": move(
                DiversionState.WAITING,
                to=DiversionState.TURNED_AWAY,
                may="points.serve",
                words=_l("Turn away"),
                needs=("note",),
            ),
        },
    )
)


class Order(StrEnum):
    """What a gate can be told to do."""

    OPEN = "open"
    CLOSE = "close"
    LIMIT = "limit"
    MODE = "mode"


ORDER_WORDS = {
    Order.OPEN: _l("Open the gate"),
    Order.CLOSE: _l("Close the gate"),
    Order.LIMIT: _l("People an hour and lane"),
    Order.MODE: _l("How it decides"),
}


class CommandState(StrEnum):
    """Where a command stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


COMMAND_FLOW = flow.register(
    Flow(
        "gate_command",
        {
            CommandState.WAITING: _l("Waits for the gate"),
            CommandState.DONE: _l("Confirmed by the gate"),
            CommandState.FAILED: _l("The gate could not"),
            CommandState.EXPIRED: _l("Not confirmed in time"),
        },
        {
            "confirm": move(
                CommandState.WAITING,
                to=CommandState.DONE,
                may="gates.carry_out",
                words=_l("Carried out"),
            ),
            "fail": move(
                CommandState.WAITING,
                to=CommandState.FAILED,
                may="gates.carry_out",
                words=_l("Not carried out"),
            ),
            "lapse": move(
                CommandState.WAITING,
                to=CommandState.EXPIRED,
                may="gates.lapse",
                words=_l("Nothing heard in time"),
            ),
        },
    )
)


class What(StrEnum):
    """What a gate has to say."""

    EVENTS = "events"
    ASK = "ask"
    HEARTBEAT = "heartbeat"
    ACK = "ack"


WHAT_WORDS = {
    What.EVENTS: _l("Report of the gate"),
    What.ASK: _l("Question of the gate"),
    What.HEARTBEAT: _l("Heartbeat of the gate"),
    What.ACK: _l("Confirmation of a command"),
}


class Way(StrEnum):
    """By which line it says so."""

    HTTP = "http"
    MQTT = "mqtt"


# Refused things kept of one gate; a gate that is out of its mind fills no disk.
REFUSED_MOST = 1000

MAY = {
    "gates.report": Owns("account_id", "is this gate"),
    "gates.see": Holds(*SERVING, "street_leader", by="unit_id") | Anywhere("admin"),
    "gates.register": SignedIn(),
    "gates.own": Owns("account_id", "registered"),
    "gates.admit": ByItself(),
    "gates.carry_out": ByItself(),
    "gates.lapse": ByItself(),
}

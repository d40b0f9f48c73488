"""Kinds of service points, the life of a ticket and of an appointment, who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Everyone, Holds, Owns, SignedIn
from webapp.base.flow import Flow, move


class Template(StrEnum):
    """What a point is for; each has its own usual numbers."""

    WORKSTATION = "workstation"
    SERVICE_HALL = "service_hall"
    SAMPLING = "sampling"
    VACCINATION = "vaccination"
    FREE_CLINIC = "free_clinic"
    FEE_DAY = "fee_day"
    POLLING = "polling"


@dataclass(frozen=True)
class Usual:
    """What is assumed of a point of a template until it is measured or set.

    `seconds` a person takes at one window, windows, minutes between two appointments (0: none).
    """

    words: LazyString
    icon: str
    seconds: float
    windows: int
    slot_minutes: int


TEMPLATES = {
    Template.WORKSTATION: Usual(_l("Workstation"), "building-community", 480.0, 2, 15),
    Template.SERVICE_HALL: Usual(_l("Service hall"), "building", 480.0, 4, 15),
    Template.SAMPLING: Usual(_l("Sampling point"), "test-pipe", 10.0, 2, 0),
    Template.VACCINATION: Usual(_l("Vaccination point"), "vaccine", 180.0, 2, 30),
    Template.FREE_CLINIC: Usual(_l("Free clinic"), "stethoscope", 600.0, 2, 20),
    Template.FEE_DAY: Usual(_l("Fee day"), "receipt", 180.0, 1, 0),
    Template.POLLING: Usual(_l("Polling place"), "checkbox", 120.0, 2, 0),
}


# Where people pass in lanes rather than come to a window.
LANES = frozenset({Template.SAMPLING, Template.VACCINATION, Template.POLLING})


class Access(StrEnum):
    """What helps those who need it."""

    STEP_FREE = "step_free"
    TOILET = "toilet"
    PARKING = "parking"
    SEATS = "seats"
    HEARING_LOOP = "hearing_loop"
    LARGE_PRINT = "large_print"


ACCESS_WORDS = {
    Access.STEP_FREE: _l("Step-free entrance"),
    Access.TOILET: _l("Accessible toilet"),
    Access.PARKING: _l("Parking at the door"),
    Access.SEATS: _l("Seats while waiting"),
    Access.HEARING_LOOP: _l("Hearing loop"),
    Access.LARGE_PRINT: _l("Reading glasses and large print"),
}

WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


class TicketState(StrEnum):
    """Where somebody who waits stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


TICKET_FLOW = flow.register(
    Flow(
        "ticket",
        {
            TicketState.WAITING: _l("Waits to be called"),
            TicketState.CALLED: _l("Called to the window"),
            TicketState.SERVED: _l("Served"),
            TicketState.NO_SHOW: _l("Did not come"),
            TicketState.CANCELLED: _l("Given back"),
        },
        {
            "call": move(
                TicketState.WAITING,
                to=TicketState.CALLED,
                may="points.serve",
                words=_l("Call"),
            ),
            "recall": move(
                TicketState.CALLED,
                to=TicketState.CALLED,
                may="points.serve",
                words=_l("Call again"),
            ),
            "finish": move(
                TicketState.CALLED,
                to=TicketState.SERVED,
                may="points.serve",
                words=_l("They are served"),
            ),
            "miss": move(
                TicketState.CALLED,
                to=TicketState.NO_SHOW,
                may="points.serve",
                words=_l("Did not come"),
            ),
            "wait_again": move(
                TicketState.NO_SHOW,
                to=TicketState.WAITING,
                may="points.serve",
                words=_l("Is here after all"),
            ),
            "put_back": move(
                TicketState.CALLED,
                to=TicketState.WAITING,
                may="points.serve",
                words=_l("Back to the queue"),
            ),
            "cancel": move(
                TicketState.WAITING,
                to=TicketState.CANCELLED,
                may="points.hold",
                words=_l("Give the number back"),
            ),
            "lapse": move(
                TicketState.WAITING,
                TicketState.CALLED,
                to=TicketState.CANCELLED,
                may="points.lapse",
                words=_l("The day ended"),
            ),
        },
    )
)


class AppointmentState(StrEnum):
    """Where an appointment stands."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    MISSED = "missed"
    CANCELLED = "cancelled"


APPOINTMENT_FLOW = flow.register(
    Flow(
        "appointment",
        {
            AppointmentState.BOOKED: _l("Booked"),
            AppointmentState.ARRIVED: _l("Arrived"),
            AppointmentState.MISSED: _l("Missed"),
            AppointmentState.CANCELLED: _l("Called off"),
        },
        {
            "arrive": move(
                AppointmentState.BOOKED,
                AppointmentState.MISSED,
                to=AppointmentState.ARRIVED,
                may="points.arrive",
                words=_l("I have arrived"),
            ),
            "cancel": move(
                AppointmentState.BOOKED,
                to=AppointmentState.CANCELLED,
                may="points.hold",
                words=_l("Call the appointment off"),
            ),
            "miss": move(
                AppointmentState.BOOKED,
                to=AppointmentState.MISSED,
                may="points.lapse",
                words=_l("Missed"),
            ),
        },
    )
)

# Figures of the queue that were heard of longer ago than this (seconds) say nothing.
STALE_S = 90
# A measured service time rests on so many of the last served; fewer than LEAST say nothing.
MEASURED = 20
LEAST = 5
# The promise of the upper end: so many times the expected wait, and these seconds.
UPPER_SHARE = 1.2
UPPER_S = 10.0
# Whoever is later than this for an appointment has missed it.
LATE_MINUTES = 20
# How many days ahead appointments can be booked.
BOOK_DAYS = 7
# A spot this near (metres) to a neighbouring grid has a choice of workstation.
BORDER_M = 80.0

SERVING = ("point_staff", "station_head", "agent")
KEEPING = ("station_head", "street_leader")

MAY = {
    "points.read": Everyone(),
    "points.take": SignedIn(),
    "points.hold": Owns("account_id", "took it") | Holds(*SERVING, "street_leader", by="unit_id"),
    "points.arrive": Owns("account_id", "booked it")
    | Holds(*SERVING, "street_leader", by="unit_id"),
    "points.counter": Anywhere(*SERVING, "street_leader"),
    "points.serve": Holds(*SERVING, "street_leader", by="unit_id"),
    "points.keep": Holds(*KEEPING, by="unit_id") | Anywhere("admin"),
    "points.lapse": ByItself(),
}

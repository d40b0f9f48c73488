"""Numbers and appointments: taken, called, served, given back; windows opened and closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock, notices, tasks
from webapp.base.access import HOUSE, Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.people.refusing import refusing
from webapp.points import actions, offered, queries
from webapp.points.models import Appointment, ServicePoint, ServiceWindow, Ticket, TicketCounter
from webapp.points.rules import (
    APPOINTMENT_FLOW,
    BOOK_DAYS,
    LATE_MINUTES,
    TICKET_FLOW,
    AppointmentState,
    Template,
    TicketState,
)

OPEN_FIRST = _l("Open the window first: nobody can be called to a closed one.")


def take(
    point: ServicePoint,
    *,
    item: str | None,
    by: Actor,
    own: bool = True,
    priority: bool = False,
    appointment: Appointment | None = None,
) -> Ticket:
    """A number of today. `own`: for whoever asks, who may have one that waits; else for who stands there.

    Raises `NotOpen` when the point is closed, `Unacceptable` for an item it does not offer.
    """
    opening = queries.hours(point).at(clock.now())
    if point.closed_at is not None or opening is None:
        raise NotOpen(_l("This point is closed now. Look when it opens, or book a time."))
    _must_offer(point, item)
    today = queries.today()
    counter = insert(TicketCounter).values(point_id=point.id, day=today, last=1)
    number = db.session.execute(
        counter.on_conflict_do_update(
            index_elements=["point_id", "day"], set_={"last": TicketCounter.last + 1}
        ).returning(TicketCounter.last)
    ).scalar_one()
    holder = appointment.account_id if appointment is not None else by.id if own else None
    ticket = Ticket(
        point_id=point.id,
        unit_id=point.unit_id,
        day=today,
        number=number,
        item_code=item,
        priority=int(priority or appointment is not None),
        state=TicketState.WAITING,
        version=1,
        account_id=holder,
        appointment_id=appointment.id if appointment is not None else None,
        taken_at=clock.now(),
    )
    with refusing(uq_ticket_own=Changed(_l("You have a number here already."))):
        db.session.add(ticket)
    TICKET_FLOW.begin(ticket, "take", by=by)
    return ticket


def open_window(window: ServiceWindow, *, by: Actor) -> None:
    """Whoever asks sits at the window; one window a person, one person a window."""
    lock(window)
    _must_serve(window.point, by)
    if window.account_id is not None and window.account_id != by.id:
        name = window.account.name if window.account else "?"
        raise Changed(_l("%(who)s sits at this window.", who=name))
    sits = Changed(_l("You sit at another window. Close it first."))
    with refusing(uq_service_window_account=sits):
        window.account_id, window.opened_at = by.id, window.opened_at or clock.now()
    actions.heard(window.point)


def close_window(window: ServiceWindow, *, by: Actor) -> None:
    """Nobody sits at the window; it must not have anybody called to it."""
    lock(window)
    _must_serve(window.point, by)
    if any(ticket.window_id == window.id for ticket in queries.at_windows(window.point)):
        raise NotOpen(_l("Somebody is called to this window. Finish that first."))
    window.account_id = window.opened_at = None
    actions.heard(window.point)


def call_next(window: ServiceWindow, *, by: Actor) -> Ticket | None:
    """The next in line is called to the window; None when nobody waits whom it serves.

    Two windows at once call two different people.
    """
    _must_sit(window, by)
    found = queries.next_in_line(window.point_id, window.items)
    if found is None:
        actions.heard(window.point)
        return None
    _call(found, "call", window, by)
    return found


def call(ticket: Ticket, window: ServiceWindow, *, by: Actor) -> None:
    """This one is called to the window, out of turn."""
    _must_sit(window, by)
    _call(ticket, "call", window, by)


def recall(ticket: Ticket, *, by: Actor, base_version: int | None = None) -> None:
    """The number is called once more."""
    TICKET_FLOW.move(ticket, "recall", by=by, base_version=base_version)
    ticket.calls += 1


def finish(ticket: Ticket, *, by: Actor, base_version: int | None = None) -> None:
    """They have been served."""
    TICKET_FLOW.move(ticket, "finish", by=by, base_version=base_version)
    ticket.ended_at = clock.now()
    actions.heard(ticket.point)


def miss(ticket: Ticket, *, by: Actor, base_version: int | None = None) -> None:
    """They did not come when they were called."""
    TICKET_FLOW.move(ticket, "miss", by=by, base_version=base_version)
    ticket.ended_at = clock.now()
    _tell(ticket, N_("Your number %(label)s at %(point)s was called and you were not there."))


def wait_again(ticket: Ticket, *, by: Actor, base_version: int | None = None) -> None:
    """They are here after all and are called next."""
    if ticket.day != queries.today():
        raise NotOpen(_l("That number was for another day."))
    _again(ticket, "wait_again", by, base_version)


def put_back(ticket: Ticket, *, by: Actor, base_version: int | None = None) -> None:
    """They go back to the head of the queue, for another window perhaps."""
    _again(ticket, "put_back", by, base_version)


def cancel(ticket: Ticket, *, by: Actor, base_version: int | None = None) -> None:
    """The number is given back."""
    TICKET_FLOW.move(ticket, "cancel", by=by, base_version=base_version)
    ticket.ended_at = clock.now()


def give_back(ticket: Ticket) -> None:
    """The number is given back by whoever has its secret and no account."""
    if ticket.account_id is not None:
        raise NotAllowed(_l("Please sign in first."))
    lock(ticket)
    if ticket.state != TicketState.WAITING:
        raise NotOpen(_l("This is not open any more."))
    ticket.state, ticket.ended_at = TicketState.CANCELLED, clock.now()
    TICKET_FLOW.record(ticket, "cancel", by=None, before=TicketState.WAITING)


def book(point: ServicePoint, starts_at: datetime, *, item: str | None, by: Actor) -> Appointment:
    """A seat of the slot is theirs. Raises `Changed` when the last one went to somebody else."""
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    _must_offer(point, item)
    if starts_at not in {slot for slot, _free in slots(point)}:
        words = _l("This time is not offered any more. Choose another one.")
        raise Unacceptable(words, fields={"starts_at": words})
    own = Changed(_l("You have an appointment here already."))
    gone = Changed(_l("The last seat of this time has just been taken. Choose another one."))
    for seat in range(1, point.slot_seats + 1):
        made = Appointment(
            point_id=point.id,
            unit_id=point.unit_id,
            starts_at=starts_at,
            seat=seat,
            item_code=item,
            account_id=by.id,
            state=AppointmentState.BOOKED,
            version=1,
            booked_at=clock.now(),
        )
        try:
            with refusing(uq_appointment_own=own, uq_appointment_seat=gone):
                db.session.add(made)
        except Changed as refusal:
            if refusal is own:
                raise
            continue
        APPOINTMENT_FLOW.begin(made, "book", by=by)
        return made
    raise gone


def arrive(appointment: Appointment, *, by: Actor) -> Ticket:
    """Who has an appointment is there and gets a number that is called before the others."""
    if appointment.starts_at.astimezone(queries.ZONE).date() != queries.today():
        raise NotOpen(_l("The appointment is not today."))
    late = clock.now() > appointment.starts_at + timedelta(minutes=LATE_MINUTES)
    APPOINTMENT_FLOW.move(appointment, "arrive", by=by)
    return take(
        appointment.point,
        item=appointment.item_code,
        by=by,
        priority=not late,
        appointment=appointment,
    )


def call_off(appointment: Appointment, *, by: Actor) -> None:
    """The seat is free for somebody else."""
    APPOINTMENT_FLOW.move(appointment, "cancel", by=by)


def slots(point: ServicePoint) -> list[tuple[datetime, int]]:
    """The times that can be booked from now on and how many seats are free in each."""
    if not point.slot_minutes or not point.slot_seats:
        return []
    now, step = clock.now(), timedelta(minutes=point.slot_minutes)
    until = now + timedelta(days=BOOK_DAYS)
    taken = queries.taken_seats(point, now, until + timedelta(days=1))
    found = []
    for opening in queries.hours(point).openings(now, BOOK_DAYS):
        starts_at = opening.since
        while starts_at + step <= opening.until and starts_at < until:
            free = point.slot_seats - len(taken.get(starts_at, ()))
            if starts_at > now and free > 0:
                found.append((starts_at, free))
            starts_at += step
    return found


@tasks.task("points.lapse", cron="*/5 * * * *")
def lapse() -> None:
    """Appointments whose time is gone are missed; numbers of days gone by are void."""
    for missed in queries.overdue(clock.now() - timedelta(minutes=LATE_MINUTES)):
        APPOINTMENT_FLOW.move(missed, "miss", by=HOUSE)
    for ticket in queries.of_earlier_days():
        TICKET_FLOW.move(ticket, "lapse", by=HOUSE)
        ticket.ended_at = clock.now()


def _call(ticket: Ticket, name: str, window: ServiceWindow, by: Actor) -> None:
    if any(each.window_id == window.id for each in queries.at_windows(window.point)):
        raise NotOpen(_l("Somebody is called to this window. Finish that first."))
    ticket.window_id = window.id
    TICKET_FLOW.move(ticket, name, by=by)
    ticket.window_id = window.id
    ticket.called_at, ticket.calls = clock.now(), ticket.calls + 1
    db.session.flush()
    actions.heard(window.point)
    _tell(
        ticket,
        N_("Number %(label)s, please come to window %(window)s at %(point)s."),
        window=window.number,
    )


def _again(ticket: Ticket, name: str, by: Actor, base_version: int | None) -> None:
    TICKET_FLOW.move(ticket, name, by=by, base_version=base_version)
    ticket.window_id = ticket.called_at = ticket.ended_at = None
    ticket.priority = 2


def _tell(ticket: Ticket, words: str, **params: Any) -> None:
    if ticket.account_id is not None:
        params |= {"label": ticket.label, "point": ticket.point.name}
        notices.notify([ticket.account_id], words, url=f"/tickets/{ticket.token}", **params)


def _must_offer(point: ServicePoint, item: str | None) -> None:
    if item is None:
        return
    known = offered.items(Template(point.template))
    if item not in known or (point.items is not None and item not in point.items):
        words = _l("This is not offered here.")
        raise Unacceptable(words, fields={"item": words})


def _must_serve(point: ServicePoint, by: Actor) -> None:
    if not may(by, "points.serve", point):
        raise NotAllowed(_l("You do not hold the post that may do this here."))


def _must_sit(window: ServiceWindow, by: Actor) -> None:
    lock(window)
    _must_serve(window.point, by)
    if window.account_id != by.id:
        raise NotOpen(OPEN_FIRST)

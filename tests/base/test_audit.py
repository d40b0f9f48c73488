"""The event log cannot be changed in silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event as listening, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.world import World
from webapp.base import audit, clock
from webapp.base.audit import Event, Signal
from webapp.base.db import db

THING = 777_777


def _happen(move: str, *, before: str | None = None, after: str | None = None) -> Event:
    return audit.record(
        kind="tested", thing_id=THING, move=move, by=None, before=before, after=after
    )


@pytest.mark.usefixtures("session")
def test_events_of_a_thing_are_numbered_and_chained() -> None:
    first, second = _happen("begin"), _happen("go_on")
    assert (first.seq, second.seq) == (1, 2)
    assert first.previous is None
    assert second.previous == first.hash
    assert audit.broken_links() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET move = 'x' WHERE thing_kind = 'tested'",
        "DELETE FROM event WHERE thing_kind = 'tested'",
        "TRUNCATE event CASCADE",
    ],
)
def test_an_event_is_never_changed_or_removed(session: Session, change: str) -> None:
    _happen("begin")
    with pytest.raises(DBAPIError, match="never changed or removed"):
        session.execute(text(change))


@pytest.mark.parametrize(
    "change, broken",
    [
        ("UPDATE event SET move = 'x' WHERE {it} AND seq = 2", [2]),
        ("UPDATE event SET before = NULL, after = before WHERE {it} AND seq = 2", [2]),
        ("UPDATE event SET at = at + interval '1 second' WHERE {it} AND seq = 1", [1]),
        ('UPDATE event SET data = \'{{"note": "x"}}\' WHERE {it} AND seq = 3', [3]),
        ("UPDATE event SET actor_id = (SELECT min(id) FROM account) WHERE {it} AND seq = 1", [1]),
        ("UPDATE event SET grid_id = 1 WHERE {it} AND seq = 1", [1]),
        ("DELETE FROM event WHERE {it} AND seq = 2", [3]),
        ("DELETE FROM event WHERE {it} AND seq = 1", [2, 3]),
    ],
)
def test_whoever_goes_round_the_trigger_is_found_out(
    session: Session, world: World, change: str, broken: list[int]
) -> None:
    _happen("begin")
    _happen("go_on", before="a", after=None)
    _happen("end")
    session.execute(text("ALTER TABLE event DISABLE TRIGGER event_frozen"))
    it = f"thing_kind = 'tested' AND thing_id = {THING}"
    session.execute(text(change.format(it=it).replace(":", "\\:")))
    assert audit.broken_links() == [("tested", THING, seq) for seq in broken]


@pytest.mark.usefixtures("session")
def test_a_clock_that_is_held_is_what_the_log_says() -> None:
    moment = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    with clock.at(moment):
        held = _happen("begin")
    running = _happen("go_on")
    assert held.at == moment
    assert abs(running.at - clock.now()) < timedelta(seconds=30)
    assert audit.broken_links() == []


def test_every_event_wakes_the_consoles_in_its_own_transaction(session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(Signal))
    _happen("begin", after="begun")
    signals = session.scalars(select(Signal).order_by(Signal.id.desc()).limit(1)).one()
    assert (signals.kind, signals.move, signals.state) == ("tested", "begin", "begun")
    assert session.scalar(select(func.count()).select_from(Signal)) == before + 1
    assert signals.xid == session.scalar(text("SELECT pg_current_xact_id()::text"))


def test_old_signals_go_and_the_newest_of_them_stays_as_a_mark(session: Session) -> None:
    session.execute(text("DELETE FROM signal"))
    add = text(
        "INSERT INTO signal (xid, kind, thing_id, move, at)"
        " VALUES (cast(:xid AS xid8), 'tested', :thing, 'x', now() - make_interval(hours => :age))"
    )
    rows = [(10, 1, 50), (10, 2, 40), (11, 3, 30), (12, 4, 60), (13, 5, 2), (2**40, 6, 0)]
    for xid, thing, age in rows:
        session.execute(add, {"xid": str(xid), "thing": thing, "age": age})
    audit.forget_signals()
    assert list(session.scalars(select(Signal.thing_id).order_by(Signal.id))) == [4, 5]


def test_recording_an_event_is_one_round_trip(session: Session) -> None:
    statements: list[str] = []
    connection = db.session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    listening.listen(connection, "before_cursor_execute", note)
    try:
        _happen("begin")
    finally:
        listening.remove(connection, "before_cursor_execute", note)
    assert len(statements) == 1, statements

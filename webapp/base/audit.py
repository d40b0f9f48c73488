"""The event log: what was done to which thing, by whom, when; append-only and hash-chained."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, distinct_on
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from webapp.base import clock, tasks
from webapp.base.access import Actor
from webapp.base.db import Base, db

SIGNAL_HOURS = 24


class Xid8(UserDefinedType[str]):
    """A transaction number of PostgreSQL."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type in SQL."""
        return "xid8"


class Event(Base):
    """One thing that happened. The database numbers it within its thing and chains its hash."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("thing_kind", "thing_id", "seq"),
        Index("ix_event_at", "at", postgresql_using="brin"),
        Index("ix_event_actor_id", "actor_id", "at"),
        # A phone's own name for a step: it is done once, however often it arrives.
        Index(
            "uq_event_mark",
            "thing_kind",
            "thing_id",
            "move",
            text("(data ->> 'mark')"),
            unique=True,
            postgresql_where=text("(data ->> 'mark') IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    thing_kind: Mapped[str]
    thing_id: Mapped[int]
    seq: Mapped[int] = mapped_column(server_default=text("0"))
    move: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    actor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=func.clock_timestamp()
    )
    client_at: Mapped[datetime | None]
    grid_id: Mapped[int | None]
    grid_version_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    previous: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class Signal(Base):
    """What live consoles are told: a thin line for every event and notice, kept for a day.

    Read by `(xid, id)` below the oldest transaction that runs in this database, so that a slow one
    is never skipped. `account_id` set: only for that account; else for those who may see the grid.
    """

    __tablename__ = "signal"
    __table_args__ = (Index("ix_signal_xid_id", "xid", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    xid: Mapped[str] = mapped_column(Xid8(), server_default=text("pg_current_xact_id()"))
    at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=func.clock_timestamp()
    )
    kind: Mapped[str]
    thing_id: Mapped[int]
    move: Mapped[str]
    state: Mapped[str | None]
    grid_id: Mapped[int | None]
    account_id: Mapped[int | None]
    weight: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))


# A list in JSON, so that no two different rows read alike.
HASHED = """
    convert_to(jsonb_build_array(encode(coalesce({e}.previous, ''::bytea), 'hex'),
        {e}.thing_kind, {e}.thing_id, {e}.seq, {e}.move, {e}.before, {e}.after, {e}.actor_id,
        extract(epoch FROM {e}.at), extract(epoch FROM {e}.client_at), {e}.grid_id,
        {e}.grid_version_id, {e}.data)::text, 'UTF8')
"""

# Rows of one thing are written under that thing's row lock, so its numbers have no gaps and no twins.
EVENT_CHAIN = f"""
CREATE OR REPLACE FUNCTION event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT e.seq + 1, e.hash INTO NEW.seq, NEW.previous FROM event e
    WHERE e.thing_kind = NEW.thing_kind AND e.thing_id = NEW.thing_id
    ORDER BY e.seq DESC LIMIT 1;
    IF NOT FOUND THEN
        NEW.seq := 1;
    END IF;
    NEW.hash := sha256({HASHED.format(e="NEW")});
    INSERT INTO signal (kind, thing_id, move, state, grid_id)
    VALUES (NEW.thing_kind, NEW.thing_id, NEW.move, NEW.after, NEW.grid_id);
    RETURN NEW;
END $$
"""

EVENT_FROZEN = """
CREATE OR REPLACE FUNCTION event_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed or removed' USING ERRCODE = 'restrict_violation';
END $$
"""

SIGNAL_WAKE = """
CREATE OR REPLACE FUNCTION signal_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY wangge_live;
    RETURN NULL;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER event_chain BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_chain()",
    "CREATE TRIGGER event_frozen BEFORE UPDATE OR DELETE ON event"
    " FOR EACH ROW EXECUTE FUNCTION event_frozen()",
    "CREATE TRIGGER event_kept BEFORE TRUNCATE ON event"
    " FOR EACH STATEMENT EXECUTE FUNCTION event_frozen()",
    "CREATE TRIGGER signal_wake AFTER INSERT ON signal"
    " FOR EACH STATEMENT EXECUTE FUNCTION signal_wake()",
)

FUNCTIONS = (EVENT_CHAIN, EVENT_FROZEN, SIGNAL_WAKE)

# Broken: a hash that its row no longer gives, a number missing, or a link to another row than the one before.
_BROKEN = text(f"""
    SELECT thing_kind, thing_id, seq FROM (
        SELECT e.*, lag(e.hash) OVER w AS hash_before, row_number() OVER w AS place
        FROM event e WINDOW w AS (PARTITION BY e.thing_kind, e.thing_id ORDER BY e.seq)
    ) e
    WHERE e.hash IS DISTINCT FROM sha256({HASHED.format(e="e")})
       OR e.previous IS DISTINCT FROM e.hash_before
       OR e.seq <> e.place
    ORDER BY thing_kind, thing_id, seq
""")


_NAME = text("SELECT name FROM account WHERE id = :id")

# The newest of what is old is kept as a mark: whoever has read as far as it has missed nothing. Rows
# from after the newest transaction came with a dump of another server, where they were long past.
_FORGET = text("""
    WITH mark AS (
        SELECT xid, id FROM signal
        WHERE at < now() - make_interval(hours => :hours)
        ORDER BY xid DESC, id DESC LIMIT 1
    )
    DELETE FROM signal s USING (SELECT (SELECT xid FROM mark), (SELECT id FROM mark)) m (xid, id)
    WHERE (s.xid, s.id) < (m.xid, m.id) OR s.xid >= pg_snapshot_xmax(pg_current_snapshot())
""")


def record(
    *,
    kind: str,
    thing_id: int,
    move: str,
    by: Actor | None,
    before: str | None = None,
    after: str | None = None,
    grid_id: int | None = None,
    grid_version_id: int | None = None,
    client_at: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """One event stands in the log once the transaction commits."""
    event = Event(
        thing_kind=kind,
        thing_id=thing_id,
        move=move,
        before=before,
        after=after,
        actor_id=by.id if by else None,
        grid_id=grid_id,
        grid_version_id=grid_version_id,
        client_at=client_at,
        data=data or {},
    )
    record_many([event])
    return event


def record_many(events: Sequence[Event]) -> None:
    """These events stand in the log, written together, each with the moment at which it is written."""
    moment = clock.set_to()
    if moment is not None:
        for event in events:
            event.at = moment
    db.session.add_all(events)
    db.session.flush()


def record_all(deeds: Iterable[tuple[str, int, str, dict[str, Any]]]) -> None:
    """Deeds of the house itself as (kind, key of the thing, move, data), written together."""
    record_many(
        [
            Event(thing_kind=kind, thing_id=thing_id, move=move, data=data)
            for kind, thing_id, move, data in deeds
        ]
    )


def history(kind: str, thing_id: int) -> list[Event]:
    """All events of one thing, oldest first."""
    found = select(Event).where(Event.thing_kind == kind, Event.thing_id == thing_id)
    return list(db.session.scalars(found.order_by(Event.seq)))


def by_mark(kind: str, thing_id: int, move: str, mark: uuid.UUID) -> Event | None:
    """The event of this very step of a phone, if it has arrived already."""
    return db.session.scalar(
        select(Event).where(
            Event.thing_kind == kind,
            Event.thing_id == thing_id,
            Event.move == move,
            Event.data["mark"].astext == str(mark),
        )
    )


def last(kind: str, thing_id: int) -> Event | None:
    """The newest event of one thing."""
    found = select(Event).where(Event.thing_kind == kind, Event.thing_id == thing_id)
    return db.session.scalar(found.order_by(Event.seq.desc()).limit(1))


def last_moments(things: Iterable[tuple[str, int]]) -> dict[tuple[str, int], datetime]:
    """When something happened to each of these things (kind, key) last."""
    keys = sorted(set(things))
    if not keys:
        return {}
    found = (
        select(Event.thing_kind, Event.thing_id, Event.at)
        .where(tuple_(Event.thing_kind, Event.thing_id).in_(keys))
        .ext(distinct_on(Event.thing_kind, Event.thing_id))
        .order_by(Event.thing_kind, Event.thing_id, Event.seq.desc())
    )
    return {(kind, key): at for kind, key, at in db.session.execute(found)}


def name_of(account_id: int | None) -> str:
    """The name under which an account acts; empty for the system itself."""
    if account_id is None:
        return ""
    return db.session.scalar(_NAME, {"id": account_id}) or ""


@tasks.task("audit.forget_signals", cron="23 * * * *")
def forget_signals() -> None:
    """Signals of yesterday and before are gone; a console that slept so long loads itself anew."""
    db.session.execute(_FORGET, {"hours": SIGNAL_HOURS})


def broken_links() -> list[tuple[str, int, int]]:
    """Every event whose chain does not hold: (kind, key of the thing, number)."""
    return [(row.thing_kind, row.thing_id, row.seq) for row in db.session.execute(_BROKEN)]

"""What the database keeps of rows that are changed or gone, so that lists can say how they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, delete, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base import clock, tasks
from webapp.base.db import Base, db
from webapp.base.past import REACH


class FormerRow(Base):
    """How a row read until a moment; `fields` None: until then there was none.

    What is personal or free text of a row is never in `fields`: it stands in the row itself and nowhere else.
    """

    __tablename__ = "former_row"
    __table_args__ = (
        Index("ix_former_row_relation_key_until", "relation", "key", "until"),
        Index("ix_former_row_until", "until", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    relation: Mapped[str]
    key: Mapped[int]
    until: Mapped[datetime]
    fields: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class KeptSince(Base):
    """From which moment on what a table held is known; 1970 where it was empty then."""

    __tablename__ = "kept_since"

    relation: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]


@dataclass(frozen=True)
class Kept:
    """Its former rows are kept by the database, from the key `id`.

    `now` is kept nowhere but in the row itself (what is personal, what somebody wrote): it is told as it is
    now. `untold` changes so often that it is not kept: the past has nothing in its place. `only`: just these are
    kept, the rest is told as it is now; `fixed` of the rest never changes. `forgotten`: whoever deletes a row deletes its past with it.
    `shapes` are its geometries.
    """

    now: Sequence[str] = ()
    untold: Sequence[str] = ()
    only: Sequence[str] = ()
    fixed: Sequence[str] = ("id",)
    shapes: Sequence[str] = ()
    forgotten: bool = False


@dataclass(frozen=True)
class Grown:
    """Rows are added to it and never changed: those of then are those whose column `at` is not later."""

    at: str


@dataclass(frozen=True)
class Dated:
    """Its rows say by themselves when each thing of them came: those of then have nothing that came later.

    `at` is since when a row is there (a moment or a day); `came`: the column of a moment, and the columns that are
    known with it; `flow`: its state is told by the log of things of this kind. The rest is told as it is now.
    """

    at: str
    came: Mapping[str, Sequence[str]] = field(default_factory=dict)
    flow: str = ""


@dataclass(frozen=True)
class Rebuilt:
    """Its rows of then are told by other tables: SQL, in which `{moment}` is the moment."""

    sql: str


@dataclass(frozen=True)
class Standing:
    """It is read as it is now; `why`. `of_now`: what is told of it is marked as being of now."""

    why: str
    of_now: bool = False


Way = Kept | Grown | Dated | Rebuilt | Standing

TABLES: dict[str, Way] = {}


def register(tables: Mapping[str, Way]) -> None:
    """It is known of these tables how their past is told. Of any other it is not told."""
    TABLES.update(tables)


# The moment of a change is that of the clock of the house, which demo data and tests hold.
_AT = """coalesce(nullif(current_setting('wangge.clock', true), '')::timestamptz, clock_timestamp())"""

# All rows of a statement at once: until now there was none of them.
FORMER_NONE = f"""
CREATE OR REPLACE FUNCTION former_none() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO former_row (relation, key, until)
    SELECT TG_TABLE_NAME, f.id, {_AT} FROM fresh f;
    RETURN NULL;
END $$
"""

# Arguments: what is left out, what alone is kept (all: '{}'), the geometries, whether a deletion forgets. A
# geometry is kept as the bytes it is: as GeoJSON it would come back another.
FORMER_CHANGE = f"""
CREATE OR REPLACE FUNCTION former_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said jsonb := to_jsonb(OLD) - TG_ARGV[0]::text[];
    fresh jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(NEW) - TG_ARGV[0]::text[] END;
    shape text;
    bytes text;
BEGIN
    IF TG_OP = 'DELETE' AND TG_ARGV[3] = 'forgotten' THEN
        DELETE FROM former_row WHERE relation = TG_TABLE_NAME AND key = OLD.id;
        RETURN NULL;
    END IF;
    IF TG_ARGV[1] <> '{{}}' THEN
        SELECT jsonb_object_agg(e.key, e.value), jsonb_object_agg(e.key, fresh -> e.key)
        INTO said, fresh FROM jsonb_each(said) e WHERE e.key = ANY(TG_ARGV[1]::text[]);
    END IF;
    IF TG_OP = 'UPDATE' AND said = fresh THEN
        RETURN NULL;
    END IF;
    FOREACH shape IN ARRAY TG_ARGV[2]::text[] LOOP
        EXECUTE format('SELECT ($1).%I::text', shape) INTO bytes USING OLD;
        said := said || jsonb_build_object(shape, bytes);
    END LOOP;
    INSERT INTO former_row (relation, key, until, fields)
    VALUES (TG_TABLE_NAME, OLD.id, {_AT}, said);
    RETURN NULL;
END $$
"""

FUNCTIONS = (FORMER_NONE, FORMER_CHANGE)


def triggers(table: str, kept: Kept) -> list[str]:
    """SQL: from now on the former rows of a table are kept, and it is known since when."""
    left_out, only, shapes = (
        "{" + ",".join(names) + "}" for names in ((*kept.now, *kept.untold), kept.only, kept.shapes)
    )
    of = f" OF {', '.join(kept.only)}" if kept.only else ""
    forgotten = "forgotten" if kept.forgotten else ""
    return [
        f"CREATE TRIGGER former_none AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION former_none()",
        f"CREATE TRIGGER former_change AFTER UPDATE{of} OR DELETE ON {table} FOR EACH ROW"
        f" EXECUTE FUNCTION former_change('{left_out}', '{only}', '{shapes}', '{forgotten}')",
        f"INSERT INTO kept_since (relation, since) SELECT '{table}',"
        f" CASE WHEN EXISTS (SELECT FROM {table}) THEN clock_timestamp() ELSE '1970-01-01 00:00Z' END",
    ]


def untriggers(tables: Iterable[str]) -> list[str]:
    """SQL: the former rows of these tables are not kept any more."""
    return [
        f"DROP TRIGGER {name} ON {table}"
        for table in tables
        for name in ("former_none", "former_change")
    ]


def newest() -> int:
    """The number of the newest former row; 0 without any."""
    return db.session.scalar(select(func.max(FormerRow.id))) or 0


def lay_down(*, until_row: int, since: datetime) -> None:
    """For a house that is only shown: what stood there before, or came by no clock of its own, has always been so."""
    db.session.execute(
        delete(FormerRow).where(or_(FormerRow.id <= until_row, FormerRow.until >= since))
    )


@tasks.task("kept.forget", cron="41 18 * * *")
def forget() -> None:
    """What read so longer ago than the past is told of is gone."""
    old = clock.now() - REACH - REACH / 30
    db.session.execute(delete(FormerRow).where(FormerRow.until < old))

"""The schema goes up, comes down, and is what the models say."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text

from tests import databases
from tests.faults.storm import app_on
from webapp.base import audit, clock, kept, notices, then
from webapp.base.db import db
from webapp.community.deliberation import council_models, guards
from webapp.community.livelihood import accepting
from webapp.grids import locate
from webapp.interop.webhooks import models as webhooks
from webapp.monitoring.alarms import models as alarms
from webapp.projects import models as projects, queries as shares
from webapp.projects.bonds import models as bonds
from webapp.projects.ground import queries as ground
from webapp.relocation import models as relocation

FUNCTIONS = (
    *audit.FUNCTIONS,
    *kept.FUNCTIONS,
    *notices.FUNCTIONS,
    *locate.FUNCTIONS,
    *accepting.FUNCTIONS,
    *guards.FUNCTIONS,
    *council_models.FUNCTIONS,
    *projects.FUNCTIONS,
    *shares.FUNCTIONS,
    *ground.FUNCTIONS,
    *relocation.FUNCTIONS,
    *bonds.FUNCTIONS,
    *webhooks.FUNCTIONS,
    *alarms.FUNCTIONS,
)

TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend d ON d.objid = c.oid AND d.deptype = 'e'
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'S', 'v') AND d.objid IS NULL
    ORDER BY 1
"""
ROUTINES = """
    SELECT p.oid::regprocedure::text, p.prosrc FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
    WHERE n.nspname = 'public' AND d.objid IS NULL ORDER BY 1
"""
TRIGGERS = (
    "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
)


@pytest.fixture
def empty(cluster_url: str) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"empty_{uuid.uuid4().hex[:10]}"
    yield databases.empty(cluster_url, name)
    databases.drop(cluster_url, name)


def _ask(url: str, question: str) -> list[tuple[Any, ...]]:
    dsn = url.replace("+psycopg2", "")
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as sql:
        sql.execute(question)
        rows: list[tuple[Any, ...]] = sql.fetchall()
    return rows


@pytest.fixture
def upgraded(cluster_url: str) -> Iterator[str]:
    """A database that has gone all the way up, with nothing in its tables."""
    name = f"upgraded_{uuid.uuid4().hex[:10]}"
    yield databases.clone(cluster_url, name, of=databases.BARE)
    databases.drop(cluster_url, name)


@pytest.mark.thorough
def test_up_down_and_up_again(upgraded: str) -> None:
    assert "No changes detected" in databases.flask(upgraded, "db", "check")
    first = [_ask(upgraded, each) for each in (TABLES, ROUTINES, TRIGGERS)]
    databases.flask(upgraded, "db", "downgrade", "base")
    assert _ask(upgraded, TABLES) == [("alembic_version",)]
    assert _ask(upgraded, ROUTINES) == []
    databases.flask(upgraded, "db", "upgrade")
    assert [_ask(upgraded, each) for each in (TABLES, ROUTINES, TRIGGERS)] == first


KEPT = """
    SELECT (SELECT phone FROM account), (SELECT phone FROM follow WHERE account_id IS NULL),
           (SELECT array_agg(address ORDER BY id) FROM dispatch_out), (SELECT count(*) FROM phone_code),
           (SELECT contact_phone FROM enterprise), (SELECT contact_phone FROM job_employer),
           (SELECT count(fields) FROM former_row)
"""
OF_BEFORE = """
    INSERT INTO account (name, phone) VALUES ('x', '+8613800004444');
    INSERT INTO follow (phone, locale, kind, geom, radius_m, every, token)
    VALUES ('+8613800005555', 'en', 'spot', ST_SetSRID(ST_MakePoint(400000, 4160000), 4549), 100, 'daily', 't');
    INSERT INTO dispatch_out (channel, address, body)
    VALUES ('console', '+8613800006666', 'said'), ('console', '+8613800007777', NULL);
    INSERT INTO enterprise (name, premises, contact_phone) VALUES ('x', 'store', '+8613800008888');
    INSERT INTO job_employer (enterprise_id, contact_phone) SELECT id, contact_phone FROM enterprise;
    INSERT INTO phone_code (phone, digest, expires_at) VALUES ('+8613800004444', '', now());
"""


@pytest.mark.thorough
def test_phones_are_sealed_on_the_way_up_and_read_on_the_way_down(upgraded: str) -> None:
    databases.flask(upgraded, "db", "downgrade", "0098-1")
    with closing(psycopg2.connect(upgraded.replace("+psycopg2", ""))) as connection:
        connection.cursor().execute(OF_BEFORE)
        connection.commit()
    databases.flask(upgraded, "db", "upgrade")
    ((account, follow, sent, codes, *work, former),) = _ask(upgraded, KEPT)
    assert not any(b"138" in bytes(each) for each in (account, follow, *work))
    assert (len(sent), sent[1], codes, former) == (2, None, 0, 0)
    databases.flask(upgraded, "db", "downgrade", "0098-1")
    found = ("+8613800004444", "+8613800005555", ["+8613800006666", ""], 0)
    found += ("+8613800008888", "+8613800008888", 0)
    assert _ask(upgraded, KEPT) == [found]


# What is there before and after: rows by table, of those that hold anything.
COUNTED = """
    SELECT relname, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, true, '')))[1]::text::int
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE nspname = 'public' AND c.relkind = 'r' AND relname NOT SIMILAR TO '(procrastinate|alembic|spatial)%'
"""
# What a newer house holds that the older one has no place for, and codes that are good for minutes.
NEWER = {"phone_code", "kept_since"}
# The revision before this one; a mere number would be a count of steps.
RELEASED = "0089-1"


@pytest.mark.thorough
def test_a_house_of_a_release_before_comes_up_with_all_it_holds(
    cluster_url: str, tmp_path: Path
) -> None:
    name = f"released_{uuid.uuid4().hex[:10]}"
    url = databases.clone_with_demo(cluster_url, name, tmp_path)
    try:
        databases.flask(url, "db", "downgrade", RELEASED)
        before = dict(_ask(url, COUNTED))
        # What turning a column wrote of vessels is no past of theirs, and goes again.
        ((turned,),) = _ask(url, "SELECT count(*) FROM former_row WHERE fields ? 'turned'")
        before["former_row"] -= turned
        assert sum(1 for count in before.values() if count) > 100
        databases.flask(url, "db", "upgrade")
        after = dict(_ask(url, COUNTED))
        lost = {
            table: (count, after[table]) for table, count in before.items() if count != after[table]
        }
        assert {table: counts for table, counts in lost.items() if table not in NEWER} == {}
        assert "No changes detected" in databases.flask(url, "db", "check")
        assert "everything is whole" in databases.flask(
            url, "check", "--files", INSTANCE=str(tmp_path)
        )
        # Whoever was there is still found, and reached.
        sealed = "SELECT count(*) FROM account WHERE phone IS NOT NULL AND phone_blind IS NULL"
        assert _ask(url, sealed) == [(0,)]
    finally:
        databases.drop(cluster_url, name)


def test_one_line_of_history(own_database: str) -> None:
    heads = databases.flask(own_database, "db", "heads").strip().splitlines()
    assert len(heads) == 1, heads


def test_the_functions_of_the_database_are_those_of_the_code(own_database: str) -> None:
    before = dict(_ask(own_database, ROUTINES))
    with closing(psycopg2.connect(own_database.replace("+psycopg2", ""))) as connection:
        with connection.cursor() as sql:
            for function in FUNCTIONS:
                sql.execute(function)
            sql.execute(ROUTINES)
            after = dict(sql.fetchall())
        connection.rollback()
    assert after == before


CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'x', 'u', 'f', 'p')
      AND conrelid::regclass::text NOT SIMILAR TO '(procrastinate|alembic|spatial)%'
    ORDER BY 1, 2
"""
INDEXES = """
    SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
      AND tablename NOT SIMILAR TO '(procrastinate|alembic|spatial)%' ORDER BY 1, 2
"""


def _unordered(table: str, name: str, words: str) -> tuple[str, str, str]:
    """A list of allowed values says the same in any order."""
    values = re.compile(r"'\w+'(::text)?")
    named = " ".join(sorted(match[0] for match in values.finditer(words)))
    return table, name, f"{values.sub('?', words)} {named}"


def test_constraints_and_indexes_are_those_of_the_models(empty: str, own_database: str) -> None:
    """What the drift check of Alembic does not compare: conditions, exclusions, partial indexes."""
    databases.create_all(empty)
    for question in (CONSTRAINTS, INDEXES):
        migrated, modelled = (
            {_unordered(*row) for row in _ask(url, question)} for url in (own_database, empty)
        )
        assert migrated - modelled == set()
        assert modelled - migrated == set()


@pytest.mark.thorough
def test_two_subdistricts_lie_in_one_database_each_in_a_schema_of_its_own(
    empty: str, tmp_path: Path
) -> None:
    """What docs/scale.md says of Citus, as far as PostgreSQL alone can show it."""
    kept_there: dict[str, int] = {}
    for name in ("dajijia", "binjiang"):
        _in_schema(empty, name)
        databases.flask(empty, "db", "upgrade")
    for name, loaded in (("dajijia", True), ("binjiang", False)):
        _in_schema(empty, name)
        if loaded:
            databases.flask(empty, "geodata", "load")
            assert "everything is whole" in databases.flask(empty, "check")
        app = app_on(empty, tmp_path)
        with app.test_request_context("/"), then.as_of(clock.now()):
            for table in kept.TABLES:
                db.session.execute(text(f"SELECT count(*) FROM {table}"))
            kept_there[name] = db.session.scalar(text("SELECT count(*) FROM grid")) or 0
            db.session.rollback()
            db.engine.dispose()
    assert kept_there == {"dajijia": 97, "binjiang": 0}
    assert _ask(empty, TABLES) == [], "nothing of either lies between them"
    across = """
        SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_class f ON f.oid = k.confrelid WHERE c.relnamespace <> f.relnamespace
    """
    assert _ask(empty, across) == [], "no row of one refers to a row of the other"


def _in_schema(url: str, name: str) -> None:
    with closing(psycopg2.connect(databases.plain(url))) as connection, connection.cursor() as sql:
        sql.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
        sql.execute(f"ALTER DATABASE {connection.info.dbname} SET search_path = {name}, public")
        connection.commit()

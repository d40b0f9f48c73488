"""Statements that only read, by connections of their own."""

from __future__ import annotations

import psycopg2
import pytest
from flask import Flask
from sqlalchemy import exc, text

from webapp.base import reading
from webapp.base.db import db
from webapp.base.reading import Readers


@pytest.fixture
def readers(house: Flask) -> Readers:
    """Readers of the database of the tests."""
    with house.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    return Readers(url, 2)


def test_a_reader_answers_and_begins_no_transaction(readers: Readers) -> None:
    assert readers.rows("SELECT %(one)s + 1", {"one": 1}) == [(2,)]
    first = readers.rows("SELECT now()", {})
    assert readers.rows("SELECT now()", {}) > first


def test_a_reader_writes_nothing(readers: Readers) -> None:
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        readers.rows("CREATE TABLE written (id integer)", {})


def test_a_connection_that_was_lost_is_opened_once_more(readers: Readers, app: Flask) -> None:
    was = readers.rows("SELECT pg_backend_pid()", {})[0][0]
    with app.app_context():
        db.session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": was})
    assert readers.rows("SELECT pg_backend_pid()", {})[0][0] != was


def test_a_database_that_is_away_is_told_as_such() -> None:
    away = Readers("postgresql://nobody@127.0.0.1:1/nothing", 1)
    with pytest.raises(exc.OperationalError) as told:
        away.rows("SELECT 1", {})
    assert told.value.connection_invalidated


def test_what_the_request_has_written_is_seen(app: Flask) -> None:
    with app.test_request_context("/"):
        db.session.execute(text("CREATE TEMPORARY TABLE seen AS SELECT 7 AS number"))
        assert [tuple(row) for row in reading.rows("SELECT number FROM seen", {})] == [(7,)]

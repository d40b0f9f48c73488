"""A simulated gate against the running house: people pass at the pace, nothing is lost or doubled."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text

from tests import databases
from tests.servers import Served

PEOPLE = 60


def flask(served: Served, *args: str) -> str:
    """What a command of the house prints."""
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "gates", *args],
        cwd=databases.ROOT,
        env=dict(served.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.thorough
def test_a_simulated_gate_admits_at_the_pace_and_refuses_a_replay(served: Served) -> None:
    engine = create_engine(served.database_url)
    with engine.connect() as base:
        point = base.execute(
            text(
                "SELECT max(p.id) FROM service_point p JOIN opening_hours h ON h.point_id = p.id"
                " WHERE p.template = 'sampling' AND h.opens = '00:00' AND h.closes = '00:00'"
                " AND NOT EXISTS (SELECT FROM gate g WHERE g.point_id = p.id)"
            )
        ).scalar_one()
    assert flask(served, "add", str(point), "played").startswith("wg_")
    said = flask(
        served,
        *("simulate", str(point), "--people", str(PEOPLE), "--speed", "1000"),
        *("--url", served.url),
    )
    assert "1 replays refused" in said
    figures = [int(number) for number in re.findall(r"(\d+) (?:admitted|diverted)", said)]
    assert sum(figures) == PEOPLE
    assert all(int(pace) <= 360 for pace in re.findall(r"(\d+)/h", said))
    with engine.connect() as base:
        kept = base.execute(
            text(
                "SELECT count(*) FILTER (WHERE decision IN ('admitted', 'diverted')),"
                " count(*) FILTER (WHERE path = 'offline'),"
                " count(*) FILTER (WHERE duration_ms IS NOT NULL)"
                " FROM gate_event e JOIN gate g ON g.id = e.gate_id WHERE g.code = 'played'"
            )
        ).one()
    engine.dispose()
    assert kept == (PEOPLE, PEOPLE // 5, PEOPLE)

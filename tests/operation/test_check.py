"""What is broken is named."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.world import World
from webapp.base import files
from webapp.base.datum import Datum
from webapp.cases import actions
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, Source
from webapp.operation import checks, queries, scenes


@pytest.fixture
def case(world: World) -> Case:
    """A case that the worker has reported at home."""
    lon, lat = world.spot(world.home)
    return actions.report(
        class_code="06010",
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.worker,
        prefix="DJJ",
    )


def _findings() -> list[str]:
    return list(checks.findings(read_files=True))


def test_a_house_in_order_has_no_findings(case: Case) -> None:
    assert _findings() == []


@pytest.mark.parametrize(
    "change, words",
    [
        ("UPDATE case_file SET state = 'filed' WHERE id = {case}", "stands at filed"),
        ("UPDATE case_file SET closed_at = now() WHERE id = {case}", "closed_at is 2"),
        ("UPDATE place SET grid_id = NULL WHERE id = (SELECT min(id) FROM place)", "another grid"),
        ("UPDATE boundary_set SET state = 'retired'", "no set of borders is in force"),
        (
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)"
            " VALUES ('default', 'notices.deliver', 'failed', '{{}}')",
            "(notices.deliver) failed",
        ),
        (
            "UPDATE case_file SET grid_version_id = (SELECT max(id) FROM grid_version)"
            " WHERE id = {case}",
            "of another grid",
        ),
    ],
)
def test_what_somebody_changed_by_hand_is_named(
    session: Session, case: Case, change: str, words: str
) -> None:
    session.execute(text(change.format(case=case.id).replace(":", "\\:")))
    assert any(words in line for line in _findings()), _findings()


def test_an_event_that_was_changed_is_named(session: Session, world: World, case: Case) -> None:
    CASE_FLOW.move(case, "file", by=world.dispatcher)
    session.execute(text("ALTER TABLE event DISABLE TRIGGER event_frozen"))
    session.execute(
        text("UPDATE event SET actor_id = :who WHERE thing_kind = 'case' AND thing_id = :id"),
        {"who": world.stranger.id, "id": case.id},
    )
    assert f"event 2 of case {case.id} was changed, or the one before it is gone" in _findings()


def test_an_event_cut_off_at_the_end_is_named(session: Session, world: World, case: Case) -> None:
    CASE_FLOW.move(case, "file", by=world.dispatcher)
    session.execute(text("ALTER TABLE event DISABLE TRIGGER event_frozen"))
    session.execute(
        text("DELETE FROM event WHERE thing_kind = 'case' AND thing_id = :id AND seq = 2"),
        {"id": case.id},
    )
    assert any("its last event says reported" in line for line in _findings())


def test_a_file_that_is_gone_or_changed_is_named(app: Flask, world: World, case: Case) -> None:
    picture = files.keep_picture(scenes.photo("hole", seed=1, solved=False), by=world.worker)
    path = files.path_of(picture)
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    assert any("is not what was stored" in line for line in _findings())
    path.unlink()
    assert any(f"file {picture.id} is missing" in line for line in _findings())


def test_every_life_has_its_table() -> None:
    assert {flow.kind for flow, _model in queries.lives()} >= {"case", "boundary_set"}

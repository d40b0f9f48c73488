"""Two who freeze the same ledger at the same moment: the second stands on the first, and both are whole."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from tests.busy import at_once, busy_house
from tests.world import as_user, peopled, someone
from webapp.base.db import db
from webapp.ledgers import verifying
from webapp.ledgers.models import Snapshot


def test_of_two_who_freeze_at_once_the_second_follows_the_first(
    cluster_url: str, tmp_path: Path
) -> None:
    with busy_house(cluster_url, tmp_path) as app:
        frozen = _frozen_by_two(app)
        assert sorted(frozen) == [303, 303]
        with app.app_context():
            first, second = db.session.scalars(select(Snapshot).order_by(Snapshot.id))
            assert (first.previous_id, second.previous_id) == (None, first.id)
            assert first.sha256 == second.sha256
            assert list(verifying.findings()) == []


def _frozen_by_two(app: Flask) -> list[int]:
    with app.test_request_context():
        world = peopled()
        leader = someone("leads", "grid_leader", grid=world.home)
        place = f"g{world.home.id}"
        db.session.commit()
        clients = [as_user(app, leader) for _each in range(2)]
    said = {"place": place, "month": "2026-11"}
    return at_once(
        *(
            lambda client=client: client.post("/ledgers/grids/freeze", data=said).status_code  # type: ignore[misc]  # bound for its turn
            for client in clients
        )
    )

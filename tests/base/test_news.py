"""Whoever listens is asked about each line of news by the rule of its kind, from what the line alone says."""

from __future__ import annotations

from tests.world import World
from webapp.base import live
from webapp.base.live import Line


def test_every_reader_can_be_asked_about_every_kind_of_news(world: World) -> None:
    """A rule that wants more of a thing than its line has would break the streams of all readers."""
    for kind in live.WATCHED:
        line = Line(1, 1, kind, 1, "move", None, world.home.id, None)
        for who in (world.worker, world.neighbour, world.shift_leader, world.stranger):
            assert live.concerns(who, line) in (True, False), kind
        assert not live.concerns(world.stranger, line), kind


def test_news_of_a_project_reach_its_grid_and_not_the_next_one(world: World) -> None:
    line = Line(1, 1, "project", 1, "hold_up", None, world.home.id, None)
    assert live.concerns(world.worker, line)
    assert live.concerns(world.shift_leader, line)
    assert not live.concerns(world.neighbour, line)

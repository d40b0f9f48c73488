"""Rules on drawn films: each sees what is there once, and nothing in what only looks like it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tests.monitoring.video import models, scenes
from webapp.base.flow import Unacceptable
from webapp.monitoring.signals import Change, Kind
from webapp.monitoring.video.rules import Zone, ZoneKind, active, checked_corners
from webapp.monitoring.video.sight.frames import Frame
from webapp.monitoring.video.sight.latch import Edge, Latch
from webapp.monitoring.video.sight.model import Model
from webapp.monitoring.video.sight.people import Walkers
from webapp.monitoring.video.sight.quality import Gate, Quality
from webapp.monitoring.video.sight.watcher import Finding, Watcher

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
SEATED = ((0.1, 0.4), (0.4, 0.4), (0.4, 0.95), (0.1, 0.95))


def zone(kind: ZoneKind, corners: Any = scenes.CLOSED, **said: Any) -> Zone:
    return Zone(1, kind, corners, **said)


def seen(*drawn: scenes.Draw, seconds: float, zones: Iterable[Zone], **said: Any) -> list[Finding]:
    """What a watcher tells of a film, but for the words with which it begins."""
    watcher = Watcher(zones, Walkers(), **said)
    found = [each for frame in scenes.frames(seconds, *drawn) for each in watcher.look(frame)]
    return [each for each in found if each.change is Change.RAISED or _raised_before(found, each)]


def _raised_before(found: list[Finding], cleared: Finding) -> bool:
    return any(
        (each.kind, each.change) == (cleared.kind, Change.RAISED) and each.at < cleared.at
        for each in found
    )


def told(found: list[Finding]) -> list[tuple[str, str]]:
    return [(each.kind.value, each.change.value) for each in found]


INTO = scenes.walks(begins=2, since_x=0.1, to_x=0.7)
# The feet pass the line at 0.5 after 0.4 of the way at 0.12 a second.
ENTERS_AT = 2 + 0.4 / 0.12


def test_who_enters_a_closed_zone_is_told_of_once_and_at_once() -> None:
    found = seen(scenes.leaves_at(9, INTO), seconds=16, zones=[zone(ZoneKind.INTRUSION)])
    assert told(found) == [("intrusion", "raised"), ("intrusion", "cleared")]
    assert ENTERS_AT <= found[0].at <= ENTERS_AT + 1.2
    assert 13 < found[1].at < 15.5
    assert found[0].rule == "zone-intrusion/1+hog"
    assert found[0].score is not None
    assert found[0].score > 0.25
    assert found[0].box is not None
    assert found[0].box.foot[1] == pytest.approx(0.85, abs=0.03)


def test_who_waits_in_it_stays_there_until_they_leave() -> None:
    found = seen(INTO, seconds=20, zones=[zone(ZoneKind.INTRUSION)])
    assert told(found) == [("intrusion", "raised")]


def test_who_passes_outside_is_not_told_of() -> None:
    passes = scenes.walks(begins=1, since_x=0.0, to_x=0.42, speed=0.2)
    assert seen(passes, seconds=8, zones=[zone(ZoneKind.INTRUSION)]) == []


NEGATIVES = {
    "an animal": [scenes.runs_animal(begins=2)],
    "a tree in the wind": [scenes.sways_tree()],
    "headlights": [scenes.sweeps_light(begins=2)],
    "a lamp is switched on": [scenes.jumps_light(at_s=3)],
    "a lamp is switched off": [scenes.jumps_light(at_s=3, by=0.7)],
    "a gust shakes the pole": [scenes.shakes(begins=2, ends=6)],
    "nothing": [],
}


@pytest.mark.parametrize(
    "name",
    [
        name if place < 2 else pytest.param(name, marks=pytest.mark.thorough)
        for place, name in enumerate(NEGATIVES)
    ],
)
def test_what_only_moves_is_no_alarm_of_any_rule(name: str) -> None:
    zones = [
        zone(ZoneKind.INTRUSION),
        zone(ZoneKind.LOITERING, seconds=4.0),
        zone(ZoneKind.SMOKE, WHOLE),
    ]
    assert told(seen(*NEGATIVES[name], seconds=10, zones=zones)) == []


def test_who_stays_long_is_told_of_after_that_time_and_who_passes_is_not() -> None:
    watched = [zone(ZoneKind.LOITERING, seconds=5.0)]
    stays = seen(INTO, seconds=14, zones=watched)
    assert told(stays) == [("loiter", "raised")]
    assert ENTERS_AT + 4.8 <= stays[0].at <= ENTERS_AT + 6.5
    crosses = scenes.walks(begins=1, since_x=0.4, to_x=1.2, speed=0.2)
    assert seen(crosses, seconds=9, zones=watched) == []


def test_an_empty_post_is_told_of_and_one_where_somebody_stands_is_not() -> None:
    watched = [zone(ZoneKind.POST, SEATED, seconds=4.0)]
    there = scenes.walks(begins=-60, since_x=0.24, to_x=0.25, height=150, foot=0.9)
    assert seen(there, seconds=14, zones=watched) == []
    back = scenes.walks(begins=13, since_x=0.9, to_x=0.25, speed=0.4, height=150, foot=0.9)
    found = seen(scenes.leaves_at(4, there), back, seconds=18, zones=watched)
    assert told(found) == [("leave_post", "raised"), ("leave_post", "cleared")]
    assert 7.8 <= found[0].at <= 9
    assert found[1].at < 17


def test_somebody_who_sits_still_at_a_post_is_found_by_their_shape() -> None:
    still = scenes.figure(150, 0)

    def stands(picture: scenes.Picture, _at: float) -> scenes.Picture:
        return scenes.laid(picture, *still, round(0.25 * scenes.WIDTH) - 37, 170)

    assert seen(stands, seconds=12, zones=[zone(ZoneKind.POST, SEATED, seconds=3.0)]) == []


def test_smoke_is_seen_within_seconds_and_a_grey_coat_is_no_smoke() -> None:
    watched = [zone(ZoneKind.SMOKE, WHOLE)]
    found = seen(scenes.smokes(begins=3), seconds=16, zones=watched)
    assert told(found) == [("fire.smoke", "raised")]
    assert 4 < found[0].at < 12
    assert seen(INTO, seconds=12, zones=watched) == []


def test_the_gauge_is_read_and_told_of_once_it_is_under_water() -> None:
    watched = [zone(ZoneKind.GAUGE, scenes.GAUGE, level=0.5)]
    rises = scenes.gauge(lambda at: 0.3 + 0.03 * at)
    found = seen(rises, seconds=12, zones=watched)
    assert told(found) == [("flood.level", "raised")]
    assert 6.6 <= found[0].at <= 10.5
    assert found[0].level == pytest.approx(0.3 + 0.03 * found[0].at, abs=0.06)
    # A calm level below, with waves that reach above for a moment.
    waves = scenes.gauge(lambda at: 0.42 + (0.12 if 4 < at < 4.6 else 0.0))
    assert seen(waves, seconds=12, zones=watched) == []


ALL = [
    zone(ZoneKind.INTRUSION),
    zone(ZoneKind.SMOKE, WHOLE),
    zone(ZoneKind.GAUGE, scenes.GAUGE, level=0.6),
]
GOES_WRONG = {
    "black": (scenes.black, "device.tamper"),
    "covered": (scenes.covered, "device.tamper"),
    "turned": (scenes.turned, "device.tamper"),
}


@pytest.mark.fault
@pytest.mark.parametrize("name", GOES_WRONG)
def test_hands_on_the_camera_are_one_alarm_and_nothing_else(name: str) -> None:
    change, kind = GOES_WRONG[name]
    calm = scenes.gauge(lambda _at: 0.3)
    found = seen(calm, scenes.between(4, 10, change), seconds=20, zones=ALL)
    assert told(found) == [(kind, "raised"), (kind, "cleared")]
    assert 6 <= found[0].at <= 8.6
    assert 14.5 <= found[1].at <= 17.5


def test_a_camera_that_is_built_to_turn_is_not_moved_by_strangers() -> None:
    found = seen(scenes.between(3, 9, scenes.turned), seconds=12, zones=ALL, turns=True)
    assert found == []


@pytest.mark.fault
def test_a_picture_that_stands_still_is_told_of_as_that() -> None:
    film = list(scenes.frames(6, scenes.gauge(lambda _at: 0.3)))
    stuck = [*film, *(Frame(6 + n / 5, film[-1].planes) for n in range(40))]
    watcher = Watcher(ALL, Walkers())
    found = [each for frame in stuck for each in watcher.look(frame)]
    raised = [each for each in found if each.change is Change.RAISED]
    assert told(raised) == [("device.fault", "raised")]
    assert 8.8 <= raised[0].at <= 9.6


def test_what_stood_before_a_cloth_holds_behind_it() -> None:
    """The water is high, the lens is covered, the alarm neither ends nor begins again."""
    high = scenes.gauge(lambda _at: 0.8)
    watched = [zone(ZoneKind.GAUGE, scenes.GAUGE, level=0.6)]
    found = seen(high, scenes.between(5, 17, scenes.covered), seconds=25, zones=watched)
    assert told(found) == [
        ("flood.level", "raised"),
        ("device.tamper", "raised"),
        ("device.tamper", "cleared"),
    ]


def test_a_zone_that_sleeps_sees_nothing_and_ends_what_it_saw() -> None:
    watcher = Watcher([zone(ZoneKind.INTRUSION)], Walkers())
    found = []
    for frame in scenes.frames(16, INTO):
        found += watcher.look(frame, asleep={1} if frame.at >= 10 else ())
    assert told(found)[-2:] == [("intrusion", "raised"), ("intrusion", "cleared")]
    assert found[-1].at == pytest.approx(10, abs=0.3)


def test_a_watcher_that_begins_anew_ends_what_a_killed_one_left() -> None:
    watcher = Watcher([zone(ZoneKind.INTRUSION)], Walkers())
    found = [each for frame in scenes.frames(8) for each in watcher.look(frame)]
    assert (Kind.INTRUSION, Change.CLEARED) in {(each.kind, each.change) for each in found}
    assert not any(each.change is Change.RAISED for each in found)


def test_behind_a_mask_nobody_sees() -> None:
    into_mask = [zone(ZoneKind.INTRUSION)]
    watcher = Watcher(into_mask, Walkers())
    frame: Frame | None = None
    for frame in scenes.frames(10, INTO):
        frame = frame.without([((0.4, 0.0), (1, 0), (1, 1), (0.4, 1))])
        assert all(each.change is Change.CLEARED for each in watcher.look(frame))
    assert frame is not None
    assert np.ptp(frame.colour()[:, 330:].astype(int)) <= 3


def test_the_first_frame_may_be_black() -> None:
    gate = Gate()
    assert gate.look(Frame.of_bgr(0, np.zeros((360, 640, 3), np.uint8))) is Quality.BLACK
    assert gate.look(Frame.of_bgr(0.2, scenes.yard())) is Quality.GOOD


@given(steps=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_a_latch_rises_and_falls_in_turns_and_never_while_it_holds(
    steps: list[tuple[bool, bool]],
) -> None:
    latch, edges = Latch(frames=2, seconds=0.4, clear_s=0.6), []
    for number, (held, there) in enumerate(steps):
        at = number / 5
        if held:
            latch.hold(at)
        elif (edge := latch.feed(at, there)) is not None:
            edges.append(edge)
    assert all(one is not other for one, other in pairwise(edges))
    if not any(there for held, there in steps if not held):
        assert Edge.ROSE not in edges


def test_a_model_of_ones_own_decides_instead(tmp_path: Path) -> None:
    model = Model(models.write(tmp_path / "light.onnx"))
    light, dark = (np.full((90, 60, 3), tone, np.uint8) for tone in (250, 30))
    ((score, kind),) = model.scores(light)
    assert (kind, score) == (0, pytest.approx(0.8, abs=0.15))
    assert model.scores(dark) == []
    watcher = Watcher([zone(ZoneKind.INTRUSION)], model)
    found = [each for frame in scenes.frames(8, INTO) for each in watcher.look(frame)]
    raised = [each for each in found if each.change is Change.RAISED]
    assert [each.rule for each in raised] == ["zone-intrusion/1+model light"]
    stranger = Model(models.write(tmp_path / "dogs.onnx", person=16))
    box = raised[0].box
    assert box is not None
    assert stranger.person(Frame.of_bgr(0, scenes.yard()), box) == 0


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"not a model")
    with pytest.raises(ValueError, match=r"bad\.onnx"):
        Model(tmp_path / "bad.onnx")


CORNERS = {
    "two corners": ((0.1, 0.1), (0.9, 0.9)),
    "outside": ((0.1, 0.1), (1.2, 0.1), (0.5, 0.9)),
    "crosses itself": ((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)),
    "a speck": ((0.1, 0.1), (0.11, 0.1), (0.11, 0.11)),
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners_that_make_no_zone_are_refused(name: str) -> None:
    with pytest.raises(Unacceptable) as refusal:
        checked_corners(CORNERS[name])
    assert set(refusal.value.fields) == {"corners"}


def test_hours_may_reach_past_midnight() -> None:
    night, hour = (time(22), time(6)), datetime(2026, 5, 1, tzinfo=UTC)
    assert [active(*night, hour.replace(hour=h)) for h in (21, 22, 2, 6)] == [
        False,
        True,
        True,
        False,
    ]
    assert [active(time(8), time(18), hour.replace(hour=h)) for h in (7, 8, 17, 18)] == [
        False,
        True,
        True,
        False,
    ]
    assert active(None, None, hour)

"""Honest work: pictures that may not show what they say are shown to a person, and no more than that."""

from __future__ import annotations

import io
from datetime import timedelta

import numpy as np
import pytest
from flask import Flask
from PIL import ExifTags, Image
from sqlalchemy import select

from tests.cases.stages import brought_to, picture, reported
from tests.world import World, as_user, someone
from webapp.base import clock, files
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import EvidenceMissing, NotAllowed
from webapp.cases import actions as cases, moves
from webapp.cases.honesty import actions, queries
from webapp.cases.honesty.marks import bands_of, is_drawn, mark_of
from webapp.cases.honesty.models import HonestyFlag, PictureMark
from webapp.cases.honesty.rules import FlagKind, FlagState
from webapp.cases.models import Case
from webapp.cases.rules import Stage, State


def _scene(
    seed: int, *, size: tuple[int, int] = (640, 480), quality: int = 90, taken: str | None = None
) -> io.BytesIO:
    """A picture of many greys, the same for the same seed whatever its size."""
    light = np.random.default_rng(seed).integers(0, 255, (9, 9), dtype=np.uint8)
    drawn = Image.fromarray(light).resize(size, Image.Resampling.BICUBIC).convert("RGB")
    exif = Image.Exif()
    if taken:
        exif[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: taken}
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=quality, exif=exif)
    out.seek(0)
    return out


def _shown(case: Case, seed: int, *, by: Actor, stage: Stage = Stage.FOUND, **how: object) -> None:
    file = files.keep_picture(_scene(seed, **how), by=by)  # type: ignore[arg-type]  # as said
    cases.add_media(case, file, stage=stage)


def _kinds(case: Case) -> set[str]:
    return set(db.session.scalars(select(HonestyFlag.kind).where(HonestyFlag.case_id == case.id)))


def test_the_same_picture_in_another_case_asks_for_a_look(world: World) -> None:
    first, again, other = (reported(world) for _each in range(3))
    _shown(first, 1, by=world.worker)
    _shown(again, 1, by=world.worker, size=(400, 300), quality=60)
    _shown(other, 2, by=world.worker)
    assert actions.look() == 3
    assert [_kinds(case) for case in (first, again, other)] == [
        set(),
        {FlagKind.SAME_PICTURE},
        set(),
    ]
    assert actions.look() == 0


def test_pictures_of_one_matter_may_be_alike(world: World) -> None:
    first, again = reported(world), reported(world)
    for case in (first, again):
        _shown(case, 3, by=world.worker)
    moves.merge(again, into=first.number, by=world.dispatcher)
    actions.look()
    assert _kinds(again) == set()


def test_before_and_after_that_look_the_same_ask_for_a_look(world: World) -> None:
    unchanged, solved = reported(world), reported(world)
    for case, after in ((unchanged, 4), (solved, 6)):
        seed = 4 if case is unchanged else 5
        _shown(case, seed, by=world.worker)
        _shown(case, after, by=world.worker, stage=Stage.AFTER)
    actions.look()
    assert _kinds(unchanged) == {FlagKind.UNCHANGED}
    assert _kinds(solved) == set()


def test_a_picture_of_another_day_or_from_far_away_asks_for_a_look(world: World) -> None:
    old, fresh, far = (reported(world) for _each in range(3))
    here = clock.Calendar().zone
    for case, days, seed in ((old, 9, 7), (fresh, 0, 8)):
        taken = (clock.now() - timedelta(days=days)).astimezone(here)
        _shown(case, seed, by=world.worker, taken=f"{taken:%Y:%m:%d %H:%M:%S}")
    lon, lat = world.spot(world.home)
    file = files.keep_picture(_scene(9), by=world.worker)
    file.taken_lon, file.taken_lat = lon + 0.05, lat
    cases.add_media(far, file, stage=Stage.FOUND)
    actions.look()
    assert [_kinds(case) for case in (old, fresh, far)] == [
        {FlagKind.OTHER_TIME},
        set(),
        {FlagKind.FAR},
    ]


def test_a_picture_of_one_colour_is_like_no_other(world: World) -> None:
    for colour in ("red", "red"):
        case = reported(world)
        cases.add_media(
            case, files.keep_picture(picture(colour), by=world.worker), stage=Stage.FOUND
        )
    actions.look()
    assert db.session.scalars(select(PictureMark.across)).all() == [None, None]
    assert db.session.scalars(select(HonestyFlag.id)).all() == []


@pytest.mark.parametrize("bits", [0, -1, 0x1234_5678_9ABC_DEF0, -(2**63)])
def test_marks_that_differ_little_share_a_band(bits: int) -> None:
    for flipped in (1, 1 << 20 | 1 << 40, 1 << 5 | 1 << 25 | 1 << 45):
        assert set(bands_of(bits)) & set(bands_of(bits ^ flipped))


def test_the_lot_falls_on_five_of_a_hundred_and_always_the_same(world: World) -> None:
    numbers = [f"DJJ-260101-{place:05}" for place in range(4000)]
    drawn = [number for number in numbers if is_drawn(number)]
    assert 0.04 < len(drawn) / len(numbers) < 0.06
    assert drawn == [number for number in numbers if is_drawn(number)]
    case = reported(world)
    case.number = drawn[0]
    for stage in (Stage.FOUND, Stage.AFTER):
        _shown(case, 10 + len(stage), by=world.worker, stage=stage)
    moves.self_close(case, by=world.worker)
    checked = brought_to(State.CLOSED, world)
    checked.number = drawn[1]
    db.session.flush()
    assert actions.draw() == 1
    assert actions.draw() == 0
    assert FlagKind.SAMPLE in _kinds(case)


def test_a_quiet_week_raises_nothing(world: World) -> None:
    assert (actions.look(), actions.draw()) == (0, 0)
    assert db.session.scalars(select(HonestyFlag.id)).all() == []


def test_a_person_looks_and_nothing_follows(app: Flask, world: World) -> None:
    case = reported(world)
    _shown(case, 20, by=world.worker, taken="2020:01:01 10:00:00")
    actions.look()
    before = (case.state, case.version)
    flag = db.session.scalars(select(HonestyFlag)).one()
    with pytest.raises(NotAllowed):
        actions.settle(flag, "fine", by=world.dispatcher)
    with pytest.raises(EvidenceMissing):
        actions.settle(flag, "talk", by=world.shift_leader)
    browsers = [
        as_user(app, who)
        for who in (
            world.shift_leader,
            someone("eye", "supervisor"),
            world.dispatcher,
            world.worker,
        )
    ]
    answers = [browser.get("/honest-work").status_code for browser in browsers]
    assert answers == [200, 200, 403, 403]
    answer = browsers[0].post(f"/honest-work/{flag.id}/fine", data={"note": "an old photo album"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert flag.state == FlagState.FINE
    assert (case.state, case.version) == before
    assert queries.listed(world.shift_leader).rows == []
    assert queries.listed(world.worker, decided=True).rows == []


def test_a_mark_survives_size_and_compression(app: Flask, world: World) -> None:
    marks = [
        mark_of(
            files.path_of(files.keep_picture(_scene(30, size=size, quality=q), by=world.worker))
        )
        for size, q in (((1600, 1200), 95), ((320, 240), 70))
    ]
    assert all(marks)
    for one, other in zip(*marks, strict=True):  # type: ignore[arg-type]  # none is None
        assert (one ^ other).bit_count() <= 3

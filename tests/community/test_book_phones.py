"""Photos of pages as phones take them (synthetic): what is written and ticked is read, or said to be unreadable."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from flask import Flask

from tests.community import photographs
from tests.community.phones import Phone, any_phone, taken
from tests.community.photographs import Picture
from webapp.base import clock
from webapp.base.flow import Unacceptable
from webapp.community.opinions.book import layout, printing, reading, straightening
from webapp.community.opinions.book.models import BookPage
from webapp.community.opinions.rules import OpinionKind
from webapp.grids import queries as grids

CODE = "ABCDEFGHJK"
WORDS = {1: "lamp", 3: "bench", 8: "park"}
TICKS = {1: OpinionKind.COMPLAINT, 3: OpinionKind.SUGGESTION, 8: OpinionKind.PRAISE}

# From the side, the upper edge far away.
SIDE = ((620, 420), (2380, 380), (2900, 3650), (130, 3560))


@pytest.fixture(scope="module")
def empty(house: Flask) -> Picture:
    """A printed page, once for all photos."""
    with house.test_request_context():
        page = BookPage(code=CODE, printed_at=clock.now(), grid=grids.living()[0])
        return photographs.paper_of(printing.pages([page]).get_data())


@pytest.fixture(scope="module")
def inked(empty: Picture) -> Picture:
    """The page with three lines written and ticked."""
    return photographs.written(empty, WORDS, TICKS)


def shown(paper: Picture, phone: Phone) -> tuple[str, set[int], dict[int, OpinionKind]]:
    """The code, the lines that are written, the ticks, as the photo shows them."""
    found = reading.read(taken(paper, phone))
    ticks = {each.line: each.ticked for each in found.lines if each.ticked}
    return found.code, {each.line for each in found.lines if each.filled}, ticks


@pytest.mark.parametrize(
    "phone",
    [
        pytest.param(Phone(corners=SIDE, tilt=(0.1, 0.5), bend=8), id="bent, from the side"),
        pytest.param(
            Phone(corners=SIDE, tilt=(0.2, 0.5), fold=4, table="cloth"),
            id="folded",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            Phone(shadow=0.75, light=0.6, noise=7, warm=0.2, orientation=6), id="in a deep shadow"
        ),
        pytest.param(Phone(hand=3, glare=0.6, table="white", orientation=8), id="held by a hand"),
        pytest.param(
            Phone(blur=3.5, orientation=3, quality=55), id="blurred", marks=pytest.mark.thorough
        ),
        pytest.param(
            Phone(corners=SIDE, tilt=(0.1, 0.4), bend=4, shadow=0.5, hand=2, noise=9, scale=1),
            id="all of 12 million pixels",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_a_photo_of_a_phone_is_read(inked: Picture, phone: Phone) -> None:
    assert shown(inked, phone) == (CODE, set(WORDS), TICKS)


@pytest.mark.parametrize(
    "phone",
    [
        pytest.param(Phone(corners=SIDE, tilt=(0.1, 0.5), bend=8), id="bent"),
        pytest.param(Phone(fold=4, crease=0.3), id="folded", marks=pytest.mark.thorough),
        pytest.param(Phone(fold=3, crease=0.5, tilt=(0.1, 0.3)), id="folded hard"),
    ],
)
def test_an_empty_page_stays_empty_however_it_lies(empty: Picture, phone: Phone) -> None:
    assert shown(empty, phone) == (CODE, set(), {})


@pytest.mark.parametrize(("grey", "phone"), [(60, Phone()), (120, Phone(blur=2.5, light=0.4))])
def test_a_thin_pen_and_a_pencil_are_seen(empty: Picture, grey: int, phone: Phone) -> None:
    page = empty.copy()
    for line, words in WORDS.items():
        field = layout.words(line)
        at = (
            round((field.x + 4) * photographs.FINE),
            round((field.y + 14) * photographs.FINE),
        )
        cv2.putText(page, words, at, cv2.FONT_HERSHEY_SIMPLEX, 2.2, grey, 4, cv2.LINE_AA)
    assert shown(page, phone) == (CODE, set(WORDS), {})


def test_a_moved_photo_says_what_to_do(inked: Picture) -> None:
    with pytest.raises(Unacceptable, match=r"hold still|could not be found"):
        shown(inked, Phone(shake=25))


def test_a_page_without_frames_stays_as_it_came(empty: Picture) -> None:
    flat = np.full((round(layout.HEIGHT * 8), round(layout.WIDTH * 8)), 230, np.uint8)
    assert straightening.straightened(flat, layout.MARKS) is flat
    assert empty.shape[0] > empty.shape[1]


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(24))
def test_no_photo_of_a_phone_is_read_wrong(inked: Picture, seed: int) -> None:
    try:
        found = shown(inked, any_phone(seed))
    except Unacceptable:
        return
    assert found == (CODE, set(WORDS), TICKS)

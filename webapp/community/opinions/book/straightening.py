"""A page that is bent or was folded: laid straight by the frames that are printed on it.

Four corner marks lay a flat page flat. What lies between them is up to some millimetres beside its place when the paper
bends, when it was folded, or when a finger covers a mark. So each crossing of the printed frames is looked for near its
place, and what lies between crossings moves with them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.community.opinions.book import layout
from webapp.community.opinions.book.layout import Area
from webapp.community.opinions.book.seen import FLAT

Gray = NDArray[np.uint8]
Field = NDArray[np.float32]

# Pixels a millimetre in which frames are looked for, how much of them around a crossing, and how far from its place
# (millimetres): half of what would lead to the next line.
FINE = 4
AROUND = 8.0
REACH = 7.0
# Boxes that are ticked stand five millimetres apart: beside a frame already found they are never farther off.
NEAR = 2.2
# A crossing that looks less like one than this was not found; one that lies so far (millimetres) from where its
# neighbours say is not believed.
LIKE = 0.42
BELIEVED = 1.6
# Of the 27 crossings so many must be found.
LEAST = 12

_WORDS, _CONTACT, _BOX = layout.words(1), layout.contact(1), layout.tick(1, layout.KINDS[0])
# Where frames cross: left of the words, between words and contact, right of the contact; above each line and below all.
COLUMNS = (_WORDS.x, (_WORDS.x + _WORDS.w + _CONTACT.x) / 2, _CONTACT.x + _CONTACT.w)
ROWS = tuple(layout.strip(line).y for line in range(1, layout.LINES + 2))
TICKS = _BOX.x + _BOX.w / 2


def straightened(flat: Gray, marks: Collection[int]) -> Gray:
    """The page with its frames where they were printed; as it came where too few of them are seen.

    `marks`: numbers of the corner marks that were found, near which the page lies right already.
    """
    dark, plan = _darkness(flat), _plan()
    moved = np.full((len(ROWS), len(COLUMNS), 2), np.nan, np.float32)
    for row, y in enumerate(ROWS):
        for column, x in enumerate(COLUMNS):
            place = Area(x - AROUND, y - AROUND, 2 * AROUND, 2 * AROUND)
            moved[row, column] = _found(dark, plan, place, (0.0, 0.0), REACH)
    if np.isfinite(moved[:, :, 0]).sum() < LEAST:
        return flat
    _believe(moved)
    ticks = _beside(dark, plan, moved)
    columns = np.array([TICKS, *COLUMNS], np.float32)
    lines = np.concatenate([ticks[:, None], moved], axis=1)
    return _remapped(flat, columns, _to_the_edges(lines, marks))


def _darkness(flat: Gray) -> Field:
    """How much darker than the paper around it each place is, from 0 to 1, in the coarser pixels."""
    size = (round(layout.WIDTH * FINE), round(layout.HEIGHT * FINE))
    small = cv2.resize(flat, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    wide = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((13, 13)))
    paper = np.maximum(cv2.GaussianBlur(wide, (0, 0), 4), 1)
    return np.asarray(cv2.GaussianBlur(np.clip(1 - small / paper, 0, 0.6), (0, 0), 1), np.float32)


def _plan() -> Field:
    """The frames of an empty page as they are printed."""
    plan = np.zeros((round(layout.HEIGHT * FINE), round(layout.WIDTH * FINE)), np.float32)
    for line in range(1, layout.LINES + 1):
        boxes = [layout.tick(line, kind) for kind in layout.KINDS]
        for each in (layout.words(line), layout.contact(line), *boxes):
            corner = (round(each.x * FINE), round(each.y * FINE))
            other = (round((each.x + each.w) * FINE), round((each.y + each.h) * FINE))
            cv2.rectangle(plan, corner, other, 1.0, 1)
    return np.asarray(cv2.GaussianBlur(plan, (0, 0), 1), np.float32)


def _found(
    dark: Field, plan: Field, place: Area, near: tuple[float, float], reach: float
) -> tuple[float, float]:
    """How far (millimetres) what is printed in the place lies from it, looked for around `near`; NaN if it is not there."""
    sought = _cut(plan, place, (0.0, 0.0))
    seen = _cut(dark, place.inside(-reach), near)
    like = np.asarray(cv2.matchTemplate(seen, sought, cv2.TM_CCOEFF_NORMED), np.float32)
    _least, most, _where, best = cv2.minMaxLoc(like)
    if most < LIKE:
        return (np.nan, np.nan)
    # The top between pixels, from its neighbours.
    x, y = (_top(like, best, axis) for axis in (0, 1))
    return (near[0] + x / FINE - reach, near[1] + y / FINE - reach)


def _top(like: Field, best: Sequence[int], axis: int) -> float:
    at, across = best[axis], best[1 - axis]
    line = like[across] if axis == 0 else like[:, across]
    if not 0 < at < len(line) - 1:
        return float(at)
    before, here, after = (float(line[at + step]) for step in (-1, 0, 1))
    bent = before - 2 * here + after
    return at + (0.5 * (before - after) / bent if bent else 0.0)


def _cut(picture: Field, area: Area, near: tuple[float, float]) -> Field:
    """The part of the picture, white where it goes beyond the page."""
    left, top = round((area.x + near[0]) * FINE), round((area.y + near[1]) * FINE)
    wide, high = round(area.w * FINE), round(area.h * FINE)
    part = np.zeros((high, wide), np.float32)
    y, x = max(top, 0), max(left, 0)
    inside = picture[y : max(top + high, 0), x : max(left + wide, 0)]
    part[y - top : y - top + inside.shape[0], x - left : x - left + inside.shape[1]] = inside
    return part


def _believe(moved: Field) -> None:
    """Crossings that were not found, or that lie where no neighbour does, are put where the others say."""
    rows, columns = np.mgrid[0 : len(ROWS), 0 : len(COLUMNS)]
    y = (np.array(ROWS)[rows].ravel() - layout.HEIGHT / 2) / layout.HEIGHT
    x = (np.array(COLUMNS)[columns].ravel() - layout.WIDTH / 2) / layout.WIDTH
    terms = np.stack([np.ones_like(x), x, y, x * y, y * y, x * y * y, y**3], axis=1)
    values = moved.reshape(-1, 2)
    kept = np.isfinite(values[:, 0])
    said = np.zeros_like(values)
    for _round in range(6):
        # A little of a pull towards the flat page keeps a page of few crossings from swinging.
        pull = terms[kept].T @ terms[kept] + 1e-4 * np.eye(terms.shape[1])
        said = (terms @ np.linalg.solve(pull, terms[kept].T @ values[kept])).astype(np.float32)
        off = np.linalg.norm(np.nan_to_num(values) - said, axis=1)
        worst = np.where(kept, off, 0)
        if worst.max() <= BELIEVED or kept.sum() <= LEAST:
            break
        kept &= worst < worst.max()
    values[~kept] = said[~kept]


def _beside(dark: Field, plan: Field, moved: Field) -> Field:
    """How far the boxes left of the frames lie from their places, at the rows of the crossings."""
    found = []
    for line in range(1, layout.LINES + 1):
        side = (moved[line - 1] + moved[line]) / 2
        slope = (side[0] - side[1]) / (COLUMNS[0] - COLUMNS[1])
        guess = side[0] + slope * (TICKS - COLUMNS[0])
        first, last = (layout.tick(line, layout.KINDS[at]) for at in (0, -1))
        place = Area(first.x - 1.5, first.y - 1.5, first.w + 3, last.y + last.h - first.y + 3)
        seen = _found(dark, plan, place, (float(guess[0]), float(guess[1])), NEAR)
        found.append(seen if np.isfinite(seen[0]) else tuple(guess))
    lines = np.array(found, np.float32)
    middles = [layout.strip(line).y + layout.strip(line).h / 2 for line in range(1, len(lines) + 1)]
    return np.stack([np.interp(ROWS, middles, lines[:, axis]) for axis in (0, 1)], axis=1)


def _to_the_edges(lines: Field, marks: Collection[int]) -> Field:
    """The rows of crossings between two more: at the height of the marks the page lies right where one was found."""
    first, last = lines[:1].copy(), lines[-1:].copy()
    for row, (left, right) in ((first, (0, 1)), (last, (2, 3))):
        if left in marks:
            row[:, 0] = 0
        if right in marks:
            row[:, -1] = 0
        if left in marks and right in marks:
            row[:] = 0
    return np.concatenate([first, lines, last])


def _remapped(flat: Gray, x: Field, lines: Field) -> Gray:
    """The page in which what lies so far (millimetres) from its place stands in its place."""
    high, wide = flat.shape
    mark = layout.MARKS[0].y + layout.MARK / 2
    y = np.array([mark, *ROWS, layout.HEIGHT - mark], np.float32) * FLAT
    across = np.arange(wide, dtype=np.float32)
    down = np.arange(high, dtype=np.float32)
    at = []
    for axis in (0, 1):
        rows = np.stack([np.interp(across, x * FLAT, row) for row in lines[:, :, axis]])
        place = np.interp(down, y, np.arange(len(y)))
        above = np.minimum(place.astype(int), len(y) - 2)
        part = (place - above)[:, None]
        at.append(((1 - part) * rows[above] + part * rows[above + 1]) * FLAT)
    moved = (
        (across[None, :] + at[0]).astype(np.float32),
        (down[:, None] + at[1]).astype(np.float32),
    )
    return np.asarray(cv2.remap(flat, *moved, cv2.INTER_LINEAR, borderValue=255), np.uint8)

"""Drawn films with known truth: a yard, who walks through it, smoke, a gauge, and what only looks so.

Everything is drawn here: how often the rules are right on real film is not known from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.monitoring.video.sight.frames import Frame

Picture = NDArray[np.uint8]
Draw = Callable[[Picture, float], Picture]

WIDTH, HEIGHT, FPS = 640, 360, 5
# The right half of the ground: nobody may be there.
CLOSED = ((0.5, 0.55), (0.98, 0.55), (0.98, 0.98), (0.5, 0.98))
NOISE = 2.0


@lru_cache
def yard() -> Picture:
    """A wall of bricks above, paved ground below."""
    noise = np.random.default_rng(7)
    picture = np.full((HEIGHT, WIDTH, 3), (140, 150, 155), np.uint8)
    picture[: HEIGHT // 2] = (120, 125, 140)
    for y in range(0, HEIGHT // 2, 12):
        cv2.line(picture, (0, y), (WIDTH, y), (90, 95, 105), 1)
        for x in range((y // 12 % 2) * 14, WIDTH, 28):
            cv2.line(picture, (x, y), (x, y + 12), (90, 95, 105), 1)
    for x in range(-200, WIDTH + 200, 40):
        cv2.line(
            picture,
            (WIDTH // 2 + (x - WIDTH // 2) // 2, HEIGHT // 2),
            (x, HEIGHT),
            (110, 118, 124),
            1,
        )
    for y in range(HEIGHT // 2, HEIGHT, 24):
        cv2.line(picture, (0, y), (WIDTH, y), (110, 118, 124), 1)
    grain = cv2.resize(noise.normal(0, 6, (90, 160, 3)).astype(np.float32), (WIDTH, HEIGHT))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def film(seconds: float, *drawn: Draw, fps: int = FPS) -> Iterator[tuple[float, Picture]]:
    """(seconds, picture) of the yard with what is drawn into it, and the noise of a sensor."""
    noise = np.random.default_rng(11)
    for number in range(round(seconds * fps)):
        at = number / fps
        picture = yard().copy()
        for draw in drawn:
            picture = draw(picture, at)
        grain = noise.normal(0, NOISE, picture.shape)
        yield at, np.clip(picture + grain, 0, 255).astype(np.uint8)


def frames(seconds: float, *drawn: Draw) -> Iterator[Frame]:
    """The same as frames."""
    for at, picture in film(seconds, *drawn):
        yield Frame.of_bgr(at, picture)


@lru_cache
def figure(height: int, step: int) -> tuple[Picture, Picture]:
    """Somebody upright, so many pixels high, and where they are in their picture (0..255)."""
    big = height * 4
    wide = big // 2
    picture, shape = np.zeros((big, wide, 3), np.uint8), np.zeros((big, wide), np.uint8)
    middle, stride = wide // 2, (0.0, 0.5, 1.0, 0.5)[step % 4]

    def at(x: float, y: float) -> tuple[int, int]:
        return middle + int(x * big), int(y * big)

    def limb(
        begin: tuple[int, int], end: tuple[int, int], width: float, tone: tuple[int, ...]
    ) -> None:
        for layer, colour in ((picture, tone), (shape, (255,))):
            cv2.line(layer, begin, end, colour, int(width * big))

    coat, legs, skin = (45, 40, 40), (28, 24, 24), (120, 150, 190)
    for side in (-1, 1):
        knee, foot = (
            at(side * (0.045 + 0.05 * stride), 0.73),
            at(side * (0.05 + 0.12 * stride), 0.965),
        )
        limb(at(side * 0.04, 0.5), knee, 0.085, legs)
        limb(knee, foot, 0.062, legs)
    outline = (
        (-0.125, 0.2), (-0.06, 0.165), (0.06, 0.165), (0.125, 0.2),
        (0.1, 0.4), (0.095, 0.54), (-0.095, 0.54), (-0.1, 0.4),
    )  # fmt: skip
    for layer, colour in ((picture, coat), (shape, (255,))):
        cv2.fillPoly(layer, [np.array([at(*each) for each in outline])], colour)
    for side in (-1, 1):
        elbow, hand = (
            at(side * (0.15 + 0.02 * stride), 0.36),
            at(side * (0.145 + 0.05 * stride), 0.49),
        )
        limb(at(side * 0.11, 0.22), elbow, 0.055, coat)
        limb(elbow, hand, 0.045, coat)
    limb(at(0, 0.17), at(0, 0.13), 0.05, skin)
    for layer, colour in ((picture, skin), (shape, (255,))):
        cv2.ellipse(
            layer, at(0, 0.085), (int(0.052 * big), int(0.068 * big)), 0, 0, 360, colour, -1
        )
    size = (wide // 4, height)
    return (
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA),
        cv2.resize(shape, size, interpolation=cv2.INTER_AREA),
    )


def laid(picture: Picture, thing: Picture, shape: Picture, left: int, top: int) -> Picture:
    """The picture with a thing in it, cut off at its edges."""
    height, width = shape.shape
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(picture.shape[1], left + width), min(picture.shape[0], top + height)
    if x0 >= x1 or y0 >= y1:
        return picture
    part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    share = shape[part][..., None] / 255.0
    region = picture[y0:y1, x0:x1]
    region[:] = (thing[part] * share + region * (1 - share)).astype(np.uint8)
    return picture


def walks(
    *,
    begins: float,
    since_x: float,
    to_x: float,
    speed: float = 0.12,
    foot: float = 0.85,
    height: int = 120,
) -> Draw:
    """Somebody walks along the ground from x to x (0..1, `speed` a second), and stays there."""

    def draw(picture: Picture, at: float) -> Picture:
        if at < begins:
            return picture
        way = min(abs(to_x - since_x), (at - begins) * speed)
        x = since_x + way * (1 if to_x > since_x else -1)
        moving = way < abs(to_x - since_x)
        # Who stands shifts from one foot to the other.
        sway = 0 if moving else round(np.sin(at * 3))
        person, shape = figure(height, int(at * 4) if moving else 0)
        left = round(x * WIDTH) - shape.shape[1] // 2 + sway
        return laid(picture, person, shape, left, round(foot * HEIGHT) - height)

    return draw


def leaves_at(when: float, inner: Draw) -> Draw:
    """The same until then; afterwards nobody."""
    return lambda picture, at: inner(picture, at) if at < when else picture


def runs_animal(*, begins: float) -> Draw:
    """A dog runs through the closed part."""

    def draw(picture: Picture, at: float) -> Picture:
        x = round((0.3 + (at - begins) * 0.25) * WIDTH)
        if at < begins or x > WIDTH + 40:
            return picture
        y = round(0.85 * HEIGHT)
        cv2.ellipse(picture, (x, y - 16), (24, 9), 0, 0, 360, (50, 70, 90), -1)
        cv2.circle(picture, (x + 24, y - 24), 8, (50, 70, 90), -1)
        for leg in (-16, -10, 10, 16):
            swing = round(4 * np.sin(at * 9 + leg))
            cv2.line(picture, (x + leg, y - 12), (x + leg + swing, y), (45, 60, 80), 3)
        return picture

    return draw


def sways_tree() -> Draw:
    """A tree at the edge of the closed part moves in the wind."""

    def draw(picture: Picture, at: float) -> Picture:
        x = round(0.8 * WIDTH + 9 * np.sin(at * 2.2))
        cv2.line(picture, (round(0.8 * WIDTH), round(0.75 * HEIGHT)), (x, 130), (40, 60, 80), 7)
        for dx, dy in ((-22, 0), (0, -16), (24, 2), (4, 14)):
            cv2.circle(picture, (x + dx, 120 + dy), 24, (50, 105, 60), -1)
        return picture

    return draw


def sweeps_light(*, begins: float) -> Draw:
    """Headlights of a passing car run over the ground."""

    def draw(picture: Picture, at: float) -> Picture:
        x = round((at - begins) * 0.4 * WIDTH)
        if at < begins or x > WIDTH:
            return picture
        light = np.zeros(picture.shape[:2], np.float32)
        cv2.ellipse(light, (x, round(0.78 * HEIGHT)), (70, 28), 0, 0, 360, 80, -1)
        light = cv2.GaussianBlur(light, (31, 31), 0)
        return np.clip(picture + light[..., None], 0, 255).astype(np.uint8)

    return draw


def jumps_light(*, at_s: float, by: float = 1.3) -> Draw:
    """A lamp is switched on: everything is lighter from then on."""
    return lambda picture, at: (
        np.clip(picture.astype(np.float32) * by, 0, 255).astype(np.uint8) if at >= at_s else picture
    )


def shakes(*, begins: float, ends: float) -> Draw:
    """The pole shakes in a gust."""

    def draw(picture: Picture, at: float) -> Picture:
        if not begins <= at < ends:
            return picture
        matrix = np.float32([[1, 0, 7 * np.sin(at * 21)], [0, 1, 5 * np.cos(at * 17)]])
        return cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)

    return draw


def smokes(*, begins: float, x: float = 0.3, y: float = 0.5) -> Draw:
    """Grey smoke rises from a place, and spreads."""
    noise = np.random.default_rng(3)
    grain = noise.random((64, 64)).astype(np.float32)

    def draw(picture: Picture, at: float) -> Picture:
        grows = at - begins
        if grows <= 0:
            return picture
        veil = np.zeros(picture.shape[:2], np.float32)
        for puff in range(14):
            age = (grows * 0.5 + puff / 14 * 3) % 3
            if age > grows * 0.6:
                continue
            px = (x + 0.035 * np.sin(puff * 2.4 + at)) * WIDTH
            py = y * HEIGHT - age * 48
            size = 16 + age * 16
            cv2.circle(veil, (round(px), round(py)), round(size), 0.85, -1)
        veil = cv2.GaussianBlur(veil, (25, 25), 0)
        moved = np.roll(grain, -int(at * 9), axis=0)
        veil *= 0.8 + 0.25 * cv2.resize(moved, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        veil = np.clip(veil, 0, 0.95)[..., None]
        return (picture * (1 - veil) + 205 * veil).astype(np.uint8)

    return draw


GAUGE = ((0.46, 0.2), (0.54, 0.2), (0.54, 0.9), (0.46, 0.9))


def gauge(level: Callable[[float], float]) -> Draw:
    """A staff gauge in water that stands at this share of it."""

    def draw(picture: Picture, at: float) -> Picture:
        left, right = round(0.46 * WIDTH), round(0.54 * WIDTH)
        top, bottom = round(0.2 * HEIGHT), round(0.9 * HEIGHT)
        picture[top:bottom, left:right] = (235, 235, 235)
        for number, y in enumerate(range(top, bottom, 10)):
            if number % 2:
                picture[y : y + 10, left : right - 12] = (30, 30, 160)
        surface = round(bottom - level(at) * (bottom - top))
        water = np.full((HEIGHT - surface, WIDTH, 3), (110, 105, 80), np.float32)
        lines = np.arange(surface, HEIGHT)
        water += (5 * np.sin(lines / 7 + at * 4))[:, None, None]
        picture[surface:] = np.clip(0.9 * water + 0.1 * picture[surface:], 0, 255).astype(np.uint8)
        return picture

    return draw


def between(begins: float, ends: float, change: Callable[[Picture], Picture]) -> Draw:
    """Something happens to the whole picture for a while."""
    return lambda picture, at: change(picture) if begins <= at < ends else picture


def black(picture: Picture) -> Picture:
    """The lens is painted over, or the light of the sensor is gone."""
    return np.full_like(picture, 6)


def covered(picture: Picture) -> Picture:
    """A cloth hangs before the lens."""
    return np.full_like(picture, (96, 92, 88)) + (cv2.GaussianBlur(picture, (99, 99), 0) // 16)


def turned(picture: Picture) -> Picture:
    """Somebody has turned it to the sky and a roof."""
    other = np.full_like(picture, (200, 180, 150))
    for each in range(12):
        cv2.line(other, (0, 380 - each * 14), (WIDTH, 250 - each * 22), (60, 70, 90), 3)
    cv2.rectangle(other, (360, 60), (520, 300), (70, 80, 110), 6)
    cv2.circle(other, (140, 90), 50, (90, 140, 90), -1)
    return other

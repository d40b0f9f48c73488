"""Drawn films with known truth: a yard, who walks through it, smoke, a gauge, and what only looks so.

Everything is drawn here: how often the rules are right on real film is not known from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from webapp.monitoring.video.example import (
    CLOSED,
    FPS,
    HEIGHT,
    WIDTH,
    Draw,
    Picture,
    figure,
    film,
    laid,
    walks,
    yard,
)
from webapp.monitoring.video.sight.frames import Frame

__all__ = [
    "CLOSED",
    "FPS",
    "HEIGHT",
    "WIDTH",
    "Draw",
    "Picture",
    "figure",
    "film",
    "laid",
    "walks",
    "yard",
]


def frames(seconds: float, *drawn: Draw) -> Iterator[Frame]:
    """The same as frames."""
    for at, picture in film(seconds, *drawn):
        yield Frame.of_bgr(at, picture)


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

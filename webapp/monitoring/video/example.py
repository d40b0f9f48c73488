"""A drawn film for trying the watch: somebody walks into a closed part of a yard, and out of it.

Everything in it is drawn: it shows that the parts work together, and nothing of how often rules err.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Draw = Callable[[Picture, float], Picture]

WIDTH, HEIGHT, FPS = 640, 360, 5
# The right half of the ground: nobody may be there.
CLOSED = ((0.5, 0.55), (0.98, 0.55), (0.98, 0.98), (0.5, 0.98))
SECONDS = 24.0
NOISE = 2.0


def make(path: Path) -> Path:
    """The film lies there: somebody enters the closed part after five seconds and leaves it again."""
    comes = walks(begins=2, since_x=0.1, to_x=0.7)
    gone = walks(begins=14, since_x=0.7, to_x=0.05, speed=0.2)

    def draw(picture: Picture, at: float) -> Picture:
        return comes(picture, at) if at < 14 else gone(picture, at)

    return written(path, film(SECONDS, draw))


def written(path: Path, pictures: Iterator[tuple[float, Picture]], *more: str) -> Path:
    """The pictures are a film of H.264 with a key frame every second."""
    size = f"{WIDTH}x{HEIGHT}"
    command = [
        *("ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", size),
        *("-r", str(FPS), "-i", "-", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20"),
        *("-pix_fmt", "yuv420p", "-g", str(FPS), *more, str(path)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101  # for the type checker: it was asked for
        for _at, picture in pictures:
            process.stdin.write(picture.tobytes())
    if process.returncode:
        raise OSError(f"ffmpeg could not write {path}")
    return path


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
    return np.asarray(np.clip(picture + grain, 0, 255), dtype=np.uint8)


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
    small = [cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (picture, shape)]
    return np.asarray(small[0], dtype=np.uint8), np.asarray(small[1], dtype=np.uint8)


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

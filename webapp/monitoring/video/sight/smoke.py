"""Smoke: a grey, living veil that takes the edges from what lies behind it and stays."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.monitoring.video.rules import Corners
from webapp.monitoring.video.sight.frames import Frame, Gray, inside
from webapp.monitoring.video.sight.motion import Moved

CELLS = (32, 18)
# A cell tells something once it had so much of edges; the veil leaves it this share of them.
TEXTURED, VEILED = 5.0, 0.65
GREY, DIFFERS = 0.7, 0.4
# A veil lives: this share of a cell changes from frame to frame, on the average of a second or two.
LIVES, LIVING = 0.02, 0.1
# It stays in a cell so long (seconds); who walks through does not.
STAYS_S = 1.5
FEWEST_CELLS, SMALLEST_SHARE = 5, 0.02
LEARNING = 0.02


class Smoke:
    """Looks for smoke in a zone, one frame after another."""

    def __init__(self, corners: Corners) -> None:
        self._zone = _by_cell(inside(corners)) > 127
        self._texture: NDArray[np.float32] | None = None
        self._lives = np.zeros((CELLS[1], CELLS[0]), np.float32)
        self._stays = np.zeros((CELLS[1], CELLS[0]), np.float32)
        self._before: float | None = None

    def hold(self, at: float) -> None:
        """Nothing could be seen."""
        self._before = at

    def share(self, frame: Frame, moved: Moved) -> float:
        """The share of the zone in which smoke stands; 0 where it is too little to tell."""
        passed = min(1.0, frame.at - self._before) if self._before is not None else 0.0
        self._before = frame.at
        texture = _texture(frame.small)
        if self._texture is None:
            self._texture = texture
        differs = _by_cell(moved.differs) / 255 > DIFFERS
        self._lives += LIVING * (_by_cell(moved.lives) / 255 - self._lives)
        grey = _by_cell(frame.colourless.astype(np.uint8) * 255) / 255 > GREY
        veiled = (self._texture > TEXTURED) & (texture < VEILED * self._texture)
        smoky = differs & veiled & grey & (self._lives > LIVES)
        self._stays = np.clip(
            self._stays + np.where(smoky, passed, -passed / 2), 0, 2 * STAYS_S
        ).astype(np.float32)
        self._texture = np.where(
            differs, self._texture, self._texture + LEARNING * (texture - self._texture)
        ).astype(np.float32)
        there = int(np.count_nonzero((self._stays >= STAYS_S) & self._zone))
        share = there / max(1, int(np.count_nonzero(self._zone)))
        return share if there >= FEWEST_CELLS and share >= SMALLEST_SHARE else 0.0


def _texture(small: Gray) -> NDArray[np.float32]:
    across = cv2.convertScaleAbs(cv2.Sobel(small, cv2.CV_16S, 1, 0))
    down = cv2.convertScaleAbs(cv2.Sobel(small, cv2.CV_16S, 0, 1))
    return _by_cell(np.asarray(cv2.addWeighted(across, 0.5, down, 0.5, 0), dtype=np.uint8))


def _by_cell(picture: Gray) -> NDArray[np.float32]:
    shrunk = cv2.resize(picture, CELLS, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, dtype=np.float32)

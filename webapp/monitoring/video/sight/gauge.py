"""The water level on a staff gauge: its marks end where the water begins."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.monitoring.video.rules import Corners
from webapp.monitoring.video.sight.frames import Frame

WIDTH, ROWS = 24, 160
# Ripples and rain go, marks stay, when some frames are laid over one another.
LAID = 0.25
# Marks are at most this share of the gauge apart.
APART = 0.1
FAINTEST = 4.0
WATER = 0.45
MEDIAN_S = 2.0


class Gauge:
    """Reads one gauge; its zone reaches from its foot to its head."""

    def __init__(self, corners: Corners) -> None:
        across, down = zip(*corners, strict=True)
        self._part = min(across), min(down), max(across), max(down)
        self._laid: NDArray[np.float32] | None = None
        self._marks = 0.0
        self._read: deque[tuple[float, float]] = deque()

    def level(self, frame: Frame) -> float | None:
        """The share of the gauge under water, the median of two seconds; None where no marks are seen."""
        left, top, right, bottom = self._part
        luma = frame.luma[
            round(top * frame.height) : round(bottom * frame.height),
            round(left * frame.width) : round(right * frame.width),
        ]
        if min(luma.shape) < 4:
            return None
        part = cv2.resize(luma, (WIDTH, ROWS), interpolation=cv2.INTER_AREA).astype(np.float32)
        if self._laid is None:
            self._laid = part
        else:
            self._laid += LAID * (part - self._laid)
        marks = self._marks_by_row(self._laid)
        self._marks = max(float(np.percentile(marks, 90)), 0.98 * self._marks)
        if self._marks < FAINTEST:
            return None
        self._read.append((frame.at, _under(marks < WATER * self._marks)))
        while frame.at - self._read[0][0] > MEDIAN_S:
            self._read.popleft()
        return float(np.median([level for _at, level in self._read]))

    @staticmethod
    def _marks_by_row(part: NDArray[np.float32]) -> NDArray[np.float32]:
        steps = np.abs(np.diff(part, axis=0, append=part[-1:])).mean(axis=1)
        apart = max(3, int(APART * ROWS))
        widest = cv2.dilate(steps.reshape(-1, 1), np.ones((apart, 1), np.uint8))
        # What dilating adds at the lower end is taken off again, or the water would stand too low.
        return np.asarray(cv2.erode(widest, np.ones((apart, 1), np.uint8)), np.float32).ravel()


def _under(water: NDArray[np.bool_]) -> float:
    """Where to cut so that the fewest rows are on the wrong side of the surface."""
    wrong_above = np.concatenate(([0], np.cumsum(water)))
    wrong_below = np.concatenate((np.cumsum(~water[::-1])[::-1], [0]))
    return 1.0 - float(np.argmin(wrong_above + wrong_below)) / len(water)

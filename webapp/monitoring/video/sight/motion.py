"""What moves: the difference from a running average of the small picture, in connected parts."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.monitoring.video.sight.frames import PIXELS, SMALL, Box, Frame, Gray

DIFFERS_BY = 18
# The average takes up what stands still faster than what moves, so that who waits does not fade.
STILL, MOVING = 0.03, 0.002
# Smaller parts are noise (share of the picture).
SMALLEST = 0.0012
# A part of more than this is light, not a thing.
LARGEST = 0.25
LIVES_BY = 10


@dataclass(frozen=True)
class Moved:
    """The parts of a frame that differ from what is always there, and where it differs from the last one."""

    boxes: tuple[Box, ...]
    differs: Gray
    lives: Gray


class Motion:
    """The running average of one camera."""

    def __init__(self) -> None:
        self.average: NDArray[np.float32] | None = None
        self._before: Gray | None = None

    def forget(self) -> None:
        """The next frame is where it begins again."""
        self.average = self._before = None

    def look(self, frame: Frame) -> Moved:
        """What moved in this frame."""
        small = np.asarray(cv2.GaussianBlur(frame.small, (3, 3), 0), dtype=np.uint8)
        if self.average is None or self._before is None:
            self.average, self._before = small.astype(np.float32), small
        differs = _over(small, self.average.astype(np.uint8), DIFFERS_BY)
        lives = _over(small, self._before, LIVES_BY)
        differs = np.asarray(
            cv2.morphologyEx(differs, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), dtype=np.uint8
        )
        cv2.accumulateWeighted(small, self.average, STILL, cv2.bitwise_not(differs))
        cv2.accumulateWeighted(small, self.average, MOVING, differs)
        self._before = small
        return Moved(_boxes(differs), differs, lives)


def _over(one: Gray, other: Gray, by: int) -> Gray:
    changed = cv2.threshold(cv2.absdiff(one, other), by, 255, cv2.THRESH_BINARY)[1]
    return np.asarray(changed, dtype=np.uint8)


def _boxes(differs: Gray) -> tuple[Box, ...]:
    joined = cv2.dilate(differs, np.ones((5, 3), np.uint8), iterations=2)
    count, _labels, stats, _middles = cv2.connectedComponentsWithStats(joined)
    found = []
    for left, top, width, height, area in stats[1:count]:
        if SMALLEST <= area / PIXELS <= LARGEST:
            # What was widened to join the parts is taken off again.
            found.append(
                Box(
                    (left + 2) / SMALL[0],
                    (top + 4) / SMALL[1],
                    (left + width - 2) / SMALL[0],
                    (top + height - 4) / SMALL[1],
                )
            )
    return tuple(found)

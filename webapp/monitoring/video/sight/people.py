"""Whether what moved is a person: by the gradients of an upright walker, or by a model of one's own."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from webapp.monitoring.video.sight.frames import Box, Frame

# Below this it fires on tripods and cables; people who walk upright and alone reach two to four.
LEAST_WEIGHT, SURE_WEIGHT = 1.0, 4.0
# The window is 64 x 128: a part is made this high, so that the person in it fills one.
CROP_HEIGHT, WIDEST_CROP = 208, 320
MARGIN = 0.3
# Somebody of fewer pixels cannot be told from a post.
SMALLEST_PX = 36


class Finder(Protocol):
    """Whoever tells people from other things. Its name stands in the rule."""

    name: str

    def person(self, frame: Frame, box: Box) -> float:
        """How sure it is (0..1) that a person is in this part of the frame; 0 where it is not."""


class Walkers:
    """The detector of Dalal and Triggs that OpenCV brings, on the full-size part: a second opinion, never the first."""

    name = "hog"

    def __init__(self) -> None:
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.array(cv2.HOGDescriptor.getDefaultPeopleDetector()))

    def person(self, frame: Frame, box: Box) -> float:
        """How sure it is of an upright walker there."""
        if (box.bottom - box.top) * frame.height < SMALLEST_PX:
            return 0.0
        part = frame.part(widened(box, frame))
        scale = min(CROP_HEIGHT / part.shape[0], WIDEST_CROP / part.shape[1])
        part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale), dtype=np.uint8)
        if part.shape[0] < 128 or part.shape[1] < 64:
            return 0.0
        _found, weights = self._hog.detectMultiScale(
            part, winStride=(4, 4), padding=(16, 16), scale=1.05
        )
        weight = max((float(each) for each in np.ravel(weights)), default=0.0)
        return min(1.0, weight / SURE_WEIGHT) if weight >= LEAST_WEIGHT else 0.0


def widened(box: Box, frame: Frame) -> Box:
    """The box with a margin, at least half as wide as high, inside the picture."""
    tall = (box.bottom - box.top) * (1 + 2 * MARGIN)
    least = tall * frame.height / frame.width * 0.62
    wide = max((box.right - box.left) * (1 + MARGIN), least)
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return Box(
        max(0.0, across - wide / 2),
        max(0.0, down - tall / 2),
        min(1.0, across + wide / 2),
        min(1.0, down + tall / 2),
    )

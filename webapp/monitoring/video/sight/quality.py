"""What a picture is worth before anything is read from it: good, black, covered, moved, shaken, frozen."""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.monitoring.video.sight.frames import PIXELS, Frame, Gray

# Darker and flatter than this is no night but no picture.
BLACK_MEAN, BLACK_SPREAD = 20, 8
# A covered lens has lost this share of the edges it used to see; a grey wall never had any.
EDGES_LEFT = 0.2
FEWEST_EDGES = 0.004
EDGE = 24
# More of the picture than this has changed: light was switched, or the pole shakes.
TOO_MUCH = 0.25
CHANGED_BY = 25
# Identical for so long (seconds): the stream stands still.
FROZEN_S = 3.0
# Another view than the one that is known, while the picture itself is quiet.
ALIKE = 0.35
SETTLED_S = 2.0
# How fast the known view follows the light, by frame; and after how long another view is the known one.
LEARNING = 0.02
GIVES_UP_S = 600.0
FIRST_FRAMES = 5


class Quality(StrEnum):
    """What can be made of a frame."""

    GOOD = "good"
    # Much changes at once: nothing is concluded, and nothing is wrong with the camera.
    SHAKEN = "shaken"
    # A turning camera looks elsewhere than where its zones lie.
    AWAY = "away"
    BLACK = "black"
    COVERED = "covered"
    MOVED = "moved"
    FROZEN = "frozen"


# Somebody has laid hands on the camera.
TAMPERED = frozenset((Quality.BLACK, Quality.COVERED, Quality.MOVED))


class Gate:
    """Judges the frames of one camera, one after another. `turns`: it is built to look elsewhere."""

    def __init__(self, *, turns: bool = False) -> None:
        self.turns = turns
        self._before: Gray | None = None
        self._same_since: float | None = None
        self._known: NDArray[np.float32] | None = None
        self._edges = 0.0
        self._light: NDArray[np.float32] | None = None
        self._learnt = 0
        self._elsewhere_since: float | None = None

    def look(self, frame: Frame) -> Quality:
        """What this frame is worth. Only good ones change what is known of the view."""
        still = self._stands_still(frame)
        small = frame.small
        mean, spread = cv2.meanStdDev(small)
        if mean[0, 0] < BLACK_MEAN and spread[0, 0] < BLACK_SPREAD:
            return Quality.BLACK
        edges = _edges(small)
        share = cv2.countNonZero(edges) / PIXELS
        if self._known is None or self._light is None:
            if share < FEWEST_EDGES:
                return Quality.COVERED
            self._begin(small, edges, share)
            return Quality.GOOD
        if share < EDGES_LEFT * self._edges:
            return Quality.COVERED
        if still:
            return Quality.FROZEN
        shaken = self._much_changes(small)
        if self._learnt >= FIRST_FRAMES and not self._same_view(edges):
            return self._elsewhere(frame.at, shaken, small, edges, share)
        self._elsewhere_since = None
        if shaken:
            return Quality.SHAKEN
        cv2.accumulateWeighted(edges, self._known, LEARNING)
        self._edges += LEARNING * (share - self._edges)
        self._learnt += 1
        return Quality.GOOD

    def _stands_still(self, frame: Frame) -> bool:
        now, before = frame.luma[::4, ::4], self._before
        self._before = now
        if before is None or before.shape != now.shape or not np.array_equal(before, now):
            self._same_since = None
            return False
        if self._same_since is None:
            self._same_since = frame.at
        return frame.at - self._same_since >= FROZEN_S

    def _begin(self, small: Gray, edges: Gray, share: float) -> None:
        self._known = edges.astype(np.float32)
        self._light = small.astype(np.float32)
        self._edges, self._learnt = share, 1

    def _much_changes(self, small: Gray) -> bool:
        """Against the light of the last second, which follows at once when all of it changed."""
        assert self._light is not None  # noqa: S101  # for the type checker: `_begin` came before
        changed = cv2.absdiff(small, self._light.astype(np.uint8)) > CHANGED_BY
        share = float(np.count_nonzero(changed)) / PIXELS
        cv2.accumulateWeighted(small, self._light, 0.3 if share > TOO_MUCH else 0.1)
        return share > TOO_MUCH

    def _same_view(self, edges: Gray) -> bool:
        assert self._known is not None  # noqa: S101
        now = cv2.GaussianBlur(edges, (9, 9), 0).astype(np.float32).ravel()
        known = cv2.GaussianBlur(self._known, (9, 9), 0).ravel()
        now, known = now - now.mean(), known - known.mean()
        weight = float(np.linalg.norm(now) * np.linalg.norm(known))
        return weight == 0 or float(now @ known) / weight > ALIKE

    def _elsewhere(
        self, at: float, shaken: bool, small: Gray, edges: Gray, share: float
    ) -> Quality:
        if shaken or self._elsewhere_since is None:
            self._elsewhere_since = at
        settled = at - self._elsewhere_since
        if self.turns:
            return Quality.AWAY
        if settled > GIVES_UP_S:
            self._begin(small, edges, share)
            self._elsewhere_since = None
            return Quality.GOOD
        return Quality.MOVED if settled >= SETTLED_S else Quality.SHAKEN


def _edges(small: Gray) -> Gray:
    across = cv2.convertScaleAbs(cv2.Sobel(small, cv2.CV_16S, 1, 0))
    down = cv2.convertScaleAbs(cv2.Sobel(small, cv2.CV_16S, 0, 1))
    strong = cv2.addWeighted(across, 0.5, down, 0.5, 0)
    return np.asarray(cv2.threshold(strong, EDGE, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)

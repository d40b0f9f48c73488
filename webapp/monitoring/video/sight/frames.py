"""A frame as the decoder gives it, and the small picture that most rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Colour = NDArray[np.uint8]
Corners = Sequence[tuple[float, float]]

SMALL = (320, 180)
PIXELS = SMALL[0] * SMALL[1]

# What stands where a privacy mask lies: middle grey without colour.
MASKED = 128
# Colour differs so little from grey in smoke and in fog.
COLOURLESS = 12


@dataclass(frozen=True)
class Box:
    """A part of a picture; all of it is (0, 0) to (1, 1)."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def foot(self) -> tuple[float, float]:
        """The middle of its lower edge: where somebody stands."""
        return (self.left + self.right) / 2, self.bottom


@dataclass(frozen=True)
class Frame:
    """One picture of a stream, `at` so many seconds from its start, as planes of YUV 4:2:0 one below another."""

    at: float
    planes: Gray

    @classmethod
    def of_bgr(cls, at: float, picture: Colour) -> Frame:
        """The frame of a colour picture with even sides."""
        return cls(at, _as_gray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)))

    @property
    def height(self) -> int:
        """Lines of the picture."""
        return int(self.planes.shape[0] * 2 // 3)

    @property
    def width(self) -> int:
        """Pixels of a line."""
        return int(self.planes.shape[1])

    @property
    def luma(self) -> Gray:
        """How light each pixel is."""
        return self.planes[: self.height]

    @cached_property
    def small(self) -> Gray:
        """The same at 320 x 180."""
        return _as_gray(cv2.resize(self.luma, SMALL, interpolation=cv2.INTER_AREA))

    @cached_property
    def colourless(self) -> NDArray[np.bool_]:
        """Where the small picture has next to no colour."""
        half, width = self.height // 2, self.width // 2
        chroma = self.planes[self.height :].reshape(2, half, width)
        u, v = (_as_gray(cv2.resize(each, SMALL, interpolation=cv2.INTER_AREA)) for each in chroma)
        low, high = MASKED - COLOURLESS, MASKED + COLOURLESS
        return (u > low) & (u < high) & (v > low) & (v < high)

    def colour(self) -> Colour:
        """The picture in colours, blue first."""
        return _as_gray(cv2.cvtColor(self.planes, cv2.COLOR_YUV2BGR_I420))

    def part(self, box: Box) -> Colour:
        """A part of the picture at its full size, in colours."""
        top, bottom = round(box.top * self.height), round(box.bottom * self.height)
        left, right = round(box.left * self.width), round(box.right * self.width)
        return self.colour()[max(0, top) : bottom, max(0, left) : right]

    def without(self, masks: Iterable[Corners]) -> Frame:
        """The same with grey over these polygons: nothing behind sees what lies there."""
        planes = self.planes.copy()
        luma = planes[: self.height]
        half, width = self.height // 2, self.width // 2
        chroma = planes[self.height :].reshape(2, half, width)
        covered = False
        for corners in masks:
            covered = True
            cv2.fillPoly(luma, [_scaled(corners, self.width, self.height)], MASKED)
            for plane in chroma:
                cv2.fillPoly(plane, [_scaled(corners, width, half)], MASKED)
        return Frame(self.at, planes) if covered else self


def inside(corners: Corners) -> Gray:
    """Which pixels of the small picture lie in a polygon: 255, else 0."""
    made = np.zeros((SMALL[1], SMALL[0]), np.uint8)
    cv2.fillPoly(made, [_scaled(corners, *SMALL)], 255)
    return made


def holds(corners: Corners, point: tuple[float, float]) -> bool:
    """True when the point lies in the polygon or on its edge."""
    polygon = np.asarray(corners, dtype=np.float32)
    return cv2.pointPolygonTest(polygon, point, False) >= 0


def _scaled(corners: Corners, width: int, height: int) -> NDArray[np.int32]:
    scaled = np.asarray(corners, dtype=np.float64) * (width, height)
    return np.rint(scaled).astype(np.int32)


def _as_gray(array: NDArray[np.generic] | cv2.Mat) -> Gray:
    return np.asarray(array, dtype=np.uint8)

"""Pictures as they are kept and shown: what a rule saw, marked, and nothing behind a mask."""

from __future__ import annotations

import cv2
import numpy as np

from webapp.monitoring.video.rules import Corners
from webapp.monitoring.video.sight.frames import Box, Colour, Frame

QUALITY = 82
_ZONE, _FOUND = (0, 170, 255), (40, 40, 230)


def of_frame(frame: Frame, *, corners: Corners | None, box: Box | None) -> bytes:
    """The frame as JPEG, with the edge of the zone and the box of what was found."""
    picture = frame.colour()
    sides = np.array((frame.width, frame.height))
    if corners:
        line = np.rint(np.asarray(corners) * sides).astype(np.int32)
        cv2.polylines(picture, [line], True, _ZONE, 2, cv2.LINE_AA)
    if box is not None:
        first, last = (
            (round(x * frame.width), round(y * frame.height))
            for x, y in ((box.left, box.top), (box.right, box.bottom))
        )
        cv2.rectangle(picture, first, last, _FOUND, 2)
    return _jpeg(picture)


def masked(body: bytes, masks: list[list[tuple[float, float]]]) -> bytes:
    """The JPEG with grey over these polygons; `ValueError` where it is no picture."""
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("this is no picture")
    made = np.asarray(picture, dtype=np.uint8)
    for corners in masks:
        sides = np.array((made.shape[1], made.shape[0]))
        polygon = np.rint(np.asarray(corners) * sides).astype(np.int32)
        cv2.fillPoly(made, [polygon], (128, 128, 128))
    return _jpeg(made)


def _jpeg(picture: Colour) -> bytes:
    done, body = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ValueError("this picture cannot be kept")
    return body.tobytes()

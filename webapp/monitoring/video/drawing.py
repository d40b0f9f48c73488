"""The picture that a rule saw, with what it found marked in it."""

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


def _jpeg(picture: Colour) -> bytes:
    done, body = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ValueError("this picture cannot be kept")
    return body.tobytes()

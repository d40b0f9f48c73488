"""A detector of one's own, in a file: ONNX as YOLO models are exported, run by onnxruntime on one core."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from webapp.monitoring.video.sight.frames import Box, Colour, Frame
from webapp.monitoring.video.sight.people import widened

PERSON = 0  # of COCO, whose classes nearly all such models know
LEAST_SCORE = 0.4


class Model:
    """A model with one picture in (1 x 3 x side x side, RGB, 0..1) and boxes out.

    Out is either rows of left, top, right, bottom, score, class, or columns of middle, size and a
    score for each class. Raises `ValueError` for a file that is neither.
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its own exceptions have no common parent
            raise ValueError(f"{path} is no ONNX model that runs here: {error}") from error
        taken, given = self._session.get_inputs(), self._session.get_outputs()
        shape = taken[0].shape
        if len(taken) != 1 or len(shape) != 4 or not isinstance(shape[2], int):
            raise ValueError(f"{path} does not take one picture of a fixed size")
        self.side = shape[2]
        self.name = f"model {path.stem}"
        self._in, self._out = taken[0].name, given[0].name

    def person(self, frame: Frame, box: Box) -> float:
        """The score of the surest person in this part of the frame."""
        rows = self.scores(frame.part(widened(box, frame)))
        return max((score for score, kind in rows if kind == PERSON), default=0.0)

    def scores(self, part: Colour) -> list[tuple[float, int]]:
        """What is in a picture: (score, class) of all that is sure enough."""
        if min(part.shape[:2]) < 2:
            return []
        (out,) = self._session.run([self._out], {self._in: self._boxed(part)})
        found = np.asarray(out, dtype=np.float32).reshape(out.shape[-2:])
        if found.shape[1] == 6:
            pairs = [(float(row[4]), int(row[5])) for row in found]
        else:
            classes = found[4:]
            pairs = [
                (float(score), int(kind))
                for score, kind in zip(classes.max(axis=0), classes.argmax(axis=0), strict=True)
            ]
        return [(score, kind) for score, kind in pairs if score >= LEAST_SCORE]

    def _boxed(self, part: Colour) -> NDArray[np.float32]:
        """The picture in the square that the model takes, its sides kept in proportion."""
        height, width = part.shape[:2]
        scale = self.side / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        square = np.full((self.side, self.side, 3), 114, np.uint8)
        square[: size[1], : size[0]] = cv2.resize(part, size)
        whole = cv2.cvtColor(square, cv2.COLOR_BGR2RGB).astype(np.float32) / 255
        return np.ascontiguousarray(whole.transpose(2, 0, 1)[None])

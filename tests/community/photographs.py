"""Pages of the book written on by hand and photographed by phone, both only as far as a test needs."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from webapp.community.opinions.book import layout
from webapp.community.opinions.book.layout import Area
from webapp.community.opinions.rules import OpinionKind

Picture = NDArray[np.uint8]

# The paper as it comes out of the printer, in pixels a millimetre.
FINE = 10


def paper_of(body: bytes, page: int = 0) -> Picture:
    """A page of a PDF as a grey picture."""
    drawn = pypdfium2.PdfDocument(body)[page].render(scale=FINE * 25.4 / 72, grayscale=True)
    return np.array(drawn.to_numpy()).reshape(drawn.height, drawn.width)


def written(
    paper: Picture, lines: Mapping[int, str], ticks: Mapping[int, OpinionKind] | None = None
) -> Picture:
    """The paper with words in the lines of these numbers, and with ticks."""
    inked = paper.copy()
    for line, words in lines.items():
        field = layout.words(line)
        at = (round((field.x + 4) * FINE), round((field.y + 14) * FINE))
        cv2.putText(inked, words, at, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 4, 60, 6, cv2.LINE_AA)
    for line, kind in (ticks or {}).items():
        box = layout.tick(line, kind)
        corners = [(box.x + 0.6, box.y + 2), (box.x + 1.6, box.y + 3.2), (box.x + 3.6, box.y + 0.4)]
        strokes = np.array([[round(x * FINE), round(y * FINE)] for x, y in corners])
        cv2.polylines(inked, [strokes], False, 50, 7, cv2.LINE_AA)
    return inked


def torn(paper: Picture, *areas: Area) -> Picture:
    """The paper without these parts: the table shows through."""
    left = paper.copy()
    for each in areas:
        part = each.inside(-2)
        top, begin = max(round(part.y * FINE), 0), max(round(part.x * FINE), 0)
        end = round((part.x + part.w) * FINE)
        left[top : round((part.y + part.h) * FINE), begin:end] = 95
    return left


@dataclass(frozen=True)
class Shot:
    """How a photo is taken: where the corners of the page are on it, how bright and how noisy it is."""

    corners: Sequence[tuple[float, float]] = ((260, 190), (2190, 240), (2330, 3010), (150, 2920))
    light: float = 1.0
    noise: float = 3.0
    blur: float = 0.8
    size: tuple[int, int] = (2448, 3264)
    seed: int = 1


# Straight from above on a bright day, from the side in a dim room, upside down.
PLAIN = Shot()
DIM = Shot(
    corners=((420, 330), (2080, 250), (2320, 2950), (110, 3080)), light=0.32, noise=7.0, blur=1.1
)
UPSIDE_DOWN = Shot(corners=((2300, 3040), (190, 2990), (260, 240), (2210, 180)), light=0.7)


def photographed(paper: Picture, shot: Shot = PLAIN) -> io.BytesIO:
    """The photo of the paper on a table, as JPEG."""
    width, height = shot.size
    tall, wide = paper.shape
    here = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    moved = cv2.getPerspectiveTransform(here, np.array(shot.corners, np.float32))
    smaller = cv2.GaussianBlur(paper, (0, 0), 1.5)
    picture = np.asarray(
        cv2.warpPerspective(smaller, moved, (width, height), flags=cv2.INTER_AREA, borderValue=95),
        np.float32,
    )
    # Light falls in from one side.
    shade = np.linspace(1.0, 0.62, width, dtype=np.float32)[None, :]
    random = np.random.default_rng(shot.seed)
    picture = cv2.GaussianBlur(picture * shade * shot.light, (0, 0), shot.blur)
    picture += random.normal(0, shot.noise, picture.shape).astype(np.float32)
    _done, body = cv2.imencode(
        ".jpg", np.clip(picture, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 80]
    )
    return io.BytesIO(bytes(body))

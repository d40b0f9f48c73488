"""The photo of a page: laid flat by its marks and frames, its codes read, its lines looked at for ink."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import cv2
import numpy as np
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from webapp.base.files import LARGEST_PICTURE
from webapp.base.flow import Unacceptable
from webapp.community.opinions.book import layout, straightening
from webapp.community.opinions.book.layout import Area
from webapp.community.opinions.book.seen import FLAT, Line, Seen

Gray = NDArray[np.uint8]

MARKS = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50)
# A photo with fewer pixels a millimetre is taken from too far.
LEAST = 3.2
LONGEST = 3600
# Ink is so much darker than the paper around it, in a stroke of so many pixels, on so much of a field.
DARK = 0.78
STROKE = 25
# A line that is no handwriting: so long (pixels), with gaps of so much at most, and not so tall.
STRAIGHT = 40 * FLAT
GAP = 2 * FLAT
TALL = 2 * FLAT
WRITTEN = 0.0035
TICKED = 0.06
# So bright is paper on the pictures of lines, whatever the light was.
LIT = 238.0
# Printed borders are this far (millimetres) from what is looked at.
BORDER = 1.0
_QUALITY = 72


def read(stream: IO[bytes]) -> Seen:
    """The page on the photo with each of its lines.

    Raises `Unacceptable` with what to do when the picture cannot be read as one page of the book.
    """
    flat = _flat(_gray(stream))
    codes = {line: _code(flat, layout.code_of_line(line)) for line in range(1, layout.LINES + 1)}
    of_page = _code(flat, layout.PAGE_CODE)
    pages = {found[0] for found in (*codes.values(), of_page) if found}
    if not pages:
        raise _no(
            _l("No code of this page could be read. Take the photo in better light and hold still.")
        )
    if len(pages) > 1:
        raise _no(_l("Codes of two pages are on this photo. Photograph one page at a time."))
    wrong = [line for line, found in codes.items() if found and found[1] not in (None, line)]
    if wrong:
        raise _no(_l("The codes do not stand in their lines. Lay the page flat, without folds."))
    calm, paper = _paper(flat)
    ink, even = _ink(calm, paper), _lit(calm, paper)
    lines = tuple(_line(even, ink, line, codes[line] is not None) for line in codes)
    return Seen(pages.pop(), lines)


def _no(words: LazyString) -> Unacceptable:
    return Unacceptable(words, fields={"photo": words})


def _gray(stream: IO[bytes]) -> Gray:
    try:
        with Image.open(stream, formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise _no(_l("This picture is too large."))
            upright = ImageOps.exif_transpose(picture).convert("L")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise _no(_l("This is not a picture we can read. Use JPEG, PNG or WebP.")) from error
    upright.thumbnail((LONGEST, LONGEST))
    return np.asarray(upright, np.uint8)


def _flat(photo: Gray) -> Gray:
    """The page as if it lay below the camera."""
    found = _marks(photo)
    if len(found) < 3:
        raise _no(
            _l(
                "The marks in the corners of the page could not be found: %(n)s of 4. Photograph the whole page, "
                "from above, in better light.",
                n=len(found),
            )
        )
    there = np.concatenate(list(found.values()))
    here = np.concatenate([_corners(layout.MARKS[number]) for number in found])
    if _scale(there, here) < LEAST:
        raise _no(_l("The page is too small on this photo. Go nearer."))
    moved, _kept = cv2.findHomography(there, here * FLAT)
    if getattr(moved, "shape", None) != (3, 3):
        raise _no(_l("The page is bent too much. Lay it flat."))
    size = (round(layout.WIDTH * FLAT), round(layout.HEIGHT * FLAT))
    laid = _as_gray(cv2.warpPerspective(photo, moved, size, borderValue=255))
    return straightening.straightened(laid, found)


def _marks(photo: Gray) -> dict[int, NDArray[np.float32]]:
    """The corners of each mark that was found, the most of what some ways of looking find."""
    best: dict[int, NDArray[np.float32]] = {}
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    finder = cv2.aruco.ArucoDetector(MARKS, settings)
    for each in _brighter(photo):
        corners, numbers, _rejected = finder.detectMarkers(each)
        known: dict[int, list[Any]] = {}
        for number, at in zip(np.ravel(numbers) if corners else (), corners, strict=True):
            if int(number) in layout.MARKS:
                known.setdefault(int(number), []).append(at.reshape(4, 2))
        if any(len(places) > 1 for places in known.values()):
            raise _no(_l("Two pages are on this photo. Photograph one page at a time."))
        found = {number: places[0] for number, places in known.items()}
        if len(found) > len(best):
            best = found
        if len(best) == len(layout.MARKS):
            break
    return best


def _brighter(photo: Gray) -> Iterator[Gray]:
    yield photo
    even = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8))
    yield _as_gray(even.apply(cv2.GaussianBlur(photo, (0, 0), 1.4)))


def _corners(area: Area) -> NDArray[np.float32]:
    right, below = area.x + area.w, area.y + area.h
    return np.array(
        [[area.x, area.y], [right, area.y], [right, below], [area.x, below]], np.float32
    )


def _scale(there: NDArray[np.float32], here: NDArray[np.float32]) -> float:
    """Pixels of the photo for a millimetre of the page, as far as its marks tell."""
    spread = [
        float(np.linalg.norm(each - each.mean(axis=0), axis=1).mean()) for each in (there, here)
    ]
    return spread[0] / spread[1]


def _cut(flat: Gray, area: Area) -> Gray:
    top, left = max(round(area.y * FLAT), 0), max(round(area.x * FLAT), 0)
    return flat[top : round((area.y + area.h) * FLAT), left : round((area.x + area.w) * FLAT)]


def _code(flat: Gray, area: Area) -> tuple[str, int | None] | None:
    """What the QR in this place says, if it is one of ours."""
    cut = _cut(flat, area.inside(-3))
    finder = cv2.QRCodeDetector()
    for each in _clearer(cut):
        text, _points, _straight = finder.detectAndDecode(each)
        meant = layout.meant(text) if text else None
        if meant:
            return meant
    return None


def _clearer(cut: Gray) -> Iterator[Gray]:
    larger = _as_gray(cv2.resize(cut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    yield cut
    yield larger
    _level, sharp = cv2.threshold(
        cv2.GaussianBlur(larger, (0, 0), 3), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU
    )
    yield _as_gray(sharp)
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4))
    yield _as_gray(even.apply(cv2.GaussianBlur(larger, (0, 0), 2)))


def _paper(flat: Gray) -> tuple[Gray, Gray]:
    """The page without its noise, and how bright the paper is at each place, without what stands on it."""
    calm = cv2.GaussianBlur(flat, (0, 0), 1.2)
    closed = cv2.morphologyEx(calm, cv2.MORPH_CLOSE, np.ones((25, 25)))
    return _as_gray(calm), _as_gray(np.maximum(cv2.GaussianBlur(closed, (0, 0), 8), 1))


def _lit(calm: Gray, paper: Gray) -> Gray:
    """The page as if light fell on it evenly: a photo from a dim room can be read as well as another."""
    return _as_gray(np.clip(calm.astype(np.float32) * (LIT / paper), 0, 255))


def _ink(calm: Gray, paper: Gray) -> NDArray[np.bool_]:
    """Where the page is darker than the paper around it, without the dust, the folds and the printed frames."""
    dark = (calm < DARK * paper).astype(np.uint8)
    for way in ((1, 0), (0, 1)):
        # Nobody writes so long and thin a line: what is straight for so long is a fold or a frame. A fold is pale here
        # and there, and not quite straight; words in a row are as long, but taller.
        lines = _as_gray(cv2.dilate(dark, _bar(way, 1, 7)))
        lines = _as_gray(cv2.morphologyEx(lines, cv2.MORPH_CLOSE, _bar(way, GAP, 1)))
        lines = _as_gray(cv2.morphologyEx(lines, cv2.MORPH_OPEN, _bar(way, STRAIGHT, 1)))
        lines &= 1 - _as_gray(cv2.morphologyEx(lines, cv2.MORPH_OPEN, _bar(way, 1, TALL)))
        dark &= 1 - _as_gray(cv2.dilate(lines, np.ones((3, 3), np.uint8)))
    _count, names, facts, _middles = cv2.connectedComponentsWithStats(dark, connectivity=8)
    kept: NDArray[np.bool_] = (facts[:, cv2.CC_STAT_AREA] >= STROKE)[names] & (dark > 0)
    return kept


def _bar(way: tuple[int, int], along: int, across: int) -> Gray:
    """A bar that lies down (1, 0) or stands (0, 1)."""
    return np.ones((across, along) if way == (1, 0) else (along, across), np.uint8)


def _share(ink: NDArray[np.bool_], area: Area) -> float:
    top, left = round(area.y * FLAT), round(area.x * FLAT)
    part = ink[top : round((area.y + area.h) * FLAT), left : round((area.x + area.w) * FLAT)]
    return float(part.mean())


def _line(even: Gray, ink: NDArray[np.bool_], line: int, code_read: bool) -> Line:
    fields = (layout.words(line), layout.contact(line))
    filled = any(_share(ink, each.inside(BORDER)) >= WRITTEN for each in fields)
    shares = {
        kind: _share(ink, layout.tick(line, kind).inside(BORDER * 0.8)) for kind in layout.KINDS
    }
    ticks = [kind for kind, share in shares.items() if share >= TICKED]
    picture = _jpeg(_cut(even, layout.strip(line))) if filled else None
    return Line(line, code_read, filled, ticks[0] if len(ticks) == 1 else None, picture)


def _jpeg(cut: Gray) -> bytes:
    _done, body = cv2.imencode(".jpg", cut, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(body)


def _as_gray(picture: Any) -> Gray:
    gray: Gray = np.asarray(picture, np.uint8)
    return gray

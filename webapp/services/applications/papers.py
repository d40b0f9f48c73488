"""Papers of an application: made harmless, kept sealed, shown with the reader's name across them."""

from __future__ import annotations

import base64
import io
import subprocess
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import IO

import pypdfium2
from flask_babel import format_datetime, lazy_gettext as _l
from PIL import Image, ImageDraw, ImageFont

from webapp.base import files, sealing
from webapp.base.access import Actor
from webapp.base.files import LONGEST_SIDE, StoredFile
from webapp.base.flow import Unacceptable

# What a sealed file is to everybody who has no key.
SEALED = "application/octet-stream"
LARGEST_PDF = 10 * 1024 * 1024
MOST_PAGES = 12
# Dots of an inch in which a page of a PDF is drawn.
_DPI = 144
# Grey letters with a light rim are read on light and on dark, and what is below them too.
_INK, _RIM = (70, 70, 70, 120), (255, 255, 255, 90)


def keep(stream: IO[bytes], *, by: Actor | None) -> list[StoredFile]:
    """The pages of a picture or a PDF are kept sealed. Of a PDF only what can be seen is left.

    Raises `Unacceptable` for what is neither, or too large.
    """
    begin = stream.read(5)
    stream.seek(0)
    if begin == b"%PDF-":
        bodies = list(_drawn(stream.read(LARGEST_PDF + 1)))
    else:
        bodies = [files.cleaned(stream).body]
    return [files.keep(sealing.seal(each), SEALED, by=by) for each in bodies]


def shown(file: StoredFile, *, reader: str, at: datetime) -> str:
    """A page as a picture in an address of its own, with the reader and the moment written across it."""
    with Image.open(io.BytesIO(sealing.unseal(files.body_of(file)))) as picture:
        marked = _marked(
            picture.convert("RGBA"), f"{reader} {format_datetime(at, 'yyyy-MM-dd HH:mm')}"
        )
    body = io.BytesIO()
    marked.convert("RGB").save(body, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(body.getvalue()).decode()


def _drawn(body: bytes) -> Iterator[bytes]:
    """The pages of a PDF as pictures: nothing that hides in it or runs is left."""
    words = _l("This PDF cannot be read, or is too large (at most 10 MB and 12 pages).")
    refusal = Unacceptable(words, fields={"photo": words})
    if len(body) > LARGEST_PDF:
        raise refusal
    try:
        paper = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError:
        raise refusal from None
    try:
        if not 0 < len(paper) <= MOST_PAGES:
            raise refusal
        for page in paper:
            longest = max(page.get_size())
            scale = min(_DPI / 72, LONGEST_SIDE / longest) if longest else 1
            picture = page.render(scale=scale).to_pil().convert("RGB")
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=82)
            yield out.getvalue()
    except pypdfium2.PdfiumError:
        raise refusal from None
    finally:
        paper.close()


def _marked(picture: Image.Image, words: str) -> Image.Image:
    """The picture with the words across it, again and again, so that no part is without them."""
    size = max(14, min(picture.size) // 22)
    face = font(size)
    layer = Image.new("RGBA", (picture.width * 2, picture.height * 2), (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    wide = int(pen.textlength(words, font=face)) + size * 3
    for row, y in enumerate(range(0, layer.height, size * 5)):
        for x in range(-(row % 2) * wide // 2, layer.width, wide):
            pen.text((x, y), words, font=face, fill=_INK, stroke_width=1, stroke_fill=_RIM)
    turned = layer.rotate(28)
    left, top = picture.width // 2, picture.height // 2
    return Image.alpha_composite(
        picture, turned.crop((left, top, left + picture.width, top + picture.height))
    )


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The letters in which house and demo write into pictures, Chinese where the machine has them."""
    found = _font_file()
    return ImageFont.truetype(found, size) if found else ImageFont.load_default(size)


@lru_cache(maxsize=1)
def _font_file() -> str | None:
    """The file of the Chinese letters that paper is set in; None where there are none."""
    asked = ["fc-match", "-f", "%{file}", "Noto Sans CJK SC:style=Regular"]
    try:
        found = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return found or None

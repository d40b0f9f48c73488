"""The mark of a picture: what it looks like, whatever its size and compression."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

from webapp.cases.honesty.rules import SAMPLE_PERCENT

# A picture whose brightness hardly varies (of 255) shows nothing by which it could be known again.
FLAT = 4.0


def mark_of(file: Path | IO[bytes]) -> tuple[int, int] | None:
    """Whether it gets brighter across and down, in 64 bits each; None for a picture of one colour."""
    with Image.open(file) as picture:
        picture.draft("L", (64, 64))
        small = picture.convert("L").resize((9, 9), Image.Resampling.BOX)
    light = np.asarray(small, dtype=np.int16)
    if float(light.std()) < FLAT:
        return None
    across = light[:8, 1:] > light[:8, :-1]
    down = light[1:, :8] > light[:-1, :8]
    return _number(across), _number(down)


def bands_of(across: int) -> list[int]:
    """The four quarters of a mark, each with its place, so that they never pass for each other."""
    bits = across & (1 << 64) - 1
    return [place << 16 | bits >> 16 * place & 0xFFFF for place in range(4)]


def is_drawn(number: str) -> bool:
    """True for five of a hundred case numbers, always the same ones."""
    drawn = int.from_bytes(hashlib.sha256(number.encode()).digest()[:4])
    return drawn % 100 < SAMPLE_PERCENT


def _number(bits: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """As the database keeps it: 64 bits with a sign."""
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), signed=True)

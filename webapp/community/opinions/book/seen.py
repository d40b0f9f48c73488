"""What was seen on the photo of a page of the book."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.community.opinions.rules import OpinionKind

# The page laid flat has so many pixels a millimetre.
FLAT = 8


@dataclass(frozen=True)
class Line:
    """What a photo shows of one line; `picture` (JPEG) only where something is written."""

    line: int
    code_read: bool
    filled: bool
    ticked: OpinionKind | None
    picture: bytes | None


@dataclass(frozen=True)
class Seen:
    """A page as its photo shows it."""

    code: str
    lines: tuple[Line, ...]

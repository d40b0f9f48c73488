"""Where everything stands on a page of the book, in millimetres from its upper left corner.

The page that is printed and the reading of its photo follow the same figures.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from webapp.community.opinions.rules import OpinionKind

WIDTH, HEIGHT = 210.0, 297.0
LINES = 8
# Letters and digits that nobody takes for one another.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LONG = 10
_OURS = re.compile(rf"WGB1([{_LETTERS}]{{{_LONG}}})(\d\d)?")


@dataclass(frozen=True)
class Area:
    """A rectangle of the page."""

    x: float
    y: float
    w: float
    h: float

    def inside(self, by: float) -> Area:
        """The same with so much less on each side; more where `by` is below zero."""
        return Area(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)


# Marks of the corners, by their number: so a page is known upside down, too.
MARK = 14.0
MARKS = {
    0: Area(9, 9, MARK, MARK),
    1: Area(WIDTH - 9 - MARK, 9, MARK, MARK),
    2: Area(9, HEIGHT - 9 - MARK, MARK, MARK),
    3: Area(WIDTH - 9 - MARK, HEIGHT - 9 - MARK, MARK, MARK),
}
PAGE_CODE = Area(162, 8, 19, 19)

_TOP, _STEP = 41.0, 28.5
_CODE = 18.0
KINDS = tuple(OpinionKind)


def code_of_line(line: int) -> Area:
    """Where the code of a line stands, the first line being 1."""
    return Area(12, _top(line) + 3.5, _CODE, _CODE)


def tick(line: int, kind: OpinionKind) -> Area:
    """The box that is ticked for a kind."""
    return Area(34, _top(line) + 2.2 + 5 * KINDS.index(kind), 3.8, 3.8)


def words(line: int) -> Area:
    """Where the opinion is written."""
    return Area(58, _top(line) + 1.2, 92, _STEP - 2.4)


def contact(line: int) -> Area:
    """Where whoever wants a reply writes name and phone."""
    return Area(152, _top(line) + 1.2, 48, _STEP - 2.4)


def strip(line: int) -> Area:
    """What is cut out of the photo for a line: its ticks and all that is written by hand."""
    return Area(32, _top(line), 170, _STEP)


def new_code() -> str:
    """A code of a page that nobody can guess."""
    return "".join(secrets.choice(_LETTERS) for _each in range(_LONG))


def said(code: str, line: int | None = None) -> str:
    """What the QR of a page, or of one of its lines, says."""
    return f"WGB1{code}" + (f"{line:02d}" if line else "")


def meant(text: str) -> tuple[str, int | None] | None:
    """(code of the page, line) of what was read; None for what is not ours."""
    found = _OURS.fullmatch(text)
    return (found[1], int(found[2]) if found[2] else None) if found else None


def _top(line: int) -> float:
    return _TOP + (line - 1) * _STEP

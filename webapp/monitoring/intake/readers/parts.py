"""The parts of a multipart message: documents and pictures, each with its headers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webapp.monitoring.intake.rules import NotRead, Why

MOST_PARTS = 40

_BOUNDARY = re.compile(r"""boundary\s*=\s*"?([^";,\s]{1,200})""", re.IGNORECASE)
_FILE = re.compile(r"""filename\s*=\s*"?([^";\r\n]{1,200})""", re.IGNORECASE)
_NAME = re.compile(r"""\bname\s*=\s*"?([^";\r\n]{1,200})""", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One part: what it says it is, what it is called, its bytes."""

    content_type: str
    name: str
    body: bytes

    @property
    def is_picture(self) -> bool:
        """True for a JPEG or PNG, whatever it calls itself."""
        return self.body.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n"))


def is_multipart(content_type: str) -> bool:
    """True when the body is made of parts."""
    return content_type.strip().lower().startswith("multipart/")


def split(body: bytes, content_type: str) -> list[Part]:
    """The parts of a body. One that breaks off in the middle of a part has lost that part only."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise NotRead(Why.MISSING, "boundary")
    # Some boxes end their lines like a Unix does.
    mark = rb"\r?\n--" + re.escape(found[1].encode("latin-1", "replace"))
    pieces = re.split(mark, b"\n" + body, maxsplit=MOST_PARTS)
    if len(pieces) > MOST_PARTS:
        raise NotRead(Why.LARGE)
    parts = [_part(each) for each in pieces[1:] if not each.startswith(b"--")]
    if not parts:
        raise NotRead(Why.EMPTY)
    return parts


def _part(piece: bytes) -> Part:
    separator = b"\r\n\r\n" if b"\r\n\r\n" in piece else b"\n\n"
    head, _gap, body = piece.partition(separator)
    lines = head.decode("latin-1").splitlines()
    headers = dict(each.split(":", 1) for each in lines if ":" in each)
    known = {name.strip().lower(): value.strip() for name, value in headers.items()}
    described = known.get("content-disposition", "")
    named = _FILE.search(described) or _NAME.search(described)
    return Part(known.get("content-type", ""), named[1] if named else "", body)

"""The parts of a multipart message: documents and pictures, each with its headers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.monitoring.intake.rules import LARGEST_PICTURED, NotRead, Why

MOST_PARTS = 40

_BOUNDARY = re.compile(r"""boundary\s*=\s*"?([^";,\s]{1,200})""", re.IGNORECASE)
_FILE = re.compile(r"""filename\s*=\s*"?([^";\r\n]{1,200})""", re.IGNORECASE)
_MARK = re.compile(rb"(?:^|\n)(--[^\r\n]{1,200})\r?\n")
_GAP = re.compile(rb"\r?\n\r?\n")
_DOCUMENT_ENDS = b"</EventNotificationAlert>"
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


class Parts:
    """The parts of an answer that never ends, each once it is whole.

    The mark between them is what stands first, whatever was said of it: boxes differ. A part is whole with
    as many bytes as it says, with the end of its document, or with the next mark. Raises `NotRead` where
    more than `LARGEST_PICTURED` bytes come without being whole.
    """

    def __init__(self) -> None:
        self._held = b""
        self._mark = b""

    def fed(self, some: bytes) -> list[Part]:
        """The parts that are whole with these bytes."""
        self._held += some
        found: list[Part] = []
        while (part := self._next()) is not None:
            found.append(part)
        if len(self._held) > LARGEST_PICTURED:
            raise NotRead(Why.LARGE)
        return found

    def _next(self) -> Part | None:
        if not self._mark:
            first = _MARK.search(self._held)
            if first is None:
                return None
            self._mark = first[1]
        at = self._held.find(self._mark)
        gap = _GAP.search(self._held, at + len(self._mark)) if at >= 0 else None
        if gap is None:
            return None
        headers = _headers(self._held[at + len(self._mark) : gap.start()])
        end = self._end(gap.end(), headers.get("content-length", ""))
        if end is None:
            return None
        body, self._held = self._held[gap.end() : end], self._held[end:]
        return _headed(headers, body.removesuffix(b"\n").removesuffix(b"\r"))

    def _end(self, begin: int, length: str) -> int | None:
        if length.isdecimal() and len(length) < 10:
            whole = begin + int(length)
            return whole if len(self._held) >= whole else None
        after = self._held.find(b"\n" + self._mark, begin)
        if after >= 0:
            return after + 1
        return len(self._held) if self._held.rstrip().endswith(_DOCUMENT_ENDS) else None


def joined(pieces: Sequence[Part]) -> tuple[bytes, str]:
    """One multipart message of these parts, and its content type."""
    mark = secrets.token_hex(16)
    whole = bytearray()
    for piece in pieces:
        head = f"--{mark}\r\nContent-Type: {piece.content_type}"
        named = f'\r\nContent-Disposition: form-data; filename="{piece.name}"' if piece.name else ""
        whole += f"{head}{named}\r\n\r\n".encode("latin-1", "replace") + piece.body + b"\r\n"
    return bytes(whole) + f"--{mark}--\r\n".encode(), f"multipart/mixed; boundary={mark}"


def _part(piece: bytes) -> Part:
    separator = b"\r\n\r\n" if b"\r\n\r\n" in piece else b"\n\n"
    head, _gap, body = piece.partition(separator)
    return _headed(_headers(head), body)


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").splitlines()
    headers = dict(each.split(":", 1) for each in lines if ":" in each)
    return {name.strip().lower(): value.strip() for name, value in headers.items()}


def _headed(headers: Mapping[str, str], body: bytes) -> Part:
    described = headers.get("content-disposition", "")
    named = _FILE.search(described) or _NAME.search(described)
    return Part(headers.get("content-type", ""), named[1] if named else "", body)

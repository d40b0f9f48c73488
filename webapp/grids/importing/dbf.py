"""The attribute table of a shapefile, in the letters it was written in.

GDAL trusts what the file says about its letters, and often it says nothing or a lie: Chinese
offices send GBK without a word, GBK that calls itself Latin, UTF-8 with field names that the ten
bytes of a name cut inside a character. So the bytes are looked at first, and GDAL is given a copy
with plain names that it cannot misread.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HEADER: Final = 32
NAME: Final = 11
"""Bytes of a field name, the closing zero included."""
END_OF_FIELDS: Final = 0x0D
LANGUAGE_BYTE: Final = 29
LENGTH_BYTE: Final = 16
"""Of a field's description."""
LANGUAGES: Final = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "big5", 0x78: "big5"}
CPG: Final = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"} | {
    "utf8": "utf-8",
    "65001": "utf-8",
    "big5": "big5",
    "950": "big5",
}
HAN: Final = re.compile(r"[㐀-鿿]")


class BadTable(ValueError):
    """The file is not an attribute table."""


@dataclass(frozen=True)
class Letters:
    """Which letters a table is written in."""

    encoding: str
    stated: str
    """What the file said: the text of its .cpg or the language byte, empty if it said nothing."""
    contradicted: bool
    """What the file said cannot be, by its own bytes."""
    readable: bool
    """The bytes are text in `encoding`."""


@dataclass(frozen=True)
class Table:
    """Names of the columns, and the letters of everything."""

    letters: Letters
    columns: tuple[str, ...]


def prepare(source: Path, target: Path, *, cpg: str) -> Table:
    """A copy that any reader reads as columns F0, F1, ... in Latin-1 lies at `target`.

    `cpg` is the text of the .cpg file, empty without one. Raises `BadTable`.
    """
    body = bytearray(source.read_bytes())
    if len(body) < HEADER:
        raise BadTable
    start, width = struct.unpack_from("<HH", body, 8)
    places = _field_places(body, start)
    raw_names = [bytes(body[place : place + NAME]).split(b"\0")[0] for place in places]
    lengths = [body[place + LENGTH_BYTE] for place in places]
    if not places or width < 1 + sum(lengths):
        raise BadTable
    values = _values(bytes(body[start:]), width, lengths)
    letters = letters_of([*raw_names, *values], cpg=cpg, language=body[LANGUAGE_BYTE])
    for number, place in enumerate(places):
        body[place : place + NAME] = f"F{number}".encode().ljust(NAME, b"\0")
    body[LANGUAGE_BYTE] = 0
    target.write_bytes(body)
    names = [raw.decode(letters.encoding, errors="ignore").strip() for raw in raw_names]
    return Table(letters, tuple(names))


def _field_places(body: bytearray, start: int) -> list[int]:
    places = []
    for place in range(HEADER, min(start, len(body)) - HEADER + 1, HEADER):
        if body[place] == END_OF_FIELDS:
            break
        places.append(place)
    return places


def _values(records: bytes, width: int, lengths: list[int]) -> Iterator[bytes]:
    """The values that are not plain ASCII, field by field: a cut character ends with its field."""
    for start in range(0, len(records) - width + 1, width):
        place = start + 1
        for length in lengths:
            value = records[place : place + length].strip(b" \0")
            if not value.isascii():
                yield value
            place += length


def letters_of(words: list[bytes], *, cpg: str, language: int) -> Letters:
    """The letters of names and values: what the file says, unless its own bytes contradict."""
    cpg = cpg.strip()
    stated = cpg or (f"0x{language:02X}" if language in LANGUAGES else "")
    said = CPG.get(re.sub(r"[^a-z0-9]", "", re.sub(r"^(cp|ansi)", "", cpg.lower())))
    if not cpg:
        said = LANGUAGES.get(language)
    if all(word.isascii() for word in words):
        return Letters(said or "utf-8", stated, contradicted=False, readable=True)
    seen = next((each for each in ("utf-8", "gb18030") if _is_chinese(words, each)), None)
    if seen is None:
        return Letters(said or "gb18030", stated, contradicted=False, readable=False)
    # Big5 bytes pass as GB18030: where the file says Big5, nothing speaks against it.
    if said == "big5" and seen == "gb18030":
        seen = "big5"
    return Letters(seen, stated, contradicted=bool(stated) and seen != said, readable=True)


def _is_chinese(words: list[bytes], encoding: str) -> bool:
    # UTF-8 is asked first: GBK text fails as UTF-8 after a few characters, while UTF-8 text may
    # well pass as GBK and come out as other, rare characters.
    texts = [_decoded(word, encoding) for word in words]
    known = [text for text in texts if text is not None]
    return len(known) == len(texts) and any(HAN.search(text) for text in known)


def _decoded(raw: bytes, encoding: str) -> str | None:
    """The text, forgiving a last character that the width of a field cut off."""
    for cut in range(4):
        try:
            return raw[: len(raw) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
    return None

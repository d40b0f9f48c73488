"""Points written as a vector tile (MVT 2.1) from columns of numbers: all features in a few strokes.

PostGIS' own maker of tiles looks up every property of every feature by itself; here a property is one column of indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Bytes: TypeAlias = NDArray[np.uint8]

NOTHING = -1


@dataclass(frozen=True)
class Property:
    """A property: its name, what it can be, and which of these each feature has (`NOTHING`: none)."""

    name: str
    values: Sequence[str | int | bool]
    index: Ints


@dataclass(frozen=True)
class Named:
    """A property that no two features share: its values as they stand in a layer, one after the other."""

    name: str
    values: bytes


def among(values: Ints) -> tuple[list[int], Ints]:
    """The different numbers of a column that spans not too many, in order, and which of them each is."""
    first = int(values.min())
    seen = np.zeros(int(values.max()) - first + 1, dtype=bool)
    seen[values - first] = True
    place = np.cumsum(seen) - 1
    return (np.flatnonzero(seen) + first).tolist(), place[values - first]


def layer(
    name: str,
    x: Ints,
    y: Ints,
    *,
    extent: int,
    shared: Sequence[Property],
    keys: Ints | None = None,
    own: Named | None = None,
) -> bytes:
    """A tile with one layer of points. `x`, `y` are units of the tile from its north-west corner."""
    count = len(x)
    if not count:
        return b""
    columns: list[tuple[int, Ints]] = []
    values: list[bytes] = []
    starts: dict[int, int] = {}
    for at, each in enumerate(shared):
        # What two properties can both be is there once.
        start = starts.setdefault(id(each.values), len(values))
        if start == len(values):
            values += map(_value, each.values)
        columns.append((at, np.where(each.index < 0, NOTHING, each.index + start)))
    names = [each.name for each in shared]
    if own is not None:
        columns.append((len(names), np.arange(len(values), len(values) + count)))
        names.append(own.name)
    body = b"".join(
        (
            b"\x78\x02",
            _long(b"\x0a", name.encode()),
            _features(x, y, columns, keys),
            *(_long(b"\x1a", each.encode()) for each in names),
            *values,
            own.values if own is not None else b"",
            b"\x28" + _varint(extent),
        )
    )
    return _long(b"\x1a", body)


def _features(x: Ints, y: Ints, columns: Sequence[tuple[int, Ints]], keys: Ints | None) -> bytes:
    """Each feature: its key, its properties as pairs of indexes, and the one point."""
    tags = [part for at, index in columns for part in _pair(at, index)]
    spot = [_same(0x09), *_numbers(_zigzag(x)), *_numbers(_zigzag(y))]
    key = [] if keys is None else [_same(0x08), *_numbers(keys)]
    last = [_same(0x18), _same(0x01), _same(0x22), _length(spot), *spot]
    inside = [*key, _same(0x12), _length(tags), *tags, *last]
    parts = [_same(0x12), _length(inside), *inside]
    written = np.empty((len(parts), len(x)), dtype=np.uint8)
    there = np.empty((len(parts), len(x)), dtype=bool)
    for at, (byte, has) in enumerate(parts):
        written[at] = byte
        there[at] = has
    # Turned once as a whole: to write column by column took twice as long.
    turned: Bytes = np.ascontiguousarray(written.T)[np.ascontiguousarray(there.T)]
    return turned.tobytes()


# One byte of each feature, or the same of all, and which features have it.
_Part: TypeAlias = tuple[Bytes | int, NDArray[np.bool_] | bool]


# Both bytes of the numbers that have no more than two.
_SMALL = np.arange(1 << 14)
_FIRST: Bytes = (_SMALL & 0x7F | (_SMALL > 0x7F) * 0x80).astype(np.uint8)
_SECOND: Bytes = (_SMALL >> 7).astype(np.uint8)


def _same(byte: int) -> _Part:
    return byte, True


def _numbers(values: Ints, has: NDArray[np.bool_] | bool = True) -> list[_Part]:
    """Whole numbers, none below 0, seven bits a byte; the last byte of each has no sign that more comes."""
    most = int(values.max())
    if most < len(_SECOND):
        first = (_FIRST[values], has)
        return [first] if most < 0x80 else [first, (_SECOND[values], (values > 0x7F) & has)]
    parts: list[_Part] = []
    left = values.astype(np.uint32) if most < 1 << 31 else values
    for _byte in range(-(-most.bit_length() // 7)):
        more = left > 0x7F
        parts.append(((left & 0x7F | more.astype(np.uint8) << 7).astype(np.uint8), has))
        left, has = left >> 7, more & has
    return parts


def _pair(at: int, index: Ints) -> list[_Part]:
    if index.min() >= 0:
        return [_same(at), *_numbers(index)]
    has = index >= 0
    return [(at, has), *_numbers(np.maximum(index, 0), has)]


def _length(parts: Sequence[_Part]) -> _Part:
    """How many bytes these are; of a point with a dozen properties less than 128."""
    total: Ints | int = 0
    for _byte, has in parts:
        total = total + has
    if np.max(total) > 0x7F:
        raise ValueError("a feature of a tile has too many properties")
    return np.asarray(total, dtype=np.uint8), True


def _zigzag(values: Ints) -> Ints:
    return (values << 1) ^ (values >> 63)


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _long(tag: bytes, body: bytes) -> bytes:
    return tag + _varint(len(body)) + body


@lru_cache(maxsize=20_000)
def _value(value: str | int | bool) -> bytes:
    if isinstance(value, bool):
        return b"\x22\x02\x38" + bytes([value])
    if isinstance(value, int):
        return _long(b"\x22", b"\x28" + _varint(value))
    return _long(b"\x22", _long(b"\x0a", value.encode()))

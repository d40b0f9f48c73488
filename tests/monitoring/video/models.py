"""A tiny model in a file, written by hand: it takes a light picture for a person."""

from __future__ import annotations

import struct
from pathlib import Path

SIDE = 64


def write(path: Path, *, person: int = 0) -> Path:
    """The score of its only box is how light the picture is on the average (0..1)."""
    row = _tensor("row", (1, 6), (0.0, 0.0, 1.0, 1.0, 0.0, float(person)))
    light = _tensor("light", (1, 6), (0.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    graph = b"".join(
        (
            _bytes(1, _node("ReduceMean", ("picture",), "mean")),
            _bytes(1, _node("Mul", ("mean", "light"), "score")),
            _bytes(1, _node("Add", ("score", "row"), "found")),
            _bytes(2, b"light"),
            _bytes(5, row),
            _bytes(5, light),
            _bytes(11, _value("picture", (1, 3, SIDE, SIDE))),
            _bytes(12, _value("found", (1, 1, 1, 6))),
        )
    )
    path.write_bytes(_number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13)))
    return path


def _node(kind: str, taken: tuple[str, ...], given: str) -> bytes:
    return (
        b"".join(_bytes(1, each.encode()) for each in taken)
        + _bytes(2, given.encode())
        + _bytes(4, kind.encode())
    )


def _tensor(name: str, shape: tuple[int, ...], values: tuple[float, ...]) -> bytes:
    sides = b"".join(_number(1, each) for each in shape)
    return (
        sides
        + _number(2, 1)
        + _bytes(8, name.encode())
        + _bytes(9, struct.pack(f"<{len(values)}f", *values))
    )


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    sides = b"".join(_bytes(1, _number(1, each)) for each in shape)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, sides)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])

"""Columns of numbers and words into a table by binary COPY, without a row ever being a Python object.

A column is an array or list as long as the others, or one value for all rows. What may be missing is
a masked array, or a list with None. Points are `Points`, other shapes `Shapes`, words that repeat
`Repeated`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg2
import shapely
from geoalchemy2 import Geometry
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    FromClause,
    Integer,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.exc import IntegrityError

from webapp.base.db import db
from webapp.base.spatial import SRID

Bytes = NDArray[np.uint8]

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
END = struct.pack(">h", -1)

# Rows encoded together.
BLOCK = 1 << 14

POSTGRES_EPOCH = np.datetime64("2000-01-01T00:00:00", "us")
EPOCH_DAY = np.datetime64("2000-01-01", "D")


@dataclass(frozen=True)
class Points:
    """Points of the storage CRS (metres)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Shapes:
    """Shapes of any kind in the storage CRS (metres)."""

    shapes: Sequence[BaseGeometry]

    def __len__(self) -> int:
        return len(self.shapes)


@dataclass(frozen=True)
class Repeated:
    """Words that stand in many rows: each row says which one (-1: none)."""

    words: Sequence[str]
    which: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.which)


@dataclass(frozen=True)
class _Encoded:
    """A column on the wire: one row of bytes each, of which `size` count (-1: NULL)."""

    body: Bytes
    size: NDArray[np.int32]

    def __getitem__(self, which: Any) -> _Encoded:
        return _Encoded(self.body[which], self.size[which])


@dataclass(frozen=True)
class _Chosen:
    """`Repeated` whose words are encoded already, once for all blocks."""

    words: _Encoded
    which: NDArray[np.integer]


def copy_in(table: FromClause, columns: Mapping[str, Any], rows: int) -> None:
    """So many rows are in the table, in the session's transaction; triggers and constraints hold.

    Raises `LookupError` for a column that the table does not have, `ValueError` for one that is not
    as long as the others, and SQLAlchemy's `IntegrityError` for rows the table does not take.
    """
    if not isinstance(table, Table):
        raise TypeError("rows are written to a table")
    known = {name: _column(table, name) for name in columns}
    for name, values in columns.items():
        if _is_many(values) and len(values) != rows:
            raise ValueError(f"{name} has {len(values)} values for {rows} rows")
    names = ", ".join(f'"{name}"' for name in columns)
    into = f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT binary)'
    driver: Any = db.session.connection().connection.driver_connection
    with driver.cursor() as cursor, ThreadPoolExecutor(max_workers=1) as beside:
        try:
            cursor.copy_expert(into, _Stream(_blocks(known, columns, rows), beside))
        except psycopg2.IntegrityError as error:
            raise IntegrityError(into, None, error) from error


def _column(table: Table, name: str) -> Column[Any]:
    if name not in table.c:
        raise LookupError(f"{table.name} has no column {name}")
    return table.c[name]


class _Stream:
    """What psycopg2 reads from: a block for each call, whatever size it asks for.

    The next block is made in a thread of its own while PostgreSQL digests the one before.
    """

    def __init__(self, blocks: Iterator[bytes], beside: Executor) -> None:
        self._blocks = blocks
        self._beside = beside
        self._coming = beside.submit(next, blocks, b"")

    def read(self, size: int) -> bytes:
        block = self._coming.result()
        self._coming = self._beside.submit(next, self._blocks, b"")
        return block


def _blocks(
    known: Mapping[str, Column[Any]], columns: Mapping[str, Any], rows: int
) -> Iterator[bytes]:
    yield SIGNATURE
    columns = {name: _chosen(values) for name, values in columns.items()}
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        fields = [
            _encode(known[name], _cut(values, start, count), count)
            for name, values in columns.items()
        ]
        yield _rows(fields, count)
    yield END


def _chosen(values: Any) -> Any:
    if isinstance(values, Repeated):
        return _Chosen(_words([*values.words, None]), np.asarray(values.which))
    return values


def _is_many(values: Any) -> bool:
    return isinstance(values, np.ndarray | list | tuple | Points | Shapes | Repeated)


def _cut(values: Any, start: int, count: int) -> Any:
    part = slice(start, start + count)
    match values:
        case Points():
            return Points(values.x[part], values.y[part])
        case Shapes():
            return Shapes(values.shapes[part])
        case _Chosen():
            return _Chosen(values.words, values.which[part])
        case np.ndarray() | list() | tuple():
            return values[part]
        case _:
            return values


def _rows(fields: list[_Encoded], count: int) -> bytes:
    width = 2 + sum(4 + field.body.shape[1] for field in fields)
    row = np.empty((count, width), dtype=np.uint8)
    kept = np.ones((count, width), dtype=np.bool_)
    row[:, :2] = np.frombuffer(struct.pack(">h", len(fields)), dtype=np.uint8)
    at = 2
    for field in fields:
        wide = field.body.shape[1]
        row[:, at : at + 4] = _bytes_of(field.size, ">i4")
        row[:, at + 4 : at + 4 + wide] = field.body
        if (field.size != wide).any():
            kept[:, at + 4 : at + 4 + wide] = np.arange(wide) < field.size[:, None]
        at += 4 + wide
    return row.tobytes() if kept.all() else row[kept].tobytes()


def _bytes_of(values: Any, kind: str) -> Bytes:
    array = np.ascontiguousarray(values, dtype=kind)
    return array.view(np.uint8).reshape(len(array), -1)


def _encode(column: Column[Any], values: Any, count: int) -> _Encoded:
    if isinstance(values, _Chosen):
        return values.words[values.which]
    if isinstance(values, Points):
        return _whole(_ewkb(values))
    if isinstance(values, Shapes):
        return _packed(_ewkb_of(values))
    if not _is_many(values):
        one = _encode_many(column, [values])
        return _Encoded(
            np.broadcast_to(one.body, (count, one.body.shape[1])),
            np.broadcast_to(one.size, (count,)),
        )
    return _encode_many(column, values)


def _encode_many(column: Column[Any], values: Any) -> _Encoded:
    if isinstance(column.type, Geometry):
        raise TypeError(f"{column.name} is written from Points or Shapes")
    for kind, encode in _ENCODERS:
        if isinstance(column.type, kind):
            return encode(values)
    raise TypeError(f"{column.name} is of a kind that is not copied: {column.type}")


def _numbers(kind: str) -> Callable[[Any], _Encoded]:
    def encode(values: Any) -> _Encoded:
        missing = np.ma.getmaskarray(values) if np.ma.isMaskedArray(values) else None
        if isinstance(values, list | tuple):
            missing = np.array([value is None for value in values])
            values = [0 if value is None else value for value in values]
        body = _bytes_of(np.ma.getdata(values), kind)
        return _whole(body, missing)

    return encode


def _whole(body: Bytes, missing: Any = None) -> _Encoded:
    size = np.full(len(body), body.shape[1], dtype=np.int32)
    if missing is not None:
        size[missing] = -1
    return _Encoded(body, size)


def _words(values: Any, prefix: bytes = b"") -> _Encoded:
    # A list of words is walked through twice as fast as an array of them.
    words = values.tolist() if isinstance(values, np.ndarray) else values
    sent = [b"" if word is None else str(word).encode() for word in words]
    found = _packed([prefix + each for each in sent] if prefix else sent)
    if None in words:
        found.size[[word is None for word in words]] = -1
    return found


def _packed(sent: list[bytes]) -> _Encoded:
    """Bytes of any length, those of each row in front."""
    size = np.fromiter(map(len, sent), dtype=np.int32, count=len(sent))
    wide = max(1, int(size.max(initial=1)))
    body = np.array(sent, dtype=f"S{wide}")
    return _Encoded(body.view(np.uint8).reshape(len(body), wide), size)


def _json(values: Any) -> _Encoded:
    texts = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    return _words(texts, prefix=b"\x01")


def _moments(values: Any) -> _Encoded:
    missing = np.array([value is None for value in values])
    moments = [_utc(value) for value in values]
    since = np.array(moments, dtype="datetime64[us]") - POSTGRES_EPOCH
    return _whole(_bytes_of(since.astype(np.int64), ">i8"), missing)


def _days(values: Any) -> _Encoded:
    missing = np.array([value is None for value in values])
    days = np.array([EPOCH_DAY if value is None else value for value in values], "datetime64[D]")
    return _whole(_bytes_of((days - EPOCH_DAY).astype(np.int32), ">i4"), missing)


def _utc(value: datetime | None) -> np.datetime64:
    if value is None:
        return POSTGRES_EPOCH
    return np.datetime64(int(value.timestamp() * 1_000_000), "us")


def _ewkb_of(many: Shapes) -> list[bytes]:
    placed = shapely.set_srid(np.array(many.shapes, dtype=object), SRID)
    return list(shapely.to_wkb(placed, byte_order=1, include_srid=True))


def _ewkb(points: Points) -> Bytes:
    shape = np.empty(
        len(points),
        dtype=[("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")],
    )
    shape["order"], shape["kind"], shape["srid"] = 1, 0x20000001, SRID
    shape["x"], shape["y"] = points.x, points.y
    return shape.view(np.uint8).reshape(len(points), -1)


_ENCODERS: tuple[tuple[type, Callable[[Any], _Encoded]], ...] = (
    (Boolean, _numbers("u1")),
    (SmallInteger, _numbers(">i2")),
    (BigInteger, _numbers(">i8")),
    (Integer, _numbers(">i4")),
    (Float, _numbers(">f8")),
    (TIMESTAMP, _moments),
    (Date, _days),
    (JSONB, _json),
    (Text, _words),
)

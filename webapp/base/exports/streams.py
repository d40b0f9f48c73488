"""Files that can be sent while they are written: CSV, GeoJSON, KML. Each run of rows gives some bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from flask_babel import gettext as _

from webapp.base.exports.cells import Field, as_json, read, teller

Batches = Iterable[Sequence[Sequence[Any]]]

# What XML cannot hold at all.
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def csv_of(
    title: str, columns: Sequence[Field], batches: Batches, *, placed: bool
) -> Iterator[bytes]:
    """RFC 4180 with a byte order mark, so that spreadsheets read Chinese rightly, and run nothing."""
    told, width = teller(), len(columns)
    heads = [each.title for each in columns]
    if placed:
        heads += [_("Longitude"), _("Latitude")]
    yield b"\xef\xbb\xbf" + _lines([heads])
    for rows in batches:
        yield _lines(
            [
                *map(told, read(row, columns)),
                *("" if at is None else round(at, 6) for at in row[width:]),
            ]
            for row in rows
        )


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def geojson_of(
    title: str, columns: Sequence[Field], batches: Batches, *, placed: bool
) -> Iterator[bytes]:
    """RFC 7946: WGS 84, no `crs`, a Feature for each row, also for one that lies nowhere."""
    yield f'{{"type":"FeatureCollection","name":{_json(title)},"features":['.encode()
    names, between = [_json(each.name) for each in columns], ""
    for rows in batches:
        out = []
        for row in rows:
            said = ",".join(
                f"{name}:{_json(as_json(value))}"
                for name, value in zip(names, read(row, columns), strict=True)
            )
            out.append(
                f'{between}\n{{"type":"Feature","geometry":{row[-1] or "null"},"properties":{{{said}}}}}'
            )
            between = ","
        yield "".join(out).encode()
    yield b"\n]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def kml_of(
    title: str, columns: Sequence[Field], batches: Batches, *, placed: bool
) -> Iterator[bytes]:
    """OGC KML 2.2: a Placemark for each row, named by its first column, all values beside it."""
    told = teller()
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{_xml(title)}</name>\n"
    ).encode()
    heads = [
        f"<Data name={quoteattr(each.name)}><displayName>{_xml(each.title)}</displayName><value>"
        for each in columns
    ]
    for rows in batches:
        yield "".join(_placemark(row, heads, read(row, columns), told) for row in rows).encode()
    yield b"</Document></kml>\n"


def _placemark(row: Sequence[Any], heads: Sequence[str], values: Sequence[Any], told: Any) -> str:
    said = "".join(
        f"{head}{_xml(_unguarded(told, value))}</value></Data>"
        for head, value in zip(heads, values, strict=True)
        if value is not None
    )
    name = _xml(_unguarded(told, values[0]))
    return f"<Placemark><name>{name}</name><ExtendedData>{said}</ExtendedData>{row[-1] or ''}</Placemark>\n"


def _unguarded(told: Any, value: Any) -> str:
    # No spreadsheet opens it: a text stays what it is.
    return value if isinstance(value, str) else str(told(value))


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


STREAMS = {"csv": csv_of, "geojson": geojson_of, "kml": kml_of}

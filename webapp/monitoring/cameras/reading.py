"""Cameras from lists of strangers: a table (.xlsx or .csv), or a catalogue of GB/T 28181 (XML)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.flow import Unacceptable
from webapp.base.language import listed
from webapp.monitoring.cameras.forms import RowForm
from webapp.monitoring.cameras.rules import (
    GB_CAMERAS,
    GB_DIRECTIONS,
    GB_DOUBT,
    GB_KINDS,
    KIND_WORDS,
    PRIVACY_WORDS,
    RETENTION_WORDS,
    STATUS_WORDS,
    CameraKind,
    CameraStatus,
)
from webapp.monitoring.letters import text_of, xml_of
from webapp.people import workbook
from webapp.people.workbook import Fault

MOST_BYTES = 5 * 1024 * 1024
MOST_CAMERAS = 5000

# The headings of a table; a file may name them in either language, or as the fields are called here.
COLUMNS: dict[str, LazyString] = {
    "code": _l("Camera number"),
    "name": _l("Camera name"),
    "kind": _l("Kind of camera"),
    "lon": _l("Longitude"),
    "lat": _l("Latitude"),
    "datum": _l("Coordinate system"),
    "gb_id": _l("GB/T 28181 number"),
    "mount_height_m": _l("Mount height (m)"),
    "bearing": _l("Looks to (degrees from north)"),
    "tilt": _l("Tilt (degrees)"),
    "fov": _l("Field of view (degrees)"),
    "range_m": _l("Range (m)"),
    "near_m": _l("Blind close up (m)"),
    "width_px": _l("Picture width (pixels)"),
    "owner": _l("Whose camera"),
    "privacy": _l("Kind of place"),
    "retention": _l("Recordings kept for"),
    "status": _l("State"),
    "stream": _l("Stream address"),
    "snapshot": _l("Snapshot address"),
    "webrtc": _l("Live page of a media server"),
}


_STATES = {"ON": CameraStatus.ONLINE, "OK": CameraStatus.ONLINE, "OFF": CameraStatus.OFFLINE}


@dataclass(frozen=True)
class Entry:
    """A row that can be used."""

    row: int
    form: RowForm


def read(body: bytes) -> tuple[list[Entry], list[Fault], int]:
    """The cameras of a file, what cannot be read in it, and how many of its rows are no cameras.

    Raises `Unacceptable` for the field `file` when it is no list of cameras at all.
    """
    if len(body) > MOST_BYTES:
        raise workbook.refused(_l("This file is too large: at most 5 MB."))
    passed = 0
    if body.startswith(b"PK"):
        rows = _table([[cell.text for cell in row.cells] for row in workbook.rows(body)])
    elif body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        rows, passed = _catalogue(body)
    else:
        rows = _table(_cells(_text(body)))
    if len(rows) > MOST_CAMERAS:
        raise workbook.refused(
            _l("There are more than %(n)s cameras. Send them in parts.", n=MOST_CAMERAS)
        )
    entries, faults = [], []
    for number, row in rows:
        try:
            entries.append(Entry(number, RowForm.of(row)))
        except Unacceptable as refusal:
            faults += workbook.faults(refusal, number, COLUMNS)
    if not entries and not faults:
        raise workbook.refused(_l("No camera is in this file."))
    return entries, faults, passed


def _table(rows: list[list[str]]) -> list[tuple[int, dict[str, Any]]]:
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(map(str.strip, row))]
    if not filled:
        raise workbook.refused(_l("No camera is in this file."))
    names = workbook.in_every_language(COLUMNS)
    heads = [names.get(each.strip().casefold()) for each in filled[0][1]]
    lacking = [str(COLUMNS[name]) for name in ("code", "name", "kind") if name not in heads]
    if lacking:
        raise workbook.refused(_l("These headings are missing: %(names)s", names=listed(lacking)))
    said = {
        "kind": workbook.in_every_language(KIND_WORDS),
        "privacy": workbook.in_every_language(PRIVACY_WORDS),
        "retention": workbook.in_every_language(RETENTION_WORDS),
        "status": workbook.in_every_language(STATUS_WORDS),
    }
    answer = []
    for number, row in filled[1:]:
        pairs = [(name, text.strip()) for name, text in zip(heads, row, strict=False) if name]
        values = {
            name: said[name].get(text.casefold(), text) if name in said else text
            for name, text in pairs
            if text
        }
        answer.append((number, values))
    return answer


def _cells(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise workbook.refused(_l("No camera is in this file.")) from error


def _catalogue(body: bytes) -> tuple[list[tuple[int, dict[str, Any]]], int]:
    """The cameras of a catalogue, and how many of its items are something else."""
    try:
        root = xml_of(_text(body))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise workbook.refused(_l("This XML cannot be read.")) from error
    items = [each for each in root.iter("Item") if each.findtext("DeviceID")]
    if not items:
        raise workbook.refused(_l("This is no catalogue of GB/T 28181: it has no items."))
    rows, passed = [], 0
    for number, item in enumerate(items, start=1):
        device = _said(item, "DeviceID")
        if len(device) == 20 and device[10:13] not in GB_CAMERAS:
            passed += 1
        else:
            rows.append((number, _device(device, item)))
    return rows, passed


def channel(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A channel as a platform of GB/T 28181 (WVP) tells of it in JSON; None: it is no camera."""
    device = _word(row, "gbDeviceId")
    if not device or (len(device) == 20 and device[10:13] not in GB_CAMERAS):
        return None
    return _described(
        device,
        name=_word(row, "gbName"),
        owner=_word(row, "gbOwner"),
        direction=_word(row, "gbDirectionType"),
        kind=_word(row, "gbPtzType"),
        lonlat=(_word(row, "gbLongitude"), _word(row, "gbLatitude")),
        status=_word(row, "gbStatus"),
    )


def _device(device: str, item: Element) -> dict[str, Any]:
    info = item.find("Info")
    about = info if info is not None else item
    return _described(
        device,
        name=_said(item, "Name"),
        owner=_said(item, "Owner"),
        direction=_said(about, "DirectionType") or _said(item, "DirectionType"),
        kind=_said(about, "PTZType") or _said(item, "PTZType"),
        lonlat=(_said(item, "Longitude"), _said(item, "Latitude")),
        status=_said(item, "Status"),
    )


def _described(
    device: str,
    *,
    name: str,
    owner: str,
    direction: str,
    kind: str,
    lonlat: tuple[str, str],
    status: str,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": device,
        "gb_id": device,
        "name": name or device,
        "kind": GB_KINDS.get(kind, CameraKind.FIXED),
        "owner": owner or None,
    }
    if direction in GB_DIRECTIONS:
        row |= {"bearing": GB_DIRECTIONS[direction], "bearing_doubt": GB_DOUBT}
    if any(_is_number_but_nought(each) for each in lonlat):
        row |= {"lon": lonlat[0], "lat": lonlat[1]}
    return row | {"status": _STATES.get(status.upper())}


def _word(row: Mapping[str, Any], name: str) -> str:
    given = row.get(name)
    return "" if given is None else str(given).strip()


def _said(item: Element, name: str) -> str:
    return (item.findtext(name) or "").strip()


def _is_number_but_nought(text: str) -> bool:
    """(0, 0) is how devices say that they do not know where they are."""
    try:
        return float(text) != 0
    except ValueError:
        return bool(text)


def _text(body: bytes) -> str:
    try:
        return text_of(body)
    except ValueError as error:
        raise workbook.refused(
            _l("The letters of this file cannot be read. Save it as UTF-8.")
        ) from error

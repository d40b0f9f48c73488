"""Pictures are cleaned, what is no picture is refused, and nothing stored is ever run."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from PIL import ExifTags, Image

from tests.polyglots import DRAWN, POLYGLOTS, SCRIPT
from tests.world import World
from webapp.base import files
from webapp.base.flow import Unacceptable

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(24)


def _jpeg(
    size: tuple[int, int] = (400, 300), *, kind: str = "JPEG", exif: Image.Exif | None = None
) -> io.BytesIO:
    picture = Image.new("RGB", size, (120, 80, 40))
    picture.paste((250, 250, 250), (0, 0, size[0] // 2, size[1] // 4))
    out = io.BytesIO()
    more: dict[str, Any] = {"exif": exif} if exif else {}
    picture.save(out, kind, **more)
    out.seek(0)
    return out


def _from_a_phone(lon: float, lat: float, *, turned: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    exif[ExifTags.Base.Make] = "A phone"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "S" if lat < 0 else "N"
    gps[ExifTags.GPS.GPSLongitudeRef] = "W" if lon < 0 else "E"
    gps[ExifTags.GPS.GPSLatitude] = _parts(lat)
    gps[ExifTags.GPS.GPSLongitude] = _parts(lon)
    return exif


def _parts(degrees: float) -> tuple[float, float, float]:
    whole = abs(degrees)
    minutes = (whole - int(whole)) * 60
    return float(int(whole)), float(int(minutes)), (minutes - int(minutes)) * 60


def test_the_position_is_read_before_everything_hidden_is_dropped(world: World) -> None:
    sent = _jpeg(exif=_from_a_phone(121.05, 37.66))
    kept = files.keep_picture(sent, by=world.worker)
    assert kept.taken_lon == pytest.approx(121.05, abs=1e-6)
    assert kept.taken_lat == pytest.approx(37.66, abs=1e-6)
    with Image.open(files.path_of(kept)) as picture:
        assert dict(picture.getexif()) == {}
        assert "exif" not in picture.info


@pytest.mark.parametrize("lon, lat", [(-70.5, -33.4), (0.0, 0.0)])
def test_the_other_half_of_the_world_has_its_signs(world: World, lon: float, lat: float) -> None:
    kept = files.keep_picture(_jpeg(exif=_from_a_phone(lon, lat)), by=world.worker)
    assert (kept.taken_lon, kept.taken_lat) == pytest.approx((lon, lat), abs=1e-6)


def test_a_picture_held_sideways_is_turned_upright(world: World) -> None:
    kept = files.keep_picture(
        _jpeg((400, 300), exif=_from_a_phone(121, 37, turned=6)), by=world.worker
    )
    assert (kept.width, kept.height) == (300, 400)


def test_a_large_picture_is_made_smaller(world: World) -> None:
    kept = files.keep_picture(_jpeg((5000, 2500)), by=world.worker)
    assert (kept.width, kept.height) == (2048, 1024)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_kind_that_phones_make_becomes_jpeg(world: World, kind: str) -> None:
    kept = files.keep_picture(_jpeg(kind=kind), by=world.worker)
    assert kept.media_type == "image/jpeg"
    assert files.path_of(kept).read_bytes()[:2] == b"\xff\xd8"
    assert files.path_of(kept).stat().st_size == kept.size


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xff\xd8\xff\xe0" + b"x" * 200,
        _jpeg().getvalue()[:400],
        _jpeg(kind="GIF").getvalue(),
        _jpeg(kind="TIFF").getvalue(),
    ],
    ids=["empty", "text", "svg", "head", "cut", "gif", "tiff"],
)
def test_what_is_no_picture_is_refused_beside_its_field(world: World, body: bytes) -> None:
    with pytest.raises(Unacceptable) as refused:
        files.keep_picture(io.BytesIO(body), by=world.worker)
    assert set(refused.value.fields) == {"photo"}


def test_a_picture_that_would_fill_the_memory_is_refused(world: World) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    bomb.seek(0)
    with pytest.raises(Unacceptable):
        files.keep_picture(bomb, by=world.worker)


def test_the_same_content_lies_on_disk_once(world: World) -> None:
    first = files.keep_picture(_jpeg(), by=world.worker)
    second = files.keep_picture(_jpeg(), by=world.neighbour)
    assert first.id != second.id
    assert files.path_of(first) == files.path_of(second)


def test_a_voice_note_is_kept_as_it_came(world: World) -> None:
    kept = files.keep_sound(io.BytesIO(WAV), by=world.worker)
    assert kept.media_type == "audio/wav"
    assert files.path_of(kept).read_bytes() == WAV


@pytest.mark.parametrize("body", [b"", b"MZ\x90\x00", b"OggS" + bytes(files.LARGEST_SOUND)])
def test_what_is_no_voice_note_or_too_long_is_refused(world: World, body: bytes) -> None:
    with pytest.raises(Unacceptable):
        files.keep_sound(io.BytesIO(body), by=world.worker)


def test_a_stored_file_is_shown_and_never_run(app: Flask, world: World) -> None:
    kept = files.keep_picture(_jpeg(), by=world.worker)
    with app.test_request_context("/"):
        answer = app.process_response(files.answer(kept))
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "inline"
    assert "private" in answer.headers["Cache-Control"]
    assert answer.get_etag()[0] == kept.sha256


@pytest.mark.parametrize("name", POLYGLOTS)
def test_what_is_two_kinds_at_once_is_refused_or_drawn_anew(world: World, name: str) -> None:
    try:
        kept = files.keep_picture(io.BytesIO(POLYGLOTS[name]), by=world.worker, name=f"{name}.jpg")
    except Unacceptable:
        assert not name.startswith(DRAWN)
        return
    body = files.path_of(kept).read_bytes()
    assert name.startswith(DRAWN)
    assert body.startswith(b"\xff\xd8\xff")
    assert not any(each in body for each in (SCRIPT, b"PK\x03\x04", b"%PDF"))


@pytest.mark.parametrize("kind", ["application/pdf", "application/octet-stream", "text/html"])
def test_what_is_kept_as_it_came_is_saved_and_not_shown(
    app: Flask, world: World, kind: str
) -> None:
    kept = files.keep(POLYGLOTS["pdf-and-zip"], kind, by=world.worker, name='a"b/../<c>.pdf')
    with app.test_request_context("/"):
        answer = app.process_response(files.answer(kept))
    assert answer.mimetype == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer.headers["Content-Disposition"]

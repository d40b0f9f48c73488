"""Files: pictures and voice notes, checked, cleaned, and kept under the name of their content."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from mimetypes import guess_extension
from pathlib import Path
from typing import IO, Any

from flask import Flask, Response, current_app, request, send_file
from flask_babel import lazy_gettext as _l
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Float, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base import clock, stores
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.db import Base, Numbered, db
from webapp.base.flow import Unacceptable
from webapp.base.stores import Folder, Store

LONGEST_SIDE = 2048
LARGEST_PICTURE = 60_000_000
LARGEST_SOUND = 8 * 1024 * 1024
# What a browser may show by itself; a picture is always one that we drew.
SHOWN = ("image/jpeg", "video/", "audio/", "application/json")
SOUNDS = {
    b"\x1aE\xdf\xa3": "audio/webm",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"RIFF": "audio/wav",
}


class StoredFile(Numbered, Base):
    """One kept file: what it is, whose it is, and where the phone said it was taken."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(index=True)
    media_type: Mapped[str]
    size: Mapped[int]
    name: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_lon: Mapped[float | None] = mapped_column(Float(53))
    taken_lat: Mapped[float | None] = mapped_column(Float(53))
    # Where the camera looked, in degrees from north.
    taken_heading: Mapped[float | None] = mapped_column(Float(53))
    taken_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def init_app(app: Flask, settings: Settings) -> None:
    """The app keeps its files under the instance folder, or in the bucket that the settings name."""
    app.extensions["files"] = stores.opened(settings, "files", "??/*")


def store() -> Store:
    """Where the bytes of this app lie, each under `name_of` its file."""
    found: Store = current_app.extensions["files"]
    return found


@dataclass(frozen=True)
class Cleaned:
    """A picture as it is kept, and what was read of it before the rest was dropped."""

    body: bytes
    width: int
    height: int
    lon: float | None
    lat: float | None
    heading: float | None
    taken_at: datetime | None


def cleaned(stream: IO[bytes]) -> Cleaned:
    """The picture as JPEG, turned upright, at most 2048 px, with nothing hidden in it.

    Its position (WGS 84 degrees) and its moment are read before everything else that the phone wrote is dropped.
    Raises `Unacceptable` when it is not a picture.
    """
    try:
        with Image.open(stream, formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise Unacceptable(_l("This picture is too large."), fields={"photo": ""})
            lon, lat = _position(picture)
            heading = _heading(picture)
            taken_at = _moment(picture)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        words = _l("This is not a picture we can read. Use JPEG, PNG or WebP.")
        raise Unacceptable(words, fields={"photo": words}) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Words that somebody wrote beside the picture would be written again.
    upright.info.clear()
    clean = io.BytesIO()
    upright.save(clean, "JPEG", quality=82)
    width, height = upright.size
    return Cleaned(clean.getvalue(), width, height, lon, lat, heading, taken_at)


def keep_picture(stream: IO[bytes], *, by: Actor, name: str | None = None) -> StoredFile:
    """The picture is kept as `cleaned` makes it; `Unacceptable` when it is not a picture."""
    clean = cleaned(stream)
    file = _keep(clean.body, "image/jpeg", by=by, name=name)
    file.width, file.height = clean.width, clean.height
    file.taken_lon, file.taken_lat = clean.lon, clean.lat
    file.taken_heading, file.taken_at = clean.heading, clean.taken_at
    return file


def keep_sound(stream: IO[bytes], *, by: Actor) -> StoredFile:
    """The voice note is kept as it came; `Unacceptable` when it is no sound we know, or too long."""
    body = stream.read(LARGEST_SOUND + 1)
    kind = next((kind for magic, kind in SOUNDS.items() if body.startswith(magic)), None)
    if body[4:8] == b"ftyp":
        kind = "audio/mp4"
    if kind is None or len(body) > LARGEST_SOUND:
        words = _l("This is not a voice note we can play (at most 8 MB).")
        raise Unacceptable(words, fields={"voice": words})
    return _keep(body, kind, by=by, name=None)


def keep(body: bytes, media_type: str, *, by: Actor | None, name: str | None = None) -> StoredFile:
    """Bytes of a kind that the caller has checked are kept."""
    return _keep(body, media_type, by=by, name=name)


def name_of(file: StoredFile) -> str:
    """Under which name the bytes lie."""
    return f"{file.sha256[:2]}/{file.sha256}"


def path_of(file: StoredFile) -> Path:
    """Where the bytes lie on this disk. Raises `LookupError` in a house whose files lie in a bucket."""
    kept = store()
    if not isinstance(kept, Folder):
        raise LookupError("the files of this house lie in a bucket")
    return kept.path(name_of(file))


def body_of(file: StoredFile) -> bytes:
    """The bytes. Raises `FileNotFoundError` when they are gone, `stores.Away` when nobody can say."""
    return store().read(name_of(file))


def forget(file: StoredFile) -> None:
    """The bytes are gone; whoever has the row says what becomes of it."""
    store().drop(name_of(file))


@contextmanager
def lent(file: StoredFile) -> Iterator[Path]:
    """The bytes as a file of this disk, for programs that read nothing else; it may be gone afterwards."""
    if isinstance(store(), Folder):
        yield path_of(file)
        return
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / file.sha256
        path.write_bytes(body_of(file))
        yield path


def answer(file: StoredFile) -> Response:
    """The file as a response that a browser may keep but never runs.

    It shows what we drew, film and sound; whatever is kept as it came (a PDF, say) it saves.
    """
    shown = file.media_type.startswith(SHOWN)
    response = send_file(
        _sent(file),
        mimetype=file.media_type,
        etag=file.sha256,
        max_age=3600,
        conditional=True,
        as_attachment=not shown,
        download_name=file.name or f"{file.id}{guess_extension(file.media_type) or ''}",
    )
    response.cache_control.private = True
    if shown:
        response.headers["Content-Disposition"] = "inline"
    return response


def _sent(file: StoredFile) -> Path | IO[bytes]:
    """What is sent: from the disk where it lies there, and nothing where the browser has it already."""
    if isinstance(store(), Folder):
        return path_of(file)
    known = request.if_none_match.contains_weak(file.sha256)
    return io.BytesIO(b"" if known else body_of(file))


def _keep(body: bytes, media_type: str, *, by: Actor | None, name: str | None) -> StoredFile:
    digest = hashlib.sha256(body).hexdigest()
    file = StoredFile(
        sha256=digest,
        media_type=media_type,
        size=len(body),
        name=name,
        account_id=by.id if by else None,
    )
    # There before the row is committed: a row never names bytes that a crash took.
    store().put(name_of(file), body)
    db.session.add(file)
    db.session.flush()
    return file


def _position(picture: Any) -> tuple[float | None, float | None]:
    gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef] == "S")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef] == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None, None
    return lon, lat


def _heading(picture: Any) -> float | None:
    gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    try:
        heading = float(gps[ExifTags.GPS.GPSImgDirection])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return heading % 360 if isfinite(heading) else None


def _moment(picture: Any) -> datetime | None:
    """When it was taken, by the clock of the phone: in its own zone, or else in that of the office."""
    said = picture.getexif().get_ifd(ExifTags.IFD.Exif)
    words = str(said.get(ExifTags.Base.DateTimeOriginal) or "").strip("\0 ")
    zone = str(said.get(ExifTags.Base.OffsetTimeOriginal) or "").strip("\0 ")
    try:
        if zone:
            return datetime.strptime(f"{words} {zone}", "%Y:%m:%d %H:%M:%S %z")
        moment = datetime.strptime(words, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # the zone follows
    except ValueError:
        return None
    return moment.replace(tzinfo=clock.Calendar().zone)


def _degrees(parts: Any, negative: bool) -> float:
    whole, minutes, seconds = (float(part) for part in parts)
    value = whole + minutes / 60 + seconds / 3600
    return -value if negative else value

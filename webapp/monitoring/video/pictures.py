"""A picture of a camera on demand, at most some seconds old, with nothing behind its masks."""

from __future__ import annotations

import fcntl
import io
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from flask import current_app
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageDraw, UnidentifiedImageError

from webapp.base.config import Settings
from webapp.base.flow import NotOpen
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.video import ffmpeg, queries
from webapp.monitoring.video.ffmpeg import Source, Unreachable
from webapp.monitoring.video.rules import FRESH_S, Corners

WITHIN_S = 12.0
LARGEST = 8 * 1024 * 1024
WIDEST = 1280
_GREY = (128, 128, 128)
# So many processes of ffmpeg take a picture at a time, whichever web process began them; whoever finds
# no place within so long (seconds) has none, and asks again by itself.
AT_ONCE, PLACE_S, ASK_AGAIN_S = 4, 6.0, 0.05


def snapshot(camera: Camera) -> bytes:
    """What the camera sees now, as JPEG; `NotOpen` where it gives nothing."""
    sealed = camera.snapshot or camera.stream
    if sealed is None:
        raise NotOpen(_l("No address of this camera is kept."))
    settings: Settings = current_app.extensions["settings"]
    folder = settings.instance / "pictures"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = folder / f"{camera.id}.jpg"
    # Of many who ask at once one asks the camera.
    with _alone(folder / f"{camera.id}.lock"):
        if not _fresh(kept):
            source = ffmpeg.reading_sealed(sealed)
            with _place(folder):
                body = _taken(source)
            draft = kept.with_suffix(f".{os.getpid()}.part")
            draft.write_bytes(body)
            draft.replace(kept)
        return masked(kept.read_bytes(), queries.masks_of(camera.id))


def masked(body: bytes, masks: Sequence[Corners]) -> bytes:
    """The picture with grey over these polygons; `NotOpen` where it is none."""
    try:
        with Image.open(io.BytesIO(body), formats=("JPEG",)) as opened:
            picture = opened.convert("RGB")
        picture.info.clear()
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise NotOpen(_l("The camera gives no picture now.")) from error
    for corners in masks:
        scaled = [(x * picture.width, y * picture.height) for x, y in corners]
        ImageDraw.Draw(picture).polygon(scaled, fill=_GREY)
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=82)
    return made.getvalue()


def forget(camera_id: int) -> None:
    """No picture of this camera is kept for whoever asks next."""
    settings: Settings = current_app.extensions["settings"]
    (settings.instance / "pictures" / f"{camera_id}.jpg").unlink(missing_ok=True)


def forget_old(before: datetime) -> None:
    """No picture is kept that was taken before a moment."""
    settings: Settings = current_app.extensions["settings"]
    for kept in (settings.instance / "pictures").glob("*.jpg"):
        if kept.stat().st_mtime < before.timestamp():
            kept.unlink(missing_ok=True)


def _fresh(kept: Path) -> bool:
    try:
        return time.time() - kept.stat().st_mtime < FRESH_S
    except FileNotFoundError:
        return False


def _taken(source: Source) -> bytes:
    process = ffmpeg.begun(
        source,
        *("-map", "0:v:0", "-frames:v", "1", "-vf", f"scale='min({WIDEST},iw)':-2"),
        *("-q:v", "4", "-f", "mjpeg", "-"),
    )
    try:
        return ffmpeg.output_of(process, within=WITHIN_S, most=LARGEST)
    except Unreachable as error:
        raise NotOpen(_l("The camera gives no picture now.")) from error
    finally:
        ffmpeg.end(process)


@contextmanager
def _place(folder: Path) -> Iterator[None]:
    """One of the places, ours until we are done; `NotOpen` where none becomes free in time."""
    until = time.monotonic() + PLACE_S
    with ExitStack() as held:
        while True:
            for number in range(AT_ONCE):
                lock = (folder / f"place-{number}").open("a")
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    lock.close()
                    continue
                held.enter_context(lock)
                yield
                return
            if time.monotonic() > until:
                raise NotOpen(_l("Many pictures are being taken at this moment. Try again soon."))
            time.sleep(ASK_AGAIN_S)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

"""Exports are asked for, written, ended, and forgotten again; each leaves one line in the log."""

from __future__ import annotations

import secrets
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakSet

from flask import Flask, current_app
from flask_babel import force_locale, lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.base import clock, stores
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.exports import books, queries
from webapp.base.exports.cells import Field, fields, zone
from webapp.base.exports.models import Export
from webapp.base.exports.rules import AT_ONCE, KEPT_HOURS, MOST_WAITING, Format
from webapp.base.exports.sheet import Address, Sheet
from webapp.base.exports.streams import STREAMS, Batches
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.stores import Folder, Store

# How often (seconds) it is told how far a file has come.
TOLD_S = 1.0


class TooMany(Refusal):
    """Somebody waits for as many files as one may."""

    code = "too_many"
    status = 429


class Busy(Refusal):
    """As many lists are being sent as leave the pages their connections to the database."""

    code = "busy"
    status = 503


@dataclass(frozen=True)
class Asked:
    """A list as it is on the screen: which, narrowed how, and what its right is asked of."""

    sheet: Sheet
    wish: Address
    of: Any


def begin(
    asked: Asked, *, form: Format, purpose: str | None, at_once: bool, locale: str, by: Actor
) -> Export:
    """It is in the log who takes which list how and for what; `by_task` says whether it is made later.

    `at_once`: whoever asks cannot come back for it, so it is streamed however long it is.

    Raises `Unacceptable` for a form that is not to be had and for personal rows without a purpose, and
    `TooMany` for one more file than the worker makes for one person.
    """
    if form not in asked.sheet.formats:
        words = _l("This list is not had in this form.")
        raise Unacceptable(words, fields={"format": words})
    if asked.sheet.personal and not purpose:
        words = _l("Say what you need it for.")
        raise Unacceptable(words, fields={"purpose": words})
    rows = queries.count(asked.sheet, by, asked.wish, most=AT_ONCE + 1)
    if rows > AT_ONCE and at_once and form.ending not in STREAMS:
        words = _l("So many rows are had at once as CSV, GeoJSON or KML only.")
        raise Unacceptable(words, fields={"format": words})
    later = rows > AT_ONCE and not at_once
    if later and queries.waiting(by.id) >= MOST_WAITING:
        raise TooMany(_l("Several files are being made for you already. Wait until one is ready."))
    export = Export(
        account_id=by.id,
        sheet=asked.sheet.name,
        wish=dict(asked.wish),
        format=form,
        locale=locale,
        purpose=purpose,
        by_task=later,
        expected=rows,
    )
    db.session.add(export)
    db.session.flush()
    if asked.sheet.noted is not None:
        asked.sheet.noted(by, asked.wish, purpose or "")
    return export


@dataclass
class Writing:
    """A file that is being written: its columns in the language of the reader, and how far it is."""

    export_id: int
    sheet: Sheet
    form: Format
    columns: Sequence[Field]
    found: Any
    rows: int = 0

    def batches(self, session: Session | None = None, *, tell: bool = False) -> Batches:
        """The rows, counted as they pass; `tell` writes down from time to time how many they are."""
        told = time.monotonic()
        for batch in queries.batches(self.found, session):
            yield batch
            self.rows += len(batch)
            if tell and time.monotonic() > told + TOLD_S:
                note(self.export_id, rows=self.rows)
                told = time.monotonic()

    def stream(self) -> Generator[bytes]:
        """The file, bit by bit; the log says at the end how many rows it had, or that it broke."""
        done = False
        try:
            yield from self._parts(self.batches())
            done = True
        finally:
            end = {"ended_at": clock.now()} if done else {"failed_at": clock.now()}
            note(self.export_id, rows=self.rows, **end)

    def write(self, path: Path, batches: Batches) -> None:
        """The whole file stands at `path`, or nothing."""
        part = path.with_name(f"part-{path.name}")
        try:
            self._write(part, batches)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _write(self, path: Path, batches: Batches) -> None:
        title, shape = str(self.sheet.title), self.sheet.shape
        if self.form.ending == "xlsx":
            books.excel(path, title, self.columns, batches, placed=shape is not None)
        elif self.form.ending == "gpkg" and shape is not None:
            srid = self.form.srid
            books.geopackage(path, title, self.columns, batches, geometry=shape.kind, srid=srid)
        else:
            with path.open("wb") as out:
                out.writelines(self._parts(batches))

    def _parts(self, batches: Batches) -> Iterable[bytes]:
        title, placed = str(self.sheet.title), self.sheet.shape is not None
        return STREAMS[self.form.ending](title, self.columns, batches, placed=placed)


class Steps(Iterator[bytes]):
    """A stream whose every step is taken in the app and in one language, whoever asks for the next."""

    # Each holds a connection to the database while somebody fetches, perhaps slowly.
    running: WeakSet[Steps] = WeakSet()

    def __init__(self, parts: Generator[bytes], locale: str) -> None:
        self.parts, self.locale = parts, locale
        Steps.running.add(self)
        self.app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # behind the proxy

    def __next__(self) -> bytes:
        with self.app.app_context(), force_locale(self.locale):
            return next(self.parts)

    def close(self) -> None:
        """Nobody wants the rest: its cursor is closed, and the log says that it broke off."""
        Steps.running.discard(self)
        with self.app.app_context():
            self.parts.close()


def must_not_crowd() -> None:
    """Raises `Busy` where one more stream would take the connections that pages need."""
    if len(Steps.running) >= max(1, current_app.extensions["settings"].pool_size // 2):
        raise Busy(_l("Several lists are being taken out at this moment. Please try again soon."))


def writing(export: Export, asked: Asked, *, by: Actor) -> Writing:
    """The file of an export, in the language of the moment."""
    form = Format(export.format)
    return Writing(
        export.id,
        asked.sheet,
        form,
        fields(asked.sheet, zone()),
        queries.statement(asked.sheet, by, asked.wish, form, export.locale),
    )


def note(export_id: int, **values: Any) -> None:
    """It is known at once, whatever becomes of the rest: how far a file is, that it ended or broke."""
    with db.sessionmaker.begin() as session:
        session.execute(update(Export).where(Export.id == export_id).values(**values))


def keep(export: Export, path: Path) -> None:
    """The made file waits for whoever asked for it, at whatever host they ask."""
    export.file, export.size = path.name, path.stat().st_size
    store().take(path)
    export.ended_at = clock.now()
    export.expires_at = clock.now() + timedelta(hours=KEPT_HOURS)


def init_app(app: Flask, settings: Settings) -> None:
    """Made files wait under the instance folder, or in the bucket that the settings name."""
    app.extensions["exports"] = stores.opened(settings, "exports", "*")


def store() -> Store:
    """Where made files wait."""
    found: Store = current_app.extensions["exports"]
    return found


def folder() -> Path:
    """Where files are made; nobody else may look into it."""
    found: Path = current_app.extensions["settings"].instance / "exports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found.resolve()


def new_path(form: Format) -> Path:
    """A name for a file that nobody can guess."""
    return folder() / f"{secrets.token_urlsafe(18)}.{form.ending}"


def waiting(export: Export) -> str | None:
    """The name in the store under which the file of an export waits, while it does."""
    if export.file is None or export.expires_at is None or export.expires_at < clock.now():
        return None
    return export.file if store().has(export.file) else None


def forget() -> None:
    """Files that waited long enough are gone, and so is what a killed process left."""
    now = clock.now()
    for export in queries.expired(now):
        store().drop(export.file or "")
        export.file = None
    for export in queries.unended(now - timedelta(hours=KEPT_HOURS)):
        export.failed_at = now
    db.session.flush()
    # By the clock of the disks, which nobody sets for a test.
    old = datetime.fromtimestamp(time.time() - KEPT_HOURS * 3600, UTC)
    for place in (store(), Folder(folder(), "*")):
        lying = [each.name for each in place.lying() if each.at < old]
        for name in set(lying) - queries.kept(lying):
            place.drop(name)

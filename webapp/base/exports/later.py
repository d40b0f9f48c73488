"""Exports of many rows: the worker makes them, tells how far it is, and that they are ready."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from flask_babel import force_locale
from sqlalchemy import exc

from webapp.base import clock, notices, tasks
from webapp.base.access import Actor, may
from webapp.base.db import db, is_away
from webapp.base.exports import actions, queries
from webapp.base.exports.actions import Asked
from webapp.base.exports.models import Export
from webapp.base.exports.rules import Format
from webapp.base.exports.sheet import SHEETS
from webapp.base.language import LANGUAGES, N_

log = logging.getLogger("wangge.exports")

_KNOWN: list[Callable[[int], Actor | None]] = []

# More rows are never told of.
_ALL = 1_000_000_000


def known_by(person: Callable[[int], Actor | None]) -> None:
    """Who an account is, with the posts of the moment, is asked here."""
    _KNOWN[:] = [person]


@tasks.task("exports.make")
def make(export_id: int) -> None:
    """The file waits to be fetched and its reader knows, or both know that it could not be made."""
    export = queries.one(export_id)
    if export is None or export.ended_at is not None or export.failed_at is not None:
        return
    form = Format(export.format)
    path = actions.new_path(form)
    try:
        with force_locale(export.locale):
            _write(export, form, path)
    except Exception as error:
        path.unlink(missing_ok=True)
        if isinstance(error, exc.SQLAlchemyError) and is_away(error):
            raise
        log.exception("export %s could not be made", export_id)
        db.session.rollback()
        export.failed_at = clock.now()
        _tell(export, N_("Your file of %(what)s could not be made. Please ask for it again."))


def _write(export: Export, form: Format, path: Path) -> None:
    who = _KNOWN[-1](export.account_id)
    sheet = SHEETS[export.sheet].at_present()
    asked = Asked(sheet, export.wish, sheet.thing(export.wish) if sheet.thing else None)
    if who is None or not may(who, "exports.take", asked):
        raise LookupError("whoever asked for it may not see the list any more")
    export.expected = queries.count(sheet, who, export.wish, most=_ALL)
    export.rows = 0
    file = actions.writing(export, asked, by=who)
    # Nothing of ours waits in a transaction while the file is written.
    db.session.commit()
    file.write(path, file.batches(tell=True))
    export.rows = file.rows
    actions.keep(export, path)
    _tell(export, N_("Your file of %(what)s is ready."))


def _tell(export: Export, words: str) -> None:
    names = {}
    for code in LANGUAGES:
        with force_locale(code):
            names[code] = str(SHEETS[export.sheet].title)
    notices.notify(
        [export.account_id],
        words,
        url=f"/exports/{export.id}",
        what=names["zh_CN"],
        what_en=names["en"],
    )


@tasks.task("exports.forget", cron="37 * * * *")
def forget() -> None:
    """Files that waited long enough are gone."""
    actions.forget()

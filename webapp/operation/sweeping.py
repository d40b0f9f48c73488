"""What no row names any more is gone from the disk, too: erased papers, replaced photos, halves of uploads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from webapp.base import clock, file_queries, tasks, web
from webapp.base.db import db

# An upload and what it belongs to are one transaction; the rest is room for clocks and long imports.
KEPT = timedelta(days=2)
BATCH = 1000


@tasks.task("files.sweep", cron="7 20 * * *")
def sweep() -> None:
    """Bytes without a row are gone, and then the rows of files that nobody names; their bytes go next night.

    So no row ever names bytes that are not there, wherever this breaks off.
    """
    before = clock.now() - KEPT
    for path in bytes_of_nobody(before):
        path.unlink(missing_ok=True)
    for file in file_queries.of_nobody(BATCH, before=before):
        db.session.delete(file)
    db.session.flush()


def bytes_of_nobody(before: datetime) -> Iterator[Path]:
    """Files on the disk that were written before a moment and that no row names."""
    folder: Path = current_app.extensions["files"]
    old = [path for path in folder.glob("??/*") if path.stat().st_mtime < before.timestamp()]
    for paths in web.chunks(old, BATCH):
        kept = file_queries.kept_contents([path.name for path in paths])
        yield from (path for path in paths if path.name not in kept)

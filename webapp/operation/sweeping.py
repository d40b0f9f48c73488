"""What no row names any more is gone from the disk, too: erased papers, replaced photos, halves of uploads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from webapp.base import clock, file_queries, files, tasks, web
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
    for name in bytes_of_nobody(before):
        files.store().drop(name)
    for file in file_queries.of_nobody(BATCH, before=before):
        db.session.delete(file)
    db.session.flush()


def bytes_of_nobody(before: datetime) -> Iterator[str]:
    """Names in the store of files that were written before a moment and that no row names."""
    old = [each.name for each in files.store().lying() if each.at < before]
    for names in web.chunks(old, BATCH):
        kept = file_queries.kept_contents([PurePosixPath(name).name for name in names])
        yield from (name for name in names if PurePosixPath(name).name not in kept)

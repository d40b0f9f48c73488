"""A file that nobody is to see any more goes at once, and not with the sweep of the night."""

from __future__ import annotations

from webapp.base import file_queries, files
from webapp.base.db import db
from webapp.base.files import StoredFile


def erase(file: StoredFile) -> None:
    """The row of a file that nothing names any more is deleted, and its bytes where no other file has the same."""
    if not file_queries.shares_bytes(file):
        files.forget(file)
    db.session.delete(file)

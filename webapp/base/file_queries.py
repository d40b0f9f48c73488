"""Which files rows still name, whatever their table."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, or_, select

from webapp.base.db import Base, db
from webapp.base.files import StoredFile


def of_nobody(
    limit: int, *, media_type: str | None = None, before: datetime | None = None
) -> list[StoredFile]:
    """Files that no row of any table names any more, perhaps only of a kind, or kept before a moment."""
    named = [
        exists().where(column == StoredFile.id)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == StoredFile.__tablename__ for key in column.foreign_keys)
    ]
    found = select(StoredFile).where(~or_(*named))
    if media_type is not None:
        found = found.where(StoredFile.media_type == media_type)
    if before is not None:
        found = found.where(StoredFile.created_at < before)
    return list(db.session.scalars(found.order_by(StoredFile.id).limit(limit)))


def shares_bytes(file: StoredFile) -> bool:
    """True where another file has the same bytes."""
    found = select(StoredFile.id).where(StoredFile.sha256 == file.sha256, StoredFile.id != file.id)
    return db.session.scalar(found.limit(1)) is not None


def kept_contents(digests: Collection[str]) -> set[str]:
    """Which of these contents (SHA-256) a file still has."""
    found = select(StoredFile.sha256).where(StoredFile.sha256.in_(digests))
    return set(db.session.scalars(found))

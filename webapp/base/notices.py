"""Who must know: a notice is written with its cause, and leaves the house through the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import ForeignKey, Index, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base import clock, tasks
from webapp.base.db import Base, Numbered, db

log = logging.getLogger("wangge.notices")


class Notice(Numbered, Base):
    """One line for one account: an English sentence with its values, translated when shown."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "ix_notice_unread", "account_id", "id", postgresql_where=text("read_at IS NULL")
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    words: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    url: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]

    def __str__(self) -> str:
        """The sentence in the language of the reader."""
        return str(gettext(self.words, **self.params))


class Dispatch(Numbered, Base):
    """A text on its way out of the house by one channel; the text is forgotten once it is sent."""

    __tablename__ = "dispatch_out"

    channel: Mapped[str]
    address: Mapped[str]
    body: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]


# A notice wakes the consoles of its reader, by the same thin line as an event.
NOTICE_SIGNAL = """
CREATE OR REPLACE FUNCTION notice_signal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO signal (kind, thing_id, move, account_id)
    VALUES ('notice', NEW.id, 'created', NEW.account_id);
    RETURN NULL;
END $$
"""

FUNCTIONS = (NOTICE_SIGNAL,)

TRIGGERS = (
    "CREATE TRIGGER notice_signal AFTER INSERT ON notice"
    " FOR EACH ROW EXECUTE FUNCTION notice_signal()",
)


def notify(to: Iterable[int], words: str, *, url: str, **params: Any) -> None:
    """Each of these accounts has the notice once the transaction commits, and sees it live."""
    rows = [
        {"account_id": account, "words": words, "params": params, "url": url}
        for account in sorted(set(to))
    ]
    if rows:
        db.session.execute(insert(Notice), rows)


def unread(account_id: int, limit: int = 50) -> list[Notice]:
    """The newest notices an account has not read, newest first."""
    found = select(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return list(db.session.scalars(found.order_by(Notice.id.desc()).limit(limit)))


def mark_read(account_id: int, notice_ids: Iterable[int]) -> None:
    """These notices of the account count as read."""
    db.session.execute(
        update(Notice)
        .where(
            Notice.account_id == account_id,
            Notice.id.in_(list(notice_ids)),
            Notice.read_at.is_(None),
        )
        .values(read_at=clock.now())
    )


def send(channel: str, address: str, words: str, *, locale: str, **params: Any) -> None:
    """A text leaves by a channel (a phone code, say) soon after the transaction commits."""
    with force_locale(locale):
        body = gettext(words, **params)
    row = Dispatch(channel=channel, address=address, body=body)
    db.session.add(row)
    db.session.flush()
    tasks.defer("notices.deliver", dispatch_id=row.id)


def _console(address: str, body: str) -> None:
    log.warning("to %s: %s", address, body)


CHANNELS: Mapping[str, Callable[[str, str], None]] = {"console": _console}


@tasks.task("notices.deliver")
def deliver(dispatch_id: int) -> None:
    """One text is out; what was sent already is not sent twice."""
    row = db.session.get(Dispatch, dispatch_id, with_for_update=True)
    if row is None or row.sent_at is not None or row.body is None:
        return
    CHANNELS[row.channel](row.address, row.body)
    row.sent_at, row.body = clock.now(), None

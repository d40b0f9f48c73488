"""Who must know: a notice is written with its cause, and leaves the house through the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale, gettext
from pydantic import Field
from sqlalchemy import ForeignKey, Index, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base import clock, tasks
from webapp.base.access import Owns, SignedIn, me, permit
from webapp.base.db import Base, Numbered, db
from webapp.base.sealing import SealedText
from webapp.base.web import Form, Page, goto, own_address, page

log = logging.getLogger("wangge.notices")

bp = Blueprint("notices", __name__)

PAGE = 50
BODY_HOURS = 24

MAY = {
    "notices.list": SignedIn(),
    "notices.read": Owns("account_id", "is told"),
}


class Notice(Numbered, Base):
    """One line for one account: an English sentence with its values, translated when shown."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_unread", "account_id", "id", postgresql_where=text("read_at IS NULL")),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    words: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    url: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]

    def __str__(self) -> str:
        """The sentence in the language of the reader; `what_en` is `what` for those of English."""
        said = dict(self.params)
        if str(get_locale()) == "en":
            said |= {
                name.removesuffix("_en"): value
                for name, value in said.items()
                if name.endswith("_en") and value
            }
        return str(gettext(self.words, **said))


class Dispatch(Numbered, Base):
    """A text on its way out of the house by one channel, sealed; text and address are forgotten once it is sent."""

    __tablename__ = "dispatch_out"

    channel: Mapped[str]
    address: Mapped[str | None] = mapped_column(SealedText)
    body: Mapped[str | None] = mapped_column(SealedText)
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


def notify_each(lines: Iterable[tuple[int, str, str, Mapping[str, Any]]]) -> None:
    """Lines as (account, words, url, what they are filled with), each for one account, written together."""
    rows = [
        {"account_id": account, "words": words, "params": dict(params), "url": url}
        for account, words, url, params in lines
    ]
    if rows:
        db.session.execute(insert(Notice), rows)


def one(notice_id: int) -> Notice | None:
    """A notice by its key."""
    return db.session.get(Notice, notice_id)


def listed(account_id: int, *, before: int | None = None) -> Page[Notice]:
    """The notices of an account, newest first; `before` is where the last page ended."""
    found = select(Notice).where(Notice.account_id == account_id)
    if before is not None:
        found = found.where(Notice.id < before)
    rows = db.session.scalars(found.order_by(Notice.id.desc()).limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def unread(account_id: int, limit: int = PAGE) -> list[Notice]:
    """The newest notices an account has not read, newest first."""
    found = select(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return list(db.session.scalars(found.order_by(Notice.id.desc()).limit(limit)))


def mark_read(account_id: int, *, until: int) -> None:
    """The notices of the account up to this one count as read."""
    mine = Notice.account_id == account_id, Notice.id <= until, Notice.read_at.is_(None)
    db.session.execute(update(Notice).where(*mine).values(read_at=clock.now()))


def send(channel: str, address: str, words: str, *, locale: str, **params: Any) -> Dispatch:
    """A text leaves by a channel (a phone code, say) soon after the transaction commits.

    The row that is answered says once it has left, or why it could not.
    """
    with force_locale(locale):
        body = gettext(words, **params)
    row = Dispatch(channel=channel, address=address, body=body)
    db.session.add(row)
    db.session.flush()
    tasks.defer("notices.deliver", dispatch_id=row.id)
    return row


def _console(address: str, body: str) -> None:
    log.warning("to %s: %s", address, body)


CHANNELS: Mapping[str, Callable[[str, str], None]] = {"console": _console}


@tasks.task("notices.deliver")
def deliver(dispatch_id: int) -> None:
    """One text is out; what was sent already is not sent twice.

    A channel that fails is tried again, and says meanwhile why in the row.
    """
    row = db.session.get(Dispatch, dispatch_id, with_for_update=True)
    if row is None or row.sent_at is not None or row.body is None or row.address is None:
        return
    try:
        CHANNELS[row.channel](row.address, row.body)
    except Exception as error:
        row.error = repr(error)
        db.session.commit()
        raise
    row.sent_at, row.error = clock.now(), None
    row.address = row.body = None


@tasks.task("notices.forget", cron="11 * * * *")
def forget() -> None:
    """Texts that could not be sent within a day are erased: a phone code is of no use by then."""
    old = Dispatch.created_at < clock.now() - timedelta(hours=BODY_HOURS)
    db.session.execute(
        update(Dispatch).where(old, Dispatch.body.is_not(None)).values(address=None, body=None)
    )


class ListForm(Form):
    """Where in the list of notices."""

    before: int | None = Field(default=None, ge=1)


class ReadForm(Form):
    """The newest notice that was on the page."""

    until: int = Field(ge=1)


@bp.get("/notices")
@permit("notices.list")
def show() -> Response:
    """All notices of the reader, newest first."""
    wish = ListForm.of(request.args.to_dict())
    found = listed(me().id or 0, before=wish.before)
    return page("notices.html", fragment="list", notices=found.rows, after=found.after)


@bp.post("/notices/read")
@permit("notices.list")
def read_all() -> ResponseReturnValue:
    """What was on the page counts as read; what came since stays new."""
    mark_read(me().id or 0, until=ReadForm.read(request).until)
    return goto("notices.show")


@bp.post("/notices/<int:notice_id>")
@permit("notices.read", of=one)
def follow(notice: Notice) -> ResponseReturnValue:
    """The notice counts as read, and leads to what it is about."""
    notice.read_at = notice.read_at or clock.now()
    return redirect(own_address(notice.url, "/notices"), 303)

"""How far back the house can say how it was, and the form in which somebody chooses a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, request
from flask_babel import lazy_gettext as _l
from pydantic import field_validator

from webapp.base import clock
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import Form, page

# The log of everything since then is looked through: so far back it is answered.
REACH = timedelta(days=92)

# So many rows of a list of the past are shown at once.
PAGE = 50


class NotKept(Refusal):
    """How this was in the past is kept nowhere."""

    status = 422
    code = "not_kept"


def zoned(moment: datetime | None) -> datetime | None:
    """A moment without a zone is one of the office."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=clock.Calendar().zone)


def reached(moment: datetime) -> datetime:
    """The moment, if the past is known then; else `Unacceptable`."""
    now = clock.now()
    if moment > now or now - moment > REACH + timedelta(days=1):
        words = _l("The past is told of the last %(n)s days.", n=REACH.days)
        raise Unacceptable(words, fields={"as_of": words})
    return moment


def told_by_itself(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that answers `as_of` by itself."""
    view.tells_past = True  # type: ignore[attr-defined]  # read where nobody else tells it
    return view


def told_then(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page that is asked for again as of a moment: every statement of it reads the rows of then.

    `ui.look_back()` stands in its head; whoever looks back finds the moment above it.
    """
    view.told_then = True  # type: ignore[attr-defined]  # read where the past is asked for
    return view


@dataclass(frozen=True)
class Look:
    """What a page offers who looks back: from when on, until when."""

    first: datetime
    last: datetime


def look() -> Look | None:
    """The moments as of which the page can be asked for; None where it is looked at as of one already."""
    if "as_of" in g:
        return None
    now = clock.now()
    return Look(now - REACH, now)


class AsOf(Form):
    """How it was at a moment; None: how it is."""

    as_of: datetime | None = None

    @field_validator("as_of", mode="before")
    @classmethod
    def _absent(cls, value: Any) -> Any:
        return value or None

    @field_validator("as_of", mode="after")
    @classmethod
    def _zoned(cls, value: datetime | None) -> datetime | None:
        return zoned(value)

    def moment(self) -> datetime:
        """The moment that is asked for, or now. Raises `Unacceptable` where the past is not known then."""
        return reached(self.as_of or clock.now())


def only_kept(form: Form, *kept: str) -> None:
    """Raises `NotKept` where the list is narrowed by something of which no history is kept.

    `kept` are the fields by which it may be narrowed in the past.
    """
    asked = form.model_fields_set - {*kept, "as_of", "before"}
    fresh = type(form)()
    wrong = [
        name for name in sorted(asked) if getattr(form, name) not in (getattr(fresh, name), "")
    ]
    if wrong:
        words = _l("By this the past cannot be narrowed: how it was then is not kept.")
        raise NotKept(words, fields=dict.fromkeys(wrong, words))


@dataclass(frozen=True)
class Was:
    """A row of a list of the past: where it leads, what and where it is, how it stood, what else is known."""

    href: str
    what: Any
    where: Any
    state: Any
    chip: str
    said: Sequence[Any] = ()


def first(rows: Sequence[Any], was: Callable[[Any], Was]) -> tuple[list[Was], int | None]:
    """The rows of one page, of one more than it holds; and the key after which the next begins, if there is one."""
    more = len(rows) > PAGE
    return [was(row) for row in rows[:PAGE]], rows[PAGE - 1].id if more else None


@dataclass(frozen=True)
class Tab:
    """A way to another part of the list, with how many stood there where that is counted."""

    words: Any
    address: Mapping[str, Any]
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class Sheet:
    """The list of the past as a file: its name, what its page knows beside its address, what the right is of."""

    name: str
    more: Mapping[str, Any]
    of: Any = None


def listed(
    title: Any,
    moment: datetime,
    rows: Sequence[Was],
    *,
    sheet: Sheet,
    not_known: Any,
    tabs: Sequence[Tab] = (),
    after: int | None = None,
) -> Response:
    """The page of a list as it was at a moment, marked as such; `not_known` says what nobody kept."""
    address = {
        name: value
        for name, value in request.args.items()
        if value and name not in ("as_of", "before")
    }
    return page(
        "parts/past_list.html",
        fragment="queue",
        title=title,
        moment=moment,
        rows=rows,
        sheet=sheet,
        not_known=not_known,
        tabs=tabs,
        after=after,
        address=address,
    )

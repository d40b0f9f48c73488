"""A list that somebody has looked at waits for their yes, sealed: nobody changes it on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.base import security
from webapp.base.access import Actor
from webapp.people import workbook

KEPT_S = 3600
TOO_LONG = _l("This list waited too long. Send the workbook again.")


def sealed(rows: Iterable[Mapping[str, Any]], *, what: str, by: Actor) -> str:
    """The rows as a text that only this account gives back, and only as the same kind of list."""
    return _seal(what, by).dumps([dict(each) for each in rows])


def unsealed(text: str, *, what: str, by: Actor) -> list[dict[str, Any]]:
    """The rows of `sealed`. Raises `Unacceptable` when they are too old or not from there."""
    try:
        found: list[dict[str, Any]] = _seal(what, by).loads(text, max_age=KEPT_S)
    except BadData as error:
        raise workbook.refused(TOO_LONG) from error
    return found


def _seal(what: str, by: Actor) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(security.signing_keys(), salt=f"{what}-{by.id}")

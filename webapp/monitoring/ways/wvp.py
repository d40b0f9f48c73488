"""WVP, a platform of GB/T 28181, asked for its channels and its alarms.

As its own pages ask: a sign-in whose password travels as its MD5, or a key made there; answers are
wrapped in a code, and lists come in pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from webapp.monitoring.reaching import (
    NOT_KNOWN,
    NOT_READ,
    Answer,
    Declined,
    Keys,
    NoAnswer,
    Platform,
    Unknown,
    object_of,
    refused,
)

PAGE = 100
# More pages than these are no list any more.
MOST_PAGES = 60


class Missing(Declined):
    """This version of the platform does not have what was asked for."""


class Wvp:
    """A platform at an address that the operator allows. Each question raises `NoAnswer` with its reason."""

    def __init__(self, keys: Keys, hosts: Iterable[str]) -> None:
        self._keys = keys
        self._platform = Platform(keys.address, hosts)
        self._headers: dict[str, str] | None = None

    def channels(self) -> list[dict[str, Any]]:
        """All its channels, as it describes them."""
        return self._pages("/api/common/channel/list", {})

    def alarms(self, since: datetime, until: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
        """The alarms of these moments; it knows only its local time. Raises `Missing` where it has no list."""
        local = "%Y-%m-%d %H:%M:%S"
        span = {
            "beginTime": since.astimezone(zone).strftime(local),
            "endTime": until.astimezone(zone).strftime(local),
        }
        return self._pages("/api/alarm/list", span)

    def _pages(self, path: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number in range(1, MOST_PAGES + 1):
            told = object_of(self._get(path, {**query, "page": number, "count": PAGE}))
            rows, total = told.get("list"), told.get("total")
            if not isinstance(rows, list):
                raise NoAnswer(NOT_READ)
            found += [each for each in rows if isinstance(each, dict)]
            if not rows or not isinstance(total, int) or len(found) >= total:
                return found
        raise NoAnswer(_l("Its list does not end."))

    def _get(self, path: str, query: Mapping[str, Any]) -> Any:
        if self._headers is None:
            self._headers = self._signed_in()
        answer = self._platform.ask("GET", path, query=query, headers=self._headers)
        if answer.status == 404:
            raise Missing(_l("This version of the platform does not have that."))
        return _unwrapped(answer)

    def _signed_in(self) -> dict[str, str]:
        if self._keys.key:
            return {"api-key": self._keys.key}
        if not self._keys.user:
            return {}
        # The platform wants the MD5 of the password, as its own pages send it.
        hidden = hashlib.md5(self._keys.password.encode(), usedforsecurity=False).hexdigest()
        query = {"username": self._keys.user, "password": hidden}
        answer = self._platform.ask("GET", "/api/user/login", query=query)
        if answer.status == 200 and object_of(answer.said).get("code") not in (0, None):
            raise Unknown(NOT_KNOWN)
        token = object_of(_unwrapped(answer)).get("accessToken")
        if not isinstance(token, str):
            raise NoAnswer(NOT_READ)
        return {"access-token": token}


def _unwrapped(answer: Answer) -> Any:
    """What stands behind the code of an answer; older versions answered without one."""
    if answer.status != 200:
        raise refused(answer)
    said = object_of(answer.said)
    code = said.get("code")
    if code == 401:
        raise Unknown(NOT_KNOWN)
    if code not in (0, None):
        words = str(said.get("msg") or code)[:120]
        raise Declined(_l("It refuses: %(why)s", why=words))
    return said["data"] if code == 0 and "data" in said else said

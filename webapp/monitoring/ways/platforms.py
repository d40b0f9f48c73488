"""How ThingsBoard and Frigate are told what was decided here of one of their alarms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from flask_babel import lazy_gettext as _l

from webapp.monitoring.reaching import (
    NOT_READ,
    Declined,
    Keys,
    NoAnswer,
    Platform,
    object_of,
    refused,
)
from webapp.monitoring.ways.rules import Act, WayKind

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Gone(Declined):
    """The source does not know the alarm: it will never take this."""


class Listener(Protocol):
    """A source that is told of its own alarms. Each deed raises `NoAnswer` with its reason."""

    def tell(self, act: Act, own_id: str) -> None:
        """The source knows it, or knew it already. Raises `Gone` where it knows no such alarm."""

    def try_out(self) -> Any:
        """Changes nothing there; answers in words who we are to it."""


class ThingsBoard:
    """Its REST API: by a key (4.3 and later), or by the token of a sign-in."""

    _DONE: Mapping[Act, tuple[str, str]] = {
        Act.ACK: ("acknowledged", "_ACK"),
        Act.CLEAR: ("cleared", "CLEARED_"),
    }

    def __init__(self, keys: Keys, hosts: Iterable[str]) -> None:
        self._keys = keys
        self._platform = Platform(keys.address, hosts)
        self._headers: dict[str, str] | None = None

    def tell(self, act: Act, own_id: str) -> None:
        """As `Listener` says."""
        if not _UUID.fullmatch(own_id):
            raise Gone(_l("This is no name of an alarm there."))
        path = f"/api/alarm/{quote(own_id, safe='')}"
        answer = self._platform.ask("POST", f"{path}/{act}", headers=self._signed_in())
        if answer.status == 200:
            return
        if answer.status == 404:
            raise Gone(_l("It does not know this alarm any more."))
        # It refuses to do twice what is done; that is no failure.
        if answer.status == 400 and self._is_done(act, path):
            return
        raise refused(answer)

    def try_out(self) -> Any:
        """As `Listener` says."""
        answer = self._platform.ask("GET", "/api/auth/user", headers=self._signed_in())
        if answer.status != 200:
            raise refused(answer)
        user = object_of(answer.said)
        who = str(user.get("name") or user.get("email") or "")[:120]
        return _l("It knows us as %(who)s.", who=who)

    def _is_done(self, act: Act, path: str) -> bool:
        answer = self._platform.ask("GET", path, headers=self._signed_in())
        if answer.status != 200:
            return False
        alarm = object_of(answer.said)
        name, in_status = self._DONE[act]
        return alarm.get(name) is True or in_status in f"{alarm.get('status')}"

    def _signed_in(self) -> dict[str, str]:
        if self._headers is None:
            self._headers = {"X-Authorization": f"{self._credentials()}"}
        return self._headers

    def _credentials(self) -> str:
        if self._keys.key:
            return f"ApiKey {self._keys.key}"
        said = {"username": self._keys.user, "password": self._keys.password}
        answer = self._platform.ask("POST", "/api/auth/login", said=said)
        if answer.status != 200:
            raise refused(answer)
        token = object_of(answer.said).get("token")
        if not isinstance(token, str) or not token:
            raise NoAnswer(NOT_READ)
        return f"Bearer {token}"


class Frigate:
    """Its HTTP API: as itself at its inner port, else by the token that a sign-in sets as a cookie."""

    def __init__(self, keys: Keys, hosts: Iterable[str]) -> None:
        self._keys = keys
        self._platform = Platform(keys.address, hosts)
        self._headers: dict[str, str] | None = None

    def tell(self, act: Act, own_id: str) -> None:
        """As `Listener` says; all there is to be told is that a review was viewed."""
        said = {"ids": [own_id]}
        answer = self._platform.ask(
            "POST", "/api/reviews/viewed", said=said, headers=self._signed_in()
        )
        if answer.status == 404:
            raise Gone(_l("It does not know this alarm any more."))
        if answer.status != 200:
            raise refused(answer)
        if object_of(answer.said).get("success") is not True:
            raise refused(answer)

    def try_out(self) -> Any:
        """As `Listener` says."""
        answer = self._platform.ask(
            "GET", "/api/review", query={"limit": 1}, headers=self._signed_in()
        )
        if answer.status != 200:
            raise refused(answer)
        if not isinstance(answer.said, list):
            raise NoAnswer(NOT_READ)
        if not self._keys.user:
            return _l("It answers without a name.")
        return _l("It knows us as %(who)s.", who=self._keys.user)

    def _signed_in(self) -> dict[str, str]:
        if self._headers is None:
            self._headers = self._cookies() if self._keys.user else {}
        return self._headers

    def _cookies(self) -> dict[str, str]:
        said = {"user": self._keys.user, "password": self._keys.password}
        answer = self._platform.ask("POST", "/api/login", said=said)
        if answer.status != 200:
            raise refused(answer)
        if not answer.cookies:
            raise NoAnswer(NOT_READ)
        pairs = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
        return {"Cookie": pairs}


LISTENERS: Mapping[WayKind, Callable[[Keys, Iterable[str]], Listener]] = {
    WayKind.THINGSBOARD: ThingsBoard,
    WayKind.FRIGATE: Frigate,
}

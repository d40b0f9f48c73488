"""The MQTT broker: where it is, who may come in, and what each may say and hear there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from webapp.base.config import Settings, SettingsError

# The house's own name at its broker: no machine can be called so.
HOUSE_NAME = "@house"
FOLDER = "mqtt"
# As the server counts it. Keys are drawn at random and long: more rounds would protect nothing.
_ROUNDS = 101


@dataclass(frozen=True)
class Place:
    """Where a broker is, and as whom one comes in."""

    host: str
    port: int
    secure: bool
    name: str | None
    password: str | None


@dataclass(frozen=True)
class Login:
    """Somebody who may come in: by what their key gives, to say and hear on these topics."""

    name: str
    digest: str
    says: tuple[str, ...]
    hears: tuple[str, ...]


def place(settings: Settings) -> Place | None:
    """The broker of this installation: our own, or the one of MQTT_URL; None where there shall be none."""
    if settings.mqtt_url == "off":
        return None
    if not settings.mqtt_url:
        return Place("127.0.0.1", settings.mqtt_port, False, HOUSE_NAME, own_password(settings))
    parts = urlsplit(settings.mqtt_url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise SettingsError("MQTT_URL must be like mqtts://name:password@host:8883, or off.")
    secure = parts.scheme == "mqtts"
    return Place(
        host=parts.hostname,
        port=parts.port or (8883 if secure else 1883),
        secure=secure,
        name=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def own_password(settings: Settings) -> str:
    """The password of the house at its own broker: kept nowhere, it follows from the newest SECRET_KEY."""
    key = "".join(settings.signing_keys[:1]).encode()
    return hmac.new(key, b"the house at its own broker", hashlib.sha256).hexdigest()


def digest(password: str) -> str:
    """What the broker keeps of a password, in the form of its password file."""
    salt = os.urandom(12)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


class Doors:
    """The files by which our own broker lets people in."""

    def __init__(self, instance: Path) -> None:
        self.folder = instance / FOLDER
        self._written: list[Login] | None = None

    def set_to(self, logins: Iterable[Login]) -> None:
        """The broker lets in these and nobody else. Whoever it has lost is put out."""
        wanted = sorted(logins, key=lambda each: each.name)
        if wanted == self._written:
            return
        self._write("passwords", (f"{each.name}:{each.digest}" for each in wanted))
        self._write("rights", (line for each in wanted for line in _rights(each)))
        self._tell()
        self._written = wanted

    def _write(self, name: str, lines: Iterable[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{name}.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{line}\n" for line in lines)
        fresh.replace(self.folder / name)

    def _tell(self) -> None:
        """The running broker reads its files again; one that starts later reads them then."""
        try:
            number = int((self.folder / "pid").read_text())
            called = Path(f"/proc/{number}/comm").read_text().strip()
        except (OSError, ValueError):
            return
        if called == "mosquitto":  # not somebody who has its number since a power cut
            os.kill(number, signal.SIGHUP)


def _rights(login: Login) -> Iterable[str]:
    yield f"user {login.name}"
    yield from (f"topic write {topic}" for topic in login.says)
    yield from (f"topic read {topic}" for topic in login.hears)

"""Which server of the database is asked: the one that is written to, a standby that may lag, the server itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, make_url

from webapp.base.config import Settings

# A host that does not answer at all is passed over, or is away, after so long (seconds).
PATIENCE_S = 3


def has_standby(settings: Settings) -> bool:
    """Whether the address names several servers: one is written to, the others follow it."""
    return len(_hosts(make_url(settings.direct_url))) > 1


def writing(settings: Settings) -> str:
    """The address by which requests change things: of several servers the one that takes changes."""
    return _wanting(settings.database_url, "primary")


def itself(settings: Settings) -> str:
    """The server that takes changes, without a pooler between: who listens there hears of news."""
    return plain(_wanting(settings.direct_url, "primary"))


def following(settings: Settings) -> str:
    """A standby, for what may lag; the server that takes changes where no standby answers."""
    return _wanting(settings.direct_url, "prefer-standby")


def plain(address: str) -> str:
    """The address as libpq reads it, without the name of a driver."""
    return address.replace("postgresql+psycopg2://", "postgresql://")


def _wanting(address: str, attributes: str) -> str:
    url = make_url(address)
    wanted: dict[str, Any] = {}
    if len(_hosts(url)) > 1:
        wanted["target_session_attrs"] = attributes
    if "connect_timeout" not in url.query:
        wanted["connect_timeout"] = str(PATIENCE_S)
    if not wanted:
        return address
    return url.update_query_dict(wanted).render_as_string(hide_password=False)


def _hosts(url: URL) -> list[str]:
    named = url.query.get("host", url.host or "")
    return [
        host for each in ([named] if isinstance(named, str) else named) for host in each.split(",")
    ]

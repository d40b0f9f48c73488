"""Whether a server named in DATABASE_URL can house the application; runs inside .venv.

`python -m house.given` reads the address from the environment and, when it cannot, says one
sentence and exits 1.
"""

from __future__ import annotations

import os

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from house.postgres import too_old
from house.trouble import Trouble, told

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")


def check(address: str) -> None:
    """The server answers and has a PostGIS that will do, in this database or ready to be added."""
    try:
        where = make_url(address)
    except ArgumentError:
        raise Trouble("DATABASE_URL is no address: postgresql://user:password@host/name.") from None
    if where.get_backend_name() not in ("postgresql", "postgres"):
        raise Trouble(f"DATABASE_URL names {where.get_backend_name()}, not postgresql.")
    engine = create_engine(
        where.set(drivername="postgresql+psycopg2"), connect_args={"connect_timeout": 5}
    )
    try:
        with engine.begin() as connection:
            _check_extensions(connection)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Trouble(f"The server of DATABASE_URL cannot be used: {reason}") from None
    finally:
        engine.dispose()


def _check_extensions(connection: Connection) -> None:
    rows = connection.execute(
        text("SELECT name, default_version, installed_version FROM pg_available_extensions")
    )
    there = {row.name: row for row in rows}
    for name in EXTENSIONS:
        if name not in there:
            raise Trouble(f"The server of DATABASE_URL has no {name}: install it there.")
    postgis = there["postgis"].installed_version or there["postgis"].default_version
    if sentence := too_old(postgis):
        raise Trouble(sentence)
    for name in EXTENSIONS:
        if there[name].installed_version is None:
            connection.execute(text(f"CREATE EXTENSION {name}"))


def main() -> int:
    """Check the server of DATABASE_URL."""
    check(os.environ["DATABASE_URL"])
    return 0


if __name__ == "__main__":
    told(main)

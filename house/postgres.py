"""The PostgreSQL programs of the machine: where they are and which PostGIS they carry."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from house.trouble import Trouble, run

OLDEST_POSTGIS = (3, 3)


@dataclass(frozen=True)
class Server:
    """One installed PostgreSQL with PostGIS."""

    major: int
    postgis: str
    programs: Path

    def program(self, name: str) -> Path:
        """The path of one of its programs, such as `initdb`."""
        return self.programs / name


def too_old(postgis: str) -> str | None:
    """The sentence that says a PostGIS version is too old, or None when it will do.

    `postgis` is as PostGIS writes it: "3.3.2", or "3.4 USE_GEOS=1 USE_PROJ=1 USE_STATS=1".
    """
    numbers = re.match(r"(\d+)\.(\d+)", postgis)
    if numbers is None:
        return f"The PostGIS version reads {postgis!r}, which is no version."
    if (int(numbers[1]), int(numbers[2])) >= OLDEST_POSTGIS:
        return None
    return f"PostGIS {numbers[0]} is too old: Wangge needs PostGIS 3.3 or newer."


def servers() -> list[Server]:
    """Every installed PostgreSQL with a PostGIS that will do, the newest first."""
    there = [server for folder in _program_folders() if (server := _server(folder))]
    return sorted((one for one in there if not too_old(one.postgis)), key=lambda one: -one.major)


def found() -> bool:
    """Whether a private cluster could be run here."""
    return bool(servers())


def has_extension(name: str) -> bool:
    """Whether the newest server carries an extension beside PostGIS."""
    newest = next(iter(servers()), None)
    if newest is None:
        return False
    shared = _shared(newest.programs, str(newest.major))
    return (shared / "extension" / f"{name}.control").exists()


def server(major: int | None = None) -> Server:
    """The newest server, or the one of a major version because a cluster was made by it."""
    for one in servers():
        if major in (None, one.major):
            return one
    if major is None:
        raise Trouble(
            "PostgreSQL with PostGIS 3.3 or newer is not installed: `make setup` installs it."
        )
    raise Trouble(
        f"The database was made by PostgreSQL {major}, which is not installed with PostGIS 3.3 or newer: "
        f"install postgresql-{major}-postgis-3."
    )


def _program_folders() -> list[Path]:
    folders = set(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    return sorted(folders | ({Path(on_path).resolve().parent} if on_path else set()))


def _server(folder: Path) -> Server | None:
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return None
    major = re.search(
        r"\d+", run([folder / "postgres", "--version"], what="PostgreSQL does not answer")
    )
    if major is None:
        return None
    control = _shared(folder, major[0]) / "extension" / "postgis.control"
    version = (
        re.search(r"default_version\s*=\s*'([^']+)'", control.read_text())
        if control.exists()
        else None
    )
    return Server(int(major[0]), version[1], folder) if version else None


def _shared(folder: Path, major: str) -> Path:
    """Where the extensions of the PostgreSQL in a folder lie."""
    # Debian keeps what belongs to a version in one folder; elsewhere pg_config knows.
    shared = Path(f"/usr/share/postgresql/{major}")
    if not shared.is_dir() and (folder / "pg_config").exists():
        shared = Path(
            run([folder / "pg_config", "--sharedir"], what="pg_config does not answer").strip()
        )
    return shared

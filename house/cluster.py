"""The private PostGIS cluster: nobody else's server is used or touched.

    python -m house.cluster start|stop|status|url --instance DIR [--throwaway]

An instance keeps its cluster in `pg` and its socket in `run`; where the server's user cannot enter
or the socket's name would be too long, `cluster.json` in the instance remembers the place taken
instead. Tests use `Throwaway`.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from house import archive, postmaster
from house.postmaster import PORT, SUPERUSER, Postmaster
from house.trouble import ROOT, Trouble, run, told

DATABASE = ROLE = "wangge"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")

LONGEST_SOCKET = 100  # bytes; the kernel takes 107
SYSTEM_HOME = Path("/var/lib/wangge")
PREFIX = "wangge-throwaway-"
ABANDONED = 3600  # seconds after which a folder without an owner is rubbish
MEGABYTES = {False: 512, True: 256}  # room a cluster needs to begin with: kept, thrown away

# Plans of this application are short; compiling them or sharing them out costs more than it brings.
FURNISH = """\
SELECT 'CREATE ROLE {role} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec
ALTER ROLE {role} SET jit = off;
ALTER ROLE {role} SET max_parallel_workers_per_gather = 0;
SELECT 'CREATE DATABASE {database} OWNER {role} TEMPLATE {template} ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
"""


def start(instance: Path, *, throwaway: bool = False) -> str:
    """The instance's cluster runs with its database and extensions; returns the SQLAlchemy URL.

    Made on first use, found again later, recovered after a crash; left alone while it runs.
    """
    server = _postmaster(instance, throwaway=throwaway)
    if server.pid() is None:
        if not server.data.exists():
            check_room(server.data.parent, MEGABYTES[throwaway])
            server.create()
        archive.keeper(instance, server).start()
    _furnish(server)
    return _url(server, ROLE)


def stop(instance: Path, *, throwaway: bool = False) -> None:
    """The cluster has stopped cleanly; a throwaway one is gone with its data."""
    server = _known(instance)
    server.stop()
    if throwaway:
        shutil.rmtree(server.data, ignore_errors=True)
    if throwaway or server.socket.parent != instance.absolute():
        shutil.rmtree(server.socket, ignore_errors=True)  # the next start takes a new folder


def running(instance: Path) -> bool:
    """Whether the instance's cluster runs."""
    return _known(instance).pid() is not None


def place(instance: Path, *, made: bool = False) -> Postmaster:
    """The server of the instance as it was noted; with `made` its place is chosen when there is none."""
    return _postmaster(instance) if made else _known(instance)


def url(instance: Path) -> str:
    """The SQLAlchemy URL of the instance's database, whether it runs or not."""
    return _url(_postmaster(instance), ROLE)


class Throwaway:
    """A cluster for one test run, gone with it: `with Throwaway() as cluster: use(cluster.url)`.

    `url` is a superuser's, of a database that has the extensions; so has every database created on
    it. Should the test run be killed, the server stops with it and the next `Throwaway` removes
    what is left.
    """

    url: str
    place: Postmaster

    def __enter__(self) -> Throwaway:
        _remove_abandoned()
        user = postmaster.unprivileged()
        self._folder = _private_folder(PREFIX, user)
        try:
            self._owned = (self._folder / "owner").open("w")
            fcntl.flock(self._owned, fcntl.LOCK_EX)
            check_room(self._folder, MEGABYTES[True])
            server = Postmaster(self._folder / "pg", self._folder, user, fast=True)
            server.create()
            self.place, self._server = server, server.spawn()
            extensions = "".join(f"CREATE EXTENSION {name};\n" for name in EXTENSIONS)
            server.ask(
                extensions, database="template1", what="PostGIS could not be added to the database"
            )
            _furnish(server, template="template1")
        except BaseException:
            self._leave()
            raise
        self.url = _url(server, SUPERUSER)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def fall(self) -> None:
        """The server is gone from one moment to the next, as when it is shot."""
        postmaster.end(self._server)

    def rise(self) -> None:
        """It answers again at the same address, with what was on its disk."""
        self._server = self.place.spawn()

    def _leave(self) -> None:
        child: subprocess.Popen[bytes] | None = getattr(self, "_server", None)
        if child is not None:
            postmaster.end(child)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._owned.close()


def _known(instance: Path) -> Postmaster:
    """The instance's server as it was noted; nothing is made."""
    instance = instance.absolute()
    note = instance / "cluster.json"
    places: dict[str, str] = json.loads(note.read_text()) if note.exists() else {}
    data = Path(places.get("data", instance / "pg"))
    socket = Path(places.get("socket", instance / "run"))
    return Postmaster(data, socket, postmaster.unprivileged())


def _postmaster(instance: Path, *, throwaway: bool = False) -> Postmaster:
    """Where the instance's server lives, decided once and kept."""
    instance = instance.absolute()
    user = postmaster.unprivileged()
    make_instance(instance)
    note = instance / "cluster.json"
    places: dict[str, str] = json.loads(note.read_text()) if note.exists() else {}
    known = dict(places)

    data = Path(places.get("data", instance / "pg"))
    if not data.exists() and "data" not in places and not may_enter(instance, user):
        home = SYSTEM_HOME / hashlib.sha256(os.fsencode(instance)).hexdigest()[:12]
        _make_passage(SYSTEM_HOME, user)
        _make_passage(home, user)
        data = home / "pg"
        places["data"] = str(data)

    socket = Path(places.get("socket", instance / "run"))
    if not socket.exists() and "socket" not in places and may_enter(instance, user):
        socket.mkdir()
        postmaster.give(socket, user)
    if not _is_private(socket, user) or _too_long(socket):
        socket = _private_folder("wangge-", user)
        places["socket"] = str(socket)
    if places != known:
        note.write_text(json.dumps(places, indent=2) + "\n")
    return Postmaster(data, socket, user, fast=throwaway)


def make_instance(instance: Path) -> None:
    """The folder of an installation is there; one made by somebody else is left as it is."""
    if not instance.exists():
        _make_passage(instance, postmaster.unprivileged())


def _make_passage(folder: Path, user: str | None) -> None:
    """The folder is there; the server's user may pass through it to what is his, and read nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700 if user is None else 0o711)


def _furnish(server: Postmaster, *, template: str = "template0") -> None:
    words = FURNISH.format(role=ROLE, database=DATABASE, template=template)
    words += f"\\connect {DATABASE}\nSET client_min_messages = warning;\n"
    words += "".join(f"CREATE EXTENSION IF NOT EXISTS {name};\n" for name in EXTENSIONS)
    server.ask(words, database="postgres", what="The database could not be furnished")


def _url(server: Postmaster, role: str) -> str:
    return f"postgresql+psycopg2://{role}@/{DATABASE}?host={quote(str(server.socket))}&port={PORT}"


def check_room(folder: Path, megabytes: int) -> None:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise Trouble(
            f"The disk is too full: {free} MB are free at {folder}, a database needs {megabytes} MB."
        )


def may_enter(folder: Path, user: str | None) -> bool:
    """Whether the user reaches the folder through all its parents."""
    try:
        run(["test", "-x", folder], what="It may not be entered", user=user, cwd=Path("/"))
    except Trouble:
        return False
    return True


def _too_long(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET


def _is_private(folder: Path, user: str | None) -> bool:
    """Nobody but the server's user made this folder: names under /tmp can be taken by anybody."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    there = folder.stat()
    return there.st_uid == postmaster.user_number(user) and there.st_mode & 0o077 == 0


def _private_folder(prefix: str, user: str | None) -> Path:
    for place in _temporary_places():
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        postmaster.give(folder, user)
        if may_enter(folder, user) and not _too_long(folder):
            return folder
        folder.rmdir()
    raise Trouble(
        "No temporary folder can be entered by the user of the database: set TMPDIR to one that can."
    )


def _temporary_places() -> list[Path]:
    places = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))
    return [place for place in dict.fromkeys(places) if os.access(place, os.W_OK | os.X_OK)]


def _remove_abandoned() -> None:
    """What killed test runs left behind is gone: a living run holds a lock on its `owner` file."""
    user = postmaster.unprivileged()
    for folder in [folder for place in _temporary_places() for folder in place.glob(PREFIX + "*")]:
        if not _is_private(folder, user):
            continue
        try:
            with (folder / "owner").open() as owned:
                fcntl.flock(owned, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _kill(Postmaster(folder / "pg", folder, None))
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            if folder.exists() and time.time() - folder.stat().st_mtime > ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue


def _kill(server: Postmaster) -> None:
    pid = server.pid()
    if pid is None:
        return
    os.kill(pid, signal.SIGQUIT)
    deadline = time.monotonic() + 10
    while server.pid() is not None and time.monotonic() < deadline:
        time.sleep(0.05)


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m house.cluster", description=__doc__)
    parser.add_argument("deed", choices=("start", "stop", "status", "url"))
    parser.add_argument(
        "--instance", type=Path, default=Path(os.environ.get("INSTANCE", ROOT / "instance"))
    )
    parser.add_argument(
        "--throwaway", action="store_true", help="fast and unsafe, removed when stopped"
    )
    given = parser.parse_args()
    if given.deed == "start":
        print(start(given.instance, throwaway=given.throwaway))
    elif given.deed == "stop":
        stop(given.instance, throwaway=given.throwaway)
    elif given.deed == "url":
        print(url(given.instance))
    else:
        up = running(given.instance)
        print("running" if up else "stopped")
        return 0 if up else 3
    return 0


if __name__ == "__main__":
    told(main)

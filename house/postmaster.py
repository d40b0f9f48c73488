"""One database server of ours: made, started, asked and stopped, unprivileged and on a socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from house import postgres
from house.trouble import Trouble, run

PORT = "5432"  # only part of the socket's file name: nothing listens on TCP
SUPERUSER = "postgres"

SETTINGS = """\
# Written at every start by house/postmaster.py.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = {connections}
shared_buffers = 256MB
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
# A statement that fails carries names and numbers of people: the log says what broke, not with what.
log_error_verbosity = terse
log_min_error_statement = panic
"""
DURABLE = """\
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
# Switching it on takes a start; a command that keeps nothing costs nothing.
archive_mode = on
archive_timeout = 60
archive_command = '{keeping}'
"""
FAST = """\
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 4GB
autovacuum_naptime = 10min
jit = off
max_parallel_workers_per_gather = 0
"""

# Only the person who started the house gets in: the kernel says who is asking on the socket.
ACCESS = "local all all peer map=house\n"


def unprivileged() -> str | None:
    """The user a server runs as: ourselves (None), or somebody lesser for root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def user_number(user: str | None) -> int:
    """The number the kernel knows the server's user by."""
    return os.geteuid() if user is None else pwd.getpwnam(user).pw_uid


def give(path: Path, user: str | None) -> None:
    """The file or folder is private to the user."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


@dataclass(frozen=True)
class Postmaster:
    """A server by its folders for data and socket and its user; `fast` gives up safety for tests.

    `keeping` is the shell command that keeps a finished piece of its log, `%p`.
    """

    data: Path
    socket: Path
    user: str | None
    fast: bool = False
    keeping: str = "/bin/true"

    def create(self) -> None:
        """The data folder is there, complete: a half-made one never carries its name."""
        half = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        give(half, self.user)
        command: list[str | Path] = [self._program("initdb"), "-D", half, "-U", SUPERUSER]
        command += ["--auth=peer", "--encoding=UTF8"]
        command += ["--locale=C.UTF-8", *(["--no-sync"] if self.fast else [])]
        self._run(command, what="The database could not be created")
        self._write(half / "pg_hba.conf", ACCESS)
        with (half / "postgresql.conf").open("a") as settings:
            settings.write("include 'house.conf'\n")
        half.rename(self.data)

    def settle(self) -> None:
        """Settings and access fit the place and the person of this start."""
        settings = SETTINGS.format(
            port=PORT, socket=_quoted(self.socket), connections=200 if self.fast else 100
        )
        settings += FAST if self.fast else DURABLE.format(keeping=_quoted(self.keeping))
        self._write(self.data / "house.conf", settings)
        names = {_name_of_caller(), self.user or _name_of_caller()}
        lines = [
            f'house "{name}" {role}\n' for name in sorted(names) for role in (SUPERUSER, "wangge")
        ]
        self._write(self.data / "pg_ident.conf", "".join(lines))

    def start(self) -> None:
        """The server runs by itself and answers, after a crash as well as after a proper stop."""
        self.settle()
        self.forget_stale_pid()
        log = self.socket / "start.log"
        for attempt in range(10):
            try:
                self._control("start", "-w", "-t", "60", "-l", log)
            except Trouble as trouble:
                reason = log.read_text(errors="replace") if log.exists() else str(trouble)
                # Children of a killed server need a moment to notice and let go of its memory.
                if "shared memory block" not in reason or attempt == 9:
                    raise Trouble(f"The database server did not start: {_fatal(reason)}") from None
                log.unlink()
                time.sleep(1)
            else:
                return

    def spawn(self) -> subprocess.Popen[bytes]:
        """The server answers and is our child: it stops when we stop, however we die."""
        self.settle()
        command: list[str | Path] = [self._program("postgres"), "-D", self.data]
        if self.user is not None:
            group = pwd.getpwnam(self.user).pw_gid
            command = [f"--reuid={self.user}", f"--regid={group}", "--clear-groups", *command]
        with (self.socket / "start.log").open("wb") as log:
            child = subprocess.Popen(
                ["setpriv", "--pdeathsig=INT", *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=bare_environment(),
                cwd="/",
                start_new_session=True,
            )
        while not self._ready():
            if child.poll() is not None:
                reason = (self.socket / "start.log").read_text(errors="replace")
                raise Trouble(f"The database server did not start: {_fatal(reason)}")
            time.sleep(0.02)
        return child

    def stop(self) -> None:
        """The server has stopped cleanly; nothing happens when it was not running."""
        if self.pid() is not None:
            self._control("stop", "-m", "fast", "-w", "-t", "60")

    def pid(self) -> int | None:
        """The process of the running server, None when there is none."""
        noted = self._noted_pid()
        return noted if noted is not None and self._is_ours(noted) else None

    def forget_stale_pid(self) -> None:
        """No file takes another program for this server, as one could after a reboot."""
        noted = self._noted_pid()
        if noted is not None and not self._is_ours(noted):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def ask(self, sql: str, *, database: str, what: str) -> str:
        """The SQL has run as superuser, to its first error; rows come back as unaligned lines."""
        command: list[str | Path] = [self._program("psql"), "-XqtA", "--set=ON_ERROR_STOP=1"]
        command += ["-h", self.socket, "-p", PORT, "-U", SUPERUSER, "-d", database, "-f", "-"]
        return run(command, what=what, env=bare_environment(), words=sql, cwd=Path("/"))

    def _write(self, path: Path, words: str) -> None:
        path.write_text(words)
        give(path, self.user)

    def _control(self, deed: str, *options: str | Path) -> None:
        self._run(
            [self._program("pg_ctl"), deed, "-s", "-D", self.data, *options],
            what=f"The database did not {deed}",
        )

    def _run(self, command: list[str | Path], *, what: str) -> None:
        run(command, what=what, env=bare_environment(), user=self.user, cwd=Path("/"))

    def _program(self, name: str) -> Path:
        made_by = self.data / "PG_VERSION"
        major = int(made_by.read_text()) if made_by.exists() else None
        return postgres.server(major).program(name)

    def _noted_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (FileNotFoundError, ValueError):
            return None

    def _ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _is_ours(self, pid: int) -> bool:
        """Told by the command line, which all may read; a moved folder stays its server's own."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        if not words[0].endswith(b"postgres") or b"-D" not in words:
            return False
        folder = Path(os.fsdecode(words[words.index(b"-D") + 1]))
        try:
            return not folder.exists() or folder.samefile(self.data)
        except PermissionError:
            return False


def end(child: subprocess.Popen[bytes]) -> None:
    """The spawned server is gone without a last write: its data is about to be thrown away."""
    if child.poll() is None:
        child.send_signal(signal.SIGQUIT)
    child.wait(timeout=30)


def bare_environment() -> dict[str, str]:
    """No PGHOST, no secrets, no language: the same server wherever it is started."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def _name_of_caller() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise Trouble(
            f"The user number {os.geteuid()} has no name on this machine, which PostgreSQL needs."
        ) from None


def _quoted(words: Path | str) -> str:
    return str(words).replace("\\", "\\\\").replace("'", "''")


def _fatal(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "could not" in line]
    return (telling or lines or ["it gave no reason"])[-1]

"""Two servers of one database: the second is made from the first by pg_basebackup and follows it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from house import postgres, postmaster
from house.cluster import Throwaway
from house.postmaster import PORT, SUPERUSER, Postmaster
from house.trouble import run
from tests.brokers import soon


@dataclass
class Pair:
    """The first server takes changes until it falls; `url` names both, as an operator does."""

    first: Throwaway
    second: Postmaster
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Both servers in one address."""
        ours = make_url(self.first.url)
        hosts = {"host": f"{ours.query['host']},{self.second.socket}", "port": f"{PORT},{PORT}"}
        return ours.update_query_dict(hosts).render_as_string(hide_password=False)

    @property
    def second_url(self) -> str:
        """The second server alone."""
        ours = make_url(self.first.url)
        return ours.update_query_dict({"host": str(self.second.socket)}).render_as_string(
            hide_password=False
        )

    def asked(self, statement: str, *, second: bool = False) -> str:
        """What one of the servers says to its superuser."""
        server = self.second if second else self.first.place
        return server.ask(statement, database="wangge", what="A server was asked").strip()

    def together(self) -> None:
        """From now on nothing is acknowledged before the second server has it, too."""
        self.asked("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.asked("SELECT pg_reload_conf()")
        state = "SELECT sync_state FROM pg_stat_replication"
        soon(lambda: self.asked(state) == "sync", "the second server is not waited for")

    def apart(self) -> None:
        """The second server keeps what it hears and shows nothing of it: it lags."""
        self.asked("SELECT pg_wal_replay_pause()", second=True)

    def level(self) -> None:
        """The second server knows all that the first knew when this was called."""
        self.asked("SELECT pg_wal_replay_resume()", second=True)
        here = self.asked("SELECT pg_current_wal_insert_lsn()")
        knows = f"SELECT pg_last_wal_replay_lsn() >= '{here}'"
        soon(lambda: self.asked(knows, second=True) == "t", "the second server does not follow")

    def promote(self) -> None:
        """The first is gone; the second takes changes."""
        self.asked("SELECT pg_promote()", second=True)


@contextmanager
def following(first: Throwaway) -> Iterator[Pair]:
    """A second server follows the first until the block ends."""
    place = first.place
    user = place.user
    folder = Path(tempfile.mkdtemp(prefix="wangge-second-", dir=place.socket.parent))
    postmaster.give(folder, user)
    second = Postmaster(folder / "pg", folder, user, fast=True)
    access = place.data / "pg_hba.conf"
    access.write_text(access.read_text() + "local replication all peer map=house\n")
    place.ask("SELECT pg_reload_conf()", database="postgres", what="It was not read")
    try:
        command: list[str | Path] = [postgres.server(None).program("pg_basebackup")]
        command += ["-h", place.socket, "-p", PORT, "-U", SUPERUSER, "-D", second.data]
        command += ["--wal-method=stream", "--checkpoint=fast", "--write-recovery-conf"]
        environment = postmaster.bare_environment()
        run(command, what="No copy was made", env=environment, user=user, cwd=Path("/"))
        process = second.spawn()
        pair = Pair(first, second, process)
        try:
            pair.level()
            yield pair
        finally:
            postmaster.end(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

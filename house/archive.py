"""The log of the database, kept piece by piece by pgBackRest once `make backup` has said where."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from house import postmaster
from house.postmaster import PORT, SUPERUSER, Postmaster
from house.trouble import run

NOTE = "backup.json"  # in the instance: where its backups are
DONE = "backup-done"  # in the instance: as old as its last backup
KEY = "backup-key"  # in the instance: what opens them
CONFIG = "pgbackrest.conf"  # beside the socket, for the server's user alone
STANZA = "wangge"

# Two whole copies with all that changed after them, and the log that goes with them.
SETTINGS = """\
[global]
repo1-path={folder}/database
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass={key}
repo1-retention-full=2
compress-type=lz4
log-level-file=off
log-level-console=warn
lock-path={socket}
# Debian's own place is the user postgres's: a restore by anybody else would end at it.
spool-path={socket}
start-fast=y
# Should the folder be away for long, the disk of the database does not fill up: what was not kept is given up.
archive-push-queue-max=4GiB

[{stanza}]
pg1-path={data}
pg1-socket-path={socket}
pg1-port={port}
pg1-user={user}
"""


def folder_of(instance: Path) -> Path | None:
    """Where the instance keeps its backups, None before the first one."""
    note = instance / NOTE
    return Path(json.loads(note.read_text())["folder"]) if note.exists() else None


def begin(instance: Path, folder: Path) -> None:
    """From its next start or reading of settings on the server keeps its log in the folder."""
    (instance / NOTE).write_text(json.dumps({"folder": str(folder)}) + "\n")


def configure(server: Postmaster, folder: Path, key: Path) -> Path:
    """pgBackRest knows the server and the folder; answers the file that tells it."""
    path = server.socket / CONFIG
    path.touch(mode=0o600)
    path.write_text(
        SETTINGS.format(
            folder=folder,
            key=key.read_text().strip(),
            socket=server.socket,
            data=server.data,
            port=PORT,
            user=SUPERUSER,
            stanza=STANZA,
        )
    )
    postmaster.give(path, server.user)
    return path


def keeper(instance: Path, server: Postmaster) -> Postmaster:
    """The server with what it does with each finished piece of its log: nothing before the first backup."""
    folder = folder_of(instance)
    if folder is None:
        return server
    config = configure(server, folder, instance / KEY)
    words = f'pgbackrest --config="{config}" --stanza={STANZA} archive-push %p'
    return replace(server, keeping=words)


def say(server: Postmaster, deed: str, *options: str, what: str) -> str:
    """pgBackRest has done this as the server's user; answers what it said. Raises `Trouble`."""
    command: list[str | Path] = ["pgbackrest", f"--config={server.socket / CONFIG}"]
    command += [f"--stanza={STANZA}", *options, deed]
    return run(
        command, what=what, env=postmaster.bare_environment(), user=server.user, cwd=Path("/")
    )

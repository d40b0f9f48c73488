"""`make backup` and `make restore`: the database with its log, the files and the keys, encrypted.

python3 -m house.backup backup     what is new is kept in the folder BACKUP (remembered by the instance)
python3 -m house.backup restore    an empty INSTANCE becomes what BACKUP holds, with KEY, perhaps UNTIL a moment

pgBackRest keeps the database and, from then on, every piece of its log within a minute; restic keeps the
rest of the instance. Both encrypt with the key in `backup-key`, which must also be kept somewhere else.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from house import archive, children, cluster, machine, postmaster
from house.environment import VENV
from house.postmaster import Postmaster
from house.serve import environment, given_database, instance_folder
from house.trouble import ROOT, Trouble, run, say, told

# What is kept of the instance besides the database: everything but what a start makes anew.
NOT_KEPT = (
    "pg",
    "pg.new",
    "run",
    "log",
    "house.pid",
    "cluster.json",
    archive.NOTE,
    archive.KEY,
    archive.DONE,
    children.NOTE,
)
FULL_EVERY = timedelta(days=7)
RECOVERED_WITHIN = 3600.0  # seconds the log may take to be read again
# How many are kept: the newest of these many days, weeks and months.
FORGET = ("--keep-daily", "14", "--keep-weekly", "8", "--keep-monthly", "12")


def backup() -> int:
    """What the instance holds is in the folder of backups. Raises `Trouble` with the way out."""
    instance = instance_folder()
    if not instance.is_dir():
        raise Trouble(f"There is no installation at {instance}: name it with INSTANCE=.")
    machine.provide("backup")
    folder = _folder(instance)
    key = _key(instance)
    began = time.monotonic()
    if given_database():
        say(
            "The server of DATABASE_URL is backed up by its own administrator: only files and keys are kept here."
        )
    else:
        _keep_database(instance, folder)
    if os.environ.get("FILES_URL"):
        say("The bucket of FILES_URL is backed up by its own administrator: it is not in here.")
    files = _keep_files(instance, folder, key)
    (instance / archive.DONE).touch()
    say(
        f"Kept in {folder} after {time.monotonic() - began:.0f} s: {files}.\n"
        f"Nobody can read it without {instance / archive.KEY}: keep a copy of that file in another place."
    )
    return 0


def restore() -> int:
    """The empty instance holds what the backup held, and its data are whole by `flask check`."""
    instance = instance_folder()
    folder, key = _given("BACKUP", "the folder of the backup"), _given_key()
    until = _until(os.environ.get("UNTIL", ""))
    if given_database():
        raise Trouble(
            "Without DATABASE_URL: a backup is restored into a database server of our own."
        )
    if (instance / "pg").exists() or (instance / "cluster.json").exists():
        raise Trouble(
            f"There is an installation at {instance} already: name a new place with INSTANCE=."
        )
    for part in ("database", "files"):
        if not (folder / part).is_dir():
            raise Trouble(f"{folder} holds no backup: the folder {part} is missing.")
    machine.provide("backup")
    began = time.monotonic()
    cluster.make_instance(instance)
    try:
        _restore_files(instance, folder, key)
        _restore_database(instance, folder, key, until)
    except BaseException:
        # Half an installation would look like a whole one.
        cluster.stop(instance)
        shutil.rmtree(cluster.place(instance).data, ignore_errors=True)
        (instance / "cluster.json").unlink(missing_ok=True)
        raise
    say(
        f"Restored to {instance} after {time.monotonic() - began:.0f} s. Looking whether all is whole:"
    )
    whole = _whole()
    cluster.stop(instance)
    if whole:
        say(f"All is whole. make run INSTANCE={instance} opens it.")
    return 0 if whole else 1


def _keep_database(instance: Path, folder: Path) -> None:
    """The server copies itself, whole or what changed since, and from now on its log as well."""
    running = cluster.running(instance)
    archive.begin(instance, folder)
    cluster.start(instance)
    server = archive.keeper(instance, cluster.place(instance))
    try:
        server.settle()
        server.ask(
            "SELECT pg_reload_conf()", database="postgres", what="The settings were not read"
        )
        if (
            server.ask("SHOW archive_mode", database="postgres", what="It was not told").strip()
            != "on"
        ):
            raise Trouble(
                "The database runs since before backups were known: make stop, make run, then make backup."
            )
        archive.say(server, "stanza-create", what="The place of the backups could not be made")
        kind = "diff" if _is_recent(server) else "full"
        archive.say(server, "backup", f"--type={kind}", what="The database could not be kept")
    finally:
        if not running:
            cluster.stop(instance)


def _is_recent(server: Postmaster) -> bool:
    """Whether the last whole copy is young enough that what changed since is worth keeping alone."""
    told_of = archive.say(server, "info", "--output=json", what="The backups could not be read")
    found = json.loads(told_of[told_of.index("[") :])
    whole = [
        datetime.fromtimestamp(each["timestamp"]["stop"], UTC)
        for stanza in found
        for each in stanza.get("backup", [])
        if each["type"] == "full" and not each.get("error")
    ]
    return bool(whole) and datetime.now(UTC) - max(whole) < FULL_EVERY


def _keep_files(instance: Path, folder: Path, key: Path) -> str:
    """The files after the database: whatever it names is there by then. Answers how much it was."""
    place = folder / "files"
    if not (place / "config").exists():
        _restic(place, key, "init", what="The place of the files could not be made")
    without = [word for name in NOT_KEPT for word in ("--exclude", str(instance / name))]
    words = _restic(
        place,
        key,
        *("backup", ".", "--json", "--host", "wangge", *without),
        what="The files could not be kept",
        cwd=instance,
    )
    done = [json.loads(line) for line in words.splitlines() if '"summary"' in line][-1]
    _restic(
        place,
        key,
        *("forget", "--quiet", "--prune", "--host", "wangge", *FORGET),
        what="Old backups could not be dropped",
    )
    return (
        f"{done['total_files_processed']} files with {done['total_bytes_processed'] / 2**20:.1f} MiB, "
        f"{done['files_new']} of them new"
    )


def _restore_files(instance: Path, folder: Path, key: Path) -> None:
    _restic(
        folder / "files",
        key,
        "restore",
        "latest",
        "--host=wangge",
        f"--target={instance}",
        what="The files could not be restored",
    )
    shutil.copyfile(key, instance / archive.KEY)
    (instance / archive.KEY).chmod(0o600)


def _restore_database(instance: Path, folder: Path, key: Path, until: str | None) -> None:
    """The copy, and the log after it up to the moment asked for, read by a server that then goes on alone."""
    server = cluster.place(instance, made=True)
    archive.configure(server, folder, key)
    server.data.mkdir(parents=True)
    postmaster.give(server.data, server.user)
    wanted = ["--type=time", f"--target={until}", "--target-action=promote"] if until else []
    archive.say(server, "restore", *wanted, what="The database could not be restored")
    server.start()
    deadline = time.monotonic() + RECOVERED_WITHIN
    question = "SELECT pg_is_in_recovery()"
    while server.ask(question, database="postgres", what="The database is away").strip() != "f":
        if time.monotonic() > deadline:
            raise Trouble("The log of the database was not read within an hour: see pg/log.")
        time.sleep(0.2)
    (server.data / "postgresql.auto.conf").write_text("")  # how to read the log of the other one
    (server.socket / archive.CONFIG).unlink()


def _whole() -> bool:
    command: list[str | Path] = [VENV / "bin/flask", "--app", "wsgi", "check", "--files"]
    return subprocess.run(command, env=environment(), cwd=ROOT, check=False).returncode == 0


def _folder(instance: Path) -> Path:
    """Where this instance keeps its backups: what BACKUP says, or where it kept the last one."""
    words = os.environ.get("BACKUP")
    folder = (ROOT / words).absolute() if words else archive.folder_of(instance)
    if folder is None:
        raise Trouble(
            "Where to? Name a folder on another disk: make backup BACKUP=/mnt/disk/wangge"
        )
    if folder.is_relative_to(instance):
        raise Trouble(f"{folder} lies in the installation itself: what takes one takes both.")
    user = postmaster.unprivileged()
    try:
        for part in (folder, folder / "database"):
            part.mkdir(parents=True, exist_ok=True)
    except PermissionError:
        raise Trouble(
            f"{folder} may not be made or written by this user: somebody who may types\n"
            f"    install -d -m 700 -o {getpass.getuser()} {shlex.quote(str(folder))}\nand start again."
        ) from None
    folder.chmod(0o700 if user is None else 0o711)
    (folder / "files").mkdir(exist_ok=True, mode=0o700)
    postmaster.give(folder / "database", user)
    if not cluster.may_enter(folder, user):
        raise Trouble(f"The database's user {user} may not enter {folder}: choose another folder.")
    return folder


def _key(instance: Path) -> Path:
    """The key of this instance's backups: drawn once, in a file only its owner reads."""
    path = instance / archive.KEY
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32) + "\n")
        draft.rename(path)
    return path


def _given(name: str, what: str) -> Path:
    words = os.environ.get(name)
    if not words:
        raise Trouble(f"{name}= names {what}: make restore BACKUP=… KEY=… INSTANCE=…")
    path = (ROOT / words).absolute()
    if not path.exists():
        raise Trouble(f"There is no {path}: {name}= names {what}.")
    return path


def _given_key() -> Path:
    path = _given("KEY", "the file of the key")
    if not re.fullmatch(r"[0-9a-f]{64}\s*", path.read_text(errors="replace")):
        raise Trouble(f"{path} is no key of a backup: it has 64 hexadecimal digits.")
    return path


def _until(words: str) -> str | None:
    """The moment as PostgreSQL reads it, in UTC; None without one."""
    if not words:
        return None
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise Trouble(
            f"UNTIL={words} is no moment: write it as 2026-11-27T10:30:00+08:00."
        ) from None
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")


def _restic(place: Path, key: Path, *words: str, what: str, cwd: Path = ROOT) -> str:
    env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(place), "LC_ALL": "C.UTF-8"}
    command: list[str | Path] = ["restic", "--no-cache", "-r", place, "--password-file", key]
    try:
        return run([*command, *words], what=what, env=env, cwd=cwd)
    except Trouble as trouble:
        if "wrong password" in str(trouble):
            raise Trouble(f"{key} is not the key of the backup in {place.parent}.") from None
        raise


def main() -> int:
    """Do what the command line says."""
    deeds = {"backup": backup, "restore": restore}
    deed = sys.argv[1] if len(sys.argv) > 1 else ""
    if deed not in deeds:
        raise Trouble(f"There is no {deed or 'empty deed'}: say backup or restore.")
    return deeds[deed]()


if __name__ == "__main__":
    told(main)

"""Where bytes lie by name: in a folder of this installation, or in a bucket that several hosts share."""

from __future__ import annotations

import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from flask_babel import lazy_gettext as _l
from obstore.exceptions import BaseError
from obstore.store import S3Store

from webapp.base.config import Settings, SettingsError
from webapp.base.flow import Refusal

log = logging.getLogger("wangge.stores")

# Longer nobody who waits for a page is kept; a large file over a slow line has its time.
CONNECTED_WITHIN = timedelta(seconds=3)
DONE_WITHIN = timedelta(seconds=60)
TRIED_AGAIN = 2
TRIED_WITHIN = timedelta(seconds=8)
# What a bucket is asked with where the address names no region; stores of one's own take any.
REGION = "us-east-1"


class Away(Refusal):
    """The bucket does not answer, or takes nothing from us: nothing was kept, and nothing is lost."""

    status, code = 503, "files_away"


@dataclass(frozen=True)
class Lying:
    """A name in a store, and when its bytes were written."""

    name: str
    at: datetime


class Store(Protocol):
    """Bytes by name, the same ones for every process of every host that has this store.

    A name is a path without a way up (`ab/abcd…`). `read` raises `FileNotFoundError` for one that is not there.
    """

    def put(self, name: str, body: bytes) -> None:
        """The bytes are kept, whole or not at all, and outlive a crash."""

    def take(self, path: Path) -> None:
        """A file of this disk is kept under its own name, and lies nowhere else."""

    def read(self, name: str) -> bytes:
        """The bytes."""

    def opened(self, name: str) -> IO[bytes]:
        """The bytes as an open file at its beginning, which outlives its name; whoever has it closes it."""

    def has(self, name: str) -> bool:
        """True where they are."""

    def drop(self, name: str) -> None:
        """They are gone, whether they were there or not."""

    def lying(self) -> Iterator[Lying]:
        """Everything that is kept, in no order."""

    def where(self, name: str) -> str:
        """The place as an operator looks for it."""


class Folder:
    """A folder on a disk of this host, or one that several hosts mount; `shape` is how its names look (`??/*`)."""

    def __init__(self, root: Path, shape: str) -> None:
        self.root, self._shape = root, shape
        # Nobody else of this machine looks into it.
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where the bytes lie, for whoever can send them from there."""
        return self.root / name

    def put(self, name: str, body: bytes) -> None:
        """As the protocol says. A content never changes under its name: what is there stays."""
        target = self.path(name)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(f".{os.getpid()}.part")
        try:
            with draft.open("wb") as out:
                out.write(body)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(target)
        except OSError:
            draft.unlink(missing_ok=True)  # half a file on a full disk
            raise

    def take(self, path: Path) -> None:
        """As the protocol says."""
        if path.parent != self.root:
            shutil.move(path, self.path(path.name))

    def read(self, name: str) -> bytes:
        """As the protocol says."""
        return self.path(name).read_bytes()

    def opened(self, name: str) -> IO[bytes]:
        """As the protocol says."""
        return self.path(name).open("rb")

    def has(self, name: str) -> bool:
        """As the protocol says."""
        return self.path(name).is_file()

    def drop(self, name: str) -> None:
        """As the protocol says."""
        self.path(name).unlink(missing_ok=True)

    def lying(self) -> Iterator[Lying]:
        """As the protocol says; halves of files are among them."""
        for path in self.root.glob(self._shape):
            try:
                found = path.stat()
            except FileNotFoundError:  # dropped meanwhile
                continue
            if stat.S_ISREG(found.st_mode):
                at = datetime.fromtimestamp(found.st_mtime, UTC)
                yield Lying(path.relative_to(self.root).as_posix(), at)

    def where(self, name: str) -> str:
        """As the protocol says."""
        return str(self.path(name))


class Bucket:
    """A folder of a bucket in a store that speaks S3.

    `address` is `https://KEY:SECRET@HOST/BUCKET`, or without a path where the bucket is the first word of the host
    (`https://KEY:SECRET@BUCKET.HOST`); `?region=` names a region. Raises `SettingsError` for any other address.
    Nothing is asked of the store before somebody wants bytes.
    """

    def __init__(self, address: str, folder: str) -> None:
        parts = urlsplit(address)
        path = parts.path.strip("/")
        host = parts.netloc.rpartition("@")[2]
        bucket = path or host.partition(".")[0]
        if parts.scheme not in ("http", "https") or not (
            parts.username and parts.password and host and "/" not in path
        ):
            raise SettingsError(
                "FILES_URL must be like https://KEY:SECRET@s3.example.cn/BUCKET, strokes in the secret as %2F."
            )
        self._place = f"{parts.scheme}://{host}/{path}".rstrip("/") + f"/{folder}/"
        self._store = S3Store(
            bucket,
            prefix=folder,
            endpoint=f"{parts.scheme}://{host}",
            access_key_id=unquote(parts.username),
            secret_access_key=unquote(parts.password),
            region=parse_qs(parts.query).get("region", [REGION])[0],
            virtual_hosted_style_request=not path,
            # One name at a time: not every store takes many, nor in the same way.
            disable_bulk_delete=True,
            client_options={
                "allow_http": parts.scheme == "http",
                "connect_timeout": CONNECTED_WITHIN,
                "timeout": DONE_WITHIN,
            },
            retry_config={"max_retries": TRIED_AGAIN, "retry_timeout": TRIED_WITHIN},
        )

    def put(self, name: str, body: bytes) -> None:
        """As the protocol says. Written although it may be there: another host may just have dropped it."""
        try:
            self._store.put(name, body)
        except BaseError as error:
            raise self._away(error) from error

    def take(self, path: Path) -> None:
        """As the protocol says; a large file goes in pieces and never lies in memory as a whole."""
        try:
            self._store.put(path.name, path)
        except BaseError as error:
            raise self._away(error) from error
        path.unlink()

    def read(self, name: str) -> bytes:
        """As the protocol says."""
        try:
            return bytes(self._store.get(name).bytes())
        except BaseError as error:
            raise self._away(error) from error

    def opened(self, name: str) -> IO[bytes]:
        """As the protocol says; it lies on this disk meanwhile."""
        out = tempfile.TemporaryFile()  # noqa: SIM115  # handed on open
        try:
            for piece in self._store.get(name).stream():
                out.write(piece)
        except BaseError as error:
            out.close()
            raise self._away(error) from error
        out.seek(0)
        return out

    def has(self, name: str) -> bool:
        """As the protocol says."""
        try:
            self._store.head(name)
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise self._away(error) from error
        return True

    def drop(self, name: str) -> None:
        """As the protocol says."""
        try:
            self._store.delete(name)
        except FileNotFoundError:
            return
        except BaseError as error:
            raise self._away(error) from error

    def lying(self) -> Iterator[Lying]:
        """As the protocol says, a thousand at a time."""
        try:
            for some in self._store.list():
                for each in some:
                    yield Lying(each["path"], each["last_modified"])
        except BaseError as error:
            raise self._away(error) from error

    def where(self, name: str) -> str:
        """As the protocol says."""
        return self._place + name

    @staticmethod
    def _away(error: BaseError) -> Away:
        # Only the first line: those after it tell how the library is built.
        log.error("files away: %s", str(error).partition("\n")[0])
        return Away(
            _l(
                "The store of files does not answer. What you sent was not kept: please send it later."
            )
        )


def opened(settings: Settings, name: str, shape: str) -> Store:
    """The store of this name: in the bucket that the settings name, or else a folder of the instance."""
    if settings.files_address:
        return Bucket(settings.files_address, name)
    return Folder((settings.instance / name).resolve(), shape)

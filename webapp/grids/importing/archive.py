"""Archives unpacked without harm: no bombs, no paths that lead out, names in the right letters."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from webapp.base.language import N_
from webapp.grids.importing.findings import unreadable

MOST_MEMBERS: Final = 2000
MOST_BYTES: Final = 400 * 1024 * 1024
"""Unpacked size of the whole archive."""
RATIO_FREE_BYTES: Final = 8 * 1024 * 1024
"""Below this size a member may be packed as tightly as it likes."""
MOST_RATIO: Final = 120
"""Beyond that a member may not unpack to more than so many times its packed size."""
CHUNK: Final = 1024 * 1024
UTF8_NAME: Final = 0x800
ENCRYPTED: Final = 0x1


def unpack(path: Path, into: Path) -> dict[str, Path]:
    """The members of a zip archive lie under `into`, under harmless names.

    The answer maps the name each member had in the archive to the file it is in now; members of one
    folder stay together. Raises `Unreadable`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if _wanted(each)]
            _refuse_harm(members)
            return _written(archive, members, into)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise unreadable(
            N_("The archive is damaged or incomplete."),
            N_("Pack it again as an ordinary zip file and send it once more."),
        ) from error


def _wanted(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    return not (
        member.is_dir()
        or name.startswith("__MACOSX/")
        or name.endswith(("/.DS_Store", "Thumbs.db"))
        or name == ".DS_Store"
    )


def _refuse_harm(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise unreadable(N_("The archive is empty."))
    if len(members) > MOST_MEMBERS:
        raise unreadable(
            N_("The archive has %(count)s files; at most %(most)s are allowed."),
            count=len(members),
            most=MOST_MEMBERS,
        )
    for member in members:
        if member.flag_bits & ENCRYPTED:
            raise unreadable(
                N_("The archive is protected by a password."), N_("Pack it without a password.")
            )
        if _leads_out(member):
            raise unreadable(
                N_("The archive holds a path that leads out of it: %(name)s"),
                N_("Pack only the files of the border data."),
                name=member.filename[:80],
            )
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise _too_big()


def _leads_out(member: zipfile.ZipInfo) -> bool:
    # `ZipInfo` turns backslashes into slashes on Windows only.
    path = PurePosixPath(member.filename.replace("\\", "/"))
    link = stat.S_ISLNK(member.external_attr >> 16)
    return link or path.is_absolute() or ".." in path.parts or ":" in member.filename


def _written(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], into: Path
) -> dict[str, Path]:
    files: dict[str, Path] = {}
    folders: dict[PurePosixPath, Path] = {}
    left = MOST_BYTES
    for number, member in enumerate(members):
        name = PurePosixPath(true_name(member).replace("\\", "/"))
        folder = folders.setdefault(name.parent, into / _safe(name.parent.name, len(folders)))
        folder.mkdir(exist_ok=True)
        target = folder / f"{number:04d}{_suffix(name)}"
        if _database_part(name):
            target = folder / re.sub(r"[^\w.-]", "_", name.name, flags=re.ASCII)
        left -= _copy(archive, member, target, left)
        files[str(name)] = target
    return files


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """The sizes in an archive's table can lie: what comes out is counted."""
    allowed = min(left, max(RATIO_FREE_BYTES, member.compress_size * MOST_RATIO))
    size = 0
    with archive.open(member) as source, target.open("wb") as out:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > allowed:
                raise _too_big()
            out.write(chunk)
    return size


def _too_big() -> Exception:
    return unreadable(
        N_("Unpacked, the archive would be larger than %(most)s MB."),
        N_("Send only the layer of the grid borders."),
        most=MOST_BYTES // 1024 // 1024,
    )


def _safe(folder: str, number: int) -> str:
    return f"{number:03d}.gdb" if folder.lower().endswith(".gdb") else f"{number:03d}"


def _suffix(name: PurePosixPath) -> str:
    return name.suffix.lower() if re.fullmatch(r"\.\w{1,8}", name.suffix, re.ASCII) else ".bin"


def _database_part(name: PurePosixPath) -> bool:
    """A file geodatabase is a folder of files that know each other by name."""
    return name.parent.name.lower().endswith(".gdb")


def true_name(member: zipfile.ZipInfo) -> str:
    """The member's name in the letters of the person who packed it.

    Archives without the UTF-8 flag are read as code page 437 by rule; Chinese Windows means GBK.
    """
    if member.flag_bits & UTF8_NAME:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename

"""The Debian packages of the machine: which are missing, and how they come without a system server.

`python3 -m house.machine PACKAGE...` is the one command an administrator types for somebody who may
not install.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ctypes.util import find_library
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from house import broker, postgres
from house.trouble import ROOT, Trouble, run, say, told, works

# The server each release carries; older releases carry a PostGIS below 3.3.
SERVERS = {("debian", "12"): 15, ("debian", "13"): 17, ("ubuntu", "24.04"): 16}

# Any of them will do for the tests; the first is what is installed.
BROWSERS = ("chromium-headless-shell", "chromium")

POLICY = Path("/usr/sbin/policy-rc.d")
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/wangge.conf")
SIGN = "Written by the setup of Wangge for the minutes of one installation"


def missing(job: str) -> list[str]:
    """The Debian packages this job still needs, none when it can start."""
    needs: list[tuple[str, Callable[[], bool]]] = [
        (f"python{sys.version_info.major}.{sys.version_info.minor}-venv", _has_ensurepip),
    ]
    if job == "backup":
        return [name for name in ("pgbackrest", "restic") if shutil.which(name) is None]
    testing = job in ("test", "bench")
    if job != "lint" and (testing or not os.environ.get("DATABASE_URL")):
        needs.append(("postgis", postgres.found))
    if job != "lint":
        # Cases on paper: the letters of the PDF, and what lays them out.
        needs += [
            ("fonts-noto-cjk", _has_chinese_font),
            ("libpango-1.0-0", partial(_has_library, "pango-1.0")),
            ("libpangoft2-1.0-0", partial(_has_library, "pangoft2-1.0")),
            ("libharfbuzz-subset0", partial(_has_library, "harfbuzz-subset")),
            # Pictures of cameras.
            ("ffmpeg", lambda: shutil.which("ffmpeg") is not None),
        ]
    if testing or (job == "run" and broker.wanted()):
        needs.append(("mosquitto", lambda: broker.program() is not None))
    if testing:
        needs += [
            ("make", lambda: shutil.which("make") is not None),
            ("chromium-headless-shell", lambda: any(map(shutil.which, BROWSERS))),
            ("osm2pgrouting", lambda: shutil.which("osm2pgrouting") is not None),
            # A client of another maker that reads our maps.
            ("gdal-bin", lambda: shutil.which("ogr2ogr") is not None),
            ("pgbackrest", lambda: shutil.which("pgbackrest") is not None),
            ("restic", lambda: shutil.which("restic") is not None),
            # What operators put in front, its certificate, and who reads their units.
            ("openssl", lambda: shutil.which("openssl") is not None),
            ("systemd", lambda: shutil.which("systemd-analyze") is not None),
            ("nginx-light", lambda: shutil.which("nginx", path="/usr/sbin:/usr/bin") is not None),
            # Between many web servers and the database.
            ("pgbouncer", lambda: shutil.which("pgbouncer", path="/usr/sbin:/usr/bin") is not None),
        ]
    if job == "bench":
        needs.append(("pgrouting", partial(postgres.has_extension, "pgrouting")))
    lacking = [package for package, there in needs if not there()]
    return [_named(package) for package in lacking]


def provide(job: str) -> None:
    """Every Debian package this job needs is installed, or Trouble says what to type."""
    packages = missing(job)
    if not packages:
        return
    if shutil.which("apt-get") is None:
        raise Trouble(
            f"{', '.join(packages)} must be installed, and this system has no apt-get to do it."
        )
    if os.geteuid() == 0:
        install(packages)
        return
    command = [
        "sudo",
        "env",
        "-C",
        str(ROOT),
        sys.executable,
        "-B",
        "-m",
        "house.machine",
        *packages,
    ]
    if works(["sudo", "-n", "true"]):
        say(f"Installing {', '.join(packages)} with sudo")
        run(command, what="The Debian packages could not be installed")
        return
    raise Trouble(
        f"{', '.join(packages)} must be installed first, which only an administrator may: type\n"
        f"    {shlex.join(command)}\nand start again."
    )


def install(packages: list[str]) -> None:
    """The packages are installed; no server of the system was made, started, restarted or stopped."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    say(f"Installing {', '.join(packages)}")
    run(
        ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "update"],
        what="The list of Debian packages could not be fetched",
        env=env,
    )
    with no_system_cluster():
        run(
            [
                *(
                    "apt-get",
                    "-q",
                    "-y",
                    "--no-install-recommends",
                    "-o",
                    "DPkg::Lock::Timeout=300",
                ),
                *("-o", "Dpkg::Options::=--force-confold", "install", *packages),
            ],
            what="The Debian packages could not be installed",
            env=env,
        )
    for service, package in (
        ("mosquitto", "mosquitto"),
        ("nginx", "nginx-light"),
        ("pgbouncer", "pgbouncer"),
    ):
        if package in packages:
            works(["systemctl", "disable", service])  # nor does it start with the machine


@contextmanager
def no_system_cluster() -> Iterator[None]:
    """Debian neither creates its cluster `main` nor touches a running server while this lasts.

    Two switches made for it: `create_main_cluster` for the package of a new server, and a policy
    that refuses to start or stop any service named postgresql, mosquitto, nginx or pgbouncer. Both are gone
    afterwards; a policy the administrator wrote stays as it is. Should we be killed in between, the
    policy has lost its effect with our process, and the next installation removes it.
    """
    folder_was_there = NO_CLUSTER.parent.is_dir()
    NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_CLUSTER.write_text(f"# {SIGN}.\ncreate_main_cluster = false\n")
    own_policy = not POLICY.exists() or SIGN in POLICY.read_text(errors="replace")
    if own_policy:
        POLICY.write_text(
            f"#!/bin/sh\n# {SIGN}; without effect afterwards, safe to delete.\n"
            'case "$*" in *postgresql*|*mosquitto*|*nginx*|*pgbouncer*)'
            f" [ -d /proc/{os.getpid()} ] && exit 101 ;; esac\nexit 0\n"
        )
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        NO_CLUSTER.unlink(missing_ok=True)
        if own_policy:
            POLICY.unlink(missing_ok=True)
        if not folder_was_there and not any(NO_CLUSTER.parent.iterdir()):
            NO_CLUSTER.parent.rmdir()


def _named(package: str) -> str:
    """The package as this release names it."""
    if package == "postgis":
        return server_package(_release())
    if package == "pgrouting":
        return server_package(_release()).replace("postgis-3", "pgrouting")
    return package


def server_package(release: Mapping[str, str]) -> str:
    """The package of PostgreSQL with PostGIS, from the words of /etc/os-release."""
    try:
        major = SERVERS[release.get("ID", ""), release.get("VERSION_ID", "")]
    except KeyError:
        name = release.get("PRETTY_NAME", sys.platform)
        raise Trouble(
            "PostgreSQL with PostGIS 3.3 or newer is missing, and setup can install it on Debian 12, "
            f"Debian 13 and Ubuntu 24.04, not on {name}: install it, or name a server in DATABASE_URL."
        ) from None
    return f"postgresql-{major}-postgis-3"


def _release() -> dict[str, str]:
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key: value.strip('"') for key, _, value in pairs}


def _has_ensurepip() -> bool:
    return (ROOT / ".venv/bin/python").exists() or find_spec("ensurepip") is not None


def _has_chinese_font() -> bool:
    return any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))


def _has_library(name: str) -> bool:
    return find_library(name) is not None


def main() -> int:
    """Install the Debian packages named on the command line; only root may."""
    if os.geteuid() != 0:
        raise Trouble("Only root may install packages: put sudo before the command.")
    install(sys.argv[1:])
    return 0


if __name__ == "__main__":
    told(main)

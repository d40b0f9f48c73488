"""What is known against the packages the house is made of, asked of a public list of advisories.

`python3 -m house.advisories` asks about every pinned version at once, and needs nothing but Python. It ends
with 1 where something is known, with 0 where nothing is, and with 0 and a clear word where nobody could be
asked: whoever tests without a network is not held up by it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import Request, urlopen

from house.trouble import ROOT, Trouble, say, told

# The open list of vulnerabilities, or one of your own that answers as it does (OSV, `v1/querybatch`).
LIST = "https://api.osv.dev/v1/querybatch"
PATIENCE_S = 20.0
# What is known and does not reach us: "advisory  why", a line each.
ACCEPTED = ROOT / "house/accepted-advisories.txt"

_PIN = re.compile(r"^([a-z0-9._-]+)==([0-9][0-9a-z.]*)$", re.MULTILINE)


class Package(NamedTuple):
    """A package at its pinned version, in the list of Python (PyPI) or of the browser (npm)."""

    name: str
    version: str
    ecosystem: str


def pinned(root: Path = ROOT) -> list[Package]:
    """Every package that is installed, with what these bring along."""
    python = _PIN.findall((root / "constraints.txt").read_text())
    locked = json.loads((root / "package-lock.json").read_text())["packages"]
    browser = [
        (path.rpartition("node_modules/")[2], each["version"])
        for path, each in locked.items()
        if path
    ]
    return [
        *(Package(name, version, "PyPI") for name, version in python),
        *(Package(name, version, "npm") for name, version in browser),
    ]


def known(packages: Sequence[Package], address: str) -> list[tuple[Package, str]]:
    """(package, advisory) of whatever is known against them. Raises `OSError` where nobody answers,
    `ValueError` where the answer is none."""
    asked = [
        {"package": {"name": each.name, "ecosystem": each.ecosystem}, "version": each.version}
        for each in packages
    ]
    request = Request(  # noqa: S310  # the operator names it
        address,
        data=json.dumps({"queries": asked}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
        results = _results(json.load(answer), len(packages))
    return [
        (package, str(each["id"]))
        for package, result in zip(packages, results, strict=True)
        for each in result.get("vulns", ())
    ]


def accepted(path: Path) -> set[str]:
    """The advisories that somebody has looked at, each with a reason. Raises `Trouble` for one without."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    for line in lines:
        if len(line.split(maxsplit=1)) < 2:
            raise Trouble(f"{path.name}: {line} has no reason beside it.")
    return {line.split()[0] for line in lines}


def main() -> int:
    """Ask, and say what was answered."""
    address = os.environ.get("ADVISORIES", LIST)
    packages, fine = pinned(), accepted(ACCEPTED)
    try:
        found = [each for each in known(packages, address) if each[1] not in fine]
    except (URLError, OSError, ValueError) as error:
        say(f"NOT ASKED: the list of advisories does not answer ({error}); nothing is known.")
        return 0
    for package, advisory in found:
        say(f"{package.name} {package.version} ({package.ecosystem}): {advisory}")
    if found:
        raise Trouble(
            "Packages with known weaknesses: pin versions without them, or say why they do not reach us"
            f" in {ACCEPTED.name}."
        )
    say(f"Nothing is known against {len(packages)} packages.")
    return 0


def _results(answer: Any, count: int) -> list[dict[str, Any]]:
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != count:
        raise ValueError("it does not answer as OSV does")
    return [each or {} for each in results]


if __name__ == "__main__":
    told(main)

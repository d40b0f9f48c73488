"""The commands of the project explain themselves."""

from __future__ import annotations

import re
import subprocess

from house.trouble import ROOT


def make(*words: str) -> str:
    done = subprocess.run(
        ["make", "-C", ROOT, "--no-print-directory", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_help_lists_every_command() -> None:
    rules = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", rules, re.MULTILINE)
    assert phony is not None
    commands = set(phony[1].split()) - {"python"}
    assert set(re.findall(r"^  make ([a-z]+) ", make("help"), re.MULTILINE)) == commands
    assert make() == make("help")


def test_an_old_python_is_one_sentence() -> None:
    refused = subprocess.run(
        ["make", "-C", ROOT, "python", "PYTHON=false"], capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0

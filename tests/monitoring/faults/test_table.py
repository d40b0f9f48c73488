"""Every fault of the table has tests that exist, and every test that makes a fault stands in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_NAMED = re.compile(r"`([a-z0-9_/]+\.py)::(test_\w+)`")


def marked(tests: Path) -> set[tuple[str, str]]:
    """(file, test) of every test with the mark, its own or that of its whole file."""
    found = set()
    for path in tests.rglob("test_*.py"):
        words = path.read_text(encoding="utf-8")
        if "mark.fault" not in words:
            continue
        whole = re.search(r"^pytestmark = \[?\s*pytest\.mark\.fault\b", words, re.MULTILINE)
        for node in ast.parse(words).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = any(ast.unparse(each) == "pytest.mark.fault" for each in node.decorator_list)
                if own or whole:
                    found.add((path.relative_to(tests).as_posix(), node.name))
    return found


def test_the_table_of_faults_names_the_tests_that_make_them(root: Path) -> None:
    words = (root / "docs/faults.md").read_text(encoding="utf-8")
    assert set(_NAMED.findall(words)) == marked(root / "tests")


@pytest.mark.parametrize("number", range(1, 21))
def test_every_fault_has_a_line(root: Path, number: int) -> None:
    words = (root / "docs/faults.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^\| F{number} .*$", words, re.MULTILINE)
    assert _NAMED.search(line)

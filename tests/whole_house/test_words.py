"""One English name for each Chinese term, and the code uses it; the first page leads to the rest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webapp.base.config import Settings
from webapp.base.flow import FLOWS
from webapp.operation.demo import SIGN_INS
from webapp.people.rules import ROLES

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
CODE = "\n".join(
    file.read_text(encoding="utf-8") for file in sorted((ROOT / "webapp").rglob("*.py"))
)

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in GLOSSARY.splitlines()
    if line.startswith("|") and not set(line) <= set("|-")
][1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_a_term_has_its_name_and_its_place(row: list[str]) -> None:
    chinese, english, place = row
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert english
    for name in re.findall(r"`([^`]+)`", place):
        last = name.rpartition(".")[2] if "/" not in name else name
        in_code = last in CODE or (ROOT / "webapp" / name).exists()
        assert in_code, f"{name} is nowhere in the code"


def test_no_term_is_told_twice() -> None:
    for column in (0, 1):
        terms = [row[column] for row in ROWS]
        assert len(terms) == len(set(terms))


def test_the_first_page_fits_a_screen_and_says_how_to_begin() -> None:
    assert len(README.splitlines()) <= 60
    for words in ("make run", "make test", "demo-logins.json", *(f"`{name}`" for name in SIGN_INS)):
        assert words in README, words
    assert re.search(r"!\[[^]]+\]\(docs/pictures/", README)


def test_every_package_stands_on_the_first_page() -> None:
    for package in sorted((ROOT / "webapp").glob("*/__init__.py")):
        assert f"webapp/{package.parent.name}" in README, package.parent.name


def test_the_walk_of_a_case_names_files_that_are_there() -> None:
    folders = "templates|static|webapp|house|base|grids|cases|maps"
    named = re.findall(rf"`((?:{folders})/[\w/.-]+)`", ARCHITECTURE)
    assert len(named) > 15
    for name in named:
        # A name may be that of a folder, or point into its module: cases/rules.MAY.
        names = [name]
        if not name.endswith((".py", ".html", ".js", "/")):
            names.append(name.partition(".")[0] + ".py")
        assert any((ROOT / top / each).exists() for top in ("", "webapp") for each in names), name


def test_roles_and_states_are_words_of_code() -> None:
    for name in (*ROLES, *FLOWS, *(state for flow in FLOWS.values() for state in flow.states)):
        assert re.fullmatch(r"[a-z][a-z_]*", name), name


def test_settings_are_upper_case_and_few() -> None:
    names = [each.metadata["variable"] for each in Settings.__dataclass_fields__.values()]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in names)
    assert len(names) < 40

"""Each thing stands in its room, and nothing stands here that belongs nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEBAPP = sorted((ROOT / "webapp").rglob("*.py"))
PACKAGES = [
    file
    for folder in ("webapp", "house", "geodata", "tests", "bench")
    for file in sorted((ROOT / folder).rglob("__init__.py"))
]

SPATIAL_ROOMS = re.compile(r"webapp/(base/spatial|grids/locate|(\w+/)+queries)\.py$")
RAW_SQL_ROOMS = re.compile(r"webapp/(base/\w+|grids/locate|(\w+/)+queries)\.py$")


def _tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def _texts() -> list[tuple[Path, str]]:
    read = []
    for file in _tracked():
        try:
            read.append((file, file.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return read


def _where(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_questions_of_space_stand_in_their_rooms() -> None:
    strays = [
        _where(file)
        for file in WEBAPP
        if re.search(r"\bST_[A-Z]", file.read_text(encoding="utf-8"))
        and not SPATIAL_ROOMS.search(file.as_posix())
    ]
    assert strays == []


def test_sql_written_by_hand_stands_in_its_rooms() -> None:
    asks = re.compile(r'text\(\s*f?"+\s*(SELECT\s[^p]|WITH|INSERT|UPDATE|DELETE)', re.IGNORECASE)
    strays = [
        _where(file)
        for file in WEBAPP
        if asks.search(file.read_text(encoding="utf-8"))
        and not RAW_SQL_ROOMS.search(file.as_posix())
    ]
    assert strays == []


@pytest.mark.parametrize("file", PACKAGES, ids=_where)
def test_a_package_says_what_it_is_and_nothing_else(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


@pytest.mark.parametrize("file", WEBAPP, ids=_where)
def test_a_module_says_its_job_in_its_first_line(file: Path) -> None:
    words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    first = words.splitlines()[0] if words else ""
    assert first.endswith((".", ":", "?")), f"{_where(file)}: {first!r}"
    assert len(first) <= 110


def test_imports_go_downward_only() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "importlinter.cli", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_name_that_says_nothing() -> None:
    bad = re.compile(r"(^|_)(utils?|helpers?|misc|common|manager)s?$")
    assert [_where(file) for file in WEBAPP if bad.search(file.stem)] == []


def test_nothing_points_at_somebodys_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|root|home)/[a-z]|/pypi-mirror|/Users/")
    left = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
    mine = _where(Path(__file__))
    found = [
        f"{_where(file)}: {match[0]}"
        for file, text in _texts()
        for match in (machine.search(text) or left.search(text),)
        if match and _where(file) not in (mine, "package-lock.json")
    ]
    assert found == []


def test_nobody_is_called_by_a_name() -> None:
    """Accounts are called by their post; these are the names that examples are usually given."""
    usual = re.compile("张三|李四|王五|赵六|小明|John Doe|Jane Doe|Alice|Bob")
    mine = _where(Path(__file__))
    found = [
        f"{_where(file)}: {match[0]}"
        for file, text in _texts()
        for match in (usual.search(text),)
        if match and _where(file) != mine and not _where(file).startswith("geodata/")
    ]
    assert found == []


def test_nothing_secret_and_nothing_made_is_kept() -> None:
    made = re.compile(
        r"(^|/)(instance|node_modules|\.venv|__pycache__|static/vendor)/|\.(mo|pyc|db)$"
    )
    assert [_where(file) for file in _tracked() if made.search(_where(file))] == []


def test_no_script_writes_words_of_people_as_html() -> None:
    """Leaflet takes a string for HTML: what it shows is made with its words as text."""
    for file in sorted((ROOT / "static/js").rglob("*.js")):
        script = file.read_text(encoding="utf-8")
        made = set(re.findall(r"const (\w+) = make\(", script))
        for shown in re.findall(r"\.(?:bindTooltip|bindPopup|setContent)\((\(\) =>|\w+)", script):
            assert shown in {"make", "() =>", *made}, f"{file.name} shows {shown} as HTML"
        written = re.findall(
            r"\.(?:innerHTML|outerHTML) = |insertAdjacentHTML|document\.write", script
        )
        # The tapped phrases, the card of a mark: parts of a page, made by a template as the page itself is.
        assert not written or file.name in ("phrases.js", "card.js"), f"{file.name} writes HTML"

"""The documents cannot lag behind the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from webapp.base.access import RIGHTS
from webapp.base.config import Settings
from webapp.base.flow import FLOWS
from webapp.operation import documents

ROOT = Path(__file__).parents[2]
WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def made(house: Flask) -> dict[str, str]:
    """The documents as the code makes them."""
    with house.app_context(), house.test_request_context("/"):
        return documents.written(house)


def test_the_kept_documents_are_those_of_the_code(made: dict[str, str]) -> None:
    old = [
        name
        for name, text in made.items()
        if (ROOT / "docs" / name).read_text(encoding="utf-8") != text
    ]
    assert old == [], "run flask --app wsgi docs"


def test_every_setting_command_right_and_flow_is_named(made: dict[str, str], house: Flask) -> None:
    for field in Settings.__dataclass_fields__.values():
        assert f"`{field.metadata['variable']}`" in made["settings.md"]
    for right in RIGHTS:
        assert f"`{right}`" in made["rights.md"]
    for kind in FLOWS:
        assert f"## {kind}" in made["flows.md"]
    for name in ("worker", "demo", "check", "docs", "db upgrade", "tokens issue"):
        assert f"## `{name}" in made["commands.md"]


@pytest.mark.parametrize("file", WRITTEN, ids=lambda path: path.name)
def test_links_of_the_documents_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", file.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (file.parent / target).exists(), f"{file.name} leads to {target}"

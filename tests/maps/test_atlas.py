"""The atlas: one file, nothing from outside, and no name in it can run."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.base.db import db
from webapp.grids.models import GridVersion
from webapp.maps.briefings import atlas

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "`${alert(1)}`",
    "\"'; alert(1); //",
    "{{ 7 * 7 }}",
]


def test_the_atlas_holds_all_grids_as_map_and_as_tables(client: FlaskClient) -> None:
    page = client.get("/maps/briefings/atlas.html").get_data(as_text=True)
    assert page.count("<tr><td>") == 97
    assert page.count('"label":') + page.count("&#34;label&#34;") == 97
    assert "电子材料产业园(中节能万润·九目化学)" in page


def test_nothing_in_it_is_fetched(client: FlaskClient) -> None:
    page = client.get("/maps/briefings/atlas.html").get_data(as_text=True)
    assert not re.search(r"<(script|img|link|iframe)[^>]+(src|href)=", page)
    assert not re.search(r"url\(['\"]?(?!data:|#)", page)
    assert "cdn" not in page.replace("data:", "").split("<body>")[1].lower()


def test_only_its_own_scripts_may_run(client: FlaskClient) -> None:
    answer = client.get("/maps/briefings/atlas.html")
    page, policy = answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy in page.replace("&#39;", "'")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_written_and_never_run(session: Session, name: str) -> None:
    first = GridVersion.display_code == "DJJ-C-001"
    db.session.execute(update(GridVersion).where(first).values(name=name))
    page = atlas.made().page
    assert "<img src=x" not in page
    assert "</script><script>alert" not in page
    assert "`${alert" not in page.split("<tbody>")[0]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert not any(
        re.search(r"(^|[;\s])alert\(1\)", script) for script in scripts if len(script) < 5000
    )


def test_an_installation_without_grids_has_an_empty_atlas(session: Session) -> None:
    from webapp.grids.models import BoundarySet

    db.session.execute(update(BoundarySet).values(state="retired"))
    assert "<tbody>" not in atlas.made().page


def test_an_operator_writes_the_atlas_to_a_file(app: Flask, tmp_path: Path) -> None:
    for lang, title in (("zh_CN", "网格图册"), ("en", "Grid atlas")):
        file = tmp_path / f"atlas-{lang}.html"
        told = app.test_cli_runner().invoke(
            args=["maps", "briefing", "atlas", str(file), "--lang", lang]
        )
        assert told.exit_code == 0, told.output
        assert title in file.read_text(encoding="utf-8")

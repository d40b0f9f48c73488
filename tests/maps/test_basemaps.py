"""Base maps: the built-in one is whole, and raster sources are read, allowed and refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from webapp.base.config import Settings, SettingsError
from webapp.base.security import tile_hosts
from webapp.maps import basemaps

LARGEST = 350 * 1024

SOURCE = {
    "name": "ortho",
    "title": "航拍",
    "url": "https://t{s}.tiles.example/{z}/{x}/{y}.jpg",
    "attribution": "© 示例",
    "datum": "gcj02",
}


def settings(tmp_path: Path, sources: object) -> Settings:
    """Settings with a file of base maps."""
    file = tmp_path / "basemaps.json"
    file.write_text(json.dumps(sources), encoding="utf-8")
    return Settings(basemaps=str(file))


def test_the_built_in_map_is_complete_and_light(client: FlaskClient) -> None:
    total = 0
    for name in basemaps.PARTS:
        answer = client.get(f"/maps/base/{name}.json", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        total += len(answer.get_data())
        assert json.loads(gzip.decompress(answer.get_data()))["features"]
    assert total <= LARGEST


def test_a_part_with_its_tag_is_kept_for_ever(client: FlaskClient) -> None:
    part = basemaps.lean("water")
    assert part is not None
    kept = client.get(f"/maps/base/water.json?v={part.tag}").headers["Cache-Control"]
    stale = client.get("/maps/base/water.json?v=old").headers["Cache-Control"]
    assert "immutable" in kept
    assert "no-cache" in stale


@pytest.mark.parametrize("name", ["nothing", "..", "../grids"])
def test_only_the_parts_of_the_table_are_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/maps/base/{name}.json").status_code == 404


def test_without_settings_nothing_comes_from_outside() -> None:
    assert basemaps.sources(Settings()) == []
    assert tile_hosts(Settings()) == []


def test_a_key_brings_the_national_map_with_its_labels() -> None:
    found = basemaps.sources(Settings(tianditu_key="k"))
    assert [each.name for each in found] == ["tianditu", "tianditu-image"]
    assert "LAYER=cva" in (found[0].labels or "")
    assert found[0].url.endswith("tk=k")
    assert tile_hosts(Settings(tianditu_key="k")) == ["https://*.tianditu.gov.cn"]


def test_a_source_of_the_operator_is_drawn_and_allowed(tmp_path: Path) -> None:
    given = settings(tmp_path, [SOURCE])
    assert basemaps.sources(given)[0].datum == "gcj02"
    assert tile_hosts(given) == ["https://*.tiles.example"]


@pytest.mark.parametrize(
    "wrong",
    [
        {**SOURCE, "url": "javascript:alert(1)"},
        {**SOURCE, "datum": "mars"},
        {**SOURCE, "attribution": ""},
        {**SOURCE, "name": "has space"},
    ],
)
def test_a_source_that_cannot_be_used_is_named(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(SettingsError, match="BASEMAPS"):
        basemaps.sources(settings(tmp_path, [wrong]))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = Settings(basemaps=str(tmp_path / "no.json"))
    with pytest.raises(SettingsError, match=r"no\.json"):
        basemaps.sources(missing)
    with pytest.raises(SettingsError, match=r"no\.json"):
        tile_hosts(missing)

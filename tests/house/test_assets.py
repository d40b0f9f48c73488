"""Front-end files: from the lock file, from no named host, icons by name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from house import assets, styles
from house.trouble import ROOT, Trouble

ICONS = ROOT / "node_modules/@tabler/icons/icons"


def test_icons_are_found_however_they_are_named() -> None:
    texts = [
        '{{ icon("map-pin") }} {{ icon(\'bell\', "text-red") }}',
        '<i data-icon="flame"></i> <i data-icon="{{ kind }}"></i>',
        'Layer("ports", icon="anchor")',
        'const kinds = { icon: "ship" };',
        '{{ icon("check" if done else "clock") }}',
    ]
    assert assets.icon_names(texts) == [
        *("anchor", "bell", "check", "clock", "flame", "map-pin", "ship")
    ]


def test_the_sprite_has_one_symbol_a_name() -> None:
    drawn = assets.sprite(["map-pin", "star-filled"], ICONS)
    symbols = re.findall(r'<symbol id="([^"]+)" viewBox="0 0 24 24" fill="([^"]+)"', drawn)
    assert symbols == [("map-pin", "none"), ("star-filled", "currentColor")]
    assert "M0 0h24v24H0z" not in drawn


def test_an_unknown_icon_is_one_sentence() -> None:
    with pytest.raises(Trouble, match="There is no icon map-pinn: "):
        assets.sprite(["map-pinn"], ICONS)


def test_copies_point_to_no_source_map(tmp_path: Path) -> None:
    assets.copy(ROOT / "node_modules", tmp_path)
    scripts = [*tmp_path.rglob("*.js"), *tmp_path.rglob("*.css")]
    assert len(scripts) == 10
    assert not [path for path in scripts if "sourceMappingURL" in path.read_text()]
    assert (tmp_path / "leaflet/images/marker-icon.png").exists()


def test_the_lock_file_names_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for package in packages.values())


def test_every_front_end_package_is_pinned() -> None:
    manifest = json.loads((ROOT / "package.json").read_text())
    versions = manifest["dependencies"] | manifest["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


def test_the_stylesheet_holds_the_rules_our_pages_name() -> None:
    sheet = (
        '@charset "UTF-8";:root{--blue:#00f}body{margin:0}.btn,.btn-lg{color:red}.card>.card-body{top:0}'
        "@media (width<768px){.row{left:0}.col{left:1px}}.kind-port:hover{top:1px}.w-1\\/2{width:50%}"
        "[data-bs-theme=dark] .btn{color:blue}a:is(.nav,.tab){top:2px}@keyframes turn{to{top:0}}"
    )
    used = styles.words(['<a class="btn card kind-{{ kind }} nav tab">', "<p class='col'>"])
    assert styles.lean(sheet, used) == (
        '@charset "UTF-8";:root{--blue:#00f}body{margin:0}.btn{color:red}'
        "@media (width<768px){.col{left:1px}}.kind-port:hover{top:1px}"
        "a:is(.nav,.tab){top:2px}@keyframes turn{to{top:0}}"
    )
    assert styles.stamp(sheet, used) == styles.stamp(sheet, used | {"nobody-asks"})
    assert styles.stamp(sheet, used) != styles.stamp(sheet, used | {"card-body"})


def test_a_phone_fetches_an_eighth_of_the_stylesheet() -> None:
    worn = ROOT / "static/vendor/tabler/tabler.min.css"
    whole = ROOT / "node_modules" / assets.SHEET
    assert worn.stat().st_size < whole.stat().st_size / 4

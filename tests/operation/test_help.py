"""Help is there in both languages, and says the same number of things."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.world import World, as_user
from webapp.operation.help import GUIDES, PAGES
from webapp.people.rules import ROLES
from webapp.texts import SOURCES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "templates/help"
LARGEST_PICTURE = 150 * 1024


@pytest.mark.parametrize("topic", [*PAGES, *(f"guides/{name}" for name in GUIDES)])
def test_a_page_is_whole_in_both_languages(topic: str) -> None:
    texts = [
        (FOLDER / f"{topic}.{language}.html").read_text(encoding="utf-8")
        for language in ("zh_CN", "en")
    ]
    shapes = [re.findall(r"<(h2|ol|li|p)>", text) for text in texts]
    assert shapes[0] == shapes[1]
    assert re.search("[\u4e00-\u9fff]", texts[0])
    assert not re.search("[\u4e00-\u9fff]", texts[1])


# What stands in the menus of browsers, not of the house.
OF_OTHERS = {"添加到主屏幕", "Add to home screen"}


@pytest.mark.parametrize(("language", "side"), [("zh_CN", "msgstr"), ("en", "msgid")])
def test_what_help_quotes_stands_on_the_pages(language: str, side: str) -> None:
    said = set(OF_OTHERS)
    for catalogue in SOURCES.glob("*.po"):
        said |= set(re.findall(rf'^{side} "(.+)"$', catalogue.read_text(encoding="utf-8"), re.M))
    quoted = {
        words
        for page in FOLDER.rglob(f"*.{language}.html")
        for words in re.findall("“([^”]+)”", page.read_text(encoding="utf-8"))
    }
    assert quoted
    assert quoted - said == set()


@pytest.mark.parametrize("topic", PAGES)
def test_a_visitor_reads_it(client: FlaskClient, topic: str) -> None:
    assert client.get(f"/help/{topic}").status_code == 200
    assert "<h2>" in client.get(f"/help/{topic}?lang=en").get_data(as_text=True)


def test_there_is_no_page_outside_the_list(client: FlaskClient, app: Flask) -> None:
    for topic in ("nothing", "page", "..", "phone.en"):
        assert client.get(f"/help/{topic}").status_code == 404
    assert all(f"/help/{topic}" in client.get("/help").get_data(as_text=True) for topic in PAGES)


def test_every_post_has_its_guide_and_every_guide_its_picture() -> None:
    guided = [role for guide in GUIDES.values() for role in guide.roles]
    assert sorted(guided) == sorted(ROLES)
    for name, guide in GUIDES.items():
        for language in ("zh_CN", "en"):
            path = ROOT / f"static/guides/{name}.{language}.webp"
            assert path.stat().st_size <= LARGEST_PICTURE
            with Image.open(path) as drawn:
                assert drawn.size == guide.size, path.name
    wanted = {f"{name}.{language}" for name in GUIDES for language in ("zh_CN", "en")}
    assert {each.stem for each in (ROOT / "static/guides").iterdir()} == wanted
    assert {each.stem for each in (FOLDER / "guides").iterdir()} == wanted


def test_everybody_finds_the_own_guide(client: FlaskClient, app: Flask, world: World) -> None:
    assert client.get("/help/guide").headers["Location"] == "/help/guides/resident"
    for who, name in ((world.worker, "worker"), (world.dispatcher, "desk"), (world.admin, "admin")):
        browser = as_user(app, who)
        assert browser.get("/help/guide").headers["Location"] == f"/help/guides/{name}"
        said = browser.get(f"/help/guides/{name}").text
        assert f"/static/guides/{name}.zh_CN.webp" in said
        assert "您的" in browser.get("/help").text
    assert client.get("/help/guides/nobody").status_code == 404


MANUALS = sorted((ROOT / "docs/manual").glob("*.md"))


@pytest.mark.parametrize("manual", MANUALS, ids=lambda path: path.name)
def test_what_the_manual_names_is_there(manual: Path, app: Flask) -> None:
    text = manual.read_text(encoding="utf-8")
    makes = set(re.findall(r"^(\w+): .*## ", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?:^    |`)make ([a-z]+)", text, re.M)) <= makes
    for said in re.findall(r"ARGS=(?:\"([^\"]+)\"|(\w+))", text):
        words = "".join(said).split()
        group: click.Command | None = app.cli
        while words and isinstance(group, click.Group):
            group = group.commands.get(words.pop(0))
        assert group is not None, said
        options = {each for option in group.params for each in option.opts}
        assert {word for word in words if word.startswith("--")} <= options, said
    settings = (ROOT / "docs/settings.md").read_text() + (ROOT / "docs/operating.md").read_text()
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", text))
    assert named
    assert {name for name in named if f"`{name}`" not in settings} == set()
    alerts = (ROOT / "deploy/prometheus-alerts.yml").read_text()
    assert set(re.findall(r"alert: (\w+)", alerts)) == set(re.findall(r"`(Wangge\w+)`", text))
    for link in re.findall(r"\]\(([^)#:]+)[^)]*\)", text):
        assert (manual.parent / link).exists(), link
    for file in re.findall(r"\bdeploy/[\w.-]+", text):
        assert (ROOT / file.rstrip(".")).exists(), file


def test_both_manuals_say_the_same_commands() -> None:
    blocks = [
        [
            line.split("  #")[0].rstrip()
            for line in each.read_text().splitlines()
            if line[:4] == "    "
        ]
        for each in MANUALS
    ]
    assert blocks[0] == blocks[1]
    assert len(blocks[0]) > 30
    chapters = [len(re.findall(r"^## ", each.read_text(), re.M)) for each in MANUALS]
    assert chapters == [12, 12]

"""Help is there in both languages, and says the same number of things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.operation.help import PAGES
from webapp.texts import SOURCES

FOLDER = Path(__file__).parents[2] / "templates/help"


@pytest.mark.parametrize("topic", PAGES)
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
        for page in FOLDER.glob(f"*.{language}.html")
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

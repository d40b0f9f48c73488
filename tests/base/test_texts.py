"""Every text of code and templates has its Chinese, and the catalogues agree."""

from __future__ import annotations

from io import BytesIO

import pytest
from babel.support import Translations
from flask import Flask
from flask_babel import gettext

from webapp import texts
from webapp.texts import TextsError, merged

GOOD = 'msgid "%(n)s grids"\nmsgstr "%(n)s 个网格"\n'


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@pytest.fixture(scope="module")
def wanted() -> dict[texts.Key, list[str]]:
    """Every text of code and templates, with the places where it stands."""
    return texts.wanted()


def test_no_text_lacks_its_chinese(wanted: dict[texts.Key, list[str]]) -> None:
    lacking = texts.missing(wanted)
    assert not lacking, "\n".join(f"{places[0]}: {key}" for key, places in lacking.items())


def test_no_chinese_lacks_its_text(wanted: dict[texts.Key, list[str]]) -> None:
    left = [message.id for message in merged(texts.sources()) if message.id not in wanted]
    assert not [key for key in left if key], "these texts stand nowhere any more"


def test_two_catalogues_may_say_the_same() -> None:
    both = merged({"a.po": _lines(GOOD), "b.po": _lines(GOOD)})
    assert both.get("%(n)s grids").string == "%(n)s 个网格"


@pytest.mark.parametrize(
    "po, fault",
    [
        ('msgid "Grid"\nmsgstr ""\n', "has no Chinese"),
        ('#, fuzzy\nmsgid "Grid"\nmsgstr "网格"\n', "fuzzy"),
        ('msgid "%(n)s grids"\nmsgstr "%(m)s 个网格"\n', "wants the values"),
        ('msgid "%(n)s grids"\nmsgstr "%(n) 个网格"\n', "wants the values"),
        ('msgid "%(n)s grids"\nmsgstr "网格"\n', "wants the values"),
        ('msgid "{n} grids"\nmsgstr "{m} 个网格"\n', "wants the values"),
        ('msgid "One grid"\nmsgid_plural "%(num)s grids"\nmsgstr[0] "网格"\n', "wants the values"),
        ('msgid "%(n)s grids"\nmsgstr "%(n)s 格"\n', "differently in a.po"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_named(po: str, fault: str) -> None:
    with pytest.raises(TextsError, match=fault) as refused:
        merged({"a.po": _lines(GOOD), "b.po": _lines(po)})
    assert "b.po" in str(refused.value)


def test_a_text_told_twice_in_one_catalogue_must_be_told_alike() -> None:
    with pytest.raises(TextsError, match="differently"):
        merged({"a.po": _lines(GOOD + "\n" + GOOD.replace("个网格", "格"))})


def test_compiling_twice_gives_the_same_bytes() -> None:
    texts.compiled()
    first = texts.TARGET.read_bytes()
    texts.compiled()
    assert texts.TARGET.read_bytes() == first
    assert Translations(BytesIO(first)).ugettext("no such text") == "no such text"


def test_the_app_reads_what_was_compiled(app: Flask) -> None:
    texts.compiled()
    with app.test_request_context("/"):
        assert gettext("Please sign in first.") == "请先登录。"
    with app.test_request_context("/?lang=en"):
        assert gettext("Please sign in first.") == "Please sign in first."

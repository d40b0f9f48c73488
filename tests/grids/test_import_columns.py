"""Columns are found by what they are called, kinds by their words."""

from __future__ import annotations

import pytest

from webapp.grids.importing.columns import code_of, columns_of, is_garbled, kind_of
from webapp.grids.importing.dbf import letters_of
from webapp.grids.rules import GridKind


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (
            ("网格编码", "网格类型", "网格名称", "所属社区"),
            {"code": "网格编码", "kind": "网格类型", "name": "网格名称", "community": "所属社区"},
        ),
        (
            ("网格编", "网格类", "网格名", "所属社"),
            {"code": "网格编", "kind": "网格类", "name": "网格名", "community": "所属社"},
        ),
        (
            ("code", "kind", "kind_cn", "name", "community", "village"),
            {"code": "code", "kind": "kind", "name": "name", "community": "community"},
        ),
        (("WGBM", "WGLX", "WGMC"), {"code": "WGBM", "kind": "WGLX", "name": "WGMC"}),
        (("GRID_COMMU", "Grid Code"), {"code": "Grid Code", "community": "GRID_COMMU"}),
        (("id", "面积"), {}),
    ],
)
def test_columns_are_found(columns: tuple[str, ...], found: dict[str, str]) -> None:
    assert columns_of(columns) == found


def test_what_a_person_says_about_columns_comes_first() -> None:
    found = columns_of(("编码", "旧编码", "名称"), {"code": "旧编码"})
    assert found == {"code": "旧编码", "name": "名称"}


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        ("社区网格", None, GridKind.COMMUNITY),
        ("未搬迁村网格", None, GridKind.VILLAGE),
        ("村网格", None, GridKind.VILLAGE),
        ("unrelocated", None, GridKind.VILLAGE),
        ("已搬迁村原址网格", None, GridKind.RELOCATED),
        ("原址", None, GridKind.RELOCATED),
        ("行业网格", None, GridKind.INDUSTRY),
        ("专属网格", None, GridKind.INDUSTRY),
        ("industry", None, GridKind.INDUSTRY),
        (None, "DJJ-R-014", GridKind.RELOCATED),
        (None, "370672004901001", None),
        ("甲类", None, None),
    ],
)
def test_kinds_are_known_by_word_or_letter(
    words: str | None, code: str | None, kind: GridKind | None
) -> None:
    assert kind_of(words, code) is kind


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("370672004901001", "370672004901001"),
        (370672004901001, "370672004901001"),
        (370672004901001.0, "370672004901001"),
        ("370672004901001.0", "370672004901001"),
        (" 370672 004901 001 ", "370672004901001"),
        (3.7067200490100112345e19, None),
        (0.5, None),
        ("", None),
        (None, None),
    ],
)
def test_codes_become_text_only_where_no_digit_was_lost(value: object, code: str | None) -> None:
    assert code_of(value) == code


@pytest.mark.parametrize("text", ["季翔社区一网格", "Dajijia", "", None, "芦洋村（北）", "é"])
def test_good_names_are_not_garbled(text: str | None) -> None:
    assert not is_garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        "季翔社区".encode().decode("gb18030", errors="ignore"),
        "季翔社区".encode("gbk").decode("latin-1"),
        "季翔�区",
        "锟斤拷锟斤拷",
    ],
)
def test_names_read_in_wrong_letters_are_garbled(text: str) -> None:
    assert is_garbled(text)


@pytest.mark.parametrize(
    ("text", "encoding", "cpg", "language", "letters", "contradicted"),
    [
        ("网格编码", "gbk", "GBK", 0, "gb18030", False),
        ("网格编码", "gbk", "936", 0, "gb18030", False),
        ("网格编码", "gbk", "", 0x4D, "gb18030", False),
        ("网格编码", "gbk", "", 0, "gb18030", False),
        ("网格编码", "utf-8", "UTF-8", 0x4D, "utf-8", False),
        ("网格编码", "utf-8", "", 0x4D, "utf-8", True),
        ("网格编码", "gbk", "UTF-8", 0, "gb18030", True),
        ("网格编码", "gbk", "ISO-8859-1", 0, "gb18030", True),
        ("網格編碼", "big5", "Big5", 0, "big5", False),
        ("code", "ascii", "ISO-8859-1", 0, "utf-8", False),
    ],
)
def test_the_bytes_of_a_table_decide_about_its_letters(
    text: str, encoding: str, cpg: str, language: int, letters: str, contradicted: bool
) -> None:
    found = letters_of([text.encode(encoding)], cpg=cpg, language=language)
    assert (found.encoding, found.contradicted, found.readable) == (letters, contradicted, True)


def test_a_character_cut_by_the_width_of_its_field_is_forgiven() -> None:
    assert letters_of(["网格编码".encode()[:10]], cpg="", language=0).encoding == "utf-8"


def test_bytes_in_no_letters_are_told() -> None:
    assert not letters_of([b"\xff\xfe\xff\x80"], cpg="", language=0).readable

"""Whatever somebody wrote is shown as words: no page, part, feed or file takes it for markup."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from resource import RUSAGE_SELF, getrusage
from typing import Any, ClassVar
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests import examples
from tests.conftest import undone
from tests.whole_house.test_pages import _client, _Reader
from webapp.base import paper, shelf
from webapp.base.db import Base, db

# It breaks out of a text, of an attribute in either quotes, of a script, and of what a spreadsheet reads.
MARKUP = "=1+1</script><img src=x onerror=alert(1)>\"'>{{7*7}}${7*7}"
# Who together meets nearly every kind of page.
WIDE = (None, *("worker", "shift", "handler", "station", "project", "resident1", "street", "admin"))
# It may stand so nowhere in a page: neither as an element, nor with a quote that ends an attribute.
# and no program may have counted in it.
RAW = re.compile(r"""<img src=x|</script><img|onerror=alert\(1\)>["']|'>\$?49|\}\}\$?49""")
# On paper and in a workbook it stands letter by letter, as far as there is room.
BEGUN = re.compile(r"=1\+1(.{0,80})", re.DOTALL)
WHOLE = re.sub(r"\s", "", MARKUP.removeprefix("=1+1"))
# An address of the house has fewer characters, and this process takes less memory (KiB).
LONGEST, MOST_KIB = 2_000, 4 * 1024 * 1024
# So many answers of each kind were looked at.
LOOKED: Counter[str] = Counter()
# Texts of the house itself, which nobody writes in a form; a ledger that was frozen is one signed text.
OWN = (
    "ledger_snapshot",
    "procrastinate",
    "alembic",
    "spatial_ref",
    "told_",
    "event",
    "signal",
    "road_",
    "case_class",
)

# Words of people are Chinese in the demo; codes, states and addresses are not.
_WRITTEN = """
    UPDATE {table} SET {column} = :markup || {column} WHERE {column} ~ '[一-龥]'
"""


def _write_everywhere() -> list[str]:
    """Every text of people in the database says it too; answers the columns that took it."""
    took = []
    for table in Base.metadata.sorted_tables:
        if table.name.startswith(OWN):
            continue
        for column in table.columns:
            if column.type.python_type is not str or column.foreign_keys:
                continue
            trial = db.session.begin_nested()
            try:
                db.session.execute(text("SET LOCAL session_replication_role = replica"))
                statement = _WRITTEN.format(table=table.name, column=column.name)
                found: Any = db.session.execute(text(statement), {"markup": MARKUP})
            except DBAPIError:
                trial.rollback()  # a list of words of the house, or a text with a form of its own
                continue
            trial.commit()
            if found.rowcount:
                took.append(f"{table.name}.{column.name}")
    db.session.execute(text("SET LOCAL session_replication_role = origin"))
    db.session.commit()
    return took


def _amiss(kind: str, body: bytes) -> list[str]:
    """What a paper, a document or a workbook has made of the markup, other than words."""
    if kind == "application/pdf":
        paper = pypdfium2.PdfDocument(body)
        said = "".join(page.get_textpage().get_text_bounded() for page in paper)
        paper.close()
        return _cut(said)
    if kind.endswith("wordprocessingml.document"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            written = ET.fromstring(parts.read("word/document.xml"))  # our own answer
        fields = [
            each.tag for each in written.iter() if each.tag.endswith(("instrText", "fldSimple"))
        ]
        return _cut("".join(written.itertext())) + fields
    if kind.endswith("spreadsheetml.sheet"):
        cells = (cell for sheet in load_workbook(io.BytesIO(body)) for row in sheet for cell in row)
        return [f"{cell.coordinate} counts" for cell in cells if cell.data_type == "f"]
    return []


def _cut(said: str) -> list[str]:
    """Where the words do not go on as they were written, unless there was no more room."""
    compact = re.sub(r"\s", "", said.replace("\ufffe", "-"))
    rests = [found[1] for found in BEGUN.finditer(compact)]
    return [rest for rest in rests if not rest.startswith(WHOLE[:20]) and "…" not in rest[:20]]


class _Suspicious(_Reader):
    """Reads every page in reach, and notes each that shows the markup as such."""

    papers: ClassVar[set[str]] = set()

    def _read(self, address: str) -> list[str]:
        # A page that leads to itself with an ever longer address would be read until memory ends.
        assert len(address) <= LONGEST, f"{len(self.seen)} pages led to {address[:300]}"
        assert getrusage(RUSAGE_SELF).ru_maxrss < MOST_KIB, f"too much is kept before {address}"
        answer = self.client.get(address, headers={"Accept": "text/html"})
        if answer.status_code in (301, 302, 303):
            return [urljoin(address, answer.headers["Location"])]
        kind, shown = answer.mimetype, answer.get_data()
        if answer.status_code >= 500:
            self.faults.append(f"{address}: {answer.status_code}")
        if kind == "text/html" and (found := RAW.search(answer.get_data(as_text=True))):
            body = answer.get_data(as_text=True)
            self.faults.append(f"{address}: {body[max(0, found.start() - 120) : found.end() + 20]}")
        if kind.endswith("xml") and any(
            each.tag.endswith("img") for each in ET.fromstring(shown).iter()
        ):  # our own answer
            self.faults.append(f"{address}: an element of somebody else")
        LOOKED[kind] += 1
        self.faults += [f"{address}: {fault}" for fault in _amiss(kind, shown)]
        if kind != "text/html":
            return []
        links = re.findall(
            r'\s(?:href|src|hx-get|data-src)="([^"]+)"', answer.get_data(as_text=True)
        )
        return [urldefrag(urljoin(address, each.replace("&amp;", "&")))[0] for each in links]


@pytest.fixture(scope="module")
def defaced(full_house: Flask) -> Iterator[tuple[Flask, list[str]]]:
    """The house in which every text of people holds markup."""
    with undone(full_house):
        with full_house.test_request_context("/"):
            took = _write_everywhere()
        yield full_house, took


_laid_out = paper.laid_out


def _kept(sheets: list[str], sheet: str, photos: Any) -> Any:
    """What is laid out on paper is looked at before."""
    sheets.append(sheet)
    return _laid_out(sheet, photos)


@pytest.mark.thorough
@pytest.mark.walk
@pytest.mark.parametrize("username", WIDE)
def test_no_page_takes_what_was_written_for_markup(
    defaced: tuple[Flask, list[str]], username: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, took = defaced
    sheets: list[str] = []
    monkeypatch.setattr(paper, "laid_out", lambda sheet, photos=None: _kept(sheets, sheet, photos))
    assert len(took) > 100, took
    # All that is read is one transaction here: nothing is counted beside it by another thread.
    monkeypatch.setattr(shelf, "FRESH_S", shelf.STALE_S)
    reader = _Suspicious(house, _client(house, username, "zh_CN"), "zh_CN")
    reader.read_all("/")
    assert len(reader.seen) > 3
    raw = [found[0] for sheet in sheets for found in RAW.finditer(sheet)]
    assert raw == [], "a paper takes it for markup"
    assert not reader.faults, "\n".join(reader.faults[:20])
    assert any(urlsplit(each).path for each in reader.seen)


@pytest.mark.thorough
@pytest.mark.walk
@pytest.mark.skipif(examples.ALL not in os.environ, reason="papers are laid out in the whole run")
def test_papers_and_documents_were_among_what_was_read() -> None:
    assert LOOKED["application/pdf"] > 3, LOOKED
    assert any(kind.endswith("wordprocessingml.document") for kind in LOOKED), LOOKED

"""The classes of matters and components are all there, found by the words people use, and kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.cases import queries
from webapp.cases.commands import load_classes
from webapp.cases.models import CaseClass, ComponentClass

STANDARD = "GB/T 47678.5-2026"
# Majors of the earlier standard, whose minors live on in the present one.
EARLIER = {"06": "01", "07": "02", "08": "03", "09": "04"}


def stored(session: Session) -> list[Any]:
    """Every row of both tables, with the transaction that wrote it last."""
    session.expire_all()
    return [
        *session.execute(text("SELECT xmin::text, c.* FROM case_class c ORDER BY code")),
        *session.execute(text("SELECT xmin::text, c.* FROM component_class c ORDER BY code")),
    ]


def found(words: str) -> list[str]:
    """The codes that a search answers, best first."""
    return [each.code for each in queries.classes(words)]


def test_the_standard_and_the_local_classes_are_complete(session: Session) -> None:
    matters = session.query(CaseClass).all()
    components = session.query(ComponentClass).all()
    assert sum(each.standard_ref == STANDARD for each in matters) == 250
    assert sum(each.standard_ref == "local" for each in matters) == 88
    assert len(matters) == 250 + 88
    assert len(components) == 153


@pytest.mark.parametrize("table", [CaseClass, ComponentClass])
def test_every_class_has_an_english_name_of_its_own(
    session: Session, table: type[CaseClass | ComponentClass]
) -> None:
    names = [each.name_en for each in session.query(table)]
    assert all(name and name.isascii() and name == name.strip() for name in names)
    assert len({name.lower() for name in names if name}) == len(names)


@pytest.mark.parametrize("table", [CaseClass, ComponentClass])
def test_every_class_has_a_chinese_name_of_its_own(
    session: Session, table: type[CaseClass | ComponentClass]
) -> None:
    names = [each.name for each in session.query(table)]
    assert len(set(names)) == len(names)


def test_a_component_and_the_matter_of_its_code_are_called_alike(session: Session) -> None:
    for component in session.query(ComponentClass):
        matter = session.get(CaseClass, component.code)
        assert matter is not None
        assert matter.name_en in {
            f"{component.name_en} faulty",
            f"{component.name_en} in poor condition",
        }


def test_the_earlier_codes_keep_their_minors_under_other_majors(session: Session) -> None:
    for each in session.query(CaseClass):
        major, minor = each.code[:2], each.code[2:]
        if major in EARLIER:
            assert each.legacy_code == f"{EARLIER[major]}-{int(minor):02}"
        else:
            assert each.legacy_code is None


def test_the_commonest_classes_have_the_words_people_use(session: Session) -> None:
    spoken = [each for each in session.query(CaseClass) if each.keywords]
    assert len(spoken) >= 120
    assert all(each.keywords for each in session.query(CaseClass) if each.common_rank)
    assert all(len(set(each.keywords)) == len(each.keywords) for each in spoken)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("垃圾桶", "06042"),
        ("路灯", "01037"),
        ("灯不亮", "01037"),
        ("窨井", "01023"),
        ("消防通道", "09012"),
        ("烧烤", "06027"),
        ("夜里", "08001"),
        ("不热", "29001"),
        ("06042", "06042"),
        ("street lamp", "01037"),
        ("fire lane", "09012"),
        ("Neighbour", "25001"),
    ],
)
def test_a_class_is_found(session: Session, words: str, code: str) -> None:
    assert code in found(words)


def test_a_full_bin_comes_before_a_broken_one(session: Session) -> None:
    assert found("垃圾桶")[:1] == ["06042"]


def test_words_that_nobody_knows_find_nothing(session: Session) -> None:
    assert found("独角兽") == []


def test_loading_again_writes_nothing(session: Session) -> None:
    before = stored(session)
    load_classes()
    assert stored(session) == before


def test_what_an_office_changed_is_kept(session: Session) -> None:
    bin_full = session.get_one(CaseClass, "06042")
    bin_full.name = "垃圾桶满溢"
    bin_full.name_en = "Bin full"
    bin_full.keywords = ["满桶"]
    bin_full.common_rank = 1
    bin_full.self_close = False
    session.get_one(ComponentClass, "01037").name_en = "Lamp post"
    session.flush()
    before = stored(session)
    load_classes()
    load_classes()
    assert stored(session) == before


def test_what_is_missing_is_filled_and_nothing_beside_it(session: Session) -> None:
    lamp = session.get_one(CaseClass, "01037")
    lamp.name = "路灯故障"
    lamp.name_en = None
    rubbish = session.get_one(CaseClass, "06010")
    rubbish.name_en = "Litter"
    rubbish.keywords = []
    session.get_one(ComponentClass, "01037").name_en = ""
    session.flush()
    load_classes()
    session.expire_all()
    assert (lamp.name, lamp.name_en) == ("路灯故障", "Street lamp faulty")
    assert rubbish.name_en == "Litter"
    assert "乱扔垃圾" in rubbish.keywords
    assert session.get_one(ComponentClass, "01037").name_en == "Street lamp"

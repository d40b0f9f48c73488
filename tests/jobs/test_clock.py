"""What the house does with jobs by itself, and what an operator does by commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tests.jobs.market import Market, looking, published
from webapp.base import tasks
from webapp.jobs import by_the_clock, desk_queries as desk, standards
from webapp.jobs.models import Edition, KeptWay, Posting, Push
from webapp.jobs.rules import PostingState


@pytest.fixture
def deferred(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tasks that are put off."""
    found: list[str] = []
    monkeypatch.setattr(tasks, "defer", lambda name, **more: found.append(name) or 0)
    return found


def _run(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=["jobs", *words], catch_exceptions=False)


def test_other_roads_bring_other_recommendations(session: Session, market: Market) -> None:
    seeker = looking(market, push=False)
    posting = published(market)
    session.execute(update(KeptWay).values(roads=-1))
    seeker.push = True
    session.flush()
    by_the_clock.follow_roads()
    push = session.scalars(select(Push)).one()
    assert (push.posting_id, push.seeker_id) == (posting.id, seeker.id)
    kept = session.scalars(select(KeptWay.roads).distinct()).all()
    assert -1 not in kept
    by_the_clock.follow_roads()
    assert session.scalar(select(func.count()).select_from(Push)) == 1


def test_the_clock_ends_postings(session: Session, market: Market) -> None:
    posting = published(market)
    session.execute(text("UPDATE job_posting SET valid_until = '2020-01-01'"))
    session.expire_all()
    by_the_clock.expire()
    assert session.get_one(Posting, posting.id).state == PostingState.EXPIRED


def test_a_new_edition_comes_from_a_file_and_counts_anew(
    app: Flask, market: Market, tmp_path: Path, deferred: list[str]
) -> None:
    before = standards.standard().edition_id
    file = tmp_path / "skills.tsv"
    file.write_text("门店服务\tshop\t\t\n理货\tstocking\t门店服务\t上货|补货\n", "utf-8")
    said = _run(app, "skills", str(file))
    assert "is in force" in said.output
    words = standards.standard().words
    assert standards.standard().edition_id != before
    assert words.meant("补货") == "理货"
    assert words.parent["理货"] == "门店服务"
    assert deferred == ["jobs.count_anew"]
    parameters = tmp_path / "parameters.json"
    parameters.write_text('{"free_minutes": 10}', "utf-8")
    _run(app, "parameters", str(parameters))
    assert standards.standard().parameters.free_minutes == 10
    assert standards.standard().words.meant("补货") == "理货"


def test_what_a_file_says_wrong_is_said_and_changes_nothing(
    app: Flask, session: Session, market: Market, tmp_path: Path, deferred: list[str]
) -> None:
    count = session.scalar(select(func.count()).select_from(Edition))
    wrong = {
        "occupations": "4-01-02\t\t\n",
        "skills": "理货\tstocking\t没有\t\n",
        "substitutes": "4-01-02\t4-01-03\t7\n",
        "parameters": '{"nothing": 1}',
    }
    for command, words in wrong.items():
        file = tmp_path / command
        file.write_text(words, "utf-8")
        said = _run(app, command, str(file))
        assert said.exit_code == 1, command
        assert said.output.startswith("Error"), command
    assert session.scalar(select(func.count()).select_from(Edition)) == count


def test_the_kinds_of_work_come_with_the_house() -> None:
    file = (standards.DATA / "occupations.tsv").read_text("utf-8")
    rows = standards.read_occupations(file)
    assert len({code for code, _name, _english in rows if len(code) == 7}) >= 52
    assert len(rows) == len({code for code, _name, _english in rows})
    assert all(english for _code, _name, english in rows)


def test_the_staff_find_an_enterprise_by_its_name(market: Market) -> None:
    assert [each.enterprise.name for each in desk.employers(market.head, words="示例超市")] == [
        "示例超市"
    ]
    assert desk.employers(market.other) == []

"""Reports are anonymised by rule, months after the case has ended; a register tells what was erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from webapp.base import clock, tasks
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import Unacceptable
from webapp.base.notices import Notice
from webapp.cases import publishing, queries as cases
from webapp.cases.models import Case, CaseMedia
from webapp.cases.publishing import HIDDEN
from webapp.cases.questions import LINK
from webapp.cases.residents import queries
from webapp.cases.residents.models import Erasure, ErasureRule

BATCH = 500

REPORT = "report"
SHEET = "sheet"

SAID_IN_CASE = ("words", "where_words")
SAID_IN_SHEET = (*SAID_IN_CASE, "forwarding", "reply", "caller_said", "leader_words")


@tasks.task("cases.anonymise", cron="23 18 * * *")
def anonymise_by_night() -> None:
    """What is due is anonymised, as much of it as one night holds."""
    anonymise()
    anonymise_sheets()


def anonymise(limit: int = BATCH) -> int:
    """Reports whose time is over say no more who made them; answers how many. Once for each case."""
    rows = queries.to_erase(limit)
    contacts = {case.id: cases.contacts(case.id) for case, _prefix, _months in rows}
    told = _forget_told([case.id for case, _prefix, _months in rows])
    for case, prefix, months in rows:
        known = contacts[case.id]
        db.session.add(
            Erasure(
                kind=REPORT,
                case_number=case.number,
                at=clock.now(),
                class_prefix=prefix,
                months=months,
                contacts=len(known),
                words=_cover(case),
                links=_unlink(case) + told[f"/mine/{case.id}"],
            )
        )
        for each in known:
            each.name = each.phone = each.email = each.channel = None
            each.erased_at = clock.now()
    db.session.flush()
    return len(rows)


def anonymise_sheets(limit: int = BATCH) -> int:
    """Sheets of the hotline whose time is over say no more who called; answers how many."""
    rows = queries.sheets_to_erase(limit)
    months = queries.erase_months()
    for sheet in rows:
        known = sheet.caller_name is not None or sheet.caller_phone is not None
        sheet.caller_name = sheet.caller_phone = None
        db.session.add(
            Erasure(
                kind=SHEET,
                case_number=sheet.sheet_no,
                at=clock.now(),
                class_prefix="",
                months=months,
                contacts=int(known),
                words=_cover_words(sheet, SAID_IN_SHEET),
                links=0,
            )
        )
    db.session.flush()
    return len(rows)


def _cover(case: Case) -> int:
    """Answers are gone, and what leads to a person in the words of the report is covered."""
    covered: int = _cover_words(case, SAID_IN_CASE)
    answers = [_covered(each) for each in case.answers]
    covered += sum(new != old for new, old in zip(answers, case.answers, strict=True))
    case.answers = answers
    for answer in queries.answers(case.id):
        covered += answer.words is not None
        answer.words, answer.erased_at = None, clock.now()
    rating = queries.rating(case.id)
    if rating is not None and rating.words is not None:
        rating.words = None
        covered += 1
    return covered


def _cover_words(thing: Any, names: Iterable[str]) -> int:
    """What leads to a person is covered in these texts; answers in how many."""
    covered = 0
    for name in names:
        said = getattr(thing, name)
        if said and (clean := publishing.without_numbers(said)) != said:
            setattr(thing, name, clean)
            covered += 1
    return covered


def _covered(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer to a question of the class, without what leads to a person."""
    value = answer.get("value")
    if not isinstance(value, str):
        return answer
    link = answer.get("datatype") == LINK
    return {**answer, "value": HIDDEN if link else publishing.without_numbers(value)}


def _unlink(case: Case) -> int:
    """Nothing leads from the case to the account of its reporter any more."""
    reporter, case.reporter_id = case.reporter_id, None
    if reporter is None:
        return 0
    files = select(CaseMedia.file_id).where(CaseMedia.case_id == case.id)
    mine = StoredFile.id.in_(files), StoredFile.account_id == reporter
    db.session.flush()
    db.session.expire(case, ["reporter"])
    return 1 + _count(db.session.execute(update(StoredFile).where(*mine).values(account_id=None)))


def _forget_told(case_ids: list[int]) -> Counter[str]:
    """The lines that reporters had about these cases are gone; answers how many by their address."""
    mine = [f"/mine/{each}" for each in case_ids]
    gone = delete(Notice).where(Notice.url.in_(mine)).returning(Notice.url)
    return Counter(db.session.scalars(gone))


def _count(result: object) -> int:
    return int(getattr(result, "rowcount", 0))


def set_rule(*, class_prefix: str, months: int, by: Actor) -> ErasureRule:
    """Reports of classes that begin so are anonymised so many months after their end."""
    if class_prefix and not any(code == class_prefix for code, _name in queries.majors()):
        words = _l("Choose one of the list.")
        raise Unacceptable(words, fields={"class_prefix": words})
    rule = queries.erasure_rule(class_prefix)
    if rule is None:
        rule = ErasureRule(class_prefix=class_prefix, months=months)
        db.session.add(rule)
    rule.months, rule.account_id, rule.changed_at = months, by.id, clock.now()
    db.session.flush()
    return rule

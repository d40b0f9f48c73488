"""Applications that are long over say no more of whom they were: answers, papers and links are erased."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from webapp.base import clock, files, tasks
from webapp.base.access import HOUSE, Actor, may
from webapp.base.db import db
from webapp.base.flow import NotAllowed, Unacceptable
from webapp.base.notices import Notice
from webapp.services.applications import erasing_queries as queries
from webapp.services.applications.models import (
    Application,
    ServiceErasure,
    ServiceErasureRule,
)
from webapp.services.applications.rules import APPLICATION_FLOW
from webapp.services.items.rules import FIELD_WORDS

BATCH = 500
# Texts in which people write about people.
_TEXTS = {
    "": ("note", "elsewhere"),
    "mandate": ("words",),
    "supplement": ("lacking", "answer"),
    "rating": ("words", "called_words", "rectified_words"),
}
# Of these the database wants a text, be it an empty one.
_NEEDED = frozenset((("mandate", "words"), ("supplement", "lacking")))


@tasks.task("services.erase", cron="37 18 * * *")
def erase_by_night() -> None:
    """What is due is erased, as much of it as one night holds."""
    erase()


def erase(limit: int = BATCH) -> int:
    """Applications whose time is over are erased, and the papers that nobody needs; answers how many."""
    now = clock.now()
    for draft in queries.forsaken():
        APPLICATION_FLOW.move(draft, "forsake", by=HOUSE)
        draft.ended_at = now
    rows = queries.due(limit)
    for application, field, months in rows:
        _erase(application, field, months)
    db.session.flush()
    _destroy_papers(limit)
    return len(rows)


def set_rule(*, field: str, months: int, by: Actor) -> None:
    """Applications for items of this field ('' for every other) are erased so long after their end."""
    if not may(by, "applications.set_erasure"):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    if field and field not in FIELD_WORDS:
        words = _l("Choose one of the list.")
        raise Unacceptable(words, fields={"field": words})
    rule = queries.rules().get(field)
    if rule is None:
        rule = ServiceErasureRule(field=field, months=months)
        db.session.add(rule)
    rule.months, rule.account_id, rule.changed_at = months, by.id, clock.now()
    db.session.flush()


def _erase(application: Application, field: str, months: int) -> None:
    answers = len(application.answers) + (application.sealed is not None)
    pages = queries.count_pages(application.id)
    texts = sum(
        _emptied(application if not part else getattr(application, part), part, names)
        for part, names in _TEXTS.items()
    )
    if application.mandate is not None and application.mandate.file_id is not None:
        application.mandate.file_id = None
        pages += 1
    for paper in queries.materials(application.id):
        paper.licence_no = paper.account_id = None
    application.answers, application.sealed, application.shown_name = {}, None, None
    application.applicant_id = application.client_id = None
    db.session.add(
        ServiceErasure(
            application_id=application.id,
            at=clock.now(),
            field=field,
            months=months,
            answers=answers,
            pages=pages,
            texts=texts,
            notices=_forget_told(application.id),
        )
    )
    application.erased_at = clock.now()


def _emptied(thing: Any, part: str, names: tuple[str, ...]) -> int:
    """These texts are empty; answers how many said something."""
    said = 0
    for name in names if thing is not None else ():
        said += bool(getattr(thing, name))
        setattr(thing, name, "" if (part, name) in _NEEDED else None)
    return said


def _forget_told(application_id: int) -> int:
    """The lines that the applicant had about it are gone; answers how many."""
    gone = delete(Notice).where(Notice.url == f"/my-matters/{application_id}")
    return len(db.session.scalars(gone.returning(Notice.id)).all())


def _destroy_papers(limit: int) -> None:
    """Pages of erased applications are gone, and the bytes of every sealed file that nobody names.

    The bytes go first: when this breaks off, the rows still name them and the next night goes on.
    """
    for page in queries.pages_to_go(limit * 20):
        db.session.delete(page)
    db.session.flush()
    for file in queries.files_of_nobody(limit * 20):
        files.forget(file)
        db.session.delete(file)
    db.session.flush()

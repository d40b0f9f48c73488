"""Pages of a vote for staff: the roll, printed invitations, sheets of paper votes, areas of homes, the count."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import files
from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.community.deliberation import actions, poll_queries, polls, queries, shown
from webapp.community.deliberation.forms import CountForm, SheetForm, WordsForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.poll_models import Poll, Sheet
from webapp.community.deliberation.procedures import Choice
from webapp.people import queries as people
from webapp.residents import queries as residents
from webapp.residents.models import Building, Dwelling
from webapp.residents.rules import masked_name

bp = Blueprint("polls", __name__)

# So large is no home, in hundredths of a square metre.
LARGEST = 10_000_000
# So many numbers stand between two ends at most, and so many invitations on one page.
MOST, INVITATIONS = 2000, 60
# Who knows of a sheet that wants witnesses.
WITNESSES = ("grid_worker", "grid_leader", "grid_secretary")


@bp.get("/topics/<int:topic_id>/roll")
@permit("topics.see", of=queries.topic)
def roll(topic: Topic) -> Response:
    """Who is on the roll, masked, and who took part; never what was voted."""
    poll = _poll(topic)
    missing = request.args.get("missing") == "1"
    after = request.args.get("after", 0, type=int)
    return page(
        "community/deliberation/roll.html",
        topic=topic,
        poll=poll,
        found=poll_queries.roll(poll.id, after=after, missing=missing),
        taken=poll_queries.taken(poll.id),
        missing=missing,
        masked=masked_name,
        **shown.words(),
    )


@bp.get("/topics/<int:topic_id>/invitations")
@permit("topics.lead", of=queries.topic)
def invitations(topic: Topic) -> Response:
    """The invitations of the roll, to be printed; they name the home and nobody."""
    poll = _poll(topic)
    after = request.args.get("after", 0, type=int)
    found = poll_queries.roll(poll.id, after=after, limit=INVITATIONS)
    return page(
        "community/deliberation/invitations.html",
        topic=topic,
        poll=poll,
        found=found,
        **shown.words(),
    )


@bp.get("/topics/<int:topic_id>/paper")
@permit("topics.see", of=queries.topic)
def paper(topic: Topic) -> Response:
    """The sheets of paper votes, and the form of another one."""
    return _paper(topic)


@bp.post("/topics/<int:topic_id>/paper")
@permit("topics.see", of=queries.topic)
def enter(topic: Topic) -> ResponseReturnValue:
    """A sheet of paper votes is entered."""
    key = topic.id
    try:
        form, poll = SheetForm.read(request), _poll(topic)
        if poll.secret:
            sheet = polls.enter_sheet(
                poll,
                numbers=numbers_of(form.numbers, "numbers"),
                counts={each: getattr(form, each.value) for each in Choice},
                file=_photo(),
                by=me(),
            )
        else:
            sheet = polls.enter_sheet(poll, votes=_votes(form), file=_photo(), by=me())
        polls.tell_witnesses(sheet, people.who_watches(WITNESSES, (), grid_id=topic.grid_id)[0])
    except Refusal as refusal:
        return _paper(afresh(refusal, lambda: queries.topic(key), right="topics.see"), refusal)
    return goto("polls.paper", topic_id=key)


@bp.post("/topics/sheets/<int:sheet_id>/<any(witness, refuse):deed>")
@permit("topics.see", of=lambda sheet_id, deed: poll_queries.sheet(sheet_id))
def judge(sheet: Sheet) -> ResponseReturnValue:
    """Somebody has compared a sheet with the paper."""
    key, deed = sheet.poll.topic_id, part_of_address("deed")
    try:
        if deed == "witness":
            polls.witness(sheet, by=me())
        else:
            polls.refuse_sheet(sheet, why=WordsForm.read(request).words, by=me())
    except Refusal as refusal:
        return _paper(afresh(refusal, lambda: queries.topic(key), right="topics.see"), refusal)
    return goto("polls.paper", topic_id=key)


@bp.get("/topics/sheets/<int:sheet_id>/photo")
@permit("topics.see", of=poll_queries.sheet)
def sheet_photo(sheet: Sheet) -> Response:
    """The scanned sheet."""
    file = db.session.get(StoredFile, sheet.file_id) if sheet.file_id is not None else None
    if file is None:
        abort(404)
    return files.answer(file)


@bp.post("/topics/<int:topic_id>/count")
@permit("topics.lead", of=queries.topic)
def count(topic: Topic) -> ResponseReturnValue:
    """The votes are counted."""
    key = topic.id
    actions.count(topic, days=CountForm.read(request).days, by=me())
    return goto("topics.one", topic_id=key)


@bp.get("/topics/areas/<int:building_id>")
@permit("topics.lead", of=residents.building)
def areas(building: Building) -> Response:
    """The areas of the homes of a building, for votes of owners."""
    return _areas(building)


@bp.post("/topics/areas/<int:building_id>")
@permit("topics.lead", of=residents.building)
def set_areas(building: Building) -> ResponseReturnValue:
    """The homes have these areas."""
    key = building.id
    try:
        polls.set_areas(_said_areas(building), by=me())
    except Refusal as refusal:
        return _areas(afresh(refusal, lambda: residents.building(key)), refusal)
    return goto("polls.areas", building_id=key)


def numbers_of(words: str, field: str) -> list[int]:
    """`1-4, 8` as numbers of the roll. Raises `Unacceptable` for anything else."""
    found: list[int] = []
    for part in re.split(r"[,，、;；\s]+", words.strip()):
        match = re.fullmatch(r"(\d{1,6})(?:[-–—~～](\d{1,6}))?", part)
        if part and match is None:
            wrong = _l("Write numbers like 1-4, 8, 12.")
            raise Unacceptable(wrong, fields={field: wrong})
        if match is not None:
            first, last = int(match[1]), int(match[2] or match[1])
            found += range(first, min(last, first + MOST) + 1)
    return found


def _votes(form: SheetForm) -> dict[int, Choice]:
    votes: dict[int, Choice] = {}
    for choice in Choice:
        name = f"{choice.value}_numbers"
        for number in numbers_of(getattr(form, name), name):
            if number in votes:
                words = _l("Number %(n)s stands here twice.", n=number)
                raise Unacceptable(words, fields={name: words})
            votes[number] = choice
    return votes


def _said_areas(building: Building) -> dict[Dwelling, int | None]:
    """What was written, exact to the hundredth of a square metre."""
    said: dict[Dwelling, int | None] = {}
    for dwelling, _area in poll_queries.homes_with_area(building.id):
        name = f"area-{dwelling.id}"
        written = request.form.get(name, "").strip()
        try:
            area = Decimal(written) * 100 if written else None
        except InvalidOperation:
            area = Decimal(0)
        if area is not None and (area != area.to_integral_value() or not 0 < area <= LARGEST):
            words = _l("Write square metres with at most two decimals.")
            raise Unacceptable(words, fields={name: words})
        said[dwelling] = None if area is None else int(area)
    return said


def _photo() -> StoredFile | None:
    upload = request.files.get("photo")
    return files.keep_picture(upload.stream, by=me()) if upload and upload.filename else None


def _poll(topic: Topic) -> Poll:
    poll = poll_queries.current(topic.id)
    if poll is None:
        abort(404)
    return poll


def _paper(topic: Topic, refusal: Refusal | None = None) -> Response:
    poll = _poll(topic)
    return page(
        "community/deliberation/paper.html",
        status=refusal.status if refusal else 200,
        topic=topic,
        poll=poll,
        taken=poll_queries.taken(poll.id),
        sheets=poll_queries.sheets(poll.id),
        **_sent(refusal),
        **shown.words(),
    )


def _areas(building: Building, refusal: Refusal | None = None) -> Response:
    return page(
        "community/deliberation/areas.html",
        status=refusal.status if refusal else 200,
        building=building,
        homes=poll_queries.homes_with_area(building.id),
        **_sent(refusal),
    )


def _sent(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form,
    }

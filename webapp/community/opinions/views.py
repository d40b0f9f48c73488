"""Pages of opinions: for those who say them, for whoever writes them down at the door, for the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l, ngettext

from webapp.base import audit
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_then
from webapp.base.security import limiter
from webapp.base.web import PurposeForm, afresh, goto, page, part_of_address, undone, wants_json
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.community.deliberation import queries as topics
from webapp.community.livelihood import queries as livelihood
from webapp.community.livelihood.models import LivelihoodItem
from webapp.community.livelihood.rules import CATEGORY_WORDS
from webapp.community.opinions import actions, queries
from webapp.community.opinions.forms import ListForm, SayForm, StepForm, ThemesForm
from webapp.community.opinions.models import Opinion
from webapp.community.opinions.rules import (
    ENTERED,
    OPINION_CHIPS,
    OPINION_FLOW,
    OPINION_NOTES,
    OPINION_WORDS,
    ROUTED_WORDS,
    SAID_WORDS,
)
from webapp.community.opinions.themes import by_place, months_until, table
from webapp.grids import queries as grids
from webapp.people import days, queries as people
from webapp.services import shown
from webapp.services.applications import queries as applications
from webapp.services.applications.models import Application
from webapp.services.items import queries as items
from webapp.services.items.models import ItemVersion

bp = Blueprint("opinions", __name__)

# Of so many months the themes are counted, and so many grids in which most is said are named.
THEMES_MONTHS, THEMES_GRIDS = 12, 20


@bp.get("/opinions")
@permit("opinions.list")
def listed() -> Response:
    """The opinions one may see, the newest first."""
    wish = ListForm.of_address(request)
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.listed(
        me(),
        state=wish.state,
        kind=wish.kind,
        theme=wish.theme,
        how=wish.how,
        grid_id=grid.id if grid else None,
        words=wish.q,
        before=wish.before,
    )
    return page(
        "community/opinions/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grid=grid,
        grids=grids.living(),
        counts=queries.counts(me()),
        **_words(),
    )


@bp.get("/opinions/themes")
@told_then
@permit("opinions.list")
def themes() -> Response:
    """What opinions are about: on the map of the grids, month by month, and grid by grid where most is said."""
    try:
        theme = ThemesForm.of_address(request).theme
    except Unacceptable:
        theme = None
    months = months_until(days.today(), THEMES_MONTHS)
    since = days.start_of(months[0])
    said = queries.themes(me(), since, str(days.zone()))
    there = queries.theme_grids(me(), since)
    places = by_place(there, theme)
    known = {each.display_code: each for each in grids.living()}
    return page(
        "community/opinions/themes.html",
        over_time=table(said, (f"{each:%Y-%m}" for each in months), limit=len(CATEGORY_WORDS)),
        over_places=table(there, CATEGORY_WORDS, limit=THEMES_GRIDS),
        theme=theme,
        places=places,
        shades=[
            (known[line.key].id, {"shade": places.shade(line.total), "words": _heard(line.total)})
            for line in places.lines
            if line.key in known
        ],
        month_heads=[f"{each:%y-%m}" for each in months],
        theme_heads=CATEGORY_WORDS.values(),
        known=known,
        **_words(),
    )


@bp.get("/opinions/new")
@permit("opinions.enter")
def new() -> Response:
    """The form for what somebody says at the door."""
    return _form("opinions.enter")


@bp.post("/opinions/new")
@permit("opinions.enter")
def enter() -> ResponseReturnValue:
    """What somebody said at the door is written down."""
    try:
        opinion = actions.enter(SayForm.read(request), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form("opinions.enter", refusal)
    there = url_for("opinions.listed")
    if may(me(), "opinions.see", opinion):
        there = url_for("opinions.one", opinion_id=opinion.id)
    if wants_json():
        return jsonify(id=opinion.id, url=there)
    return redirect(there, 303)


@bp.get("/opinions/<int:opinion_id>")
@permit("opinions.see", of=queries.opinion)
def one(opinion: Opinion) -> Response:
    """One opinion with its steps."""
    return _one(opinion)


@bp.post(
    "/opinions/<int:opinion_id>/<any(answer, to_case, to_item, to_topic, to_application, belong, close):name>"
)
@permit("opinions.see", of=lambda opinion_id, name: queries.opinion(opinion_id))
def step(opinion: Opinion) -> ResponseReturnValue:
    """An opinion is replied to, sent on, or closed."""
    name, key = part_of_address("name"), opinion.id
    try:
        form = StepForm.read(request)
        version = form.base_version
        prefix = current_app.extensions["settings"].case_prefix
        deeds: dict[str, Callable[[], None]] = {
            "answer": lambda: actions.answer(
                opinion, note=form.note, by=me(), base_version=version
            ),
            "to_case": lambda: actions.to_case(
                opinion,
                class_code=form.class_code,
                by=me(),
                prefix=prefix,
                base_version=version,
            ),
            "to_item": lambda: actions.to_item(
                opinion, note=form.note, by=me(), base_version=version
            ),
            "to_topic": lambda: actions.to_topic(
                opinion, note=form.note, by=me(), base_version=version
            ),
            "to_application": lambda: actions.to_application(
                opinion,
                service=form.service,
                number=form.application,
                note=form.note,
                by=me(),
                base_version=version,
            ),
            "belong": lambda: actions.belong(
                opinion, number=form.application, by=me(), base_version=version
            ),
            "close": lambda: actions.close(opinion, by=me(), base_version=version),
        }
        deeds[name]()
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.opinion(key), right="opinions.see")
        return _one(again, refusal, name)
    return goto("opinions.one", opinion_id=key)


@bp.get("/cases/<int:case_id>/opinions")
@permit("cases.see", of=cases.one)
def of_case(case: Case) -> Response:
    """The opinions behind a case."""
    back = (case.number, url_for("cases.one", case_id=case.id))
    return _behind(back, queries.behind(me(), case_id=case.id))


@bp.get("/livelihood/<int:item_id>/opinions")
@permit("livelihood.see", of=livelihood.item)
def of_item(item: LivelihoodItem) -> Response:
    """The opinions behind a livelihood item."""
    back = (item.number, url_for("livelihood.one", item_id=item.id))
    return _behind(back, queries.behind(me(), item_id=item.id))


@bp.get("/applications/<int:application_id>/opinions")
@permit("applications.see", of=applications.one)
def of_application(application: Application) -> Response:
    """The opinions that belong to an application."""
    back = (
        application.number or "",
        url_for("applications.one", application_id=application.id),
    )
    return _behind(back, queries.behind(me(), application_id=application.id))


@bp.post("/opinions/<int:opinion_id>/contact")
@permit("opinions.handle", of=queries.opinion)
def contact(opinion: Opinion) -> ResponseReturnValue:
    """How to reach whoever said it, for somebody who says what for."""
    key = opinion.id
    try:
        purpose = PurposeForm.read(request).purpose
        revealed = actions.reveal_contact(opinion, purpose=purpose, by=me())
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.opinion(key), right="opinions.handle")
        return _one(again, refusal, "contact")
    return _one(opinion, revealed=revealed)


@bp.get("/my-opinions")
@permit("opinions.say")
def mine() -> Response:
    """What one said, with the replies."""
    return page("community/opinions/mine.html", rows=queries.mine(me().id or 0), **_words())


@bp.get("/my-opinions/new")
@permit("opinions.say")
def new_own() -> Response:
    """The form for a resident."""
    return _form("opinions.say")


@bp.post("/my-opinions/new")
@limiter.limit("20/hour")
@permit("opinions.say")
def say() -> ResponseReturnValue:
    """A resident has said something."""
    try:
        opinion = actions.say(SayForm.read(request), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form("opinions.say", refusal)
    return goto("opinions.own", opinion_id=opinion.id)


@bp.get("/my-opinions/<int:opinion_id>")
@permit("opinions.own", of=queries.opinion)
def own(opinion: Opinion) -> Response:
    """What one said, and its reply."""
    return _own(opinion)


@bp.post("/my-opinions/<int:opinion_id>/<any(rate, reopen):name>")
@permit("opinions.own", of=lambda opinion_id, name: queries.opinion(opinion_id))
def judge(opinion: Opinion) -> ResponseReturnValue:
    """Whoever said it is content, or wants it looked at again."""
    name, key = part_of_address("name"), opinion.id
    try:
        form = StepForm.read(request)
        if name == "rate":
            actions.rate(opinion, rating=form.rating, words=form.note)
        else:
            actions.reopen(opinion, note=form.note)
    except Refusal as refusal:
        return _own(afresh(refusal, lambda: queries.opinion(key), right="opinions.own"), refusal)
    return goto("opinions.own", opinion_id=key)


def _heard(many: int) -> str:
    return str(ngettext("%(num)s opinion", "%(num)s opinions", many))


def _words() -> dict[str, Any]:
    return {
        "opinion_flow": OPINION_FLOW,
        "opinion_chips": OPINION_CHIPS,
        "opinion_kinds": OPINION_WORDS,
        "themes": CATEGORY_WORDS,
        "said_how": SAID_WORDS,
        "entered": [(how.value, SAID_WORDS[how]) for how in ENTERED],
        "routed": ROUTED_WORDS,
        "notes": OPINION_NOTES,
    }


def _said(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form,
        "status": refusal.status if refusal else 200,
    }


def _form(to: str, refusal: Refusal | None = None) -> Response:
    at_door = to == "opinions.enter"
    return page("community/opinions/new.html", at_door=at_door, to=to, **_said(refusal), **_words())


def _one(
    opinion: Opinion,
    refusal: Refusal | None = None,
    tried: str | None = None,
    revealed: str | None = None,
) -> Response:
    events = list(reversed(audit.history(OPINION_FLOW.kind, opinion.id)))
    moves = OPINION_FLOW.open_moves(opinion, me())
    classes = cases.classes(limit=200) if "route" in moves else []
    return page(
        "community/opinions/one.html",
        opinion=opinion,
        moves=moves,
        classes=[("", _l("Choose")), *((each.code, each.name) for each in classes)],
        events=events,
        names=people.named_in(events),
        tried=tried,
        revealed=revealed,
        topic=topics.of_opinion(opinion.id),
        service=_service(opinion),
        services=[
            ("", _l("Choose")),
            *((each.item.code, shown.said(each, "name")) for each in items.listed()),
        ]
        if "route" in moves
        else [],
        handles=may(me(), "opinions.handle", opinion),
        **_said(refusal),
        **_words(),
    )


def _own(opinion: Opinion, refusal: Refusal | None = None) -> Response:
    return page(
        "community/opinions/own.html",
        opinion=opinion,
        service=_service(opinion),
        **_said(refusal),
        **_words(),
    )


def _service(opinion: Opinion) -> ItemVersion | None:
    """The item that is to be applied for, by its newest rules."""
    return items.versions(opinion.service_id)[0] if opinion.service_id is not None else None


def _behind(back: tuple[str, str], found: Sequence[Opinion]) -> Response:
    return page(
        "community/opinions/behind.html", fragment="behind", back=back, found=found, **_words()
    )

"""Pages of one household: where it stands, its papers, promises and disputes, and what is done with them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import audit, clock
from webapp.base.access import may, me, permit
from webapp.base.deeds import DeedPage
from webapp.base.flow import Refusal
from webapp.base.spatial import degrees, shape_of
from webapp.base.web import PurposeForm, page, part_of_address, sent_file
from webapp.people import days, queries as people
from webapp.relocation import actions, papers, promises, queries, shown
from webapp.relocation.forms import (
    NewPaperForm,
    PaperForm,
    PromiseEndForm,
    PromiseForm,
    StepForm,
    TalkForm,
)
from webapp.relocation.models import Paper, RelocationHousehold
from webapp.relocation.papers import Said
from webapp.relocation.rules import RELOCATION_FLOW, RelocationState
from webapp.services.applications import papers as sealed

bp = Blueprint("relocation_households", __name__, url_prefix="/relocation/households")

# As large as a file of a paper can be, and one byte more, by which a larger one is known.
MOST_BYTES = sealed.LARGEST_PDF + 1


@bp.get("/<int:household_id>")
@permit("relocation.see", of=queries.one)
def one(household: RelocationHousehold) -> Response:
    """A household with masks: where it stands, what is next, its versions, promises and disputes."""
    return _one(household)


@bp.post("/<int:household_id>/reveal")
@permit("relocation.reveal", of=queries.one)
def reveal(household: RelocationHousehold) -> ResponseReturnValue:
    """Name, phone and amounts without masks, for a purpose that stands in the log from now on."""
    try:
        purpose = PurposeForm.read(request).purpose
        whole = actions.reveal(household, purpose=purpose, by=me())
    except Refusal as refusal:
        return _PAGE.refused(refusal, "reveal")
    return _unkept(_one(household, whole=whole, purpose=purpose))


@bp.post("/<int:household_id>/papers/<int:paper_id>")
@permit("relocation.reveal", of=lambda household_id, paper_id: queries.one(household_id))
def open_paper(household: RelocationHousehold) -> ResponseReturnValue:
    """The pages of a version, with the reader's name across them; the log says what for."""
    paper = _paper_of(household)
    try:
        purpose = PurposeForm.read(request).purpose
        actions.open_paper(household, paper, purpose=purpose, by=me())
    except Refusal as refusal:
        return _PAGE.refused(refusal, "reveal")
    reader, now = audit.name_of(me().id), clock.now()
    pictures = [sealed.shown(each.file, reader=reader, at=now) for each in paper.pages]
    return _unkept(
        page(
            "relocation/paper.html",
            household=household,
            paper=paper,
            pictures=pictures,
            **shown.words(),
        )
    )


@bp.post(f"/<int:household_id>/<any({', '.join(RELOCATION_FLOW.moves)}):name>")
@permit("relocation.see", of=lambda household_id, name: queries.one(household_id))
def step(household: RelocationHousehold) -> ResponseReturnValue:
    """The household moves on, with the paper that the move brings."""
    name = part_of_address("name")

    def deed() -> None:
        form = StepForm.read(request)
        actions.step(
            household,
            name,
            _said(form),
            by=me(),
            dispute=form.dispute,
            base_version=form.base_version,
        )

    return _PAGE.after(name, deed)


@bp.post("/<int:household_id>/papers")
@permit("relocation.keep", of=queries.one)
def add_paper(household: RelocationHousehold) -> ResponseReturnValue:
    """Another version of a paper is written down."""

    def deed() -> None:
        form = NewPaperForm.read(request)
        actions.add_paper(
            household, form.kind, _said(form), by=me(), base_version=form.base_version
        )

    return _PAGE.after("paper", deed)


@bp.post("/<int:household_id>/promises")
@permit("relocation.keep", of=queries.one)
def make_promise(household: RelocationHousehold) -> ResponseReturnValue:
    """Something is promised."""

    def deed() -> None:
        promises.make(household, PromiseForm.read(request), by=me())

    return _PAGE.after("promise", deed)


@bp.post("/<int:household_id>/promises/<int:promise_id>")
@permit("relocation.keep", of=lambda household_id, promise_id: queries.one(household_id))
def end_promise(household: RelocationHousehold) -> ResponseReturnValue:
    """A promise is kept, or not wanted any more."""
    promise = queries.promise(household.id, int(part_of_address("promise_id")))
    if promise is None:
        abort(404)

    def deed() -> None:
        promises.end(household, promise, PromiseEndForm.read(request), by=me())

    return _PAGE.after(f"promise-{promise.id}", deed)


@bp.post("/<int:household_id>/talks")
@permit("relocation.keep", of=queries.one)
def write_talk(household: RelocationHousehold) -> ResponseReturnValue:
    """A talk of the mediation is written down."""

    def deed() -> None:
        promises.write_talk(household, TalkForm.read(request), by=me())

    return _PAGE.after("talk", deed)


def _said(form: PaperForm) -> Said:
    sent = request.files.get("file")
    file = papers.keep(sent_file(MOST_BYTES), by=me()) if sent and sent.filename else None
    return Said(
        house_m2=form.house_m2,
        greenhouse_m2=form.greenhouse_m2,
        land_m2=form.land_m2,
        amount=form.amount,
        days=form.days,
        words=form.words,
        file=file,
    )


def _paper_of(household: RelocationHousehold) -> Paper:
    paper = queries.paper(household.id, int(part_of_address("paper_id")))
    if paper is None or not paper.pages:
        abort(404)
    return paper


def _unkept(answer: Response) -> Response:
    """A page that no browser keeps."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _one(
    household: RelocationHousehold,
    refusal: Refusal | None = None,
    tried: str | None = None,
    *,
    whole: actions.Whole | None = None,
    purpose: str | None = None,
) -> Response:
    who = me()
    moves = RELOCATION_FLOW.open_moves(household, who)
    keeps = may(who, "relocation.keep", household)
    living = household.state != RelocationState.CLOSED
    project = household.project
    events = people.recent_events(RELOCATION_FLOW.kind, household.id)
    files = queries.page_hashes(household.id)
    return page(
        "relocation/one.html",
        status=refusal.status if refusal else 200,
        household=household,
        project=project,
        whole=whole,
        purpose=purpose,
        phone=shown.masked_phone(household),
        moves=moves,
        asked={name: shown.asked(name) for name in moves},
        keeps=keeps and living,
        addable=actions.addable(household) if keeps and living else [],
        versioned=shown.of_paper,
        team=[
            (project.leader_id, project.leader.name),
            *((each.account_id, each.account.name) for each in project.team),
        ],
        broken=papers.broken(household.papers, files) if household.erased_at is None else [],
        parcel=degrees(shape_of(household.parcel)),
        events=events,
        names=people.named_in(events),
        today=days.today(),
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        sent=request.form if tried else {},
        tried=tried,
        **shown.words(),
    )


_PAGE = DeedPage(
    "relocation_households.one", ("household_id",), queries.one, "relocation.see", _one
)

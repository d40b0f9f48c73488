"""Pages of bonds: the list, a new one, one of them with what was spent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import audit, files
from webapp.base.access import may, me, permit
from webapp.base.deeds import DeedPage
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address, sent_file
from webapp.people import days, queries as people
from webapp.people.forms import again
from webapp.projects import queries as projects, shown
from webapp.projects.bonds import actions, queries
from webapp.projects.bonds.forms import BondForm, ListForm, NoteForm, SpendingForm, TermsForm
from webapp.projects.bonds.models import Bond
from webapp.projects.bonds.rules import BOND_CHIPS, BOND_FLOW, WITH_MONEY, WITH_TERMS, BondState
from webapp.projects.models import Project

bp = Blueprint("bonds", __name__)

# The first payment begins the spending; the other moves are buttons.
STEPS = tuple(name for name in BOND_FLOW.moves if name != "spend")

# What the log of a bond calls what was done beside its moves.
DONE = {
    "plan": _l("Bond written down"),
    "describe": _l("Terms changed"),
    "opinion": _l("Legal opinion added"),
    "pay": _l("Paid from the bond"),
}


@bp.get("/projects/bonds")
@permit("projects.list")
def listed() -> Response:
    """The bonds one may see, by state, and what is spent of all of them."""
    wish, who = ListForm.of_address(request), me()
    return page(
        "projects/bonds/list.html",
        fragment="found",
        found=queries.listed(who, state=wish.state),
        sums=queries.sums(who),
        wish=wish,
        **_words(),
    )


@bp.get("/projects/<int:project_id>/bonds")
@permit("projects.see", of=projects.one)
def of_project(project: Project) -> Response:
    """The bonds of a project, and for who leads it the form of a new one."""
    return page("projects/bonds/project.html", sent={}, errors={}, **_of(project))


@bp.post("/projects/<int:project_id>/bonds")
@permit("projects.lead", of=projects.one)
def plan(project: Project) -> ResponseReturnValue:
    """A bond is planned."""
    key = project.id
    try:
        bond = actions.plan(project, BondForm.read(request), by=me())
    except Refusal as refusal:
        again_there = afresh(refusal, lambda: projects.one(key), right="projects.lead")
        return again("projects/bonds/project.html", refusal, **_of(again_there))
    return goto("bonds.one", bond_id=bond.id)


@bp.get("/bonds/<int:bond_id>")
@permit("bonds.see", of=queries.one)
def one(bond: Bond) -> Response:
    """A bond: its terms, its opinion, what was spent of it."""
    return _one(bond)


@bp.post("/bonds/<int:bond_id>/terms")
@permit("bonds.keep", of=queries.one)
def describe(bond: Bond) -> ResponseReturnValue:
    """Amount and terms are changed before it is issued."""

    def deed() -> None:
        form = TermsForm.read(request)
        actions.describe(bond, form, by=me(), base_version=form.base_version)

    return _PAGE.after("terms", deed)


@bp.post("/bonds/<int:bond_id>/opinion")
@permit("bonds.keep", of=queries.one)
def add_opinion(bond: Bond) -> ResponseReturnValue:
    """The legal opinion is added."""

    def deed() -> None:
        form = NoteForm.read(request)
        body = sent_file(actions.LARGEST + 1)
        actions.add_opinion(bond, body, by=me(), base_version=form.base_version)

    return _PAGE.after("opinion", deed)


@bp.get("/bonds/<int:bond_id>/opinion.pdf")
@permit("bonds.see", of=queries.one)
def opinion(bond: Bond) -> Response:
    """The legal opinion."""
    if bond.opinion is None:
        abort(404)
    return files.answer(bond.opinion)


@bp.post("/bonds/<int:bond_id>/spendings")
@permit("bonds.spend", of=queries.one)
def spend(bond: Bond) -> ResponseReturnValue:
    """Money was paid."""

    def deed() -> None:
        form = SpendingForm.read(request)
        actions.spend(bond, form, by=me(), base_version=form.base_version)

    return _PAGE.after("spending", deed)


@bp.post(f"/bonds/<int:bond_id>/<any({', '.join(STEPS)}):name>")
@permit("bonds.see", of=lambda bond_id, name: queries.one(bond_id))
def step(bond: Bond) -> ResponseReturnValue:
    """The bond moves on."""
    name = part_of_address("name")

    def deed() -> None:
        form = NoteForm.read(request)
        actions.step(bond, name, by=me(), note=form.note, base_version=form.base_version)

    return _PAGE.after(name, deed)


def _one(bond: Bond, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    who = me()
    events = audit.history(BOND_FLOW.kind, bond.id)
    moves = BOND_FLOW.open_moves(bond, who)
    keeps = may(who, "bonds.keep", bond)
    spends = bond.state in WITH_MONEY and bond.state != BondState.ACCEPTED
    return page(
        "projects/bonds/one.html",
        status=refusal.status if refusal else 200,
        bond=bond,
        project=bond.project,
        moves={name: each for name, each in moves.items() if name in STEPS},
        describes=keeps and bond.state not in WITH_TERMS,
        adds=keeps and bond.state != BondState.ACCEPTED,
        spends=spends and may(who, "bonds.spend", bond),
        events=list(reversed(events)),
        names=people.named_in(events),
        today=days.today(),
        sent=request.form if tried else {},
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **_words(),
    )


def _of(project: Project) -> dict[str, Any]:
    who = me()
    return {
        "project": project,
        "found": queries.listed(who, project_id=project.id),
        "leads": may(who, "projects.lead", project) and project.state != "archived",
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {
        **shown.words(),
        "bond_states": BOND_FLOW.states,
        "bond_chips": BOND_CHIPS,
        "done": lambda event: DONE.get(event.move) or BOND_FLOW.words_of(event.move),
    }


_PAGE = DeedPage("bonds.one", ("bond_id",), queries.one, "bonds.see", _one)

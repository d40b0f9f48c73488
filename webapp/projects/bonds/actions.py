"""What is done with bonds: planned, described, moved on, spent."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from webapp.base import clock, files
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.people import days
from webapp.projects.bonds.forms import BondForm, SpendingForm, TermsForm
from webapp.projects.bonds.models import Bond, Spending
from webapp.projects.bonds.rules import BOND_FLOW, WITH_MONEY, WITH_TERMS, BondState
from webapp.projects.models import Project

LARGEST = 16 * 1024 * 1024


def plan(project: Project, said: BondForm, *, by: Actor) -> Bond:
    """The bond is an idea. Raises `Unacceptable` where the name is taken."""
    bond = Bond(
        project_id=project.id,
        name=said.name,
        state=BondState.IDEA,
        version=1,
        **_terms(said),
    )
    try:
        with db.session.begin_nested():
            db.session.add(bond)
            db.session.flush()
    except IntegrityError as error:
        words = _l("There is a bond of this name.")
        raise Unacceptable(words, fields={"name": words}) from error
    BOND_FLOW.begin(bond, "plan", by=by, data={"amount_wan": str(said.amount_wan)})
    return bond


def describe(bond: Bond, said: TermsForm, *, by: Actor, base_version: int | None) -> None:
    """Amount and terms are these. What was issued keeps them: `NotOpen`."""
    hold(bond, base_version)
    if bond.state in WITH_TERMS:
        raise NotOpen(_l("The bond is issued: its terms stay as they are."))
    for name, value in _terms(said).items():
        setattr(bond, name, value)
    if bond.state != BondState.IDEA and not bond.income:
        words = _l("Say first what income pays the bond back.")
        raise Unacceptable(words, fields={"income": words})
    BOND_FLOW.record(bond, "describe", by=by, data={"amount_wan": str(said.amount_wan)})


def add_opinion(bond: Bond, body: bytes, *, by: Actor, base_version: int | None) -> StoredFile:
    """The legal opinion (PDF) is with the bond; one before is replaced. Raises `Unacceptable`."""
    hold(bond, base_version)
    if bond.state == BondState.ACCEPTED:
        raise NotOpen(_l("The bond is accounted for."))
    if not body.startswith(b"%PDF-") or len(body) > LARGEST:
        words = _l("The legal opinion is a PDF of at most 16 MB.")
        raise Unacceptable(words, fields={"file": words})
    file = files.keep(body, "application/pdf", by=by, name="opinion.pdf")
    bond.opinion_id = file.id
    BOND_FLOW.record(bond, "opinion", by=by, data={"sha256": file.sha256[:12]})
    db.session.expire(bond, ["opinion"])
    return file


def step(
    bond: Bond, name: str, *, by: Actor, note: str | None = None, base_version: int | None
) -> None:
    """The bond stands in the next state; `EvidenceMissing` names what is missing for it."""
    hold(bond, base_version)
    evidence = {
        "income": bond.income,
        "opinion": bond.opinion_id,
        "terms": bond.rate_percent and bond.term_years,
        "spent": bond.spent_wan,
        "note": note,
    }
    BOND_FLOW.move(bond, name, by=by, evidence=evidence, data={"note": note} if note else None)


def spend(bond: Bond, said: SpendingForm, *, by: Actor, base_version: int | None) -> Spending:
    """So much was paid. The first payment begins the spending; more than there is, is refused."""
    hold(bond, base_version)
    if bond.state not in WITH_MONEY or bond.state == BondState.ACCEPTED:
        raise NotOpen(_l("Money of this bond cannot be spent now."))
    if said.day > days.today():
        words = _l("This day is still to come.")
        raise Unacceptable(words, fields={"day": words})
    left = bond.amount_wan - bond.spent_wan
    if said.amount_wan > left:
        words = _l("Only %(n)s is left of it.", n=f"{left:,}")
        raise Unacceptable(words, fields={"amount_wan": words})
    if bond.state == BondState.ALLOCATED:
        BOND_FLOW.move(bond, "spend", by=by)
    row = Spending(
        bond_id=bond.id,
        day=said.day,
        amount_wan=said.amount_wan,
        words=said.words,
        at=clock.now(),
        account_id=by.id,
    )
    db.session.add(row)
    db.session.flush()
    db.session.refresh(bond, ["spent_wan"])
    data = {"amount_wan": str(said.amount_wan), "note": said.words}
    BOND_FLOW.record(bond, "pay", by=by, data=data)
    db.session.expire(bond, ["spendings"])
    return row


def _terms(said: TermsForm) -> dict[str, object]:
    names = ("amount_wan", "rate_percent", "term_years", "income", "provenance")
    return {name: getattr(said, name) for name in names}

"""Enterprises, and the people of the house with their posts, as files; numbers are masked."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.grids.sheet import in_grid, key_of
from webapp.people import phones, queries
from webapp.people.list_forms import AccountsForm, EnterprisesForm
from webapp.people.models import Account, Enterprise
from webapp.people.rules import PREMISES_WORDS, ROLES


def _enterprises(who: Actor, address: Address) -> Select[Any]:
    wish = EnterprisesForm.of(dict(address))
    found = queries.enterprises_narrowed(
        who, words=wish.q, premises=wish.kind, grid_id=key_of(wish.grid)
    )
    return found.order_by(Enterprise.name, Enterprise.id)


def _accounts(who: Actor, address: Address) -> Select[Any]:
    wish = AccountsForm.of(dict(address))
    found = queries.accounts_narrowed(**wish.narrowing)
    return found.order_by(Account.name, Account.id)


def _roles(held: list[str] | None) -> str:
    return "、".join(str(ROLES[each].words) if each in ROLES else each for each in held or ())


ENTERPRISES = Sheet(
    name="enterprises",
    title=_l("Enterprises"),
    right="enterprises.see",
    rows=_enterprises,
    page="enterprises.listed",
    leads=("enterprises.one", "enterprise_id", Enterprise.id),
    shape=Shape(Enterprise.geom),
    columns=(
        Column("name", _l("Name"), Enterprise.name),
        Column("credit_code", _l("Credit code"), Enterprise.credit_code),
        Column("premises", _l("Premises"), Enterprise.premises, words=PREMISES_WORDS),
        Column("industry", _l("Industry"), Enterprise.industry),
        Column("address", _l("Address"), Enterprise.address),
        *in_grid(Enterprise.grid_id),
        Column("contact_post", _l("Contact person"), Enterprise.contact_post),
        Column("phone", _l("Phone number"), Enterprise.contact_phone, shown=phones.masked),
    ),
)

ACCOUNTS = Sheet(
    name="accounts",
    title=_l("People and posts"),
    right="people.see",
    rows=_accounts,
    page="people_admin.accounts",
    leads=("people_admin.account", "account_id", Account.id),
    personal=True,
    columns=(
        Column("name", _l("Full name"), Account.name),
        Column("username", _l("User name"), Account.username),
        Column("phone", _l("Phone number"), Account.phone, shown=phones.masked),
        Column("posts", _l("Posts held now"), queries.roles_held(), shown=_roles),
        Column("places", _l("Places of the posts"), queries.places_held()),
        Column("locked_at", _l("Locked since"), Account.locked_at),
    ),
)

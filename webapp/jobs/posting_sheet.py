"""The postings of the desk as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.grids.sheet import in_grid
from webapp.jobs import desk_queries
from webapp.jobs.forms import DeskForm
from webapp.jobs.models import Posting
from webapp.jobs.rules import EMPLOYMENT_WORDS, PAY_WORDS, POSTING_FLOW


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = DeskForm.of(dict(address))
    return desk_queries.narrowed(
        who, state=wish.state, words=wish.q, stale=wish.stale, unfilled=wish.unfilled
    )


POSTINGS = Sheet(
    name="postings",
    title=_l("Postings"),
    right="jobs.desk",
    rows=_rows,
    page="job_desk.postings",
    shape=Shape(Posting.geom),
    columns=(
        Column("number", _l("Number"), Posting.id),
        Column("title", _l("Title"), Posting.title),
        Column("enterprise", _l("Enterprise"), desk_queries.enterprise_name()),
        Column("state", _l("State"), Posting.state, words=POSTING_FLOW.states),
        Column("openings", _l("Openings"), Posting.openings),
        Column("filled", _l("Filled"), Posting.filled),
        Column("employment", _l("Kind of employment"), Posting.employment, words=EMPLOYMENT_WORDS),
        Column("pay_low", _l("Pay from"), Posting.pay_low),
        Column("pay_high", _l("Pay to"), Posting.pay_high),
        Column("pay_unit", _l("Pay per"), Posting.pay_unit, words=PAY_WORDS),
        Column("address", _l("Address"), Posting.address),
        *in_grid(Posting.grid_id),
        Column("published_at", _l("Published at"), Posting.published_at),
        Column("valid_until", _l("Valid until"), Posting.valid_until),
    ),
)

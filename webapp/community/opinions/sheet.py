"""The opinions as a file, without who said them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.community.livelihood.rules import CATEGORY_WORDS
from webapp.community.opinions import queries
from webapp.community.opinions.forms import ListForm
from webapp.community.opinions.models import Opinion
from webapp.community.opinions.rules import (
    OPINION_FLOW,
    OPINION_WORDS,
    ROUTED_WORDS,
    SAID_WORDS,
)
from webapp.grids.sheet import in_grid, key_of


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.narrowed(
        who,
        state=wish.state,
        kind=wish.kind,
        theme=wish.theme,
        how=wish.how,
        grid_id=key_of(wish.grid),
        words=wish.q,
    )


OPINIONS = Sheet(
    name="opinions",
    title=_l("Opinions"),
    right="opinions.list",
    rows=_rows,
    page="opinions.listed",
    leads=("opinions.one", "opinion_id", Opinion.id),
    shape=Shape(Opinion.geom),
    columns=(
        Column("number", _l("Number"), Opinion.id),
        Column("kind", _l("Kind of opinion"), Opinion.kind, words=OPINION_WORDS),
        Column("theme", _l("Theme"), Opinion.theme, words=CATEGORY_WORDS),
        Column("state", _l("State"), Opinion.state, words=OPINION_FLOW.states),
        Column("words", _l("What was said"), Opinion.words),
        Column("how", _l("How it was said"), Opinion.how, words=SAID_WORDS),
        Column("routed_to", _l("Sent on to"), Opinion.routed_to, words=ROUTED_WORDS),
        Column("reply", _l("Answer"), Opinion.reply),
        Column("rating", _l("Rating"), Opinion.rating),
        *in_grid(Opinion.grid_id),
        Column("said_at", _l("Said at"), Opinion.said_at),
        Column("replied_at", _l("Answered at"), Opinion.replied_at),
    ),
)

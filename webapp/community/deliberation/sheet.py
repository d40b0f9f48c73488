"""The topics of deliberation as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Shape, Sheet
from webapp.community.deliberation import queries
from webapp.community.deliberation.forms import ListForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.rules import CAME_WORDS, LEVEL_WORDS, TOPIC_FLOW
from webapp.community.livelihood.rules import CATEGORY_WORDS
from webapp.grids.sheet import in_grid, key_of


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    found = queries.narrowed(
        who,
        lane=wish.show,
        words=wish.q,
        level=wish.level,
        theme=wish.theme,
        grid_id=key_of(wish.grid),
    )
    return found.order_by(Topic.id.desc())


TOPICS = Sheet(
    name="topics",
    title=_l("Topics of deliberation"),
    right="topics.list",
    rows=_rows,
    page="topics.listed",
    leads=("topics.one", "topic_id", Topic.id),
    shape=Shape(Topic.geom),
    columns=(
        Column("number", _l("Number"), Topic.id),
        Column("title", _l("Title"), Topic.title),
        Column("level", _l("Who deliberates"), Topic.level, words=LEVEL_WORDS),
        Column("theme", _l("Theme"), Topic.theme, words=CATEGORY_WORDS),
        Column("state", _l("State"), Topic.state, words=TOPIC_FLOW.states),
        Column("came", _l("Where the topic came from"), Topic.came, words=CAME_WORDS),
        Column("words", _l("Description of the topic"), Topic.words),
        *in_grid(Topic.grid_id),
        Column("proposed_at", _l("Proposed at"), Topic.proposed_at),
        Column("meeting_at", _l("Meeting at"), Topic.meeting_at),
        Column("result", _l("Result"), Topic.result),
    ),
)

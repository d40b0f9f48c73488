"""What somebody who leaves a post in a grid leaves open of what residents said, talk over and asked for."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.base.language import N_
from webapp.community.deliberation import queries as topics
from webapp.community.deliberation.rules import TOPIC_FLOW, TopicState
from webapp.community.livelihood import queries as items
from webapp.community.livelihood.rules import LIVELIHOOD_FLOW, ItemState
from webapp.community.opinions import queries as opinions
from webapp.community.opinions.rules import OPINION_FLOW, OpinionState
from webapp.people.handover import Leaving, Line, Section, english


def open_matters(leaving: Leaving) -> Iterable[Section]:
    """Opinions without a reply, topics, and livelihood items of the grid that are not over.

    Of an opinion only its number: what residents say stands on its own page alone.
    """
    if leaving.grid_id is None:
        return
    said = [
        Line(
            each.number,
            state=english(OPINION_FLOW.states[OpinionState(each.state)]),
            at=each.said_at.isoformat(),
            url=f"/opinions/{each.id}",
        )
        for each in opinions.open_in(leaving.grid_id)
    ]
    talked = [
        Line(
            f"{each.number} {each.title}",
            state=english(TOPIC_FLOW.states[TopicState(each.state)]),
            url=f"/topics/{each.id}",
        )
        for each in topics.open_in(leaving.grid_id)
    ]
    asked = [
        Line(
            f"{each.number} {each.title}",
            state=english(LIVELIHOOD_FLOW.states[ItemState(each.state)]),
            url=f"/livelihood/{each.id}",
        )
        for each in items.open_in(leaving.grid_id)
    ]
    for title, lines in (
        (N_("Opinions that want a reply"), said),
        (N_("Topics of the grid"), talked),
        (N_("Livelihood items of the grid"), asked),
    ):
        if lines:
            yield Section(title, lines)

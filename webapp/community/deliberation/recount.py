"""Every vote that was counted, counted again, and every council that was drawn, drawn again."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.community.deliberation import council_queries, councils, poll_queries, polls
from webapp.community.deliberation.procedures import verdict


def differences() -> Iterator[str]:
    """A line for each vote whose ballots do not say what was counted, and each list that is another one."""
    for poll in poll_queries.opened():
        took, cast = poll_queries.marks_and_ballots(poll.id)
        if took != cast:
            yield f"vote {poll.id} has {cast} ballots of {took} who took part"
        if poll.counted is None:
            continue
        found = poll_queries.figures(poll.id)
        if found != poll.counted or verdict(poll.procedure, found).passed != poll.passed:
            yield f"vote {poll.id} was counted otherwise than its ballots say"
        if polls.digest(poll) != poll.digest:
            yield f"the ballots of vote {poll.id} are not those that were sealed"
    for council in council_queries.everybody():
        if not councils.is_whole(council):
            yield f"the list of council {council.id} is not the one that was sealed"

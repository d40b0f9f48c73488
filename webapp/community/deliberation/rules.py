"""The life of a topic that residents deliberate on, its three levels, and who may do what with it."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Anywhere, ByItself, Everyone, Holds, SignedIn
from webapp.base.flow import Flow, move
from webapp.community.livelihood.rules import DESK, FIELD


class TopicState(StrEnum):
    """Where a topic stands."""

    PROPOSED = "proposed"
    SCREENED = "screened"
    LEVEL_SET = "level_set"
    NOTICED = "noticed"
    MEETING = "meeting"
    DRAFTING = "drafting"
    VOTING = "voting"
    PUBLICISED = "publicised"
    OBJECTED = "objected"
    IMPLEMENTING = "implementing"
    RESULT_PUBLICISED = "result_publicised"
    RATED = "rated"
    ARCHIVED = "archived"
    NOT_PASSED = "not_passed"
    REFUSED = "refused"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


S = TopicState
# Before the vote: what may still be lifted, sent down or withdrawn.
TALKED_OVER = (S.LEVEL_SET, S.NOTICED, S.MEETING, S.DRAFTING)
ENDED = (S.ARCHIVED, S.REFUSED, S.MERGED, S.WITHDRAWN)
# The decision is made and was publicised.
DECIDED = (S.IMPLEMENTING, S.RESULT_PUBLICISED, S.RATED)
# What anybody may read: everything that was screened and found good.
PUBLIC = tuple(state for state in S if state not in (S.PROPOSED, S.REFUSED, S.MERGED, S.WITHDRAWN))


class Level(StrEnum):
    """Who deliberates, from the narrow to the wide."""

    BUILDING = "building"
    GRID = "grid"
    COMMUNITY = "community"


LEVEL_WORDS = {
    Level.BUILDING: _l("The building"),
    Level.GRID: _l("The grid"),
    Level.COMMUNITY: _l("The community"),
}


class Came(StrEnum):
    """How a topic came up."""

    OPINION = "opinion"
    VISIT = "visit"
    MEETING = "meeting"
    COMMITTEE = "committee"


CAME_WORDS = {
    Came.OPINION: _l("From an opinion of a resident"),
    Came.VISIT: _l("Heard on a visit"),
    Came.MEETING: _l("Raised at a meeting"),
    Came.COMMITTEE: _l("Raised by the committee"),
}

# For so many days a decision or a result can be publicised.
PUBLICITY_DAYS = (3, 5, 7)

# On a sheet of a secret vote there are at least so many votes.
SECRET_SHEET = 3

flow.EVIDENCE_WORDS |= {
    "level": _l("Choose who deliberates."),
    "procedure": _l("Choose by which procedure it is decided."),
    "meeting_at": _l("Say when the meeting is."),
    "meeting_place": _l("Say where the meeting is."),
    "minutes": _l("Write what was said at the meeting."),
    "plan": _l("Write what is put to the vote."),
    "closes_at": _l("Say until when votes are taken."),
    "into_topic": _l("Choose the topic it belongs to."),
    "result": _l("Write what became of it."),
}

TOPIC_FLOW = flow.register(
    Flow(
        "topic",
        {
            S.PROPOSED: _l("Proposed as a topic"),
            S.SCREENED: _l("Screened, taken up"),
            S.LEVEL_SET: _l("Level and procedure set"),
            S.NOTICED: _l("Meeting announced"),
            S.MEETING: _l("Talked over"),
            S.DRAFTING: _l("Draft for the vote"),
            S.VOTING: _l("Put to the vote"),
            S.PUBLICISED: _l("Decision publicised"),
            S.OBJECTED: _l("Objected to"),
            S.IMPLEMENTING: _l("Being carried out"),
            S.RESULT_PUBLICISED: _l("Result publicised"),
            S.RATED: _l("Rated by residents"),
            S.ARCHIVED: _l("Topic archived"),
            S.NOT_PASSED: _l("Not passed"),
            S.REFUSED: _l("Not taken up, with the reason"),
            S.MERGED: _l("Merged into another topic"),
            S.WITHDRAWN: _l("Withdrawn, with the reason"),
        },
        {
            "screen": move(
                S.PROPOSED,
                to=S.SCREENED,
                may="topics.screen",
                words=_l("Take the topic up"),
                needs=("note",),
            ),
            "refuse": move(
                S.PROPOSED,
                to=S.REFUSED,
                may="topics.screen",
                words=_l("Do not take it up"),
                needs=("note",),
            ),
            "merge": move(
                S.PROPOSED,
                S.SCREENED,
                S.LEVEL_SET,
                to=S.MERGED,
                may="topics.screen",
                words=_l("Merge it into another topic"),
                needs=("into_topic",),
            ),
            "set_level": move(
                S.SCREENED,
                S.LEVEL_SET,
                to=S.LEVEL_SET,
                may="topics.lead",
                words=_l("Set level and procedure"),
                needs=("level", "procedure"),
            ),
            "lift": move(
                *TALKED_OVER,
                to=S.LEVEL_SET,
                may="topics.lead",
                words=_l("Lift it one level up"),
                needs=("note",),
            ),
            "send_down": move(
                *TALKED_OVER,
                to=S.LEVEL_SET,
                may="topics.lead",
                words=_l("Send it one level down"),
                needs=("note",),
            ),
            "announce": move(
                S.LEVEL_SET,
                to=S.NOTICED,
                may="topics.lead",
                words=_l("Announce the meeting and fix the roll"),
                needs=("meeting_at", "meeting_place"),
            ),
            "meet": move(
                S.NOTICED,
                to=S.MEETING,
                may="topics.lead",
                words=_l("The meeting was held"),
                needs=("minutes",),
            ),
            "draft": move(
                S.MEETING,
                S.DRAFTING,
                to=S.DRAFTING,
                may="topics.lead",
                words=_l("Write what is put to the vote"),
                needs=("plan",),
            ),
            "open_vote": move(
                S.DRAFTING,
                to=S.VOTING,
                may="topics.lead",
                words=_l("Open the vote"),
                needs=("closes_at",),
            ),
            "pass_vote": move(
                S.VOTING,
                to=S.PUBLICISED,
                may="topics.lead",
                words=_l("Count the votes: passed"),
            ),
            "fail_vote": move(
                S.VOTING,
                to=S.NOT_PASSED,
                may="topics.lead",
                words=_l("Count the votes: not passed"),
            ),
            "begin_anew": move(
                S.NOT_PASSED,
                S.OBJECTED,
                to=S.DRAFTING,
                may="topics.lead",
                words=_l("Draft it anew for another vote"),
                needs=("note",),
            ),
            "object": move(
                S.PUBLICISED,
                S.OBJECTED,
                to=S.OBJECTED,
                may="topics.by_residents",
                words=_l("A resident objects"),
            ),
            "settle": move(
                S.OBJECTED,
                to=S.PUBLICISED,
                may="topics.lead",
                words=_l("Every objection is answered"),
            ),
            "carry_out": move(
                S.PUBLICISED,
                to=S.IMPLEMENTING,
                may="topics.lead",
                words=_l("Carry the decision out"),
            ),
            "publish_result": move(
                S.IMPLEMENTING,
                to=S.RESULT_PUBLICISED,
                may="topics.lead",
                words=_l("Publicise what became of it"),
                needs=("result",),
            ),
            "close_rating": move(
                S.RESULT_PUBLICISED,
                to=S.RATED,
                may="topics.lead",
                words=_l("Close the rating"),
            ),
            "archive": move(
                S.RATED,
                S.NOT_PASSED,
                to=S.ARCHIVED,
                may="topics.lead",
                words=_l("Put the topic into the archive"),
            ),
            "withdraw": move(
                S.PROPOSED,
                S.SCREENED,
                *TALKED_OVER,
                to=S.WITHDRAWN,
                may="topics.lead",
                words=_l("Withdraw it"),
                needs=("note",),
            ),
        },
    )
)

TOPIC_CHIPS = {
    S.PROPOSED: "new",
    S.SCREENED: "new",
    S.LEVEL_SET: "work",
    S.NOTICED: "work",
    S.MEETING: "work",
    S.DRAFTING: "work",
    S.VOTING: "soon",
    S.PUBLICISED: "soon",
    S.OBJECTED: "late",
    S.IMPLEMENTING: "work",
    S.RESULT_PUBLICISED: "soon",
    S.RATED: "done",
    S.ARCHIVED: "done",
    S.NOT_PASSED: "rest",
    S.REFUSED: "rest",
    S.MERGED: "rest",
    S.WITHDRAWN: "rest",
}

_OF_PLACE = Anywhere("street_leader") | Holds("station_head", "grid_secretary", "grid_leader")
_HERE = Holds(*FIELD, "station_head")

MAY = {
    "topics.read": Everyone(),
    "topics.list": Anywhere(*DESK, *FIELD, "station_head"),
    "topics.see": Anywhere(*DESK) | _HERE,
    "topics.propose": Anywhere("street_leader", "station_head", *FIELD),
    "topics.screen": _OF_PLACE,
    "topics.lead": _OF_PLACE,
    "topics.vote": SignedIn(),
    "topics.by_residents": ByItself(),
}

"""The life of an application, who may do what with it, and how it was helped along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, and_, false, or_

from webapp.base import clock, flow
from webapp.base.access import Actor, Anywhere, ByItself, Everyone, Holds, Owns, Rule, SignedIn
from webapp.base.clock import Limit, Unit
from webapp.base.flow import Flow, move
from webapp.base.language import N_
from webapp.services.items.rules import Level


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT = "supplement"
    ACCEPTED = "accepted"
    VILLAGE_REVIEW = "village_review"
    STATION_REVIEW = "station_review"
    STREET_REVIEW = "street_review"
    DISTRICT_REVIEW = "district_review"
    PUBLICITY = "publicity"
    APPROVED = "approved"
    REFUSED = "refused"
    DELIVERED = "delivered"
    RATED = "rated"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    CLOSED_EXPIRED = "closed_expired"


REVIEW: dict[Level, State] = {
    Level.VILLAGE: State.VILLAGE_REVIEW,
    Level.STATION: State.STATION_REVIEW,
    Level.STREET: State.STREET_REVIEW,
    Level.DISTRICT: State.DISTRICT_REVIEW,
}
LEVEL_OF: dict[str, Level] = {state: level for level, state in REVIEW.items()}

IN_REVIEW = tuple(REVIEW.values())
# Its clock runs.
RUNNING = (State.SUBMITTED, State.ACCEPTED, *IN_REVIEW)
# Its clock stands still, and goes on.
PAUSED = (State.SUPPLEMENT, State.PUBLICITY)
DECIDED = (State.APPROVED, State.REFUSED, State.DELIVERED, State.RATED)
OPEN = (*RUNNING, *PAUSED)
ENDED = (
    State.DELIVERED,
    State.RATED,
    State.WITHDRAWN,
    State.RETURNED,
    State.CLOSED_EXPIRED,
)

# Months after its end before an application says no more of whom it was, where no rule says otherwise.
ERASE_MONTHS = 12
# Days after which a draft that nobody submits is over.
DRAFT_DAYS = 90
# How long whoever is asked for a supplement has to bring it.
SUPPLEMENT_WITHIN = Limit(15, Unit.WORK_DAY)
# Calendar days after the delivery in which it is rated.
RATE_DAYS = 30
# What becomes of the two lowest ratings.
CALL_BACK_WITHIN = Limit(1, Unit.WORK_DAY)
RECTIFY_WITHIN = Limit(15, Unit.WORK_DAY)
POOR = 2
# Fewer past matters than this tell nothing about the next one.
ENOUGH = 5


class Channel(StrEnum):
    """How it came in."""

    ONLINE = "online"
    AGENT = "agent"
    WINDOW = "window"


CHANNEL_WORDS = {
    Channel.ONLINE: _l("by the applicant, online"),
    Channel.AGENT: _l("by an agent"),
    Channel.WINDOW: _l("at the window"),
}


class Mandated(StrEnum):
    """How the mandate was given to an agent."""

    WRITTEN = "written"
    SPOKEN = "spoken"
    CALLED = "called"


MANDATED_WORDS = {
    Mandated.WRITTEN: _l("in writing"),
    Mandated.SPOKEN: _l("by word of mouth, in person"),
    Mandated.CALLED: _l("by telephone, recorded"),
}


class Kept(StrEnum):
    """As what a paper is there."""

    COPY = "copy"
    ORIGINAL_SEEN = "original_seen"
    LICENCE = "licence"
    REUSED = "reused"


KEPT_WORDS = {
    Kept.COPY: _l("copy"),
    Kept.ORIGINAL_SEEN: _l("original seen"),
    Kept.LICENCE: _l("electronic licence"),
    Kept.REUSED: _l("already on file, used again"),
}


class Delivered(StrEnum):
    """How the result reached the applicant."""

    ONLINE = "online"
    HOME = "home"
    POST = "post"
    WINDOW = "window"


DELIVERED_WORDS = {
    Delivered.ONLINE: _l("online"),
    Delivered.HOME: _l("brought home"),
    Delivered.POST: _l("by post"),
    Delivered.WINDOW: _l("collected at the window"),
}

LEVELS: dict[int, LazyString] = {
    5: _l("Very content"),
    4: _l("Well content"),
    3: _l("By and large content"),
    2: _l("Not content"),
    1: _l("Not content at all"),
}

MINE = "applications.mine"
TAKE_IN = "applications.take_in"
REVIEWS = "applications.review"
DECIDE = "applications.decide"

APPLICATION_FLOW = flow.register(
    Flow(
        "service_application",
        {
            State.DRAFT: _l("Draft of an application"),
            State.SUBMITTED: _l("Submitted"),
            State.SUPPLEMENT: _l("Waits for a supplement"),
            State.ACCEPTED: _l("Accepted"),
            State.VILLAGE_REVIEW: _l("In first review in the village"),
            State.STATION_REVIEW: _l("In second review at the workstation"),
            State.STREET_REVIEW: _l("In review by the subdistrict"),
            State.DISTRICT_REVIEW: _l("In review by the district"),
            State.PUBLICITY: _l("On public notice"),
            State.APPROVED: _l("Approved"),
            State.REFUSED: _l("Refused"),
            State.DELIVERED: _l("Result delivered"),
            State.RATED: _l("Matter rated"),
            State.WITHDRAWN: _l("Withdrawn"),
            State.RETURNED: _l("Returned: to be brought elsewhere"),
            State.CLOSED_EXPIRED: _l("Ended: no supplement came"),
        },
        {
            "submit": move(
                State.DRAFT, to=State.SUBMITTED, may=MINE, words=_l("Submit the application")
            ),
            "accept": move(
                State.SUBMITTED, to=State.ACCEPTED, may=TAKE_IN, words=_l("Accept the application")
            ),
            "ask_supplement": move(
                State.SUBMITTED,
                to=State.SUPPLEMENT,
                may=TAKE_IN,
                words=_l("Ask for a supplement, once for all"),
                needs=("lacking",),
            ),
            "answer_supplement": move(
                State.SUPPLEMENT, to=State.SUBMITTED, may=MINE, words=_l("Send the supplement")
            ),
            "expire": move(
                State.SUPPLEMENT,
                to=State.CLOSED_EXPIRED,
                may="applications.expire",
                words=_l("End: no supplement came"),
            ),
            "return": move(
                State.SUBMITTED,
                to=State.RETURNED,
                may=TAKE_IN,
                words=_l("Return: it belongs elsewhere"),
                needs=("note", "where"),
            ),
            "to_village": move(
                State.ACCEPTED,
                to=State.VILLAGE_REVIEW,
                may=REVIEWS,
                words=_l("Pass on to the village"),
            ),
            "to_station": move(
                State.ACCEPTED,
                State.VILLAGE_REVIEW,
                to=State.STATION_REVIEW,
                may=REVIEWS,
                words=_l("Pass on to the workstation"),
            ),
            "to_street": move(
                State.ACCEPTED,
                State.VILLAGE_REVIEW,
                State.STATION_REVIEW,
                to=State.STREET_REVIEW,
                may=REVIEWS,
                words=_l("Pass on to the subdistrict"),
            ),
            "to_district": move(
                State.STREET_REVIEW,
                to=State.DISTRICT_REVIEW,
                may=REVIEWS,
                words=_l("Pass on to the district"),
            ),
            "publish": move(
                State.STREET_REVIEW,
                State.DISTRICT_REVIEW,
                to=State.PUBLICITY,
                may=DECIDE,
                words=_l("Put on public notice"),
            ),
            "approve": move(
                State.STREET_REVIEW,
                State.DISTRICT_REVIEW,
                State.PUBLICITY,
                to=State.APPROVED,
                may=DECIDE,
                words=_l("Approve the application"),
            ),
            "refuse": move(
                State.STREET_REVIEW,
                State.DISTRICT_REVIEW,
                State.PUBLICITY,
                to=State.REFUSED,
                may=DECIDE,
                words=_l("Refuse the application"),
                needs=("note", "law", "remedy"),
            ),
            "deliver": move(
                State.APPROVED,
                State.REFUSED,
                to=State.DELIVERED,
                may=TAKE_IN,
                words=_l("Deliver the result"),
                needs=("way",),
            ),
            "rate": move(
                State.DELIVERED,
                to=State.RATED,
                may="applications.rate",
                words=_l("Rate the matter"),
                needs=("rating",),
            ),
            "forsake": move(
                State.DRAFT,
                to=State.WITHDRAWN,
                may="applications.expire",
                words=_l("End: the draft was left alone"),
            ),
            "withdraw": move(
                State.DRAFT,
                *OPEN,
                to=State.WITHDRAWN,
                may=MINE,
                words=_l("Withdraw the application"),
            ),
        },
    )
)

flow.EVIDENCE_WORDS |= {
    "lacking": _l("List everything that is missing: it is asked for only once."),
    "where": _l("Say where it belongs."),
    "law": _l("Name the basis in law of the refusal."),
    "remedy": _l("Say what can be done against the refusal."),
    "way": _l("Say how the result reaches the applicant."),
}


class RatingState(StrEnum):
    """What becomes of a rating."""

    CONTENT = "content"
    TO_CALL = "to_call"
    CALLED = "called"
    RECTIFIED = "rectified"


RATING_FLOW = flow.register(
    Flow(
        "service_rating",
        {
            RatingState.CONTENT: _l("Nothing to do"),
            RatingState.TO_CALL: _l("To be called back"),
            RatingState.CALLED: _l("Called back, to be rectified"),
            RatingState.RECTIFIED: _l("Rectified"),
        },
        {
            "object": move(
                RatingState.CONTENT,
                to=RatingState.TO_CALL,
                may="service_ratings.object",
                words=_l("Not content, to be called back"),
            ),
            "call_back": move(
                RatingState.TO_CALL,
                to=RatingState.CALLED,
                may="service_ratings.mend",
                words=_l("Called back"),
                needs=("note",),
            ),
            "rectify": move(
                RatingState.CALLED,
                to=RatingState.RECTIFIED,
                may="service_ratings.mend",
                words=_l("Report as rectified"),
                needs=("note",),
            ),
        },
    )
)

GRID_STAFF = ("grid_secretary", "grid_leader", "grid_worker")
AT_STATION = ("agent", "station_head", "point_staff")
AT_DEPARTMENT = ("handler", "dept_head")
# Whoever applies in the place of somebody.
AGENTS = (*AT_STATION, *GRID_STAFF)
LEADERS = ("supervisor", "street_leader")

_GRID = Holds(*GRID_STAFF)
_STATION = Holds(*AT_STATION, by="station_id")
_DEPARTMENT = Holds(*AT_DEPARTMENT, by="department_id")


def _roles(rule: Rule) -> frozenset[str]:
    """The roles that a rule names, in whatever parts."""
    inner: tuple[Rule, ...] = getattr(rule, "rules", ())
    own: frozenset[str] = getattr(rule, "roles", frozenset())
    return own.union(*map(_roles, inner))


class Where(Rule):
    """The right depends on where the thing stands: a rule for each state, and none for the others."""

    def __init__(self, words: str, rules: Mapping[State, Rule]) -> None:
        self.words = words
        self.table = dict(rules)
        self.roles = frozenset().union(*map(_roles, self.table.values()))

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the rule of its state allows it; in general when one of them does."""
        if thing is None:
            return any(rule.allows(who, None) for rule in self.table.values())
        rule = self.table.get(thing.state)
        return rule is not None and rule.allows(who, thing)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows of each state over which the rule of the state holds."""
        return or_(
            *(
                and_(model.state == state, rule.clause(who, model))
                for state, rule in self.table.items()
            )
        )


class Apart(Rule):
    """Has not applied, neither for themselves nor for somebody: nobody decides on their own matter."""

    words = N_("has no part in it")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the one who asks is neither applicant nor agent."""
        return thing is None or who.id not in (thing.applicant_id, thing.agent_id)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows of others."""
        if who.id is None:
            return false()
        return and_(
            model.applicant_id.is_distinct_from(who.id), model.agent_id.is_distinct_from(who.id)
        )


class Sent(Rule):
    """Was submitted: a draft is nobody's business but the applicant's."""

    words = N_("it was submitted")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When it is no draft."""
        return thing is None or thing.submitted_at is not None

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows that are no drafts."""
        clause: ColumnElement[bool] = model.submitted_at.is_not(None)
        return clause


class ThroughVillage(Rule):
    """Passes the village on its way."""

    words = N_("it passes the village")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the village is one of its levels."""
        return thing is None or Level.VILLAGE in thing.levels

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows that pass it."""
        clause: ColumnElement[bool] = model.levels.contains([Level.VILLAGE])
        return clause


@dataclass(frozen=True)
class OnNotice(Everyone):
    """Is on public notice at this moment: everybody may read what a notice says, and nothing else."""

    words: str = N_("everyone, while it is on public notice")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When its notice runs; in general to anybody."""
        if thing is None:
            return True
        until = thing.publicity_until
        return thing.state == State.PUBLICITY and until is not None and until > clock.now()

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows whose notice runs."""
        return and_(model.state == State.PUBLICITY, model.publicity_until > clock.now())


_OWN = Owns("applicant_id", "applies") | Owns("agent_id", "applied in their place")
_OFFICE = _STATION | _DEPARTMENT

MAY = {
    "applications.make": SignedIn(),
    "applications.assist": Anywhere(*AGENTS),
    "applications.desk": Anywhere("agent"),
    "applications.notices": OnNotice(),
    "applications.list": Anywhere(*AGENTS, *AT_DEPARTMENT, *LEADERS),
    "applications.head": Anywhere("station_head", *LEADERS),
    "applications.figures": Anywhere(*AGENTS, *AT_DEPARTMENT, *LEADERS),
    "applications.see": _OWN
    | (Sent() & (_OFFICE | (ThroughVillage() & _GRID) | Anywhere(*LEADERS))),
    MINE: _OWN,
    "applications.rate": Owns("applicant_id", "applies"),
    # Papers and whole values: whoever works on it, and whoever it belongs to.
    "applications.reveal": _OWN | (Sent() & (_OFFICE | (ThroughVillage() & _GRID))),
    TAKE_IN: _OFFICE & Apart(),
    REVIEWS: Where(
        N_("whoever reviews at the level where it stands"),
        {
            State.ACCEPTED: _OFFICE,
            State.VILLAGE_REVIEW: _GRID,
            State.STATION_REVIEW: _STATION,
            State.STREET_REVIEW: _DEPARTMENT,
            State.DISTRICT_REVIEW: _DEPARTMENT,
        },
    )
    & Apart(),
    DECIDE: _DEPARTMENT & Apart(),
    "applications.visit": _OFFICE & Sent(),
    # What waits for somebody of the house, whatever the step is.
    "applications.waiting": Where(
        N_("whoever does the next step"),
        {
            State.SUBMITTED: _STATION,
            State.ACCEPTED: _STATION,
            State.VILLAGE_REVIEW: _GRID,
            State.STATION_REVIEW: _STATION,
            State.STREET_REVIEW: _DEPARTMENT,
            State.DISTRICT_REVIEW: _DEPARTMENT,
            State.PUBLICITY: _DEPARTMENT,
            State.APPROVED: _STATION,
            State.REFUSED: _STATION,
        },
    )
    & Apart(),
    "applications.expire": ByItself(),
    "applications.erasures": Anywhere("admin", *LEADERS),
    "applications.set_erasure": Anywhere("admin"),
    "service_ratings.see": Holds("station_head", by="station_id") | Anywhere(*LEADERS),
    "service_ratings.object": ByItself(),
    "service_ratings.mend": Holds("station_head", by="station_id"),
}

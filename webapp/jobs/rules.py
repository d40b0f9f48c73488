"""What a posting, a seeker, an introduction and a visit pass through, and who may do what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false

from webapp.base import flow
from webapp.base.access import Actor, Anywhere, ByItself, Everyone, Holds, Owns, Rule, SignedIn
from webapp.base.flow import Flow, move
from webapp.base.language import N_
from webapp.jobs.pay import PayUnit


class PostingState(StrEnum):
    """Where a posting stands."""

    DRAFT = "draft"
    REVIEW = "review"
    OPEN = "open"
    PAUSED = "paused"
    FILLED = "filled"
    CLOSED = "closed"
    EXPIRED = "expired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class SeekerState(StrEnum):
    """Where somebody who looks for work stands."""

    OPEN = "open"
    IN_TALKS = "in_talks"
    PLACED = "placed"
    WITHDRAWN = "withdrawn"


class IntroductionState(StrEnum):
    """Where a seeker and a posting stand with each other."""

    PUSHED = "pushed"
    INTERESTED = "interested"
    CONSENTED = "consented"
    INTERVIEW = "interview"
    OFFERED = "offered"
    HIRED = "hired"
    NO_SHOW = "no_show"
    DECLINED = "declined"
    LAPSED = "lapsed"


class VisitState(StrEnum):
    """Where a return visit stands."""

    DUE = "due"
    DONE = "done"
    MISSED = "missed"


POSTING_FLOW = flow.register(
    Flow(
        "job_posting",
        {
            PostingState.DRAFT: _l("Draft of a posting"),
            PostingState.REVIEW: _l("In review"),
            PostingState.OPEN: _l("Open for applicants"),
            PostingState.PAUSED: _l("Paused"),
            PostingState.FILLED: _l("All openings filled"),
            PostingState.CLOSED: _l("Closed by the employer"),
            PostingState.EXPIRED: _l("Expired"),
            PostingState.REJECTED: _l("Sent back to the employer"),
            PostingState.WITHDRAWN: _l("Withdrawn by the employer"),
        },
        {
            "submit": move(
                PostingState.DRAFT,
                PostingState.REJECTED,
                PostingState.CLOSED,
                PostingState.EXPIRED,
                to=PostingState.REVIEW,
                may="jobs.post",
                words=_l("Ask for publication"),
            ),
            "publish": move(
                PostingState.REVIEW,
                to=PostingState.OPEN,
                may="jobs.review",
                words=_l("Publish the posting"),
            ),
            "reject": move(
                PostingState.REVIEW,
                to=PostingState.REJECTED,
                may="jobs.review",
                words=_l("Send it back"),
                needs=("note",),
            ),
            "recheck": move(
                PostingState.OPEN,
                PostingState.PAUSED,
                to=PostingState.REVIEW,
                may="jobs.by_itself",
                words=_l("Changed, to be reviewed again"),
            ),
            "pause": move(
                PostingState.OPEN,
                to=PostingState.PAUSED,
                may="jobs.post",
                words=_l("Pause the posting"),
            ),
            "resume": move(
                PostingState.PAUSED,
                to=PostingState.OPEN,
                may="jobs.post",
                words=_l("Open it again"),
            ),
            "fill": move(
                PostingState.OPEN,
                PostingState.PAUSED,
                to=PostingState.FILLED,
                may="jobs.by_itself",
                words=_l("The last opening is filled"),
            ),
            "close": move(
                PostingState.OPEN,
                PostingState.PAUSED,
                to=PostingState.CLOSED,
                may="jobs.post",
                words=_l("Close the posting"),
            ),
            "expire": move(
                PostingState.OPEN,
                PostingState.PAUSED,
                to=PostingState.EXPIRED,
                may="jobs.by_itself",
                words=_l("The last day is over"),
            ),
            "withdraw": move(
                PostingState.DRAFT,
                PostingState.REVIEW,
                PostingState.REJECTED,
                to=PostingState.WITHDRAWN,
                may="jobs.post",
                words=_l("Withdraw the posting"),
            ),
        },
    )
)

SEEKER_FLOW = flow.register(
    Flow(
        "job_seeker",
        {
            SeekerState.OPEN: _l("Looking for work"),
            SeekerState.IN_TALKS: _l("In talks"),
            SeekerState.PLACED: _l("Placed"),
            SeekerState.WITHDRAWN: _l("Not looking for work"),
        },
        {
            "talk": move(
                SeekerState.OPEN,
                to=SeekerState.IN_TALKS,
                may="jobs.by_itself",
                words=_l("Begins to talk with an employer"),
            ),
            "free": move(
                SeekerState.IN_TALKS,
                to=SeekerState.OPEN,
                may="jobs.by_itself",
                words=_l("Talks with nobody any more"),
            ),
            "place": move(
                SeekerState.OPEN,
                SeekerState.IN_TALKS,
                to=SeekerState.PLACED,
                may="jobs.by_itself",
                words=_l("Has work now"),
            ),
            "withdraw": move(
                SeekerState.OPEN,
                SeekerState.IN_TALKS,
                SeekerState.PLACED,
                to=SeekerState.WITHDRAWN,
                may="jobs.seek",
                words=_l("Stop looking for work"),
            ),
            "return": move(
                SeekerState.WITHDRAWN,
                SeekerState.PLACED,
                to=SeekerState.OPEN,
                may="jobs.seek",
                words=_l("Look for work again"),
            ),
        },
    )
)

_TALKS = (
    IntroductionState.CONSENTED,
    IntroductionState.INTERVIEW,
    IntroductionState.OFFERED,
)
# Nothing is decided yet.
LIVING = (IntroductionState.PUSHED, IntroductionState.INTERESTED, *_TALKS)
# The employer has somebody to think about.
TALKING = _TALKS

INTRODUCTION_FLOW = flow.register(
    Flow(
        "job_introduction",
        {
            IntroductionState.PUSHED: _l("Recommended"),
            IntroductionState.INTERESTED: _l("Interest shown"),
            IntroductionState.CONSENTED: _l("Contact may be seen"),
            IntroductionState.INTERVIEW: _l("Interview arranged"),
            IntroductionState.OFFERED: _l("Offer made"),
            IntroductionState.HIRED: _l("Hired"),
            IntroductionState.NO_SHOW: _l("Did not come to the interview"),
            IntroductionState.DECLINED: _l("Declined"),
            IntroductionState.LAPSED: _l("The posting ended"),
        },
        {
            "show_interest": move(
                IntroductionState.PUSHED,
                to=IntroductionState.INTERESTED,
                may="jobs.answer",
                words=_l("I am interested"),
            ),
            "consent": move(
                IntroductionState.PUSHED,
                IntroductionState.INTERESTED,
                to=IntroductionState.CONSENTED,
                may="jobs.answer",
                words=_l("Show my contact to this employer"),
                needs=("agreed",),
            ),
            "take_back": move(
                *_TALKS,
                to=IntroductionState.INTERESTED,
                may="jobs.answer",
                words=_l("Hide my contact again"),
            ),
            "arrange": move(
                IntroductionState.CONSENTED,
                IntroductionState.INTERVIEW,
                to=IntroductionState.INTERVIEW,
                may="jobs.hire",
                words=_l("Arrange an interview"),
                needs=("interview_at",),
            ),
            "offer": move(
                IntroductionState.INTERVIEW,
                to=IntroductionState.OFFERED,
                may="jobs.hire",
                words=_l("Make an offer"),
            ),
            "hire": move(
                IntroductionState.INTERVIEW,
                IntroductionState.OFFERED,
                to=IntroductionState.HIRED,
                may="jobs.hire",
                words=_l("Contract signed, hired"),
            ),
            "miss": move(
                IntroductionState.INTERVIEW,
                to=IntroductionState.NO_SHOW,
                may="jobs.hire",
                words=_l("Did not come"),
            ),
            "decline": move(
                *LIVING,
                to=IntroductionState.DECLINED,
                may="jobs.answer",
                words=_l("Not for me"),
                needs=("reason",),
            ),
            "turn_down": move(
                IntroductionState.INTERESTED,
                *_TALKS,
                to=IntroductionState.DECLINED,
                may="jobs.hire",
                words=_l("Not hired"),
                needs=("reason",),
            ),
            "lapse": move(
                *LIVING,
                to=IntroductionState.LAPSED,
                may="jobs.by_itself",
                words=_l("Ended with the posting"),
            ),
        },
    )
)

VISIT_FLOW = flow.register(
    Flow(
        "job_visit",
        {
            VisitState.DUE: _l("To be made"),
            VisitState.DONE: _l("Visit made"),
            VisitState.MISSED: _l("Not reached"),
        },
        {
            "visit": move(
                VisitState.DUE,
                VisitState.MISSED,
                to=VisitState.DONE,
                may="jobs.visit",
                words=_l("Note the visit"),
                needs=("note",),
            ),
            "give_up": move(
                VisitState.DUE,
                to=VisitState.MISSED,
                may="jobs.visit",
                words=_l("Nobody was reached"),
                needs=("note",),
            ),
        },
    )
)


class Origin(StrEnum):
    """Who brought a seeker and a posting together."""

    PUSH = "push"
    SEEKER = "seeker"
    EMPLOYER = "employer"
    STAFF = "staff"


ORIGIN_WORDS = {
    Origin.PUSH: _l("recommended by the degree"),
    Origin.SEEKER: _l("found by the seeker"),
    Origin.EMPLOYER: _l("asked for by the employer"),
    Origin.STAFF: _l("introduced by staff"),
}


class Reason(StrEnum):
    """Why nothing came of it."""

    PAY = "pay"
    WAY = "way"
    SHIFT = "shift"
    SKILL = "skill"
    CERTIFICATE = "certificate"
    OTHER_CHOSEN = "other_chosen"
    FOUND_OTHER = "found_other"
    NOT_REACHED = "not_reached"
    OTHER = "other"


REASON_WORDS = {
    Reason.PAY: _l("The pay does not fit"),
    Reason.WAY: _l("The way to work is too long"),
    Reason.SHIFT: _l("The shifts do not fit"),
    Reason.SKILL: _l("Skills or experience are missing"),
    Reason.CERTIFICATE: _l("A certificate is missing"),
    Reason.OTHER_CHOSEN: _l("Somebody else was chosen"),
    Reason.FOUND_OTHER: _l("Found other work"),
    Reason.NOT_REACHED: _l("Could not be reached"),
    Reason.OTHER: _l("Another reason"),
}

# What each side may name; a person is never turned down for what the law forbids.
SEEKER_REASONS = (Reason.PAY, Reason.WAY, Reason.SHIFT, Reason.FOUND_OTHER, Reason.OTHER)
EMPLOYER_REASONS = (
    Reason.SKILL,
    Reason.CERTIFICATE,
    Reason.SHIFT,
    Reason.PAY,
    Reason.OTHER_CHOSEN,
    Reason.NOT_REACHED,
    Reason.OTHER,
)


PAY_WORDS = {
    PayUnit.MONTH: _l("yuan a month"),
    PayUnit.DAY: _l("yuan a day"),
    PayUnit.HOUR: _l("yuan an hour"),
    PayUnit.PIECE: _l("yuan a piece"),
}


class Shift(StrEnum):
    """When one works."""

    DAY = "day"
    NIGHT = "night"
    ROTATING = "rotating"


SHIFT_WORDS = {
    Shift.DAY: _l("Day shift"),
    Shift.NIGHT: _l("Night shift"),
    Shift.ROTATING: _l("Rotating shifts"),
}


class Employment(StrEnum):
    """In which form one is employed."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    AGENCY = "agency"
    FLEXIBLE = "flexible"
    TRAINEE = "trainee"
    RETIRED = "retired"


EMPLOYMENT_WORDS = {
    Employment.FULL_TIME: _l("Full-time"),
    Employment.PART_TIME: _l("Part-time"),
    Employment.AGENCY: _l("Through a labour agency"),
    Employment.FLEXIBLE: _l("Flexible or platform work"),
    Employment.TRAINEE: _l("Traineeship"),
    Employment.RETIRED: _l("Re-employment after retirement"),
}


class Benefit(StrEnum):
    """What comes beside the pay."""

    PENSION = "pension"
    HEALTH = "health"
    UNEMPLOYMENT = "unemployment"
    INJURY = "injury"
    MATERNITY = "maternity"
    HOUSING_FUND = "housing_fund"
    MEALS = "meals"
    LODGING = "lodging"
    SHUTTLE = "shuttle"
    HEAT = "heat"


BENEFIT_WORDS = {
    Benefit.PENSION: _l("Pension insurance"),
    Benefit.HEALTH: _l("Health insurance"),
    Benefit.UNEMPLOYMENT: _l("Unemployment insurance"),
    Benefit.INJURY: _l("Work-injury insurance"),
    Benefit.MATERNITY: _l("Maternity insurance"),
    Benefit.HOUSING_FUND: _l("Housing fund"),
    Benefit.MEALS: _l("Meals"),
    Benefit.LODGING: _l("Lodging"),
    Benefit.SHUTTLE: _l("Shuttle bus"),
    Benefit.HEAT: _l("Heat allowance"),
}


class Certificate(StrEnum):
    """Papers without which some work must not be done."""

    ELECTRICIAN = "electrician"
    WELDER = "welder"
    FORKLIFT = "forklift"
    HEALTH = "health"
    DRIVER_C = "driver_c"
    DRIVER_B = "driver_b"
    BOILER = "boiler"
    CHEMICALS = "chemicals"
    REFRIGERATION = "refrigeration"
    SECURITY = "security"
    CHILDCARE = "childcare"
    SHIP = "ship"


CERTIFICATE_WORDS = {
    Certificate.ELECTRICIAN: _l("Electrician's certificate"),
    Certificate.WELDER: _l("Welder's certificate"),
    Certificate.FORKLIFT: _l("Forklift licence N1"),
    Certificate.HEALTH: _l("Health certificate for food work"),
    Certificate.DRIVER_C: _l("Driving licence C1"),
    Certificate.DRIVER_B: _l("Driving licence B2"),
    Certificate.BOILER: _l("Boiler operator's certificate"),
    Certificate.CHEMICALS: _l("Certificate for hazardous chemical processes"),
    Certificate.REFRIGERATION: _l("Certificate for refrigeration plants"),
    Certificate.SECURITY: _l("Security guard's certificate"),
    Certificate.CHILDCARE: _l("Childcare certificate"),
    Certificate.SHIP: _l("Seafarer's certificate"),
}

# 0 no demand, 1 junior secondary, 2 senior secondary or vocational, 3 college, 4 bachelor, 5 master or more.
EDUCATION_WORDS = (
    _l("No demand on schooling"),
    _l("Junior secondary school"),
    _l("Senior secondary or vocational school"),
    _l("College"),
    _l("Bachelor"),
    _l("Master or more"),
)


class Mode(StrEnum):
    """How a seeker goes to work."""

    WALK = "walk"
    EBIKE = "ebike"
    BUS = "bus"
    CAR = "car"


# Return visits come so many days after a hire.
VISIT_DAYS = (7, 30, 90)
# An employer or a posting that nobody has looked at for so long is not pushed.
VERIFIED_DAYS = 183
# Pushes are told between these hours of the office.
QUIET_FROM, QUIET_TO = 21, 8
# So many open pushes for each free opening.
PUSHES_PER_OPENING = 3

OFFICE = ("handler", "dept_head")
STATION = ("agent", "station_head")
LEADERS = ("street_leader", "admin")
STAFF = (*STATION, *OFFICE, *LEADERS)


class OfFirm(Rule):
    """Acts for the enterprise that the thing belongs to."""

    words = N_("people of the enterprise itself")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When an own membership in the employer of the thing is in force."""
        if who.id is None or thing is None:
            return False
        return any(each.account_id == who.id and each.until is None for each in thing.members)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows of the own enterprises."""
        if who.id is None:
            return false()
        member = model.members.property.mapper.class_
        own: ColumnElement[bool] = model.members.any(
            (member.account_id == who.id) & member.until.is_(None)
        )
        return own


class SentIn(Rule):
    """Was sent in for publication: a draft is nobody's business but the employer's."""

    words = N_("it was sent in for publication")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When it was sent in."""
        return thing is None or thing.submitted_at is not None

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows that were sent in."""
        clause: ColumnElement[bool] = model.submitted_at.is_not(None)
        return clause


_STAFF_HERE = Holds(*STATION, by="station_id") | Holds(*OFFICE, by="office_id") | Anywhere(*LEADERS)
REVIEWERS = (
    Holds("station_head", by="station_id") | Holds(*OFFICE, by="office_id") | Anywhere(*LEADERS)
)

MAY = {
    "jobs.read": Everyone(),
    "jobs.profile": SignedIn(),
    "jobs.seek": Owns("account_id", "looks for work"),
    "jobs.answer": Owns("account_id", "looks for work"),
    "jobs.firms": SignedIn(),
    "jobs.firm": OfFirm(),
    "jobs.post": _STAFF_HERE | OfFirm(),
    "jobs.hire": _STAFF_HERE | OfFirm(),
    "jobs.employer": _STAFF_HERE | OfFirm(),
    "jobs.posting": (SentIn() & _STAFF_HERE) | OfFirm(),
    "jobs.review": REVIEWERS,
    "jobs.verify": REVIEWERS,
    "jobs.desk": Anywhere(*STAFF),
    "jobs.introductions": _STAFF_HERE,
    "jobs.see": Owns("account_id", "looks for work") | _STAFF_HERE | OfFirm(),
    "jobs.seekers": _STAFF_HERE,
    "jobs.import": Anywhere("station_head", *OFFICE, *LEADERS),
    "jobs.visit": Holds(*STATION, by="station_id") | Anywhere(*LEADERS),
    "jobs.by_itself": ByItself(),
}

"""The figures, each defined once: what is counted, among what, and the formula in words.

`counted` and `among` are conditions on the facts of one case, sheet or cell (`facts.FACTS`). The
same conditions give the number and the list of what is behind it, so these cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Kind(StrEnum):
    """What a figure is: a number of cases, a share of them, minutes on average or in all."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    SUM = "sum"


class Subject(StrEnum):
    """What is counted: cases, sheets of the hotline, unit cells."""

    CASE = "case"
    SHEET = "sheet"
    CELL = "cell"


SUBJECT_WORDS = {
    Subject.CASE: _l("Cases"),
    Subject.SHEET: _l("Sheets"),
    Subject.CELL: _l("Unit cells"),
}


class Section(StrEnum):
    """Where in the life of a case a figure belongs."""

    FOUND = "found"
    DESK = "desk"
    HANDLE = "handle"
    CLOSE = "close"
    RATED = "rated"
    HOTLINE = "hotline"


SECTION_WORDS = {
    Section.FOUND: _l("Found and reported"),
    Section.DESK: _l("Accepted, filed and dispatched"),
    Section.HANDLE: _l("Handling"),
    Section.CLOSE: _l("Checked and closed"),
    Section.RATED: _l("Ratings of those who reported"),
    Section.HOTLINE: _l("Hotline: the three rates"),
}


@dataclass(frozen=True)
class Kpi:
    """One figure. `by_day` is the moment that puts a case into a period.

    `whose` names, for each division by bodies or people, whose figure a case is. `seconds` is what
    is added up where a figure is minutes.
    """

    section: Section
    words: LazyString
    formula: LazyString
    by_day: str
    counted: str
    among: str | None = None
    whose: dict[str, str] = field(default_factory=dict)
    seconds: str | None = None
    in_all: bool = False
    subject: Subject = Subject.CASE

    @property
    def kind(self) -> Kind:
        """What it is."""
        if self.seconds:
            return Kind.SUM if self.in_all else Kind.MEAN
        return Kind.SHARE if self.among else Kind.COUNT


COLLECTOR = {"collector": "collector_id"}
VERIFIER = {"collector": "verifier_id"}
CHECKER = {"collector": "checker_id"}
ACCEPTOR = {"acceptor": "acceptor_id"}
SHIFT = {"shift_leader": "filer_id"}
DISPATCHER = {"dispatcher": "dispatcher_id"}
DEPARTMENT = {"department": "department_id"}
RECEIVER = {"department": "first_department_id"}
FILED_FOR = {**SHIFT, **DEPARTMENT}

_VALID = "(filed_at IS NOT NULL OR self_closed)"
_SENT = "dispatched_at IS NOT NULL AND state <> 'void'"
_PENDING_LATE = "NOT handled AND NOT closed AND late"
_NEED = f"{_SENT} AND (handled OR closed OR {_PENDING_LATE})"
_NEED_VERIFY = (
    "verify_sent_at IS NOT NULL AND (verified_at IS NOT NULL OR state = 'verifying' AND stage_late)"
)
_NEED_CHECK = (
    "check_sent_at IS NOT NULL AND (passes + fails > 0 OR state = 'checking' AND stage_late)"
)
_MENDED = "closed_anew_at IS NOT NULL AND mended_s <= mend_within_s"

KPIS: dict[str, Kpi] = {
    "report": Kpi(
        Section.FOUND,
        _l("Reports"),
        _l("Cases reported in the period."),
        "reported_at",
        "true",
        whose=COLLECTOR,
    ),
    "patrol_report": Kpi(
        Section.FOUND,
        _l("Reports by collectors"),
        _l("Cases reported in the period by grid workers."),
        "reported_at",
        "source = 'worker'",
        whose=COLLECTOR,
    ),
    "public_report": Kpi(
        Section.FOUND,
        _l("Reports by the public"),
        _l("Cases reported in the period by residents."),
        "reported_at",
        "source = 'public'",
    ),
    "valid_report": Kpi(
        Section.FOUND,
        _l("Valid reports"),
        _l("Reports of the period that were filed (later void ones too) or solved on the spot."),
        "reported_at",
        _VALID,
        whose=COLLECTOR,
    ),
    "valid_report_rate": Kpi(
        Section.FOUND,
        _l("Share of valid reports"),
        _l("Valid reports / reports."),
        "reported_at",
        _VALID,
        "true",
        COLLECTOR,
    ),
    "miss": Kpi(
        Section.FOUND,
        _l("Missed"),
        _l("Valid reports of residents: what no collector had reported."),
        "reported_at",
        f"source = 'public' AND {_VALID}",
    ),
    "miss_rate": Kpi(
        Section.FOUND,
        _l("Share missed"),
        _l("Valid reports of residents / valid reports of residents and collectors."),
        "reported_at",
        f"source = 'public' AND {_VALID}",
        f"source IN ('public', 'worker') AND {_VALID}",
    ),
    "self_handled": Kpi(
        Section.FOUND,
        _l("Solved by the finder"),
        _l("Reports of the period that the finder solved on the spot."),
        "reported_at",
        "self_closed",
        whose=COLLECTOR,
    ),
    "repeat_rate": Kpi(
        Section.FOUND,
        _l("Share of repeated reports"),
        _l("Reports merged into another of the same class near it in place and time / reports."),
        "reported_at",
        "state = 'merged'",
        "true",
    ),
    "high_incident_rate": Kpi(
        Section.FOUND,
        _l("Share in frequent places"),
        _l("Reports of a class that one grid had three times or more in the period / reports."),
        "reported_at",
        "alike >= 3",
        "true",
    ),
    "need_verify": Kpi(
        Section.FOUND,
        _l("To verify"),
        _l("Sent to be verified in the period, and answered or past the limit of this step."),
        "verify_sent_at",
        _NEED_VERIFY,
    ),
    "in_time_verify_rate": Kpi(
        Section.FOUND,
        _l("Verified in time"),
        _l("Verified within the limit of this step / to verify."),
        "verify_sent_at",
        f"{_NEED_VERIFY} AND verified_at IS NOT NULL AND verified_in_time",
        _NEED_VERIFY,
        VERIFIER,
    ),
    "accept": Kpi(
        Section.DESK,
        _l("Accepted reports"),
        _l("Reports of the period passed on to be filed."),
        "reported_at",
        "accepted_at IS NOT NULL",
        whose=ACCEPTOR,
    ),
    "not_accept": Kpi(
        Section.DESK,
        _l("Not accepted reports"),
        _l("Reports of the period that were not accepted."),
        "reported_at",
        "state = 'rejected'",
        whose=ACCEPTOR,
    ),
    "avg_accept_time": Kpi(
        Section.DESK,
        _l("Time to accept"),
        _l("Working minutes from report to acceptance, on average of the accepted reports."),
        "reported_at",
        "accepted_at IS NOT NULL",
        "accepted_at IS NOT NULL",
        ACCEPTOR,
        seconds="accept_s",
    ),
    "register": Kpi(
        Section.DESK,
        _l("Filed cases"),
        _l("Cases filed in the period."),
        "filed_at",
        "true",
        whose=FILED_FOR,
    ),
    "in_time_register_rate": Kpi(
        Section.DESK,
        _l("Filed in time"),
        _l("Filed within the limit of this step / filed."),
        "filed_at",
        "filed_in_time",
        "true",
        SHIFT,
    ),
    "exact_register_rate": Kpi(
        Section.DESK,
        _l("Filed rightly"),
        _l("(Filed - later void) / filed."),
        "filed_at",
        "state <> 'void'",
        "true",
        SHIFT,
    ),
    "need_dispatch": Kpi(
        Section.DESK,
        _l("To be dispatched"),
        _l("Filed in the period: dispatched, or still to be."),
        "filed_at",
        "dispatched_at IS NOT NULL OR state <> 'void'",
    ),
    "dispatch_rate": Kpi(
        Section.DESK,
        _l("Dispatched"),
        _l("Dispatched / to be dispatched."),
        "filed_at",
        "dispatched_at IS NOT NULL",
        "dispatched_at IS NOT NULL OR state <> 'void'",
    ),
    "in_time_dispatch_rate": Kpi(
        Section.DESK,
        _l("Dispatched in time"),
        _l("Dispatched within the limit of this step / to be dispatched."),
        "filed_at",
        "dispatched_at IS NOT NULL AND dispatched_in_time",
        "dispatched_at IS NOT NULL OR state <> 'void'",
        DISPATCHER,
    ),
    "accur_dispatch_rate": Kpi(
        Section.DESK,
        _l("Dispatched rightly"),
        _l("Never sent to anybody else / dispatched; decided when the case is closed."),
        "dispatched_at",
        "closed AND targets = 1",
        "closed",
        DISPATCHER,
    ),
    "need_dispose": Kpi(
        Section.HANDLE,
        _l("To be handled"),
        _l("Dispatched in the period, and handled or past the limit; void ones do not count."),
        "dispatched_at",
        _NEED,
        whose=DEPARTMENT,
    ),
    "dispose_rate": Kpi(
        Section.HANDLE,
        _l("Share handled"),
        _l("Handled / to be handled."),
        "dispatched_at",
        f"{_NEED} AND handled",
        _NEED,
        DEPARTMENT,
    ),
    "in_time_dispose_rate": Kpi(
        Section.HANDLE,
        _l("Handled in time"),
        _l("Handled within the limit / to be handled."),
        "dispatched_at",
        f"{_NEED} AND handled AND handled_in_time",
        _NEED,
        DEPARTMENT,
    ),
    "overtime_dispose": Kpi(
        Section.HANDLE,
        _l("Handled late"),
        _l("Dispatched in the period and handled after the limit."),
        "dispatched_at",
        f"{_NEED} AND handled AND NOT handled_in_time",
        whose=DEPARTMENT,
    ),
    "overtime_to_dispose": Kpi(
        Section.HANDLE,
        _l("Late and not handled"),
        _l("Dispatched in the period, past the limit and not handled."),
        "dispatched_at",
        f"{_NEED} AND NOT handled",
        whose=DEPARTMENT,
    ),
    "avg_handle_time": Kpi(
        Section.HANDLE,
        _l("Time to handle"),
        _l("Working minutes from dispatch to handling, on average of the handled cases."),
        "dispatched_at",
        f"{_SENT} AND handled",
        f"{_SENT} AND handled",
        DEPARTMENT,
        seconds="handle_s",
    ),
    "return_rate": Kpi(
        Section.HANDLE,
        _l("Share given back"),
        _l("Returns that were accepted / cases received; those of whoever had it first."),
        "dispatched_at",
        "returns > 0",
        "true",
        RECEIVER,
    ),
    "shuffle": Kpi(
        Section.HANDLE,
        _l("Passed off"),
        _l("Cases dispatched in the period whose return the dispatcher refused."),
        "dispatched_at",
        "shirks > 0",
        whose=RECEIVER,
    ),
    "hang": Kpi(
        Section.HANDLE,
        _l("Cases put on hold"),
        _l("Cases dispatched in the period that were put on hold."),
        "dispatched_at",
        "holds > 0",
        whose=DEPARTMENT,
    ),
    "hang_minutes": Kpi(
        Section.HANDLE,
        _l("Time on hold"),
        _l("Minutes by the clock that these cases were on hold, in all."),
        "dispatched_at",
        "holds > 0",
        whose=DEPARTMENT,
        seconds="held_s",
        in_all=True,
    ),
    "delayed": Kpi(
        Section.HANDLE,
        _l("Extended"),
        _l("Cases dispatched in the period whose limit was extended."),
        "dispatched_at",
        "extensions > 0",
        whose=DEPARTMENT,
    ),
    "need_check": Kpi(
        Section.CLOSE,
        _l("To be checked"),
        _l("Sent to be checked in the period, and checked or past the limit of this step."),
        "check_sent_at",
        _NEED_CHECK,
    ),
    "in_time_check_rate": Kpi(
        Section.CLOSE,
        _l("Checked in time"),
        _l("Checked within the limit of this step / to be checked."),
        "check_sent_at",
        f"{_NEED_CHECK} AND passes + fails > 0 AND checked_in_time",
        _NEED_CHECK,
        CHECKER,
    ),
    "check_pass_rate": Kpi(
        Section.CLOSE,
        _l("Passed at first"),
        _l("Checked cases that never failed a check / checked cases."),
        "check_sent_at",
        "passes > 0 AND fails = 0",
        "passes + fails > 0",
        DEPARTMENT,
    ),
    "need_archive": Kpi(
        Section.CLOSE,
        _l("To be closed"),
        _l("Handled + late and not handled."),
        "dispatched_at",
        _NEED,
        whose=DEPARTMENT,
    ),
    "archive_rate": Kpi(
        Section.CLOSE,
        _l("Share closed"),
        _l("Closed / to be closed."),
        "dispatched_at",
        f"{_NEED} AND closed",
        _NEED,
        DEPARTMENT,
    ),
    "in_time_archive_rate": Kpi(
        Section.CLOSE,
        _l("Closed in time"),
        _l("Closed within the limit / to be closed."),
        "dispatched_at",
        f"{_NEED} AND closed AND closed_in_time",
        _NEED,
        DEPARTMENT,
    ),
    "rework_rate": Kpi(
        Section.CLOSE,
        _l("Share of rework"),
        _l("Closed cases that failed a check at least once / closed cases."),
        "dispatched_at",
        "closed AND fails > 0",
        "closed",
        DEPARTMENT,
    ),
    "coverage_rate": Kpi(
        Section.FOUND,
        _l("Covered area"),
        _l("Unit cells with a point of a patrol or a door visited in the period / unit cells."),
        "day",
        "seen",
        "true",
        subject=Subject.CELL,
    ),
    "rated": Kpi(
        Section.RATED,
        _l("Rated cases"),
        _l("Closed cases rated in the period by whoever reported them."),
        "rated_at",
        "true",
        whose=DEPARTMENT,
    ),
    "good_rate": Kpi(
        Section.RATED,
        _l("Share of good ratings"),
        _l("Ratings of the three upper levels / ratings; the two lowest of five levels are bad."),
        "rated_at",
        "level > 2",
        "true",
        DEPARTMENT,
    ),
    "bad_rectify_rate": Kpi(
        Section.RATED,
        _l("Bad ratings mended"),
        _l(
            "Cases with a bad rating closed anew within 15 working days / those and the ones whose"
            " 15 working days are over."
        ),
        "rated_at",
        f"level <= 2 AND {_MENDED}",
        f"level <= 2 AND ({_MENDED} OR since_rated_s > mend_within_s)",
        DEPARTMENT,
    ),
    "response_rate": Kpi(
        Section.HOTLINE,
        _l("Contacted in time"),
        _l(
            "Sheets whose caller the department spoke with within the limit / sheets of the period"
            " with a caller to speak with that are answered or past the limit."
        ),
        "received_at",
        "to_contact AND contacted_in_limit",
        "to_contact AND (contacted_in_limit OR replied OR over)",
        DEPARTMENT,
        subject=Subject.SHEET,
    ),
    "solve_rate": Kpi(
        Section.HOTLINE,
        _l("Solved, say the callers"),
        _l("Solved by the last visit / sheets of the period that were visited."),
        "received_at",
        "visit IS NOT NULL AND solved",
        "visit IS NOT NULL",
        DEPARTMENT,
        subject=Subject.SHEET,
    ),
    "satisfied_rate": Kpi(
        Section.HOTLINE,
        _l("Content, say the callers"),
        _l("Content at the last visit / sheets of the period that were visited."),
        "received_at",
        "visit = 'content'",
        "visit IS NOT NULL",
        DEPARTMENT,
        subject=Subject.SHEET,
    ),
}

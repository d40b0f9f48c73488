"""Which forms are measured, which department asks for each, how long a time is kept, who sees what."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Anywhere
from webapp.grids.rules import STAFF

# A time is at most so long (seconds): whoever took longer did something else meanwhile.
LONGEST_S = 3600
# Single times are kept so many days; then only what a month comes to is left, and nobody's name.
KEPT_DAYS = 62
# Of fewer people than this no figure is shown: it would be that of one of them.
FEWEST = 3


@dataclass(frozen=True)
class Measured:
    """A form: what it is called, and the code of the department that asks for it."""

    words: LazyString
    department: str


# By the address that takes the form. Who asks is assumed from the duties of the departments.
FORMS: dict[str, Measured] = {
    "reports.report": Measured(_l("Report of a matter"), "D10"),
    "cases.move": Measured(_l("Step of a case"), "D10"),
    "whistles.blow": Measured(_l("Whistle to departments"), "D10"),
    "patrols.plan": Measured(_l("Plan of a patrol"), "D10"),
    "patrols.move_point": Measured(_l("Point of a patrol"), "D10"),
    "visits.move": Measured(_l("Visit to a door"), "D10"),
    "home_visits.move": Measured(_l("Visit to a household"), "D07"),
    "buildings.create": Measured(_l("Registration of a building"), "D10"),
    "buildings.add_dwelling": Measured(_l("Registration of a dwelling"), "D10"),
    "buildings.move_in": Measured(_l("Registration of a household"), "D10"),
    "households.join": Measured(_l("Registration of a resident"), "D10"),
    "households.set_flag": Measured(_l("Entry into a key group"), "D07"),
    "appeals.receive": Measured(_l("Sheet of the hotline"), "D01"),
    "appeals.step": Measured(_l("Step of a hotline sheet"), "D01"),
    "opinions.enter": Measured(_l("Opinion said at the door"), "D02"),
    "opinion_book.enter": Measured(_l("Line of the opinion book"), "D02"),
    "topics.propose": Measured(_l("Proposal of a topic"), "D02"),
    "livelihood.collect": Measured(_l("Livelihood item of residents"), "D16"),
    "apply.send_for": Measured(_l("Application for somebody else"), "D16"),
    "hidden_dangers.find": Measured(_l("Report of a hidden danger"), "D11"),
    "inspections.hand_in": Measured(_l("Checklist of an inspection"), "D11"),
    "project_days.write_down": Measured(_l("Day of a project"), "D06"),
}

OF_DEPARTMENT = ("handler", "dept_head")
OF_ALL = ("street_leader", "supervisor", "admin")

MAY = {
    "burden.see": Anywhere(*OF_ALL, *OF_DEPARTMENT),
    "burden.own": Anywhere(*STAFF),
}

"""By whom and what figures are divided, who sees which, and the life of an appeal against one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow
from webapp.base.access import Actor, Anywhere, Holds, Owns
from webapp.base.flow import Flow, move
from webapp.cases.rules import DEPARTMENT, DESK


class Division(StrEnum):
    """By what a figure is divided."""

    STREET = "street"
    COMMUNITY = "community"
    KIND = "kind"
    GRID = "grid"
    DEPARTMENT = "department"
    ACCEPTOR = "acceptor"
    SHIFT_LEADER = "shift_leader"
    DISPATCHER = "dispatcher"
    COLLECTOR = "collector"


DIVISION_WORDS = {
    Division.STREET: _l("The whole subdistrict"),
    Division.COMMUNITY: _l("By community"),
    Division.KIND: _l("By kind of grid"),
    Division.GRID: _l("By grid"),
    Division.DEPARTMENT: _l("By department"),
    Division.ACCEPTOR: _l("By acceptor"),
    Division.SHIFT_LEADER: _l("By shift leader"),
    Division.DISPATCHER: _l("By dispatcher"),
    Division.COLLECTOR: _l("By collector"),
}

# The facts of a case that say in which area it is. Bodies and people are named by each figure.
AREAS = {
    Division.STREET: "cast(NULL AS text)",
    Division.COMMUNITY: "community_id",
    Division.KIND: "grid_kind",
    Division.GRID: "grid_id",
}

COLLECTORS = ("grid_worker", "grid_leader", "grid_secretary", "part_time_worker")


@dataclass(frozen=True)
class Scope:
    """Whose figures somebody sees: all, those of some grids, or only those of some bodies or people.

    `only` is the division that is open where not all of them are, `keys` who in it.
    """

    grids: tuple[int, ...] | None = None
    only: Division | None = None
    keys: tuple[str, ...] = ()


def scope_of(who: Actor) -> Scope:
    """The figures somebody sees: the desk its area, a department its own, a collector their own."""
    if who.everywhere(DESK):
        return Scope()
    if who.holds(DESK):
        return Scope(grids=tuple(sorted(who.grids(DESK))))
    if who.holds(DEPARTMENT):
        keys = tuple(str(unit) for unit in sorted(who.units(DEPARTMENT)))
        return Scope(only=Division.DEPARTMENT, keys=keys)
    return Scope(only=Division.COLLECTOR, keys=(str(who.id),))


class AppealState(StrEnum):
    """Where an appeal against a figure stands."""

    FILED = "filed"
    GRANTED = "granted"
    REFUSED = "refused"


APPEAL_FLOW = flow.register(
    Flow(
        "figure_appeal",
        {
            AppealState.FILED: _l("Appeal filed"),
            AppealState.GRANTED: _l("Appeal granted"),
            AppealState.REFUSED: _l("Appeal refused"),
        },
        {
            "grant": move(
                AppealState.FILED,
                to=AppealState.GRANTED,
                may="figures.decide",
                words=_l("Grant the appeal"),
                needs=("note",),
            ),
            "refuse": move(
                AppealState.FILED,
                to=AppealState.REFUSED,
                may="figures.decide",
                words=_l("Refuse the appeal"),
                needs=("note",),
            ),
        },
    )
)

MAY = {
    "figures.see": Anywhere(*DESK, *DEPARTMENT, *COLLECTORS),
    "figures.appeal": Anywhere(*DEPARTMENT, *COLLECTORS, *DESK),
    "figures.see_appeal": Owns("filed_by_id", "filed it")
    | Owns("account_id", "is contested for it")
    | Holds(*DEPARTMENT, by="unit_id")
    | Anywhere("supervisor", "shift_leader", "street_leader"),
    "figures.decide": Anywhere("supervisor"),
}

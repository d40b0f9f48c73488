"""What happens to hidden dangers by the clock: deadlines that come, and those that are over, are told of once."""

from __future__ import annotations

from webapp.base import clock, tasks
from webapp.base.access import HOUSE
from webapp.base.language import N_
from webapp.monitoring.safety.dangers import queries
from webapp.monitoring.safety.dangers.rules import DANGER_FLOW, Level
from webapp.monitoring.safety.dangers.telling import tell_enterprise, tell_officers, tell_people


@tasks.task("safety.deadlines", cron="*/5 * * * *")
def tell_of_deadlines() -> None:
    """Whoever has to put something right knows a day before its deadline; when it is over officers know
    too, and the leader of the subdistrict where it is a major one."""
    now = clock.now()
    while found := queries.told_soon(now):
        for danger in found:
            danger.soon_told_at = now
            words = N_("Its deadline ends tomorrow: %(what)s (%(where)s)")
            tell_enterprise(danger, words)
            tell_people(danger, words)
    while found := queries.told_late(now):
        for danger in found:
            danger.late_told_at = now
            DANGER_FLOW.record(danger, "late", by=HOUSE)
            words = N_("Not put right in time: %(what)s (%(where)s)")
            tell_enterprise(danger, words)
            tell_people(danger, words)
            tell_officers(danger, words)
            if danger.level == Level.MAJOR:
                tell_officers(danger, words, leaders=True)

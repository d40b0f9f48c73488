"""What safety does by the clock: licences that end are told of."""

from __future__ import annotations

from webapp.base import notices, tasks
from webapp.base.language import N_
from webapp.monitoring.safety import queries
from webapp.monitoring.safety.models import Licence
from webapp.monitoring.safety.rules import EXPIRED, told_at
from webapp.people import days


@tasks.task("safety.licences", cron="30 0 * * *")
def tell_of_licences() -> None:
    """Whoever looks after safety, and whoever acts for the enterprise, knows of licences that end:
    60, 30 and 7 days before and on the day after, each once."""
    today, officers = days.today(), queries.officers()
    while found := queries.licences_to_tell(today):
        for licence in found:
            licence.told = told_at(licence.expires_on, today)
            _tell(licence, officers)


def _tell(licence: Licence, officers: list[int]) -> None:
    words = (
        N_("A licence of %(firm)s has expired: %(number)s, on %(day)s")
        if licence.told == EXPIRED
        else N_("A licence of %(firm)s ends on %(day)s: %(number)s")
    )
    profile = licence.profile
    said = {
        "firm": profile.enterprise.name,
        "number": licence.number,
        "day": licence.expires_on.isoformat(),
    }
    notices.notify(officers, words, url=f"/safety/enterprises/{profile.id}#licences", **said)
    acting = {each.account_id for each in profile.members} - set(officers)
    notices.notify(acting, words, url=f"/safety/mine/{profile.id}", **said)

"""What happens to jobs by the clock: last days, morning notices, visits that are due, other roads."""

from __future__ import annotations

from webapp.base import tasks
from webapp.jobs import introductions, postings, pushing, queries, visits, ways
from webapp.people import days


@tasks.task("jobs.expire", cron="3 * * * *")
def expire() -> None:
    """Postings whose last day is over take nobody any more."""
    postings.expire(days.today())


@tasks.task("jobs.tell", cron="*/10 * * * *")
def tell() -> None:
    """Recommendations that were made in quiet hours are told."""
    pushing.tell_waiting()


@tasks.task("jobs.visits", cron="17 * * * *")
def remind() -> None:
    """Whoever makes return visits knows of those that are due."""
    visits.remind()


@tasks.task("jobs.roads", cron="*/15 * * * *")
def follow_roads() -> None:
    """Ways to work are as the roads are now, and every pair is looked at again if they are others."""
    if ways.stale():
        count_anew()


@tasks.task("jobs.count_anew")
def count_anew() -> None:
    """Ways to work are counted again, and so is every pair that might be recommended."""
    ways.Ways().keep({ways.spot_of(each) for each in queries.working_places()})
    pushing.everything()


@tasks.task("jobs.settle")
def settle(seekers: list[int]) -> None:
    """Seekers of whom no employer thinks any more are free for others."""
    introductions.settle(seekers)

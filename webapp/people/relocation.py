"""What follows for people when other borders take force: posts over grids that are gone end."""

from __future__ import annotations

from webapp.base import notices
from webapp.base.access import Actor
from webapp.base.language import N_
from webapp.grids.models import BoundarySet
from webapp.people import enterprises, posts, queries

ADMINS = ("admin",)


def follow(made: BoundarySet, by: Actor | None) -> int:
    """Posts over grids that are gone have ended, with a hand-over; administrators know how many.

    Enterprises stand in the grids of the new borders. Answers how many posts and enterprises changed.
    """
    moved = enterprises.follow_borders(by=by)
    return moved + (_end_posts(made, by) if by is not None else 0)


def _end_posts(made: BoundarySet, by: Actor) -> int:
    since = made.valid.lower if made.valid else None
    gone = queries.posts_over_gone_grids()
    if since is None or not gone:
        return 0
    for post in gone:
        posts.end(post, at=since, note=made.title, by=by)
    notices.notify(
        queries.holders_everywhere(ADMINS),
        N_("%(count)s posts ended because their grids are no more. Give these people other grids."),
        url="/people/accounts",
        count=len(gone),
    )
    return len(gone)

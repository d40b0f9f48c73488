"""What people keep at the desk: filters under a name, phrases for notes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.flow import Changed, Refusal, Unacceptable
from webapp.cases.desk import queries
from webapp.cases.desk.forms import Wish
from webapp.cases.desk.models import DeskFilter, Phrase
from webapp.cases.desk.rules import MOST_FILTERS, MOST_PHRASES


def keep_filter(wish: Wish, *, name: str, by: Actor) -> DeskFilter:
    """The filter is kept under the name; one of the same name is replaced."""
    if not wish.narrowed:
        words = _l("Narrow the queue first, then keep it.")
        raise Unacceptable(words, fields={"name": words})
    kept = queries.filters(by)
    known = next((each for each in kept if each.name == name), None)
    if known is not None:
        known.wish = wish.address
        return known
    if len(kept) >= MOST_FILTERS:
        words = _l("At most %(n)s filters are kept. Remove one first.", n=MOST_FILTERS)
        raise Refusal(words, fields={"name": words})
    made = DeskFilter(account_id=by.id, name=name, wish=wish.address)
    db.session.add(made)
    db.session.flush()
    return made


def forget_filter(kept: DeskFilter) -> None:
    """The filter is gone."""
    db.session.delete(kept)
    db.session.flush()


def add_phrase(*, words: str, shared: bool, by: Actor) -> Phrase:
    """The phrase stands ready for notes: one's own, or of all."""
    if len(queries.phrases(by)) >= MOST_PHRASES:
        said = _l("At most %(n)s phrases are kept. Remove one first.", n=MOST_PHRASES)
        raise Refusal(said, fields={"words": said})
    made = Phrase(account_id=None if shared else by.id, words=words, version=1)
    db.session.add(made)
    db.session.flush()
    return made


def change_phrase(phrase: Phrase, *, words: str, version: int | None) -> None:
    """The phrase says this from now on."""
    lock(phrase)
    if version is not None and phrase.version != version:
        raise Changed(_l("Somebody changed this phrase a moment ago. Look at it again, please."))
    phrase.words = words
    phrase.version += 1
    db.session.flush()


def remove_phrase(phrase: Phrase) -> None:
    """The phrase is gone."""
    db.session.delete(phrase)
    db.session.flush()

"""What degrees are counted by now, as this process holds it; and how a new edition comes into force."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.jobs import queries
from webapp.jobs.models import Edition, Occupation, SkillTerm, Substitute
from webapp.jobs.parameters import DESIGN, Parameters
from webapp.jobs.words import Words, informative, plain

DATA = Path(__file__).parent / "data"
_CODE = re.compile(r"\d(-\d\d){0,3}")


@dataclass(frozen=True)
class Standard:
    """An edition in the form in which degrees are counted."""

    edition_id: int
    parameters: Parameters
    words: Words
    substitutes: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Term:
    """A row of the table of skills."""

    term: str
    name_en: str | None = None
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    idf: float = 1.0


_held: dict[tuple[str, int], Standard] = {}
_reading = Lock()


def standard(edition_id: int | None = None) -> Standard:
    """An edition, or the one in force. Read once by a process; after that it costs one small question."""
    found = queries.newest_edition() if edition_id is None else edition_id
    if found is None:
        raise LookupError("no edition is in force: flask --app wsgi jobs load")
    key = str(db.engine.url), found
    with _reading:
        if key not in _held:
            if len(_held) > 20:
                _held.clear()
            _held[key] = _read(queries.edition(found))
        return _held[key]


def _read(edition: Edition) -> Standard:
    canonical: dict[str, str] = {}
    parent: dict[str, str] = {}
    idf: dict[str, float] = {}
    for row in edition.skills:
        word = plain(row.term)
        canonical |= {plain(each): word for each in (row.term, *row.aliases)}
        idf[word] = row.idf
        if row.parent:
            parent[word] = plain(row.parent)
    return Standard(
        edition_id=edition.id,
        parameters=Parameters.from_json({**edition.parameters, "version": edition.id}),
        words=Words(version=edition.id, canonical=canonical, parent=parent, idf=idf),
        substitutes={(row.from_code, row.to_code): row.score for row in edition.substitutes},
    )


def renew(
    *,
    note: str,
    by: Actor | None,
    parameters: Parameters | None = None,
    skills: Sequence[Term] | None = None,
    substitutes: Mapping[tuple[str, str], float] | None = None,
) -> Edition:
    """A new edition is in force, with what is given; the rest is as in the one before."""
    newest = queries.newest_edition()
    before = queries.edition(newest) if newest is not None else None
    made = Edition(
        since=clock.now(),
        by_id=by.id if by else None,
        note=note,
        parameters=(
            parameters.to_json()
            if parameters is not None
            else (before.parameters if before else DESIGN.to_json())
        ),
    )
    db.session.add(made)
    db.session.flush()
    if skills is None:
        skills = _terms(before)
    if substitutes is None:
        rows = before.substitutes if before else []
        substitutes = {(row.from_code, row.to_code): row.score for row in rows}
    db.session.add_all(
        SkillTerm(
            edition_id=made.id,
            term=each.term,
            name_en=each.name_en,
            parent=each.parent,
            aliases=list(each.aliases),
            idf=each.idf,
        )
        for each in skills
    )
    db.session.add_all(
        Substitute(edition_id=made.id, from_code=code, to_code=other, score=score)
        for (code, other), score in substitutes.items()
    )
    db.session.flush()
    audit.record(kind="job_edition", thing_id=made.id, move="renew", by=by, data={"note": note})
    return made


def weighed_anew(*, by: Actor | None) -> Edition:
    """A new edition in which each skill tells as much as it is rare among postings and seekers now."""
    now = standard()
    lists = queries.skill_lists()
    counts: Counter[str] = Counter()
    for each in lists:
        counts.update(now.words.meant_by(each))
    newest = queries.edition(now.edition_id)
    known = {plain(row.term) for row in newest.skills}
    idf = informative({**dict.fromkeys(known, 0), **counts}, lists=len(lists))
    terms = [
        Term(row.term, row.name_en, row.parent, row.aliases, idf[plain(row.term)])
        for row in _terms(newest)
    ]
    terms += [Term(word, idf=idf[word]) for word in sorted(counts.keys() - known)]
    return renew(note="idf", by=by, skills=terms)


def load() -> int:
    """Kinds of work are known, and an edition is in force where there was none; answers how many kinds."""
    count = keep_occupations(read_occupations((DATA / "occupations.tsv").read_text("utf-8")))
    if queries.newest_edition() is None:
        renew(
            note="design",
            by=None,
            skills=read_skills((DATA / "skills.tsv").read_text("utf-8")),
            substitutes=read_substitutes((DATA / "substitutes.tsv").read_text("utf-8")),
        )
    return count


def keep_occupations(rows: Iterable[tuple[str, str, str]]) -> int:
    """These kinds of work are known by these names; answers how many."""
    values = [{"code": code, "name": name, "name_en": english} for code, name, english in rows]
    if values:
        new = insert(Occupation).values(values)
        named = {"name": new.excluded.name, "name_en": new.excluded.name_en}
        db.session.execute(new.on_conflict_do_update(index_elements=["code"], set_=named))
    return len(values)


def read_occupations(text: str) -> list[tuple[str, str, str]]:
    """Kinds of work from lines of code, name, English name. `Unacceptable` names the lines that are wrong."""

    def row(cells: list[str]) -> tuple[str, str, str]:
        if not _CODE.fullmatch(cells[0]):
            raise ValueError(_l("This is no code such as 4-01-02 or 4-01-02-01."))
        return cells[0], _needed(cells, 1), cells[2] if len(cells) > 2 and cells[2] else cells[1]

    return _rows(text, row)


def read_skills(text: str) -> list[Term]:
    """Skills from lines of term, English, parent, other names with | between them."""

    def row(cells: list[str]) -> Term:
        padded = [*cells, "", "", ""]
        aliases = tuple(each.strip() for each in padded[3].split("|") if each.strip())
        return Term(_needed(cells, 0), padded[1] or None, padded[2] or None, aliases)

    found = _rows(text, row)
    known = {each.term for each in found}
    lost = [each for each in found if each.parent and each.parent not in known]
    if lost:
        words = _l("“%(parent)s” is the parent of “%(term)s” and is not in the list.")
        raise Unacceptable(str(words) % {"parent": lost[0].parent, "term": lost[0].term})
    return found


def read_substitutes(text: str) -> dict[tuple[str, str], float]:
    """How well one kind of work does for another, from lines of code, code, 0 to 1."""

    def row(cells: list[str]) -> tuple[tuple[str, str], float]:
        if len(cells) < 3 or not all(_CODE.fullmatch(each) for each in cells[:2]):
            raise ValueError(_l("This is no code such as 4-01-02 or 4-01-02-01."))
        score = float(cells[2])
        if not 0 <= score <= 1:
            raise ValueError(_l("This must be a number from 0 to 1."))
        return (cells[0], cells[1]), score

    return dict(_rows(text, row))


def _rows(text: str, read: Callable[[list[str]], Any]) -> list[Any]:
    """Every line that is not empty and no remark, read; `Unacceptable` with all lines that are wrong."""
    found, faults = [], {}
    for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter="\t"), start=1):
        cells = [each.strip() for each in cells]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if number == 1 and cells[0] in ("code", "term", "from"):
            continue
        try:
            found.append(read(cells))
        except (ValueError, IndexError) as error:
            faults[f"{number}"] = error.args[0] if error.args else _l("This cannot be used.")
    if faults:
        lines = "; ".join(f"{line}: {words}" for line, words in faults.items())
        raise Unacceptable(_l("These lines cannot be used: %(lines)s", lines=lines), fields=faults)
    return found


def _needed(cells: list[str], at: int) -> str:
    if len(cells) <= at or not cells[at]:
        raise ValueError(_l("This is needed."))
    return cells[at]


def _terms(edition: Edition | None) -> list[Term]:
    rows = edition.skills if edition else []
    return [Term(row.term, row.name_en, row.parent, tuple(row.aliases), row.idf) for row in rows]

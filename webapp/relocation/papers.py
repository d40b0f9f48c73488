"""Papers of households: another version beside those before it, chained, its pages sealed."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import NotOpen, Unacceptable
from webapp.people import days
from webapp.relocation import queries
from webapp.relocation.models import Paper, PaperPage, RelocationHousehold
from webapp.relocation.rules import ASKED, POSTED_DAYS, PaperKind, RelocationState
from webapp.services.applications import papers as sealed

# Figures are posted anew only while nobody negotiates over them.
MAY_BE_POSTED = (
    RelocationState.VALUED,
    RelocationState.POSTED,
    RelocationState.DISPUTED,
    RelocationState.MEDIATING,
    RelocationState.ADMINISTRATIVE,
    RelocationState.COURT,
)


@dataclass(frozen=True)
class Kept:
    """A file as it came (its hash) and its pages as they are kept."""

    sha256: str
    pages: Sequence[StoredFile]


@dataclass(frozen=True)
class Said:
    """What a version of a paper says."""

    house_m2: float | None = None
    greenhouse_m2: float | None = None
    land_m2: float | None = None
    amount: Decimal | None = None
    days: int | None = None
    words: str | None = None
    file: Kept | None = field(default=None)


def keep(body: bytes, *, by: Actor | None) -> Kept:
    """The pages of a picture or a PDF are kept sealed; `Unacceptable` for what is neither."""
    try:
        pages = sealed.keep(io.BytesIO(body), by=by)
    except Unacceptable as refusal:
        raise Unacceptable(refusal.words, fields={"file": refusal.words}) from refusal
    return Kept(hashlib.sha256(body).hexdigest(), pages)


def asked_of(kind: PaperKind, said: Said) -> None:
    """Nothing that a paper of this kind wants is missing; or `Unacceptable` with the fields."""
    missing = [name for name in ASKED[kind] if getattr(said, name) is None]
    if missing:
        words = _l("This is needed.")
        raise Unacceptable(
            _l("Please check the marked fields."), fields=dict.fromkeys(missing, words)
        )
    if kind is PaperKind.NOTICE and said.days is not None and said.days < POSTED_DAYS:
        words = _l("Figures are posted for %(n)s days at least.", n=POSTED_DAYS)
        raise Unacceptable(words, fields={"days": words})


def write(
    households: Sequence[RelocationHousehold], kind: PaperKind, said: Said, *, by: Actor
) -> list[Paper]:
    """Each of these households (their rows are ours) has this as the newest version of such a paper.

    What it says about areas and posting holds for the household from now on. Raises `Unacceptable` where
    something is missing, `NotOpen` where figures would be posted anew while they are negotiated over.
    """
    asked_of(kind, said)
    if kind is PaperKind.NOTICE and any(each.state not in MAY_BE_POSTED for each in households):
        raise NotOpen(_l("Figures are posted after the valuation and before the negotiation."))
    known = queries.last_papers(each.id for each in households)
    now = clock.now()
    made = [_version(each, kind, said, known.get((each.id, kind)), by) for each in households]
    for paper in made:
        paper.made_at = now
    db.session.add_all(made)
    db.session.flush()
    pages = said.file.pages if said.file else ()
    db.session.add_all(
        PaperPage(paper_id=paper.id, number=number, file_id=page.id)
        for paper in made
        for number, page in enumerate(pages, start=1)
    )
    for each in households:
        _follow(each, kind, said)
    db.session.flush()
    return made


def digest(paper: Paper, before: str | None, files: Sequence[str]) -> str:
    """The hash over what a version says, its file and pages, and the version before it."""
    said = [
        before,
        paper.household_id,
        paper.kind,
        paper.number,
        *(None if each is None else f"{each:.2f}" for each in _numbers(paper)),
        paper.days,
        paper.words,
        paper.sha256,
        list(files),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def broken(papers: Sequence[Paper], files: Mapping[int, Sequence[str]]) -> list[Paper]:
    """Those of these versions (all of a household) whose hash does not fit what they say.

    `files`: the hashes of the pages of each version as they are kept.
    """
    last: dict[str, str] = {}
    wrong = []
    for paper in sorted(papers, key=lambda each: (each.kind, each.number)):
        if digest(paper, last.get(paper.kind), files.get(paper.id, ())) != paper.digest:
            wrong.append(paper)
        last[paper.kind] = paper.digest
    return wrong


def _version(
    household: RelocationHousehold, kind: PaperKind, said: Said, before: Paper | None, by: Actor
) -> Paper:
    paper = Paper(
        household_id=household.id,
        kind=kind,
        number=before.number + 1 if before else 1,
        house_m2=said.house_m2,
        greenhouse_m2=said.greenhouse_m2,
        land_m2=said.land_m2,
        amount=said.amount,
        days=said.days,
        words=said.words,
        sha256=said.file.sha256 if said.file else None,
        made_by_id=by.id,
    )
    files = [page.sha256 for page in said.file.pages] if said.file else []
    paper.digest = digest(paper, before.digest if before else None, files)
    return paper


def _follow(household: RelocationHousehold, kind: PaperKind, said: Said) -> None:
    if kind is PaperKind.SURVEY:
        household.house_m2 = said.house_m2 or 0.0
        household.greenhouse_m2 = said.greenhouse_m2 or 0.0
        household.land_m2 = said.land_m2 or 0.0
    if kind is PaperKind.NOTICE:
        household.posted_on = days.today()
        # The day of the posting itself does not count.
        household.posted_until = household.posted_on + timedelta(days=said.days or POSTED_DAYS)


def _numbers(paper: Paper) -> tuple[float | Decimal | None, ...]:
    return paper.house_m2, paper.greenhouse_m2, paper.land_m2, paper.amount

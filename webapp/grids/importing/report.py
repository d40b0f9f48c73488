"""One walk through a file of borders: read it, place it, check it, and say what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from webapp.base.language import N_
from webapp.grids.importing.checks import Progress, check, quiet
from webapp.grids.importing.columns import Draft, columns_of, drafts_of
from webapp.grids.importing.findings import Finding, Severity, Translate, Unreadable
from webapp.grids.importing.fit import (
    Candidate,
    fit,
    is_same_ground,
    judge,
    other_zone,
    to_lonlat,
    to_metric,
)
from webapp.grids.importing.reading import Reading, read
from webapp.grids.importing.repair import Repair

COULD_BE_ACTIVATED: Final = 0
NOT_YET: Final = 1
CANNOT_BE_READ: Final = 2

COLUMNS: Final = (N_("Code"), N_("Fault"), N_("Grids"), N_("What was found"), N_("What to do"))
VERDICTS: Final = {
    COULD_BE_ACTIVATED: N_("These borders could be put in force."),
    NOT_YET: N_("These borders cannot be put in force yet."),
    CANNOT_BE_READ: N_("The file cannot be read."),
}


ABOUT_BORDERS: Final = frozenset(
    {"E05", "E06", "E09", "E10", "E11", "W12", "E13", "E18", "E24", "W04"}
)
"""Codes of the checks on the borders as a whole; the others are about the file."""


@dataclass(frozen=True)
class Answers:
    """What a person has answered to earlier reports about the same file."""

    layer: str | None = None
    read_as: Candidate | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column of the file by attribute: code, kind, name, community."""
    new_outline: bool = False
    """The outer border of the subdistrict has changed, too."""
    accepted: frozenset[str] = frozenset()
    """Codes of questions (W...) that were answered with yes."""


NOTHING_ANSWERED: Final = Answers()


@dataclass(frozen=True)
class CheckReport:
    """Everything that is known about a file of borders."""

    name: str
    srid: int
    reading: Reading | None
    """None where the file cannot be read."""
    candidates: tuple[Candidate, ...]
    placed_as: Candidate | None
    """How its coordinates are read; None where that is not known."""
    drafts: tuple[Draft, ...]
    """The grids, in metres of `srid`; in the coordinates of the file where these are not known."""
    findings: tuple[Finding, ...]
    outline: BaseGeometry | None = None
    """What the borders had to agree with, in metres of `srid`."""
    accepted: frozenset[str] = frozenset()
    """Codes of questions that were answered with yes."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column of the file by attribute, as found or as a person said."""

    def with_repair(self, done: Repair) -> CheckReport:
        """The same report after a repair: its borders, and what the checks find in them."""
        about_file = [each for each in self.findings if each.code not in ABOUT_BORDERS]
        return replace(self, drafts=tuple(done.drafts), findings=(*about_file, *done.left))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What rejects the file."""
        return tuple(each for each in self.findings if each.severity is Severity.ERROR)

    @property
    def questions(self) -> tuple[Finding, ...]:
        """What a person still has to say yes to."""
        return tuple(
            each
            for each in self.findings
            if each.severity is Severity.QUESTION and each.code not in self.accepted
        )

    @property
    def exit_code(self) -> int:
        """0: could be put in force; 1: errors or open questions; 2: cannot be read."""
        if self.reading is None:
            return CANNOT_BE_READ
        return NOT_YET if self.errors or self.questions else COULD_BE_ACTIVATED

    @property
    def verdict(self) -> str:
        """The same in words, an English msgid."""
        return VERDICTS[self.exit_code]

    @property
    def counts(self) -> dict[str, int]:
        """How many grids of each kind there are; kinds not understood under "unknown"."""
        return dict(Counter(draft.kind or "unknown" for draft in self.drafts))

    def as_rows(self, translate: Translate = str) -> list[tuple[str, str, str, str, str]]:
        """One row for each finding, as `COLUMNS` name them."""
        return [
            (
                each.code,
                translate(each.title),
                ", ".join(each.grids),
                each.words(translate),
                each.advice(translate),
            )
            for each in self.findings
        ]

    def as_table(self, translate: Translate = str) -> str:
        """The report as lines of plain text, for a terminal."""
        lines = [f"{self.name}: {translate(self.verdict)}"]
        if self.placed_as is not None:
            lines.append(f"  {len(self.drafts)} × {self.placed_as.crs_name}")
        for each in self.findings:
            lines.append(f"{each.code}  {translate(each.title)}: {each.words(translate)}")
            if advice := each.advice(translate):
                lines.append(f"     → {advice}")
        return "\n".join(lines)

    def as_json(self, translate: Translate = str) -> dict[str, Any]:
        """The report for machines, and for keeping beside the borders."""
        reading, placed = self.reading, self.placed_as
        return {
            "file": self.name,
            "sha256": reading.sha256 if reading else None,
            "format": reading.format if reading else None,
            "layer": reading.layer if reading else None,
            "exit_code": self.exit_code,
            "verdict": translate(self.verdict),
            "grids": len(self.drafts),
            "counts": self.counts,
            "read_as": _candidate(placed) if placed else None,
            "candidates": [_candidate(each) for each in self.candidates],
            "findings": [_finding(each, translate) for each in self.findings],
        }

    def faults_geojson(self, translate: Translate = str) -> dict[str, Any]:
        """The places of the findings as GeoJSON in WGS 84 degrees."""
        features = [
            {
                "type": "Feature",
                "geometry": shapely.geometry.mapping(to_lonlat(each.place, self.srid)),
                "properties": {
                    "number": number,
                    "code": each.code,
                    "severity": each.severity.value,
                    "title": translate(each.title),
                    "words": each.words(translate),
                },
            }
            for number, each in enumerate(self.findings)
            if each.place is not None and self.placed_as is not None
        ]
        return {"type": "FeatureCollection", "features": features}

    def grids_geojson(self) -> dict[str, Any]:
        """The grids as GeoJSON in WGS 84 degrees; empty where the file cannot be placed."""
        features = [
            {
                "type": "Feature",
                "geometry": shapely.geometry.mapping(to_lonlat(draft.geometry, self.srid)),
                "properties": {"code": draft.code, "name": draft.name, "kind": draft.kind},
            }
            for draft in self.drafts
            if draft.geometry is not None and self.placed_as is not None
        ]
        return {"type": "FeatureCollection", "features": features}


def check_file(
    path: Path,
    *,
    outline: BaseGeometry | None,
    srid: int,
    expected_counts: Mapping[str, int] | None,
    illustrative: bool = False,
    name: str | None = None,
    answers: Answers = NOTHING_ANSWERED,
    progress: Progress = quiet,
) -> CheckReport:
    """What a file of borders is worth; the file and everything else stay as they are.

    `outline` is the area of the borders in force in `srid` (metres), None before the first import;
    `illustrative` says that these are made up and real ones may differ from them.
    """
    name = name or path.name
    progress(0, 0, N_("Reading the file"))
    try:
        reading = read(path, name=name, layer=answers.layer)
    except Unreadable as refusal:
        return CheckReport(name, srid, None, (), None, (), (refusal.finding,))
    drafts, faults = drafts_of(reading, answers.columns)
    candidates: list[Candidate] = []
    placed_as: Candidate | None = None
    doubts: list[Finding] = []
    if any(draft.geometry is not None for draft in drafts):
        progress(0, 0, N_("Looking for the coordinate system"))
        chosen = answers.read_as
        candidates = fit(reading, outline=outline, target_srid=srid, chosen=chosen)
        placed_as, doubts = judge(
            reading, candidates, outline=outline, illustrative=illustrative, chosen=chosen
        )
        doubts = [*doubts, *(other_zone(placed_as, srid) if placed_as else [])]
    findings = [*reading.findings, *doubts, *faults]
    if placed_as is None:
        findings = [replace(each, place=None) for each in findings]
    else:
        move = to_metric(placed_as, srid)
        drafts = [replace(draft, geometry=_moved(draft.geometry, move)) for draft in drafts]
        findings = [replace(each, place=_moved(each.place, move)) for each in findings]
        elsewhere = any(each.code == "E04" for each in doubts)
        made_up = illustrative and not is_same_ground(placed_as)
        if elsewhere or made_up or answers.new_outline:
            outline = None
        findings += check(
            drafts,
            outline=outline,
            expected_counts=expected_counts,
            explained={row for each in reading.findings if each.code == "E03" for row in each.rows},
            progress=progress,
        )
    return CheckReport(
        name=name,
        srid=srid,
        reading=reading,
        candidates=tuple(candidates),
        placed_as=placed_as,
        drafts=tuple(drafts),
        findings=tuple(findings),
        outline=outline,
        accepted=answers.accepted,
        columns=columns_of(reading.columns, answers.columns),
    )


def _moved(
    shape: BaseGeometry | None, move: Callable[[BaseGeometry], BaseGeometry]
) -> BaseGeometry | None:
    return None if shape is None else move(shape)


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "key": candidate.key,
        "crs": candidate.crs,
        "crs_name": candidate.crs_name,
        "datum": candidate.datum.value,
        "swapped": candidate.swapped,
        "stated": candidate.stated,
        "share": candidate.share,
        "centre": candidate.centre,
    }


def _finding(finding: Finding, translate: Translate) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": translate(finding.title),
        "words": finding.words(translate),
        "advice": finding.advice(translate),
        "rows": list(finding.rows),
        "grids": list(finding.grids),
        "choices": list(finding.choices),
    }

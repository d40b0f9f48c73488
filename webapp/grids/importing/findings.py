"""What can be wrong with borders that somebody sent: the vocabulary of every check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from webapp.base.language import N_

Translate = Callable[[str], str]


BETWEEN: Final = N_(", ")


class Word(str):
    """A parameter of a message that has to be translated itself."""


class Severity(StrEnum):
    """What a finding means for the import."""

    ERROR = "error"
    QUESTION = "question"


TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "E01": N_("File cannot be read"),
        "E02": N_("No coordinate system"),
        "E03": N_("Coordinates are not numbers"),
        "E04": N_("Not on this subdistrict"),
        "W04": N_("Reaches outside the subdistrict"),
        "E05": N_("Broken border line"),
        "E06": N_("No border"),
        "E07": N_("Code used twice"),
        "W07": N_("Unusual code"),
        "E08": N_("Code or kind missing"),
        "E09": N_("Number of grids differs"),
        "E10": N_("Overlap"),
        "E11": N_("Gap"),
        "W12": N_("Sliver"),
        "E13": N_("Grid in several parts"),
        "E14": N_("Garbled characters"),
        "W14": N_("Wrong character set stated"),
        "W15": N_("Shifted map coordinates"),
        "W16": N_("Axes swapped"),
        "E17": N_("Coordinate system does not fit"),
        "W17": N_("Coordinate system guessed"),
        "E18": N_("Drawn twice"),
        "W19": N_("Heights dropped"),
        "W20": N_("Very many vertices"),
        "E22": N_("Not areas"),
        "W23": N_("Areas made from lines"),
        "E24": N_("Edges do not match"),
    }
)
"""A short heading for each code. E: the file is rejected; W: a person has to say yes."""


@dataclass(frozen=True)
class Finding:
    """One fault or question, in words a person can act on."""

    code: str
    message: str
    """English msgid with %(name)s places."""
    params: Mapping[str, object] = field(default_factory=dict)
    """What stands in these places; a `Word` is translated, a tuple becomes a list in words."""
    mend: str = ""
    """English msgid: how to mend it; it may use the same places."""
    rows: tuple[int, ...] = ()
    """Features of the file, counted from 1."""
    grids: tuple[str, ...] = ()
    """Codes of the grids, or their names where they have no code."""
    place: BaseGeometry | None = None
    """Where the fault lies, in metres of the storage CRS."""
    choices: tuple[str, ...] = ()
    """What a person may choose from (layers of a file)."""

    @property
    def severity(self) -> Severity:
        """Codes with E reject the file, codes with W ask."""
        return Severity.ERROR if self.code.startswith("E") else Severity.QUESTION

    @property
    def title(self) -> str:
        """The heading of the code, an English msgid."""
        return TITLES[self.code]

    def words(self, translate: Translate = str) -> str:
        """The message in the reader's language, with its figures."""
        return self._fill(self.message, translate)

    def advice(self, translate: Translate = str) -> str:
        """How to mend it, in the reader's language; empty where nothing can be advised."""
        return self._fill(self.mend, translate) if self.mend else ""

    def kept(self) -> dict[str, Any]:
        """The finding as plain values, to be kept and told later in any language; without place."""
        return {
            "code": self.code,
            "message": self.message,
            "params": {name: _plain(value) for name, value in self.params.items()},
            "mend": self.mend,
            "rows": list(self.rows),
            "grids": list(self.grids),
            "choices": list(self.choices),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Finding:
        """The finding that was `kept`."""
        return cls(
            kept["code"],
            kept["message"],
            {name: _unplain(value) for name, value in kept["params"].items()},
            kept["mend"],
            rows=tuple(kept["rows"]),
            grids=tuple(kept["grids"]),
            choices=tuple(kept["choices"]),
        )

    def _fill(self, msgid: str, translate: Translate) -> str:
        said = {name: _said(value, translate) for name, value in self.params.items()}
        return translate(msgid) % said


def _said(value: object, translate: Translate) -> object:
    if isinstance(value, Word):
        return translate(str(value))
    if isinstance(value, tuple):
        return translate(BETWEEN).join(map(str, value))
    return value


def _plain(value: object) -> object:
    if isinstance(value, Word):
        return {"word": str(value)}
    return list(value) if isinstance(value, tuple) else value


def _unplain(value: object) -> object:
    if isinstance(value, dict):
        return Word(value["word"])
    return tuple(value) if isinstance(value, list) else value


class Unreadable(Exception):
    """The file cannot be read; `finding` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.words())
        self.finding = finding


def unreadable(
    message: str, mend: str = "", *, choices: tuple[str, ...] = (), **params: object
) -> Unreadable:
    """The refusal of a whole file (E01)."""
    return Unreadable(Finding("E01", message, params, mend, choices=choices))


def shortened(words: Sequence[str], most: int = 8) -> tuple[str, ...]:
    """The words for one line, the tail of a long list cut off with an ellipsis."""
    return (*words[:most], "…") if len(words) > most else tuple(words)

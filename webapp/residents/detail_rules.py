"""The fields of GB/T 31000 beyond the minimum: what each is called, by which standard, with which choices."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flask_babel import LazyString, get_locale, lazy_gettext as _l

# What was written under a field that is switched off is erased so many days later (assumed): until
# then a switch that was thrown by mistake is thrown back.
OFF_DAYS = 30
# What is written in a form to have a value erased.
NOTHING = "-"


class Detail(StrEnum):
    """A field that the subdistrict may switch on. Faith, health and face are none of them."""

    FORMER_NAME = "former_name"
    ETHNICITY = "ethnicity"
    MARITAL = "marital"
    POLITICAL = "political"
    EDUCATION = "education"
    OCCUPATION = "occupation"
    WORKPLACE = "workplace"
    REGISTER = "register"


@dataclass(frozen=True)
class Kind:
    """A field: its words, the standard of its codes, its choices by code (None: a text of so many letters)."""

    words: LazyString
    standard: str
    choices: Mapping[str, LazyString] | None = None
    most: int = 60

    def shown(self, value: str) -> str:
        """What is read of a value."""
        return str(self.choices.get(value, value)) if self.choices else value


def _said(own: str, english: str) -> str:
    return english if str(get_locale()) == "en" else own


def _ethnicities() -> dict[str, LazyString]:
    with (Path(__file__).parent / "data/ethnicities.tsv").open(
        encoding="utf-8", newline=""
    ) as source:
        return {
            row["code"]: LazyString(_said, row["name"], row["name_en"])
            for row in csv.DictReader(source, delimiter="\t")
        }


_MARITAL = {
    "10": _l("never married"),
    "20": _l("married"),
    "30": _l("widowed"),
    "40": _l("divorced"),
    "90": _l("marriage not said"),
}

_POLITICAL = {
    "01": _l("member of the Communist Party"),
    "02": _l("candidate for the Communist Party"),
    "03": _l("member of the Youth League"),
    "04": _l("member of the Revolutionary Committee"),
    "05": _l("member of the Democratic League"),
    "06": _l("member of the National Construction Association"),
    "07": _l("member of the Association for Promoting Democracy"),
    "08": _l("member of the Peasants and Workers Party"),
    "09": _l("member of the Zhi Gong Party"),
    "10": _l("member of the Jiusan Society"),
    "11": _l("member of the Taiwan Self-Government League"),
    "12": _l("without party, known in public"),
    "13": _l("of no party"),
}

_EDUCATION = {
    "10": _l("postgraduate"),
    "20": _l("university"),
    "30": _l("college"),
    "40": _l("vocational secondary school"),
    "60": _l("upper secondary school"),
    "70": _l("lower secondary school"),
    "80": _l("primary school"),
    "90": _l("another or no schooling"),
}

_OCCUPATION = {
    "1": _l("head of an office, an institution or an enterprise"),
    "2": _l("professional or technician"),
    "3": _l("clerk"),
    "4": _l("works in services"),
    "5": _l("works in farming, forestry or fishing"),
    "6": _l("works in manufacture, building or transport"),
    "7": _l("soldier"),
    "8": _l("another or no occupation"),
}

DETAILS: dict[Detail, Kind] = {
    Detail.FORMER_NAME: Kind(_l("Former name"), "GB/T 31000", most=60),
    Detail.ETHNICITY: Kind(_l("Ethnicity"), "GB/T 3304", _ethnicities()),
    Detail.MARITAL: Kind(_l("Marital status"), "GB/T 2261.2", _MARITAL),
    Detail.POLITICAL: Kind(_l("Political status"), "GB/T 4762", _POLITICAL),
    Detail.EDUCATION: Kind(_l("Level of education"), "GB/T 4658", _EDUCATION),
    Detail.OCCUPATION: Kind(_l("Occupation"), "GB/T 6565", _OCCUPATION),
    Detail.WORKPLACE: Kind(_l("Where they work"), "GB/T 31000", most=80),
    Detail.REGISTER: Kind(_l("Address in the household register"), "GB/T 31000", most=120),
}

"""Words of a case in the language of the reader."""

from __future__ import annotations

from flask_babel import get_locale

from webapp.cases.models import Case


def class_name(case: Case) -> str:
    """What its class is called in the language of the reader."""
    english = case.case_class.name_en if get_locale().language == "en" else None
    return english or case.case_class.name

"""How jobs are shown: names in the language of the reader, pay as people say it, chips, JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import format_decimal, get_locale, gettext as _
from markupsafe import Markup

from webapp.grids import queries as grids
from webapp.jobs import queries
from webapp.jobs.models import Introduction, Occupation, Posting
from webapp.jobs.pay import PayUnit
from webapp.jobs.rules import (
    BENEFIT_WORDS,
    CERTIFICATE_WORDS,
    EDUCATION_WORDS,
    EMPLOYMENT_WORDS,
    PAY_WORDS,
    SHIFT_WORDS,
    Employment,
    IntroductionState,
    PostingState,
)
from webapp.jobs.wording import RULE_WORDS, Rule

CHIPS = {
    PostingState.OPEN: "done",
    PostingState.REVIEW: "soon",
    PostingState.REJECTED: "late",
    PostingState.FILLED: "new",
}
MET_CHIPS = {
    IntroductionState.HIRED: "done",
    IntroductionState.INTERVIEW: "soon",
    IntroductionState.OFFERED: "soon",
    IntroductionState.CONSENTED: "new",
    IntroductionState.INTERESTED: "new",
    IntroductionState.NO_SHOW: "late",
}
# What search engines and other boards read of an employment.
_TYPES = {
    Employment.FULL_TIME: "FULL_TIME",
    Employment.PART_TIME: "PART_TIME",
    Employment.AGENCY: "TEMPORARY",
    Employment.FLEXIBLE: "CONTRACTOR",
    Employment.TRAINEE: "INTERN",
    Employment.RETIRED: "OTHER",
}
_MINOR = "4-01-02"
_UNITS = {PayUnit.MONTH: "MONTH", PayUnit.DAY: "DAY", PayUnit.HOUR: "HOUR"}
_SCHOOLS = (
    None,
    "high school",
    "high school",
    "associate degree",
    "bachelor degree",
    "postgraduate degree",
)


def name_of(kind: Occupation) -> str:
    """What a kind of work is called."""
    return kind.name_en if str(get_locale()) == "en" else kind.name


def pay_of(posting: Posting) -> str:
    """The pay as people say it."""
    low, high = (format_decimal(each) for each in (posting.pay_low, posting.pay_high))
    amount = low if low == high else f"{low}–{high}"
    return f"{amount} {PAY_WORDS[PayUnit(posting.pay_unit)]}"


def called() -> dict[str, Any]:
    """What codes are called in explanations: occupations, shifts, benefits, certificates."""
    words: dict[str, Any] = {each.code: name_of(each) for each in queries.occupations()}
    words |= {str(key): value for key, value in SHIFT_WORDS.items()}
    words |= {str(key): value for key, value in BENEFIT_WORDS.items()}
    # Certificates last: health is a benefit and a certificate, and only gates name certificates.
    return words


def certificates_called() -> dict[str, Any]:
    """What certificates are called, for the reasons of a gate."""
    words: dict[str, Any] = {str(key): value for key, value in SHIFT_WORDS.items()}
    return words | {str(key): value for key, value in CERTIFICATE_WORDS.items()}


def choices(kinds: Iterable[Occupation]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Kinds of work for a choice, below the 小类 that they share."""
    below: dict[str, list[tuple[str, str]]] = {}
    names: dict[str, str] = {}
    for each in kinds:
        names[each.code] = name_of(each)
        if len(each.code) >= len(_MINOR):
            below.setdefault(each.code[: len(_MINOR)], []).append((each.code, names[each.code]))
    return [(names.get(code, code), rows) for code, rows in below.items()]


def homes() -> list[tuple[str, list[tuple[int, str]]]]:
    """The living grids for a choice, below their communities."""
    return [
        (community, [(grid.id, grid.name) for grid in members])
        for community, members in grids.by_community()
    ]


def named(keys: Iterable[str], words: Mapping[Any, Any] | None = None) -> str:
    """Several keys by their words, as a list in a sentence; words themselves where there is no table."""
    return str(_(", ")).join(str(words[key]) if words else key for key in keys)


def options(words: Iterable[Any]) -> list[tuple[int, Any]]:
    """Steps of a ladder for a choice."""
    return list(enumerate(words))


def flag_words(flag: Mapping[str, Any]) -> str:
    """Why words of a posting are marked."""
    return str(RULE_WORDS[Rule(flag["rule"])])


def marked(words: str, flags: Iterable[Mapping[str, Any]], name: str = "duties") -> Markup:
    """A text of a posting with the marks where they are."""
    found, done = Markup(""), 0
    for flag in sorted(
        (each for each in flags if each["field"] == name), key=lambda each: each["at"]
    ):
        begin, end = flag["at"], flag["at"] + len(flag["word"])
        found += Markup("{}<mark>{}</mark>").format(words[done:begin], words[begin:end])
        done = end
    return found + words[done:]


def open_now(posting: Posting) -> bool:
    """True while it takes people."""
    return posting.state == PostingState.OPEN and posting.free > 0


def candidate_no(seeker_id: int) -> str:
    """What somebody is called before they have agreed to be known."""
    return str(_("Candidate %(n)s", n=f"{seeker_id:04d}"))


def may_be_known(introduction: Introduction | None) -> bool:
    """True while a consent is in force."""
    return introduction is not None and introduction.consent is not None


def json_ld(posting: Posting) -> dict[str, Any]:
    """The posting as schema.org knows it; nobody to call stands in it."""
    firm = posting.employer.enterprise
    value: dict[str, Any] = {
        "@type": "QuantitativeValue",
        "minValue": posting.pay_low,
        "maxValue": posting.pay_high,
    }
    unit = _UNITS.get(PayUnit(posting.pay_unit))
    if unit:
        value["unitText"] = unit
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": posting.title,
        "description": posting.duties,
        "identifier": {"@type": "PropertyValue", "name": firm.name, "value": str(posting.id)},
        "datePosted": posting.published_at.date().isoformat() if posting.published_at else None,
        "validThrough": posting.valid_until.isoformat(),
        "employmentType": _TYPES[Employment(posting.employment)],
        "hiringOrganization": {"@type": "Organization", "name": firm.name},
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": posting.address,
                "addressCountry": "CN",
            },
        },
        "baseSalary": {"@type": "MonetaryAmount", "currency": "CNY", "value": value},
        "totalJobOpenings": posting.free,
        "occupationalCategory": f"{posting.occupation} {posting.kind.name}",
        "skills": ", ".join([*posting.must_skills, *posting.nice_skills]) or None,
        "workHours": f"{posting.week_hours:g} h/week",
        "jobBenefits": ", ".join(str(BENEFIT_WORDS[each]) for each in posting.benefits) or None,  # type: ignore[index]  # a member by its value
        "directApply": True,
        "url": url_for("jobs.one", posting_id=posting.id, _external=True),
    }
    school = _SCHOOLS[posting.education]
    if school:
        found["educationRequirements"] = {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": school,
        }
    if posting.years:
        found["experienceRequirements"] = {
            "@type": "OccupationalExperienceRequirements",
            "monthsOfExperience": round(posting.years * 12),
        }
    if posting.lonlat:
        lon, lat = posting.lonlat
        found["jobLocation"]["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": round(lat, 6),
            "longitude": round(lon, 6),
        }
    return {key: value for key, value in found.items() if value is not None}


def words() -> dict[str, Any]:
    """The tables of words that pages of jobs ask for."""
    return {
        "shift_words": SHIFT_WORDS,
        "benefit_words": BENEFIT_WORDS,
        "certificate_words": CERTIFICATE_WORDS,
        "education_words": EDUCATION_WORDS,
        "employment_words": EMPLOYMENT_WORDS,
        "pay_words": PAY_WORDS,
        "pay_of": pay_of,
        "name_of": name_of,
        "candidate_no": candidate_no,
        "open_now": open_now,
        "named": named,
        "options": options,
        "chips": CHIPS,
        "met_chips": MET_CHIPS,
    }

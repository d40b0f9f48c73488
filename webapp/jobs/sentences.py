"""Why a criterion is met so far: one sentence for each, of what both sides said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from flask_babel import gettext as _, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.jobs.criteria import nearest, years_in_line
from webapp.jobs.degree import Degree, Name
from webapp.jobs.gates import housed

MODE_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "walk": _l("walking"),
        "ebike": _l("e-bike"),
        "bus": _l("bus"),
        "car": _l("car"),
    }
)

EDUCATION_NAMES = (
    _l("no certificate of schooling"),
    _l("junior secondary school"),
    _l("upper secondary or vocational school"),
    _l("junior college"),
    _l("bachelor's degree"),
    _l("master's degree or higher"),
)

# What things are called whose code alone is in a degree: occupations, shifts, benefits.
Called = Mapping[str, object]
NOBODY: Called = MappingProxyType({})


def called_by(code: str, called: Called) -> str:
    """What a code is called; itself where nobody says."""
    return str(called.get(code, code))


def listed(codes: Iterable[str], called: Called) -> str:
    """Several codes by their names, as a list in a sentence."""
    return joined(called_by(code, called) for code in codes)


def joined(parts: Iterable[str]) -> str:
    """Several words as a list in a sentence."""
    return str(_(", ")).join(parts)


def _occupation(found: Degree, called: Called) -> object:
    return _(
        "Wishes for %(wanted)s; offered is %(code)s",
        wanted=listed(found.seeker.wanted, called),
        code=called_by(found.posting.code, called),
    )


def _commute(found: Degree, called: Called) -> object:
    seeker, way = found.seeker, found.way
    if way is None:
        return _("The way is not known yet")
    values = {
        "minutes": f"{way.minutes(seeker.mode, found.tables.parameters):.0f}",
        "mode": MODE_NAMES.get(seeker.mode, seeker.mode),
        "km": f"{way.metres / 1000:.1f}",
    }
    if housed(seeker, found.posting):
        return _("A dormitory is offered; %(minutes)s min by %(mode)s (%(km)s km)", **values)
    if way.by_road:
        return _("%(minutes)s min by %(mode)s (%(km)s km by road)", **values)
    return _("About %(minutes)s min by %(mode)s (%(km)s km, estimated)", **values)


def _wage(found: Degree, called: Called) -> object:
    low, high, ask = found.posting.pay_low, found.posting.top_pay, found.seeker.ask
    if low is None or high is None:
        return _("The pay is not filled in")
    offered = f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}"
    if ask is None:
        return _("Pays %(offered)s yuan a month; no pay is asked for", offered=offered)
    return _(
        "Pays %(offered)s yuan a month; asked for are %(ask)s", offered=offered, ask=f"{ask:,.0f}"
    )


def _shift(found: Degree, called: Called) -> object:
    offered, accepted = found.posting.shifts, found.seeker.shifts
    if not accepted:
        return _("Any shift is accepted")
    if not offered:
        return _("The shifts are not filled in")
    return _(
        "Shifts: %(offered)s; accepted are %(accepted)s",
        offered=listed(sorted(offered), called),
        accepted=listed(sorted(accepted), called),
    )


def _benefit(found: Degree, called: Called) -> object:
    wanted, given = found.seeker.benefits, found.posting.benefits
    if not wanted:
        return _("No benefits are asked for")
    if given is None:
        return _("The benefits are not filled in")
    if lacking := wanted - given:
        return _("Lacking: %(names)s", names=listed(sorted(lacking), called))
    return _("Every benefit wished for is given")


def _skill(found: Degree, called: Called) -> object:
    posting, seeker, words = found.posting, found.seeker, found.tables.words
    if not posting.must and not posting.nice:
        return _("No skills are asked for")
    if seeker.skills is None:
        return _("The skills are not filled in")
    has = words.meant_by(seeker.skills)
    needs = words.meant_by(posting.must | posting.nice)
    if lacking := needs - has:
        return _(
            "Has %(met)s of %(all)s skills asked for; others are %(names)s",
            met=len(needs & has),
            all=len(needs),
            names=listed(sorted(lacking), called),
        )
    return _("Has every skill asked for")


def _line(found: Degree, called: Called) -> object:
    seeker, code = found.seeker, found.posting.code
    if seeker.lines is None:
        return _("The work done so far is not filled in")
    share = nearest((*seeker.lines, *seeker.wanted), code, found.tables)
    return _(
        "What was done or is wished for is %(share)s %% like %(code)s",
        share=f"{100 * share:.0f}",
        code=called_by(code, called),
    )


def _experience(found: Degree, called: Called) -> object:
    need = found.posting.years
    if need <= 0:
        return _("No years are asked for")
    if found.seeker.lines is None:
        return _("The years of work are not filled in")
    years = years_in_line(found.seeker, found.posting, found.tables)
    return _(
        "%(years)s years count; asked for are %(need)s", years=f"{years:.1f}", need=f"{need:g}"
    )


def _education(found: Degree, called: Called) -> object:
    need, has = found.posting.education, found.seeker.education
    if need <= 0:
        return _("No schooling is asked for")
    if has is None:
        return _("The schooling is not filled in")
    return _("Has: %(has)s; asked for: %(need)s", has=_schooling(has), need=_schooling(need))


SENTENCES: Mapping[Name, Callable[[Degree, Called], object]] = MappingProxyType(
    {
        Name.OCCUPATION: _occupation,
        Name.COMMUTE: _commute,
        Name.WAGE: _wage,
        Name.SHIFT: _shift,
        Name.BENEFIT: _benefit,
        Name.SKILL: _skill,
        Name.LINE: _line,
        Name.EXPERIENCE: _experience,
        Name.EDUCATION: _education,
    }
)


def _schooling(step: int) -> str:
    return str(EDUCATION_NAMES[min(max(step, 0), len(EDUCATION_NAMES) - 1)])

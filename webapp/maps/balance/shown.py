"""A proposal in words, for the page, the approval pack as PDF and as Word, and the command alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_date, gettext as _, ngettext
from sqlalchemy import Row

from webapp.base import clock
from webapp.grids.rules import KIND_WORDS, GridKind
from webapp.maps.balance import pictures
from webapp.maps.balance.rules import (
    ALL,
    LOAD_WORDS,
    NUMBER_WORDS,
    SOURCE_WORDS,
    WHY_WORDS,
    Load,
    Number,
    Why,
    Wish,
)
from webapp.maps.briefings.sheets import RAMP, spans
from webapp.people.rules import ROLES

Group = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A grid in the table: for each column what was, what will be; and who works there."""

    code: str
    display_code: str
    name: str
    pairs: Sequence[tuple[str, str]]
    come: int
    gone: int
    who: str
    fate: str
    """`new`, `ends`, or nothing."""

    @property
    def called(self) -> str:
        """Its code and name, and that it begins or ends."""
        name = f"{self.display_code} {self.name}"
        words: dict[str, str] = {
            "new": _("%(name)s (begins)", name=name),
            "ends": _("%(name)s (ends)", name=name),
        }
        return words.get(self.fate, name)


def kept_by_reason(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Why groups stay as they are, each reason once, and which they are."""
    found: dict[str, list[str]] = {}
    for each in report["groups"]:
        if each["why"]:
            found.setdefault(each["why"], []).append(group_name(each["community"], each["kind"]))
    return [(str(WHY_WORDS[why]), _(", ").join(found[why])) for why in Why if why in found]


@dataclass(frozen=True)
class Block:
    """A group of the table: its name, its measures, its grids, and why it stays if it does."""

    title: str
    spread: tuple[str, str]
    ratio: tuple[str, str]
    lines: Sequence[Line]
    why: str | None


HEADS = (Load.CASES, Load.VISITS, Load.HOUSEHOLDS, Load.WALKING)


def heads() -> list[str]:
    """The heads of the columns with two figures."""
    return [*(str(LOAD_WORDS[each]) for each in HEADS), _("Load, %"), _("Area, ha")]


def group_name(community: str, kind: str, size: int | None = None) -> str:
    """What a group of grids is called."""
    words: str = f"{community} · {KIND_WORDS[GridKind(kind)]}"
    return words if size is None else f"{words} ({size})"


def blocks(
    report: Mapping[str, Any], who: Mapping[str, Sequence[Row[Any]]], *, cut: bool
) -> list[Block]:
    """The groups that are cut anew, or those that stay."""
    return [_block(each, who) for each in report["groups"] if (each["why"] is None) is cut]


def _block(group: Group, who: Mapping[str, Sequence[Row[Any]]]) -> Block:
    return Block(
        title=group_name(group["community"], group["kind"], len(group["grids"])),
        spread=(percent(group["before"]["spread"]), percent(group["after"]["spread"])),
        ratio=(ratio(group["before"]["ratio"]), ratio(group["after"]["ratio"])),
        lines=[_line(each, who.get(each["code"], ())) for each in group["grids"]],
        why=str(WHY_WORDS[Why(group["why"])]) if group["why"] else None,
    )


def _line(grid: Mapping[str, Any], who: Sequence[Row[Any]]) -> Line:
    before, after = grid["before"], grid["after"]
    return Line(
        code=grid["code"],
        display_code=grid["display_code"] or grid["code"],
        name=grid["name"],
        pairs=list(zip(_figures(before), _figures(after), strict=True)),
        come=grid["come"],
        gone=grid["gone"],
        who=_(", ").join(f"{each.name} ({ROLES[each.role].words})" for each in who),
        fate="new" if before is None else "ends" if after is None else "",
    )


def _figures(burden: Mapping[str, float] | None) -> list[str]:
    if burden is None:
        return ["–"] * 6
    return [
        f"{burden['cases']:,.0f}",
        f"{burden['visits']:,.0f}",
        f"{burden['households']:,.0f}",
        f"{burden['walking']:,.1f}",
        f"{burden['all'] * 100:,.0f}",
        f"{burden['m2'] / 1e4:,.1f}",
    ]


def percent(share: float) -> str:
    """A share as percent with one decimal."""
    return f"{share * 100:.1f} %"


def ratio(value: float | None) -> str:
    """How many times the least loaded grid the most loaded one carries; without end where one carries nothing."""
    return _("∞ (a grid carries nothing)") if value is None else f"{value:.2f}"


def measures(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The measures before and after: over the scope, and of the groups that are cut anew."""
    found = [
        (
            _("Inequality over the whole scope (coefficient of variation)"),
            percent(report["before"]["spread"]),
            percent(report["after"]["spread"]),
        ),
        (
            _("Most loaded grid : least loaded grid, over the whole scope"),
            ratio(report["before"]["ratio"]),
            ratio(report["after"]["ratio"]),
        ),
    ]
    cut = [each for each in report["groups"] if each["why"] is None]
    if cut:
        before, after = (
            sum(each[when]["spread"] for each in cut) / len(cut) for when in ("before", "after")
        )
        found.insert(
            0,
            (
                _("Inequality within a group that is cut anew, on average"),
                percent(before),
                percent(after),
            ),
        )
    return found


def scope_words(wish: Wish, report: Mapping[str, Any]) -> str:
    """Of which grids the proposal is."""
    group = next(iter(report.get("groups", ())), None)
    if wish.scope != ALL:
        return group_name(group["community"], group["kind"]) if group else wish.scope
    words: str = _("All grids of the subdistrict")
    return words


def asked(wish: Wish, report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was asked for, in words."""
    return [
        (_("Scope"), scope_words(wish, report)),
        (_("Number of grids"), str(NUMBER_WORDS[Number(wish.number)])),
        (_("Period"), _period(wish, report)),
        (_("Weights"), weights(wish)),
        (
            _("Households of a grid, at most"),
            f"{wish.most_households:,}" if wish.most_households is not None else _("no limit"),
        ),
        (
            _("Area of a grid, at least"),
            _("%(n)s ha", n=f"{wish.least_m2 / 1e4:,.2f}")
            if wish.least_m2 is not None
            else _("half of the smallest grid of its group"),
        ),
        (
            _("Households of a community that may change their grid, at most"),
            f"{wish.change} %" if wish.change is not None else _("no limit"),
        ),
        (_("Seed"), str(wish.seed)),
    ]


def days_words(days: int) -> str:
    """A number of days."""
    words: str = ngettext("%(num)s day", "%(num)s days", days)
    return words


def _period(wish: Wish, report: Mapping[str, Any]) -> str:
    days = days_words(wish.days)
    if not report:
        return days
    zone = clock.Calendar().zone
    since, until = (
        format_date(datetime.fromisoformat(report[each]).astimezone(zone))
        for each in ("since", "until")
    )
    return f"{since} – {until} ({days})"


def weights(wish: Wish) -> str:
    """The weights in one line."""
    words: str = _(", ").join(f"{LOAD_WORDS[load]} {wish.weights.get(load, 0)}" for load in Load)
    return words


def shares(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """For each load: its name, what it rests on, and the weight it really had."""
    return [
        (
            str(LOAD_WORDS[load]),
            str(SOURCE_WORDS[load]),
            f"{report['shares'].get(load, 0) * 100:.0f} %"
            if report["shares"].get(load)
            else _("not weighed: no weight, or nothing was counted"),
        )
        for load in Load
    ]


def reasons(report: Mapping[str, Any]) -> list[str]:
    """Why it is proposed and what it means, a sentence each."""
    cut = [each for each in report["groups"] if each["why"] is None]
    changed = [
        grid
        for each in cut
        for grid in each["grids"]
        if grid["before"] is None
        or grid["after"] is None
        or grid["before"]["m2"] != grid["after"]["m2"]
    ]
    found = [
        _(
            "The loads of the grids are more equal: %(groups)s of %(all)s groups are cut anew.",
            groups=len(cut),
            all=len(report["groups"]),
        ),
        _(
            "%(grids)s grids change their border; %(area)s ha and %(households)s households change their grid.",
            grids=len(changed),
            area=f"{report['m2'] / 1e4:,.1f}",
            households=f"{report['households']:,}",
        ),
        _(
            "Every grid stays in one part and within its community; the borders of communities are as before."
        ),
        _(
            "New borders run along parcels, roads and unit cells, and around buildings: %(parcels)s parcels, %(blocks)s blocks between roads and %(cells)s unit cells were dealt out.",
            parcels=report["pieces"].get("parcel", 0),
            blocks=report["pieces"].get("block", 0),
            cells=report["pieces"].get("cell", 0),
        ),
    ]
    if report["meant"]:
        found.append(
            _(
                "The number of grids changes. When these borders are in force, set GRID_COUNTS to %(counts)s.",
                counts=",".join(
                    f"{kind}={count}" for kind, count in sorted(report["meant"].items())
                ),
            )
        )
    return found


def keys() -> list[tuple[str, str]]:
    """The colours of the pictures and what they mean, in percent of the mean grid."""
    words = spans([step * 100 for step in pictures.STEPS])
    return [
        (RAMP[0], _("nothing")),
        *((hue, f"{each} %") for hue, each in zip(RAMP[1:], words, strict=True)),
    ]

"""What a text says that an alarm is about: its own name here, or the words it is written in."""

from __future__ import annotations

import re

from webapp.monitoring.signals import Kind, Severity

# The first that fits counts: what kills first stands first.
_WORDS: tuple[tuple[str, Kind], ...] = (
    (r"ammonia|\bnh3\b|氨", Kind.AMMONIA),
    (r"smoke|烟", Kind.SMOKE),
    (r"drown|溺水|落水", Kind.DROWNING),
    (r"\bsos\b|help|panic|emergency button|求助|呼救|一键报警|紧急按钮", Kind.SOS),
    (r"\bfall|fallen|跌倒|摔倒|倒地", Kind.FALL),
    (r"flame|\bfire|火焰|明火|火警|火灾", Kind.FLAME),
    (r"heat detector|感温", Kind.HEAT),
    (r"\bgas\b|methane|carbon monoxide|燃气|可燃气|有毒气|煤气|一氧化碳", Kind.GAS),
    (r"water.?level|flood|水位|内涝|积水", Kind.WATER_LEVEL),
    (r"\brain|暴雨|雨量|降雨", Kind.RAIN),
    (r"tamper|covered|遮挡|移位|剪断", Kind.TAMPER),
    (r"offline|inactiv|disconnect|video ?loss|离线|断线|掉线|视频丢失", Kind.OFFLINE),
    (r"intru|trespass|入侵|闯入|越界|翻越", Kind.INTRUSION),
    (r"loiter|徘徊", Kind.LOITERING),
    (r"crowd|人群|聚集", Kind.CROWD),
    (r"helmet|hard.?hat|安全帽", Kind.HELMET),
    (r"leav\w* post|off.?duty|absence|离岗|脱岗|睡岗", Kind.LEFT_POST),
    (r"vehicle|parking|违停|车辆", Kind.VEHICLE),
    (r"left object|abandon|遗留|物品", Kind.LEFT_OBJECT),
    (r"motion|移动侦测", Kind.MOTION),
    (r"fault|failure|battery|故障|电量", Kind.FAULT),
    (r"temperature|humidity|pressure|温度|湿度|压力|threshold|阈值", Kind.THRESHOLD),
)
_FIND = [(re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _WORDS]

# Warnings of weather and floods have four colours, which their headlines name.
_COLOURS = (
    ("红色", Severity.CRITICAL),
    ("橙色", Severity.MAJOR),
    ("黄色", Severity.MINOR),
    ("蓝色", Severity.WARNING),
)

SEVERITIES = {
    "red": Severity.CRITICAL,
    "orange": Severity.MAJOR,
    "yellow": Severity.MINOR,
    "blue": Severity.WARNING,
    "critical": Severity.CRITICAL,
    "major": Severity.MAJOR,
    "minor": Severity.MINOR,
    "warning": Severity.WARNING,
    "indeterminate": None,
}


def known(name: str) -> Kind | None:
    """The kind of this name."""
    return Kind(name) if name in list(Kind) else None


def guessed(text: str) -> Kind:
    """The kind a text tells of; `Kind.OTHER` when it says nothing we know."""
    return known(text.strip()) or next(
        (kind for pattern, kind in _FIND if pattern.search(text)), Kind.OTHER
    )


def severity(name: str) -> Severity | None:
    """The severity of this name; None leaves it to the kind."""
    return SEVERITIES.get(name.strip().lower())


def by_colour(text: str) -> Severity | None:
    """How bad a warning is by the colour that its words name first; None where they name none."""
    named = [(text.find(word), grave) for word, grave in _COLOURS if word in text]
    return min(named)[1] if named else None

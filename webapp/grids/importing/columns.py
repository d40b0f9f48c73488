"""Which column says what: code, kind, name and community of a grid, whatever they are called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shapely.geometry.base import BaseGeometry

from webapp.base.language import N_
from webapp.grids.importing.findings import Finding, shortened
from webapp.grids.importing.reading import Feature, Reading, Value
from webapp.grids.rules import CODE_PATTERN, KIND_LETTERS, GridKind

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "code": (
        "网格编码",
        "网格编号",
        "网格代码",
        "网格标识码",
        "单元网格编码",
        "grid_code",
        "code",
        "wgbm",
        "wgbh",
        "wgdm",
        "编码",
        "编号",
        "代码",
        "grid_id",
        "gridno",
    ),
    "kind": (
        "网格类型",
        "网格类别",
        "网格性质",
        "grid_kind",
        "grid_type",
        "kind",
        "wglx",
        "wglb",
        "wgxz",
        "类型",
        "类别",
        "性质",
        "type",
        "category",
        "kind_cn",
        "folder",
    ),
    "name": (
        "网格名称",
        "网格名",
        "grid_name",
        "name",
        "wgmc",
        "名称",
        "mc",
        "name_cn",
        "label",
        "text",
    ),
    "community": (
        "所属社区",
        "社区名称",
        "社区村居",
        "所属村居",
        "所属村社区",
        "所属社区村",
        "grid_community",
        "community",
        "community_name",
        "sssq",
        "sqmc",
        "社区",
        "村居",
    ),
}
"""For each attribute the names columns go by, the surest first."""

CUT_LATIN: Final = 10
"""Bytes of a shapefile's column name: a name of this length may be the beginning of a longer."""
CUT_CHINESE: Final = 3
"""Chinese characters that fit into these bytes in UTF-8; GBK fits five."""

KIND_PATTERNS: Final = (
    (re.compile(r"未搬迁|unrelocated|^v(illage)?$", re.I), GridKind.VILLAGE),
    (re.compile(r"搬迁|原址|relocated|^r$", re.I), GridKind.RELOCATED),
    (re.compile(r"行业|专属|园区|industr|dedicated|^i$", re.I), GridKind.INDUSTRY),
    (re.compile(r"社区|城市|communit|^c$", re.I), GridKind.COMMUNITY),
    (re.compile(r"村|village", re.I), GridKind.VILLAGE),
)
"""In order: 未搬迁 contains 搬迁, and most 村 are said with 社区 nowhere near."""

DISPLAY_LETTER: Final = re.compile(r"(?:^|[-_ ])([CVIR])[-_ ]?\d{1,4}$", re.I)
"""The kind as a letter inside a display code such as DJJ-C-014."""

LETTER_KINDS: Final = {letter: kind for kind, letter in KIND_LETTERS.items()}

EXACT_FLOAT: Final = 2**53
"""Beyond this a column of decimal numbers has lost digits."""

# Text read in the wrong letters: the replacement character; UTF-8 read as GBK; GBK as Latin-1.
MOJIBAKE: Final = re.compile(r"�|锟|烫烫|屯屯|[À-ÿ][ -ÿ¡-¿]")


@dataclass(frozen=True)
class Draft:
    """One grid as the file has it: not yet in the database, not yet believed."""

    row: int
    code: str | None
    kind: GridKind | None
    name: str | None
    community: str | None
    geometry: BaseGeometry | None
    """Polygon or MultiPolygon; None where the file has no usable border."""

    @property
    def called(self) -> str:
        """How a machine finds it in the file: its code, else its name, else its row."""
        return self.code or self.name or f"#{self.row}"

    @property
    def title(self) -> str:
        """How a person calls it: its name, else its code, else its row."""
        return self.name or self.called


def columns_of(columns: Sequence[str], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The column of each attribute that could be found; what a person has `given` comes first."""
    found = {what: column for what, column in (given or {}).items() if column in columns}
    for what in ALIASES:
        if what not in found:
            column = _column_for(what, [each for each in columns if each not in found.values()])
            if column is not None:
                found[what] = column
    return found


def _column_for(what: str, columns: Sequence[str]) -> str | None:
    plain = {_plain(column): column for column in reversed(columns)}
    for alias in ALIASES[what]:
        if _plain(alias) in plain:
            return plain[_plain(alias)]
    for alias in ALIASES[what]:
        for column in columns:
            if _is_cut_from(column, alias):
                return column
    return None


def _plain(column: str) -> str:
    return re.sub(r"[\W_]+", "", column).lower()


def _is_cut_from(column: str, alias: str) -> bool:
    if column.isascii():
        return len(column) == CUT_LATIN and alias.startswith(column.lower())
    return len(_plain(column)) >= CUT_CHINESE and _plain(alias).startswith(_plain(column))


def drafts_of(
    reading: Reading, given: Mapping[str, str] | None = None
) -> tuple[list[Draft], list[Finding]]:
    """The grids of a file with their attributes, and what is wrong with these (E07, E08, E14, W07).

    Geometry stays in the coordinates of the file.
    """
    if not reading.features:
        return [], []
    columns = columns_of(reading.columns, given)
    drafts = [_draft(feature, columns) for feature in reading.features]
    findings = [
        *_missing_columns(columns),
        *_codes(drafts, columns),
        *_kinds(drafts, reading.features, columns),
        *_garbled(drafts),
    ]
    return drafts, findings


def _draft(feature: Feature, columns: Mapping[str, str]) -> Draft:
    said = {what: feature.values.get(column) for what, column in columns.items()}
    code, name = code_of(said.get("code")), _text(said.get("name"))
    kind = kind_of(_text(said.get("kind")), code)
    return Draft(feature.row, code, kind, name, _text(said.get("community")), feature.geometry)


def code_of(value: Value) -> str | None:
    """The code as text; None where there is none, or where a number has lost its last digits."""
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= EXACT_FLOAT:
            return None
        value = int(value)
    text = re.sub(r"\s+", "", str(value)) if value is not None else ""
    # Spreadsheets write whole numbers as 370672004901001.0.
    return re.sub(r"^(\d+)\.0+$", r"\1", text).upper() or None


def kind_of(words: str | None, code: str | None) -> GridKind | None:
    """The kind that words name, or a letter in the code; None where neither tells."""
    if words is not None:
        for pattern, kind in KIND_PATTERNS:
            if pattern.search(words):
                return kind
    letter = DISPLAY_LETTER.search(code or "")
    return LETTER_KINDS[letter[1].upper()] if letter else None


def _text(value: Value) -> str | None:
    return None if value is None else str(value).strip() or None


def _missing_columns(columns: Mapping[str, str]) -> list[Finding]:
    if "code" in columns:
        return []
    message = N_("No column with the codes of the grids was found.")
    return [Finding("E08", message, mend=N_("Name the column 网格编码 or code."))]


def _codes(drafts: Sequence[Draft], columns: Mapping[str, str]) -> list[Finding]:
    findings = []
    without = [draft for draft in drafts if draft.code is None]
    if without and "code" in columns:
        findings.append(
            _about(
                "E08",
                N_("%(count)s grids have no usable code: %(grids)s"),
                N_("Give every grid its code, as text: long numbers lose their last digits."),
                without,
            )
        )
    by_code: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.code is not None:
            by_code.setdefault(draft.code, []).append(draft)
    for code, same in by_code.items():
        if len(same) > 1:
            message = N_("The code %(code)s is used by %(count)s grids.")
            rows = tuple(draft.row for draft in same)
            params = {"code": code, "count": len(same)}
            mend = N_("Give each grid a code of its own.")
            findings.append(Finding("E07", message, params, mend, rows=rows, grids=(code,)))
    odd = [each for each in drafts if each.code and not re.match(CODE_PATTERN, each.code)]
    if odd:
        message = N_("%(count)s codes do not have 15 digits: %(grids)s")
        mend = N_("A grid code is the subdistrict (9), the community (3) and a number (3).")
        findings.append(_about("W07", message, mend, odd))
    return findings


def _kinds(
    drafts: Sequence[Draft], features: Sequence[Feature], columns: Mapping[str, str]
) -> list[Finding]:
    without = [
        (draft, feature)
        for draft, feature in zip(drafts, features, strict=True)
        if draft.kind is None
    ]
    if not without:
        return []
    mend = N_("Write the kind as 社区网格, 未搬迁村网格, 行业网格 or 已搬迁村原址网格.")
    if "kind" not in columns:
        return [Finding("E08", N_("No column with the kinds of the grids was found."), mend=mend)]
    words = {_text(feature.values.get(columns["kind"])) or "—" for _, feature in without}
    finding = _about(
        "E08",
        N_("The kind of %(count)s grids is not understood (%(words)s): %(grids)s"),
        mend,
        [draft for draft, _ in without],
        words=shortened(sorted(words)),
    )
    return [finding]


def _garbled(drafts: Sequence[Draft]) -> list[Finding]:
    bad = [draft for draft in drafts if any(map(is_garbled, (draft.name, draft.community)))]
    if not bad:
        return []
    message = N_("%(count)s names are garbled: %(names)s")
    names = shortened([draft.name or draft.community or "" for draft in bad], 3)
    mend = N_("Save the file with the character set UTF-8 or GBK.")
    return [_about("E14", message, mend, bad, names=names)]


def is_garbled(text: str | None) -> bool:
    """The text was at some time read in the wrong letters."""
    if not text or text.isascii():
        return False
    if MOJIBAKE.search(text):
        return True
    try:
        # UTF-8 bytes read as GBK: the way back gives UTF-8 again, which chance hardly ever does.
        back = text.encode("gb18030").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False
    return len(back) > 1


def _about(
    code: str, message: str, mend: str, drafts: Sequence[Draft], **params: object
) -> Finding:
    return Finding(
        code,
        message,
        {"count": len(drafts), "grids": shortened([each.title for each in drafts]), **params},
        mend,
        rows=tuple(draft.row for draft in drafts),
        grids=tuple(draft.called for draft in drafts),
    )

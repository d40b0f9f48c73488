"""Questions of honest work: what has no mark yet, what looks alike, what waits for a look."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.web import Page
from webapp.cases.honesty.models import HonestyFlag, PictureMark
from webapp.cases.honesty.rules import FAR_M, NEAR_BITS, OTHER_TIME_H, FlagKind, FlagState
from webapp.cases.models import Case, CaseMedia

PAGE = 30


def unmarked(limit: int) -> list[CaseMedia]:
    """Pictures that have no mark yet, oldest first."""
    marked = select(PictureMark.media_id).where(PictureMark.media_id == CaseMedia.id)
    found = (
        select(CaseMedia)
        .join(CaseMedia.file)
        .options(joinedload(CaseMedia.file))
        .where(StoredFile.media_type.like("image/%"), ~marked.exists())
    )
    return list(db.session.scalars(found.order_by(CaseMedia.id).limit(limit)))


# Bits that differ are counted in the text of a bit string.
_NEAR = f"""
    length(replace(cast(cast(a.{{half}} # b.{{half}} AS bit(64)) AS text), '0', '')) <= {NEAR_BITS}
"""
_ALIKE = f"a.bands && b.bands AND {_NEAR.format(half='across')} AND {_NEAR.format(half='down')}"

# Reports that were merged or split are of one matter, and may well show the same.
_FINDINGS = text(f"""
    SELECT a.case_id, '{FlagKind.SAME_PICTURE}' AS kind, a.media_id, min(b.media_id) AS other_media_id,
           '{{}}'::jsonb AS facts
    FROM picture_mark a
    JOIN picture_mark b ON b.case_id <> a.case_id AND b.media_id < a.media_id AND {_ALIKE}
    JOIN case_file x ON x.id = a.case_id
    JOIN case_file y ON y.id = b.case_id
    WHERE a.media_id = ANY(:media)
      AND coalesce(x.merged_into_id, x.id) <> coalesce(y.merged_into_id, y.id)
      AND coalesce(x.parent_id, x.id) <> coalesce(y.parent_id, y.id)
    GROUP BY a.case_id, a.media_id
    UNION ALL
    SELECT a.case_id, '{FlagKind.UNCHANGED}', a.media_id, min(b.media_id), '{{}}'::jsonb
    FROM picture_mark a
    JOIN case_media m ON m.id = a.media_id AND m.stage = 'after'
    JOIN picture_mark b ON b.case_id = a.case_id AND {_ALIKE}
    JOIN case_media n ON n.id = b.media_id AND n.stage = 'found'
    WHERE a.media_id = ANY(:media)
    GROUP BY a.case_id, a.media_id
    UNION ALL
    SELECT m.case_id, '{FlagKind.FAR}', m.id, NULL,
           jsonb_build_object('metres', round(m.distance_m))
    FROM case_media m WHERE m.id = ANY(:media) AND m.distance_m > {FAR_M}
    UNION ALL
    SELECT m.case_id, '{FlagKind.OTHER_TIME}', m.id, NULL,
           jsonb_build_object('taken_at', f.taken_at)
    FROM case_media m
    JOIN stored_file f ON f.id = m.file_id
    JOIN case_file c ON c.id = m.case_id
    WHERE m.id = ANY(:media) AND CASE WHEN m.stage = 'found'
        THEN abs(extract(epoch FROM f.taken_at - c.happened_at)) > {OTHER_TIME_H * 3600}
        ELSE f.taken_at < c.happened_at - interval '1 hour' END
    ORDER BY 1, 2, 3
""")


def findings(media: list[int]) -> list[Any]:
    """What about these pictures asks for a look: rows as flags are made of."""
    return list(db.session.execute(_FINDINGS, {"media": media})) if media else []


def solved_on_the_spot(after: int, limit: int = 500) -> list[Case]:
    """Cases beyond a key that their finders closed, whether or not drawn."""
    solved = text(
        "EXISTS (SELECT FROM event e WHERE e.thing_kind = 'case' AND e.thing_id = case_file.id"
        " AND e.move = 'self_close')"
    )
    found = select(Case).where(Case.id > after, Case.closed_at.is_not(None), solved)
    return list(db.session.scalars(found.order_by(Case.id).limit(limit)))


def one(flag_id: int) -> HonestyFlag | None:
    """A flag with its case and pictures."""
    return db.session.scalar(_whole().where(HonestyFlag.id == flag_id))


def listed(
    who: Actor,
    *,
    decided: bool = False,
    before: int | None = None,
    limit: int = PAGE,
) -> Page[HonestyFlag]:
    """Flags that wait for a look, or were looked at, newest first."""
    waits = HonestyFlag.state == FlagState.OPEN
    found = _whole().where(visible(HonestyFlag, who, "honesty.see"), ~waits if decided else waits)
    if before is not None:
        found = found.where(HonestyFlag.id < before)
    rows = list(db.session.scalars(found.order_by(HonestyFlag.id.desc()).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def _whole() -> Select[HonestyFlag]:
    return select(HonestyFlag).options(
        joinedload(HonestyFlag.case).options(
            joinedload(Case.case_class), joinedload(Case.grid), joinedload(Case.reporter)
        ),
        joinedload(HonestyFlag.media).joinedload(CaseMedia.file),
        joinedload(HonestyFlag.other).options(
            joinedload(CaseMedia.file), joinedload(CaseMedia.case)
        ),
        joinedload(HonestyFlag.decided_by),
    )

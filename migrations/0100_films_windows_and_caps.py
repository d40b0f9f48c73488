"""films of recorders, streams of notices, what names a person is not kept

Revision ID: 0100
Revises: 0099
Create Date: 2026-11-27 19:10:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision: str = "0100"
down_revision: Union[str, Sequence[str], None] = "0099"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

WHYS = (
    "not_json",
    "not_xml",
    "forbidden",
    "letters",
    "deep",
    "large",
    "empty",
    "missing",
    "wrong",
    "time",
    "foreign",
    "format",
    "broke",
    "other",
    "state",
    "draft",
    "unknown",
)
WAYS = ("onvif", "wvp", "thingsboard", "frigate")


def upgrade() -> None:
    """Upgrade schema."""
    op.add_column("camera_clip", sa.Column("named", sa.Text(), nullable=True))
    op.create_index(
        "uq_camera_clip_named",
        "camera_clip",
        ["alarm_id", "named"],
        unique=True,
        postgresql_where=sa.text("named IS NOT NULL"),
    )
    _one_of("intake_message", "why", (*WHYS, "personal"))
    for table in ("source_way", "source_told"):
        _one_of(table, "kind", (*WAYS, "isapi"))


def downgrade() -> None:
    """Downgrade schema. What names a person counts as what is not for us; streams are read no more."""
    op.execute("DELETE FROM source_way WHERE kind = 'isapi'")
    for table in ("source_way", "source_told"):
        _one_of(table, "kind", WAYS)
    op.execute("UPDATE intake_message SET why = 'other' WHERE why = 'personal'")
    _one_of("intake_message", "why", WHYS)
    op.drop_index("uq_camera_clip_named", table_name="camera_clip")
    op.drop_column("camera_clip", "named")


def _one_of(table: str, column: str, kinds: Sequence[str]) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(name, table, f"{column} IN ({allowed})")

"""films of recorders, streams of notices, windows that come round, caps; what names a person is not kept

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
LENGTH = (
    "quiet IN ('shelved', 'maintenance') AND upper(span) - lower(span) <= CASE quiet WHEN 'shelved'"
    " THEN interval '8 hours' ELSE interval '336 hours' END"
)
LENGTHS = (
    "quiet IN ('shelved', 'maintenance') AND upper(span) - lower(span) <= CASE WHEN quiet = 'shelved'"
    " THEN interval '8 hours' WHEN weekdays IS NOT NULL THEN interval '368 days'"
    " ELSE interval '336 hours' END"
)
SHELF_CHECKS = {
    "recurring": "num_nonnulls(weekdays, begins, ends) IN (0, 3)"
    " AND (weekdays IS NULL OR quiet = 'maintenance')",
    "weekdays": "cardinality(weekdays) BETWEEN 1 AND 7"
    " AND weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]",
    "hours": "begins <> ends",
}
QUIETS = ("late", "shelved", "maintenance", "behind", "chattering")
ALWAYS_RING = (
    "device.noisy",
    "device.offline",
    "drown",
    "fall",
    "fire.flame",
    "fire.heat",
    "fire.smoke",
    "gas.nh3",
    "gas.other",
    "manual.sos",
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
    op.add_column("alarm_shelf", sa.Column("weekdays", sa.ARRAY(sa.SmallInteger()), nullable=True))
    op.add_column("alarm_shelf", sa.Column("begins", sa.Time(), nullable=True))
    op.add_column("alarm_shelf", sa.Column("ends", sa.Time(), nullable=True))
    op.drop_constraint(op.f("ck_alarm_shelf_length"), "alarm_shelf", type_="check")
    for name, check in {"length": LENGTHS, **SHELF_CHECKS}.items():
        op.create_check_constraint(op.f(f"ck_alarm_shelf_{name}"), "alarm_shelf", check)
    for table in ("alarm", "alarm_shelf"):
        _one_of(table, "quiet", (*QUIETS, "noisy"))
    op.create_index("ix_alarm_device", "alarm", ["source", "device", "received_at"])
    always = ", ".join(f"'{kind}'" for kind in ALWAYS_RING)
    op.create_table(
        "alarm_cap",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("most", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("most BETWEEN 1 AND 1000", name=op.f("ck_alarm_cap_most")),
        sa.CheckConstraint(f"kind NOT IN ({always})", name=op.f("ck_alarm_cap_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_cap")),
        sa.UniqueConstraint("kind", name=op.f("uq_alarm_cap_kind")),
    )


def downgrade() -> None:
    """Downgrade schema. What names a person counts as what is not for us; streams are read no more; what was
    one of too many counts as what comes and goes too often; windows are over."""
    op.drop_table("alarm_cap")
    op.drop_index("ix_alarm_device", table_name="alarm")
    op.execute("UPDATE alarm SET quiet = 'chattering' WHERE quiet = 'noisy'")
    op.execute("UPDATE alarm SET kind = 'device.fault' WHERE kind = 'device.noisy'")
    op.execute(
        "UPDATE alarm SET shelf_id = NULL FROM alarm_shelf s"
        " WHERE s.id = shelf_id AND s.weekdays IS NOT NULL"
    )
    op.execute("DELETE FROM alarm_shelf WHERE weekdays IS NOT NULL")
    for table in ("alarm", "alarm_shelf"):
        _one_of(table, "quiet", QUIETS)
    for name in ("length", *SHELF_CHECKS):
        op.drop_constraint(op.f(f"ck_alarm_shelf_{name}"), "alarm_shelf", type_="check")
    op.create_check_constraint(op.f("ck_alarm_shelf_length"), "alarm_shelf", LENGTH)
    for column in ("weekdays", "begins", "ends"):
        op.drop_column("alarm_shelf", column)
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

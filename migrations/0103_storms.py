"""what is asked in a storm has an index of its own: open incidents by place, alarms by when they were last heard of

Revision ID: 0103
Revises: 0102
Create Date: 2026-11-28 08:30:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision: str = "0103"
down_revision: Union[str, Sequence[str], None] = "0102"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

WAITING = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Indexes that statistics of before a storm cannot make useless."""
    op.create_index(
        "ix_incident_open_place",
        "incident",
        [sa.text("(CASE WHEN ended_at IS NULL THEN geom END)")],
        postgresql_using="gist",
    )
    op.drop_index("ix_alarm_key", table_name="alarm")
    op.create_index(
        "ix_alarm_key",
        "alarm",
        ["key", sa.text("greatest(first_at, live_at, over_at, closed_at)")],
    )
    op.create_index(
        "ix_alarm_offline",
        "alarm",
        ["source", "device"],
        postgresql_ops={"device": "text_pattern_ops"},
        postgresql_where=sa.text("kind = 'device.offline' AND state IN ('raised', 'seen')"),
    )
    op.create_index(
        "ix_alarm_media",
        "alarm",
        ["media"],
        postgresql_using="gin",
        postgresql_where=sa.text("media <> '{}'"),
    )
    op.drop_index("ix_ladder_step_due", table_name="ladder_step")
    op.create_index(
        "ix_ladder_step_due",
        "ladder_step",
        [sa.text("life DESC"), "due_at", "id"],
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    """They are looked for as before."""
    op.drop_index("ix_ladder_step_due", table_name="ladder_step")
    op.create_index(
        "ix_ladder_step_due",
        "ladder_step",
        [sa.text("life DESC"), "due_at"],
        postgresql_where=WAITING,
    )
    op.drop_index("ix_alarm_media", table_name="alarm")
    op.drop_index("ix_alarm_offline", table_name="alarm")
    op.drop_index("ix_alarm_key", table_name="alarm")
    op.create_index("ix_alarm_key", "alarm", ["key", "last_at"])
    op.drop_index("ix_incident_open_place", table_name="incident")

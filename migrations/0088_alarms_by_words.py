"""alarms by words

Revision ID: 0088
Revises: 0087
Create Date: 2026-11-27 09:45:00.000000

"""

from typing import Sequence, Union

from alembic import op

# revision identifiers, used by Alembic.
revision: str = "0088"
down_revision: Union[str, Sequence[str], None] = "0087"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

TOLD = " || chr(10) || ".join(
    f"coalesce({name}, '')" for name in ("words", "device", "device_name", "source", "rule")
)


def upgrade() -> None:
    """Upgrade schema."""
    op.execute(f"CREATE INDEX ix_alarm_told ON alarm USING gin (({TOLD}) gin_trgm_ops)")


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_alarm_told", table_name="alarm")

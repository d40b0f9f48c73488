"""looks at cameras

Revision ID: 0076
Revises: 0075
Create Date: 2026-11-27 02:15:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0076"
down_revision: Union[str, Sequence[str], None] = "0075"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_index(
        "ix_event_looks",
        "event",
        ["id"],
        postgresql_where=sa.text(
            "thing_kind = 'camera' AND move IN ('look', 'replay', 'turn', 'reveal')"
        ),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_event_looks", table_name="event")

"""open cases in order

The queue of the desk reads what is open newest first and late before the rest, and counts it by step.

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-26 02:41:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0015"
down_revision: Union[str, Sequence[str], None] = "0014"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

OPEN = (
    "state IN ('accepted', 'checked', 'checking', 'dispatched', 'extension_requested', 'external',"
    " 'feedback', 'filed', 'hold_requested', 'on_hold', 'processing', 'reported',"
    " 'return_requested', 'verifying', 'waiting')"
)


def upgrade() -> None:
    """Upgrade schema."""
    op.create_index(
        "ix_case_file_open",
        "case_file",
        ["id"],
        unique=False,
        postgresql_include=["state", "grid_id"],
        postgresql_where=sa.text(OPEN),
    )
    op.create_index(
        "ix_case_file_due",
        "case_file",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text(f"paused_at IS NULL AND {OPEN}"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_case_file_due", table_name="case_file")
    op.drop_index("ix_case_file_open", table_name="case_file")

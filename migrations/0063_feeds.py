"""indexes for feeds of public cases

Revision ID: 0063
Revises: 0062
Create Date: 2026-11-26 23:10:00

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0063"
down_revision: Union[str, Sequence[str], None] = "0062"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

PUBLIC = "private = false AND state IN ('accepted', 'archived', 'checked', 'checking', 'closed', 'dispatched', 'extension_requested', 'external', 'feedback', 'filed', 'hold_requested', 'on_hold', 'processing', 'return_requested', 'waiting')"


def upgrade() -> None:
    """Upgrade schema."""
    for name, column in (("grid", "grid_id"), ("class", "class_code")):
        op.create_index(
            f"ix_case_file_public_{name}",
            "case_file",
            [column, "id"],
            unique=False,
            postgresql_where=sa.text(PUBLIC),
        )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_case_file_public_class", table_name="case_file")
    op.drop_index("ix_case_file_public_grid", table_name="case_file")

"""a person's own cases by an index, closed ones too; what was closed since a moment

Revision ID: 0102
Revises: 0101
Create Date: 2026-11-28 03:00:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision: str = "0102"
down_revision: Union[str, Sequence[str], None] = "0101"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

PEOPLE = ("handler", "checker", "verifier")
OPEN = (
    "state IN ('accepted', 'checked', 'checking', 'dispatched', 'extension_requested', 'external',"
    " 'feedback', 'filed', 'hold_requested', 'on_hold', 'processing', 'reported',"
    " 'return_requested', 'verifying', 'waiting')"
)


def upgrade() -> None:
    """A person's cases are found by the person and the state, whether open or not; closed ones by the day."""
    op.create_index(
        "ix_case_file_closed_at",
        "case_file",
        ["closed_at"],
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    for person in PEOPLE:
        op.create_index(
            f"ix_case_file_{person}",
            "case_file",
            [f"{person}_id", "state"],
            postgresql_where=sa.text(f"{person}_id IS NOT NULL"),
        )
        op.drop_index(f"ix_case_file_{person}_open", table_name="case_file")


def downgrade() -> None:
    """Only those that are open are found by a person."""
    op.drop_index("ix_case_file_closed_at", table_name="case_file")
    for person in PEOPLE:
        op.create_index(
            f"ix_case_file_{person}_open",
            "case_file",
            [f"{person}_id"],
            postgresql_where=sa.text(OPEN),
        )
        op.drop_index(f"ix_case_file_{person}", table_name="case_file")

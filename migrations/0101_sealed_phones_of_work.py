"""phones of enterprises, of their postings and of neighbours are sealed

Revision ID: 0101
Revises: 0100
Create Date: 2026-11-27 19:15:00.000000

"""

from collections.abc import Callable
from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

from webapp.base import sealing

# revision identifiers, used by Alembic.
revision: str = "0101"
down_revision: Union[str, Sequence[str], None] = "0100"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

COLUMNS = (
    ("enterprise", "contact_phone"),
    ("job_claim", "contact_phone"),
    ("job_employer", "contact_phone"),
    ("job_posting", "contact_phone"),
    ("neighbour_role", "phone"),
)


def upgrade() -> None:
    """Upgrade schema."""
    for table, column in COLUMNS:
        _become(table, column, sa.LargeBinary(), f"convert_to({column}, 'UTF8')")
        _write(table, column, sealing.seal)
    # No former row of these tables ever had a phone in it; what 0098 wrote of vessels is no change of theirs.
    op.execute("DELETE FROM former_row WHERE relation = 'vessel' AND fields ? 'turned'")


def downgrade() -> None:
    """Downgrade schema."""
    for table, column in COLUMNS:
        _write(table, column, sealing.unseal)
        _become(table, column, sa.Text(), f"convert_from({column}, 'UTF8')")


def _become(table: str, column: str, kind: sa.types.TypeEngine, read: str) -> None:
    op.alter_column(table, column, type_=kind, postgresql_using=read)


def _write(table: str, column: str, turned: Callable[[bytes], bytes]) -> None:
    """Each value is written anew; the column is kept in no former row, so none comes of it."""
    bind = op.get_bind()
    said = sa.text(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL")
    change = sa.text(f"UPDATE {table} SET {column} = :said WHERE id = :id")
    for key, kept in bind.execute(said).all():
        bind.execute(change, {"id": key, "said": turned(bytes(kept))})

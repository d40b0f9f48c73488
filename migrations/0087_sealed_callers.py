"""callers and reporters are sealed

Revision ID: 0087
Revises: 0086
Create Date: 2026-11-27 06:30:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

from webapp.base import sealing

# revision identifiers, used by Alembic.
revision: str = "0087"
down_revision: Union[str, Sequence[str], None] = "0086"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

COLUMNS = (
    ("appeal", "caller_name"),
    ("appeal", "caller_phone"),
    ("case_contact", "name"),
    ("case_contact", "email"),
)


def upgrade() -> None:
    """Upgrade schema."""
    for table, column in COLUMNS:
        _turn(table, column, sa.LargeBinary(), lambda said: sealing.seal(said.encode()))


def downgrade() -> None:
    """Downgrade schema."""
    for table, column in COLUMNS:
        _turn(table, column, sa.Text(), lambda kept: sealing.unseal(bytes(kept)).decode())


def _turn(table: str, column: str, kind, written) -> None:
    """Each value of the column is written anew, as another kind."""
    op.add_column(table, sa.Column("turned", kind))
    bind = op.get_bind()
    rows = sa.text(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL")
    change = sa.text(f"UPDATE {table} SET turned = :said WHERE id = :id")
    for key, said in bind.execute(rows).all():
        bind.execute(change, {"id": key, "said": written(said)})
    op.drop_column(table, column)
    op.alter_column(table, "turned", new_column_name=column)

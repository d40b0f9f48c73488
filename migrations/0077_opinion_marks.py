"""An opinion that a phone kept arrives once

Revision ID: 0077
Revises: 0076
Create Date: 2026-11-27 02:24:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision: str = "0077"
down_revision: Union[str, Sequence[str], None] = "0076"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.add_column("opinion", sa.Column("mark", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_opinion_mark"), "opinion", ["mark"])


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint(op.f("uq_opinion_mark"), "opinion", type_="unique")
    op.drop_column("opinion", "mark")

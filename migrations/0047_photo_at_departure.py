"""photo at departure

Revision ID: 0047
Revises: 0046
Create Date: 2026-11-26 17:43:03.717439

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0047"
down_revision: Union[str, Sequence[str], None] = "0046"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.add_column("voyage", sa.Column("photo_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_voyage_photo_id"), "voyage", "stored_file", ["photo_id"], ["id"])


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint(op.f("fk_voyage_photo_id"), "voyage", type_="foreignkey")
    op.drop_column("voyage", "photo_id")

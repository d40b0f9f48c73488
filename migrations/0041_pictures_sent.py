"""pictures sent

Revision ID: 0041
Revises: 0040
Create Date: 2026-11-26 16:30:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0041"
down_revision: Union[str, Sequence[str], None] = "0040"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.alter_column("camera_picture", "camera_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column(
        "intake_message",
        sa.Column("unpictured", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(
        "ix_intake_message_unpictured",
        "intake_message",
        ["id"],
        unique=False,
        postgresql_where=sa.text("unpictured"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_intake_message_unpictured", table_name="intake_message")
    op.drop_column("intake_message", "unpictured")
    op.execute("DELETE FROM camera_picture WHERE camera_id IS NULL")
    op.alter_column("camera_picture", "camera_id", existing_type=sa.BigInteger(), nullable=False)

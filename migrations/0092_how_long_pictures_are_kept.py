"""how long pictures are kept

Revision ID: 0092
Revises: 0091
Create Date: 2026-11-27 15:40:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0092"
down_revision: Union[str, Sequence[str], None] = "0091"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.alter_column("camera_picture", "file_id", nullable=True)
    op.add_column(
        "camera_picture", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_check_constraint(
        op.f("ck_camera_picture_kept"),
        "camera_picture",
        "(file_id IS NULL) = (erased_at IS NOT NULL)",
    )
    op.create_index(
        "ix_camera_picture_kept",
        "camera_picture",
        ["taken_at"],
        postgresql_where=sa.text("file_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Downgrade schema. Pictures that were erased leave no trace."""
    op.drop_index("ix_camera_picture_kept", table_name="camera_picture")
    op.execute("DELETE FROM camera_picture WHERE file_id IS NULL")
    op.drop_constraint(op.f("ck_camera_picture_kept"), "camera_picture", type_="check")
    op.drop_column("camera_picture", "erased_at")
    op.alter_column("camera_picture", "file_id", nullable=False)

"""what the public is told of cases, kept ready

Revision ID: 0079
Revises: 0077
Create Date: 2026-11-27 02:00:00.000000

"""

from typing import Sequence, Union

from alembic import op
from geoalchemy2 import Geometry
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.cases.told.keeping import queries as told

# revision identifiers, used by Alembic.
revision: str = "0079"
down_revision: Union[str, Sequence[str], None] = "0077"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "told_case",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("px", sa.Integer(), nullable=True),
        sa.Column("py", sa.Integer(), nullable=True),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("coarse", sa.Boolean(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("named", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column("class_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=True),
        sa.Column("grid_name", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_told_case_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_told_case")),
        sa.UniqueConstraint("number", name=op.f("uq_told_case_number")),
    )
    op.create_geospatial_index(
        "idx_told_case_geom",
        "told_case",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    for name in ("class_code", "grid", "received_at", "state"):
        op.create_index(f"ix_told_case_{name}", "told_case", [name, "case_id"], unique=False)
    op.create_index(
        "ix_told_case_square",
        "told_case",
        ["x", "y"],
        unique=False,
        postgresql_include=["px", "py", "mark", "named"],
    )
    op.create_table(
        "told_count",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_count")),
    )
    op.create_index(
        "ix_told_count_square",
        "told_count",
        ["x", "y"],
        unique=False,
        postgresql_include=["cases", "changes"],
    )
    for each in (*told.FUNCTIONS, *told.TRIGGERS):
        op.execute(each)
    op.execute("SELECT told_anew(array_agg(id)) FROM case_file HAVING count(*) > 0")


def downgrade() -> None:
    """Downgrade schema."""
    for name, table in (
        ("told_begun", "case_file"),
        ("told_kept", "case_file"),
        ("told_renamed", "case_class"),
        ("told_renamed", "grid"),
        ("told_renamed", "unit"),
    ):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.drop_index("ix_told_count_square", table_name="told_count")
    op.drop_table("told_count")
    op.drop_geospatial_index(
        "idx_told_case_geom", table_name="told_case", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("told_case")
    for name in ("told_kept", "told_renamed", "told_counted"):
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION told_anew(bigint[])")

"""opinions

Revision ID: 0049
Revises: 0048
Create Date: 2026-11-26 18:07:29.746078

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0049"
down_revision: Union[str, Sequence[str], None] = "0048"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "opinion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("said_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.BigInteger(), nullable=True),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("routed_to", sa.Text(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("rating_words", sa.Text(), nullable=True),
        sa.Column("reopened", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
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
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("raw_lon", sa.Float(precision=53), nullable=True),
        sa.Column("raw_lat", sa.Float(precision=53), nullable=True),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column(
            "grid_version_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True
        ),
        sa.Column("cell_code", sa.Text(), server_default=sa.FetchedValue(), nullable=True),
        sa.CheckConstraint(
            "(how = 'online') = (entered_by_id IS NULL)", name=op.f("ck_opinion_entered")
        ),
        sa.CheckConstraint(
            "(routed_to IS NOT DISTINCT FROM 'case') = (case_id IS NOT NULL)",
            name=op.f("ck_opinion_case"),
        ),
        sa.CheckConstraint(
            "(routed_to IS NOT DISTINCT FROM 'item') = (item_id IS NOT NULL)",
            name=op.f("ck_opinion_item"),
        ),
        sa.CheckConstraint("how IN ('online', 'door')", name=op.f("ck_opinion_how")),
        sa.CheckConstraint(
            "kind IN ('question', 'help', 'complaint', 'suggestion', 'praise')",
            name=op.f("ck_opinion_kind"),
        ),
        sa.CheckConstraint(
            "routed_to IN ('case', 'item', 'application')", name=op.f("ck_opinion_routed_to")
        ),
        sa.CheckConstraint(
            "state <> 'replied' OR num_nonnulls(reply, replied_at) = 2",
            name=op.f("ck_opinion_replied"),
        ),
        sa.CheckConstraint(
            "state <> 'routed' OR routed_to IS NOT NULL", name=op.f("ck_opinion_routed")
        ),
        sa.CheckConstraint(
            "state IN ('recorded', 'routed', 'replied', 'closed')", name=op.f("ck_opinion_state")
        ),
        sa.CheckConstraint(
            "theme IN ('ground', 'environment', 'elderly', 'culture', 'parking', 'safety', 'children', 'work', 'other')",
            name=op.f("ck_opinion_theme"),
        ),
        sa.CheckConstraint("NOT anonymous OR name IS NULL", name=op.f("ck_opinion_anonymous")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_opinion_rating")),
        sa.CheckConstraint("reopened BETWEEN 0 AND 1", name=op.f("ck_opinion_reopened")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_opinion_case_id")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_opinion_cell_code")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["account.id"], name=op.f("fk_opinion_entered_by_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_opinion_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_opinion_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["livelihood_item.id"], name=op.f("fk_opinion_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["account.id"], name=op.f("fk_opinion_said_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
    )
    op.create_geospatial_index(
        "idx_opinion_geom",
        "opinion",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_opinion_case_id", "opinion", ["case_id"], unique=False)
    op.create_index(op.f("ix_opinion_grid_id"), "opinion", ["grid_id"], unique=False)
    op.create_index("ix_opinion_item_id", "opinion", ["item_id"], unique=False)
    op.create_index("ix_opinion_said_by_id", "opinion", ["said_by_id", "said_at"], unique=False)
    op.create_index("ix_opinion_state", "opinion", ["state", "id"], unique=False)
    op.execute(locate.placed_trigger("opinion"))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_opinion_state", table_name="opinion")
    op.drop_index("ix_opinion_said_by_id", table_name="opinion")
    op.drop_index("ix_opinion_item_id", table_name="opinion")
    op.drop_index(op.f("ix_opinion_grid_id"), table_name="opinion")
    op.drop_index("ix_opinion_case_id", table_name="opinion")
    op.drop_geospatial_index(
        "idx_opinion_geom", table_name="opinion", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("opinion")

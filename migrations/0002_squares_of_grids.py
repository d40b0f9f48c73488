"""Squares that lie in one grid take the place of pieces of borders

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from webapp.base.spatial import SRID
from webapp.grids import locate

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# Without squares the functions ask the stored borders for every point: the same answers, slower.
NO_SQUARES = """FROM (
    SELECT g.id AS grid_id, g.id AS grid_version_id, 0 AS north, 0 AS west, 0 AS east,
           false AS on_border, '' AS cell_code
    FROM grid g WHERE false
) r"""

PIECES = """
CREATE FUNCTION rebuild_grid_pieces() RETURNS void LANGUAGE sql AS $$
    DELETE FROM grid_piece;
    INSERT INTO grid_piece (grid_id, grid_version_id, precedence, code, geom)
    SELECT v.grid_id, v.id, v.precedence, v.code, ST_Subdivide(v.geom, 24)
    FROM grid_version v JOIN boundary_set s ON s.id = v.set_id
    WHERE s.state = 'active';
$$
"""


def upgrade() -> None:
    op.create_table(
        "grid_run",
        sa.Column("north", sa.Integer(), nullable=False),
        sa.Column("west", sa.Integer(), nullable=False),
        sa.Column("east", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_version_id", sa.BigInteger(), nullable=False),
        sa.Column("on_border", sa.Boolean(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("north", "west", name=op.f("pk_grid_run")),
    )
    for function in locate.FUNCTIONS:
        op.execute(function)
    op.execute("DROP FUNCTION IF EXISTS rebuild_grid_pieces()")
    op.drop_geospatial_table("grid_piece")


def downgrade() -> None:
    op.create_geospatial_table(
        "grid_piece",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_version_id", sa.BigInteger(), nullable=False),
        sa.Column("precedence", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_piece_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_grid_piece_grid_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_piece")),
    )
    op.create_geospatial_index(
        "idx_grid_piece_geom",
        "grid_piece",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.execute(PIECES)
    op.execute("SELECT rebuild_grid_pieces()")
    for function in locate.FUNCTIONS:
        op.execute(function.replace("FROM grid_run r", NO_SQUARES))
    op.drop_table("grid_run")

"""employers register themselves

Revision ID: 0031
Revises: 0030
Create Date: 2026-11-26 13:16:02.706805

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0031"
down_revision: Union[str, Sequence[str], None] = "0030"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "job_claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=False),
        sa.Column("premises", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact_post", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("employer_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
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
        sa.CheckConstraint("credit_code ~ '^[0-9A-Z]{18}$'", name=op.f("ck_job_claim_credit_code")),
        sa.CheckConstraint(
            "premises IN ('factory', 'site', 'store', 'office', 'small_school', 'small_clinic', 'small_shop', 'small_eatery', 'small_hotel', 'small_hall', 'small_net_cafe', 'small_bath', 'small_workshop', 'other')",
            name=op.f("ck_job_claim_premises"),
        ),
        sa.CheckConstraint(
            "state <> 'granted' OR employer_id IS NOT NULL", name=op.f("ck_job_claim_granted")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'granted', 'refused', 'withdrawn')",
            name=op.f("ck_job_claim_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_job_claim_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_job_claim_cell_code")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["job_employer.id"], name=op.f("fk_job_claim_employer_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_job_claim_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_job_claim_grid_version_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name=op.f("fk_job_claim_office_id")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_job_claim_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_claim")),
    )
    op.create_geospatial_index(
        "idx_job_claim_geom",
        "job_claim",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_job_claim_account_id"), "job_claim", ["account_id"], unique=False)
    op.create_index(op.f("ix_job_claim_grid_id"), "job_claim", ["grid_id"], unique=False)
    op.create_index(op.f("ix_job_claim_office_id"), "job_claim", ["office_id"], unique=False)
    op.create_index("ix_job_claim_state", "job_claim", ["state", "id"], unique=False)
    op.create_index(op.f("ix_job_claim_station_id"), "job_claim", ["station_id"], unique=False)
    op.create_index(
        "uq_job_claim_waiting",
        "job_claim",
        ["account_id", "credit_code"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.execute(locate.placed_trigger("job_claim"))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_job_claim_waiting",
        table_name="job_claim",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_job_claim_station_id"), table_name="job_claim")
    op.drop_index("ix_job_claim_state", table_name="job_claim")
    op.drop_index(op.f("ix_job_claim_office_id"), table_name="job_claim")
    op.drop_index(op.f("ix_job_claim_grid_id"), table_name="job_claim")
    op.drop_index(op.f("ix_job_claim_account_id"), table_name="job_claim")
    op.drop_geospatial_index(
        "idx_job_claim_geom", table_name="job_claim", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("job_claim")

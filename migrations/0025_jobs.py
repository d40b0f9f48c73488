"""jobs

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-26 09:31:25.586374

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0025"
down_revision: Union[str, Sequence[str], None] = "0024"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "job_occupation",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^\\d(-\\d\\d){0,3}$'", name=op.f("ck_job_occupation_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_job_occupation")),
    )
    op.create_table(
        "job_way",
        sa.Column("x", sa.BigInteger(), nullable=False),
        sa.Column("y", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("roads", sa.BigInteger(), nullable=False),
        sa.Column("grid_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("metres", postgresql.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column("basis", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("x", "y", "mode", name=op.f("pk_job_way")),
    )
    op.create_table(
        "job_edition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_job_edition_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_edition")),
    )
    op.create_geospatial_table(
        "job_seeker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=False),
        sa.Column("home_grid_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "home",
            Geometry(
                geometry_type="POINT",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("wanted", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("wanted3", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column(
            "certificates",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("education", sa.SmallInteger(), nullable=True),
        sa.Column("pay_ask", sa.Float(precision=53), nullable=True),
        sa.Column("pay_floor", sa.Float(precision=53), nullable=True),
        sa.Column("shifts", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column(
            "refused", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "benefits", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("dormitory", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("max_minutes", sa.Integer(), nullable=False),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("push", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('walk', 'ebike', 'bus', 'car')", name=op.f("ck_job_seeker_mode")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'in_talks', 'placed', 'withdrawn')", name=op.f("ck_job_seeker_state")
        ),
        sa.CheckConstraint(
            "birth_year BETWEEN 1900 AND 2100", name=op.f("ck_job_seeker_birth_year")
        ),
        sa.CheckConstraint(
            "cardinality(wanted) BETWEEN 1 AND 3", name=op.f("ck_job_seeker_wanted")
        ),
        sa.CheckConstraint("education BETWEEN 0 AND 5", name=op.f("ck_job_seeker_education")),
        sa.CheckConstraint("max_minutes BETWEEN 5 AND 240", name=op.f("ck_job_seeker_max_minutes")),
        sa.CheckConstraint("pay_ask > 0", name=op.f("ck_job_seeker_pay_ask")),
        sa.CheckConstraint(
            "pay_floor > 0 AND (pay_ask IS NULL OR pay_floor <= pay_ask)",
            name=op.f("ck_job_seeker_floor"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_job_seeker_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["account.id"], name=op.f("fk_job_seeker_entered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["home_grid_id"], ["grid.id"], name=op.f("fk_job_seeker_home_grid_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name=op.f("fk_job_seeker_office_id")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_job_seeker_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_seeker")),
        sa.UniqueConstraint("account_id", name=op.f("uq_job_seeker_account_id")),
    )
    op.create_geospatial_index(
        "idx_job_seeker_home",
        "job_seeker",
        ["home"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_job_seeker_home_grid_id"), "job_seeker", ["home_grid_id"], unique=False
    )
    op.create_index(op.f("ix_job_seeker_office_id"), "job_seeker", ["office_id"], unique=False)
    op.create_index(
        "ix_job_seeker_sought",
        "job_seeker",
        ["wanted3"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("state IN ('open', 'in_talks') AND push"),
    )
    op.create_index("ix_job_seeker_state", "job_seeker", ["state", "id"], unique=False)
    op.create_index(op.f("ix_job_seeker_station_id"), "job_seeker", ["station_id"], unique=False)
    op.create_table(
        "job_skill",
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column(
            "aliases", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("idf", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["job_edition.id"], name=op.f("fk_job_skill_edition_id")
        ),
        sa.PrimaryKeyConstraint("edition_id", "term", name=op.f("pk_job_skill")),
    )
    op.create_table(
        "job_substitute",
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("from_code", sa.Text(), nullable=False),
        sa.Column("to_code", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_job_substitute_score")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["job_edition.id"], name=op.f("fk_job_substitute_edition_id")
        ),
        sa.PrimaryKeyConstraint(
            "edition_id", "from_code", "to_code", name=op.f("pk_job_substitute")
        ),
    )
    op.create_table(
        "job_employer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("verified_by_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_post", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_job_employer_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name=op.f("fk_job_employer_office_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["unit.id"], name=op.f("fk_job_employer_station_id")
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["account.id"], name=op.f("fk_job_employer_verified_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_employer")),
        sa.UniqueConstraint("enterprise_id", name=op.f("uq_job_employer_enterprise_id")),
    )
    op.create_index(op.f("ix_job_employer_office_id"), "job_employer", ["office_id"], unique=False)
    op.create_index(
        op.f("ix_job_employer_station_id"), "job_employer", ["station_id"], unique=False
    )
    op.create_table(
        "job_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("employer_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_job_member_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["job_employer.id"], name=op.f("fk_job_member_employer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_member")),
    )
    op.create_index(op.f("ix_job_member_account_id"), "job_member", ["account_id"], unique=False)
    op.create_index(
        "uq_job_member",
        "job_member",
        ["employer_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_geospatial_table(
        "job_posting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("employer_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column(
            "occ3", sa.Text(), sa.Computed("left(occupation, 7)", persisted=True), nullable=False
        ),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column(
            "must_skills",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "nice_skills",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "certificates",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("education", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("years", sa.Float(precision=53), server_default=sa.text("0"), nullable=False),
        sa.Column("pay_low", sa.Float(precision=53), nullable=False),
        sa.Column("pay_high", sa.Float(precision=53), nullable=False),
        sa.Column("pay_unit", sa.Text(), nullable=False),
        sa.Column("pieces_a_day", sa.Float(precision=53), nullable=True),
        sa.Column("month_low", sa.Float(precision=53), nullable=False),
        sa.Column("month_high", sa.Float(precision=53), nullable=False),
        sa.Column("shifts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("week_hours", sa.Float(precision=53), nullable=False),
        sa.Column("rest", sa.Text(), nullable=True),
        sa.Column("employment", sa.Text(), nullable=False),
        sa.Column(
            "benefits", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("dormitory", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("hazard", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("contact_post", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column(
            "flags",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("decided", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
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
        sa.CheckConstraint(
            "employment IN ('full_time', 'part_time', 'agency', 'flexible', 'trainee', 'retired')",
            name=op.f("ck_job_posting_employment"),
        ),
        sa.CheckConstraint(
            "occupation ~ '^\\d-\\d\\d-\\d\\d'", name=op.f("ck_job_posting_occupation")
        ),
        sa.CheckConstraint(
            "pay_unit <> 'piece' OR pieces_a_day > 0", name=op.f("ck_job_posting_pieces")
        ),
        sa.CheckConstraint(
            "pay_unit IN ('month', 'day', 'hour', 'piece')", name=op.f("ck_job_posting_pay_unit")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'open', 'paused', 'filled', 'closed', 'expired', 'rejected', 'withdrawn')",
            name=op.f("ck_job_posting_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('open', 'paused') OR published_at IS NOT NULL",
            name=op.f("ck_job_posting_published"),
        ),
        sa.CheckConstraint("cardinality(shifts) > 0", name=op.f("ck_job_posting_shifts")),
        sa.CheckConstraint("education BETWEEN 0 AND 5", name=op.f("ck_job_posting_education")),
        sa.CheckConstraint("filled BETWEEN 0 AND openings", name=op.f("ck_job_posting_filled")),
        sa.CheckConstraint(
            "month_low > 0 AND month_high >= month_low", name=op.f("ck_job_posting_month")
        ),
        sa.CheckConstraint("openings BETWEEN 1 AND 500", name=op.f("ck_job_posting_openings")),
        sa.CheckConstraint("pay_low > 0 AND pay_high >= pay_low", name=op.f("ck_job_posting_pay")),
        sa.CheckConstraint("years BETWEEN 0 AND 50", name=op.f("ck_job_posting_years")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_job_posting_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_job_posting_cell_code")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["job_employer.id"], name=op.f("fk_job_posting_employer_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_job_posting_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_job_posting_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["occupation"], ["job_occupation.code"], name=op.f("fk_job_posting_occupation")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["unit.id"], name=op.f("fk_job_posting_office_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["unit.id"], name=op.f("fk_job_posting_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_posting")),
    )
    op.create_geospatial_index(
        "idx_job_posting_geom",
        "job_posting",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.execute(locate.placed_trigger("job_posting"))
    op.create_index(
        "ix_job_posting_employer", "job_posting", ["employer_id", "state"], unique=False
    )
    op.create_index(op.f("ix_job_posting_grid_id"), "job_posting", ["grid_id"], unique=False)
    op.create_index(
        "ix_job_posting_lodging",
        "job_posting",
        ["occ3"],
        unique=False,
        postgresql_where=sa.text("state = 'open' AND dormitory"),
    )
    op.create_index(op.f("ix_job_posting_office_id"), "job_posting", ["office_id"], unique=False)
    op.create_index(
        "ix_job_posting_published",
        "job_posting",
        [sa.literal_column("published_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_job_posting_push",
        "job_posting",
        ["occ3", "geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_job_posting_station_id"), "job_posting", ["station_id"], unique=False)
    op.create_index(
        "ix_job_posting_until",
        "job_posting",
        ["valid_until"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'paused')"),
    )
    op.create_table(
        "job_impression",
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.Column("seeker_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("opened", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"],
            ["job_posting.id"],
            name=op.f("fk_job_impression_posting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seeker_id"],
            ["job_seeker.id"],
            name=op.f("fk_job_impression_seeker_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("posting_id", "seeker_id", "day", name=op.f("pk_job_impression")),
    )
    op.create_table(
        "job_introduction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.Column("seeker_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("employer_id", sa.BigInteger(), nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("interview_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("interview_place", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_employer", sa.Boolean(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "origin IN ('push', 'seeker', 'employer', 'staff')",
            name=op.f("ck_job_introduction_origin"),
        ),
        sa.CheckConstraint(
            "reason IN ('pay', 'way', 'shift', 'skill', 'certificate', 'other_chosen', 'found_other', 'not_reached', 'other')",
            name=op.f("ck_job_introduction_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('pushed', 'interested', 'consented', 'interview', 'offered', 'hired', 'no_show', 'declined', 'lapsed')",
            name=op.f("ck_job_introduction_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_job_introduction_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["job_employer.id"], name=op.f("fk_job_introduction_employer_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["unit.id"], name=op.f("fk_job_introduction_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["job_posting.id"], name=op.f("fk_job_introduction_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["seeker_id"], ["job_seeker.id"], name=op.f("fk_job_introduction_seeker_id")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["unit.id"], name=op.f("fk_job_introduction_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_introduction")),
        sa.UniqueConstraint(
            "posting_id", "seeker_id", name=op.f("uq_job_introduction_posting_id_seeker_id")
        ),
    )
    op.create_index(
        op.f("ix_job_introduction_account_id"), "job_introduction", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_job_introduction_employer_id"), "job_introduction", ["employer_id"], unique=False
    )
    op.create_index(
        "ix_job_introduction_seeker", "job_introduction", ["seeker_id", "id"], unique=False
    )
    op.create_index(
        "ix_job_introduction_state", "job_introduction", ["state", "posting_id"], unique=False
    )
    op.create_index(
        op.f("ix_job_introduction_station_id"), "job_introduction", ["station_id"], unique=False
    )
    op.create_table(
        "job_push",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.Column("seeker_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("exact", sa.Float(precision=53), nullable=False),
        sa.Column("counted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("told_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("viewed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_job_push_percent")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["job_edition.id"], name=op.f("fk_job_push_edition_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["job_posting.id"], name=op.f("fk_job_push_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["seeker_id"], ["job_seeker.id"], name=op.f("fk_job_push_seeker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_push")),
        sa.UniqueConstraint(
            "posting_id",
            "seeker_id",
            "edition_id",
            name=op.f("uq_job_push_posting_id_seeker_id_edition_id"),
        ),
    )
    op.create_index("ix_job_push_seeker", "job_push", ["seeker_id"], unique=False)
    op.create_index(
        "ix_job_push_waiting",
        "job_push",
        ["id"],
        unique=False,
        postgresql_where=sa.text("told_at IS NULL"),
    )
    op.create_table(
        "job_consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("introduction_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["job_introduction.id"],
            name=op.f("fk_job_consent_introduction_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_consent")),
    )
    op.create_index(
        "uq_job_consent",
        "job_consent",
        ["introduction_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "job_hire",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.Column("opening", sa.Integer(), nullable=False),
        sa.Column("introduction_id", sa.BigInteger(), nullable=True),
        sa.Column("outside", sa.Text(), nullable=True),
        sa.Column("contract_on", sa.Date(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(introduction_id, outside) = 1", name=op.f("ck_job_hire_by_one")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_job_hire_by_id")),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["job_introduction.id"], name=op.f("fk_job_hire_introduction_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["job_posting.id"], name=op.f("fk_job_hire_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_hire")),
        sa.UniqueConstraint("introduction_id", name=op.f("uq_job_hire_introduction_id")),
        sa.UniqueConstraint("posting_id", "opening", name=op.f("uq_job_hire_posting_id_opening")),
    )
    op.create_index("ix_job_hire_at", "job_hire", ["at"], unique=False)
    op.create_table(
        "job_visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("told_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("stays", sa.Boolean(), nullable=True),
        sa.Column("hired", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'done', 'missed')", name=op.f("ck_job_visit_state")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_job_visit_by_id")),
        sa.ForeignKeyConstraint(["hire_id"], ["job_hire.id"], name=op.f("fk_job_visit_hire_id")),
        sa.ForeignKeyConstraint(["station_id"], ["unit.id"], name=op.f("fk_job_visit_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_visit")),
        sa.UniqueConstraint("hire_id", "days", name=op.f("uq_job_visit_hire_id_days")),
    )
    op.create_index(
        "ix_job_visit_due",
        "job_visit",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(op.f("ix_job_visit_station_id"), "job_visit", ["station_id"], unique=False)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(op.f("ix_job_visit_station_id"), table_name="job_visit")
    op.drop_index(
        "ix_job_visit_due", table_name="job_visit", postgresql_where=sa.text("state = 'due'")
    )
    op.drop_table("job_visit")
    op.drop_index("ix_job_hire_at", table_name="job_hire")
    op.drop_table("job_hire")
    op.drop_index(
        "uq_job_consent", table_name="job_consent", postgresql_where=sa.text("withdrawn_at IS NULL")
    )
    op.drop_table("job_consent")
    op.drop_index(
        "ix_job_push_waiting", table_name="job_push", postgresql_where=sa.text("told_at IS NULL")
    )
    op.drop_index("ix_job_push_seeker", table_name="job_push")
    op.drop_table("job_push")
    op.drop_index(op.f("ix_job_introduction_station_id"), table_name="job_introduction")
    op.drop_index("ix_job_introduction_state", table_name="job_introduction")
    op.drop_index("ix_job_introduction_seeker", table_name="job_introduction")
    op.drop_index(op.f("ix_job_introduction_employer_id"), table_name="job_introduction")
    op.drop_index(op.f("ix_job_introduction_account_id"), table_name="job_introduction")
    op.drop_table("job_introduction")
    op.drop_table("job_impression")
    op.drop_index(
        "ix_job_posting_until",
        table_name="job_posting",
        postgresql_where=sa.text("state IN ('open', 'paused')"),
    )
    op.drop_index(op.f("ix_job_posting_station_id"), table_name="job_posting")
    op.drop_index(
        "ix_job_posting_push",
        table_name="job_posting",
        postgresql_using="gist",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(
        "ix_job_posting_published",
        table_name="job_posting",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_job_posting_office_id"), table_name="job_posting")
    op.drop_index(
        "ix_job_posting_lodging",
        table_name="job_posting",
        postgresql_where=sa.text("state = 'open' AND dormitory"),
    )
    op.drop_index(op.f("ix_job_posting_grid_id"), table_name="job_posting")
    op.drop_index("ix_job_posting_employer", table_name="job_posting")
    op.drop_geospatial_index(
        "idx_job_posting_geom",
        table_name="job_posting",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("job_posting")
    op.drop_index(
        "uq_job_member", table_name="job_member", postgresql_where=sa.text("until IS NULL")
    )
    op.drop_index(op.f("ix_job_member_account_id"), table_name="job_member")
    op.drop_table("job_member")
    op.drop_index(op.f("ix_job_employer_station_id"), table_name="job_employer")
    op.drop_index(op.f("ix_job_employer_office_id"), table_name="job_employer")
    op.drop_table("job_employer")
    op.drop_table("job_substitute")
    op.drop_table("job_skill")
    op.drop_index(op.f("ix_job_seeker_station_id"), table_name="job_seeker")
    op.drop_index("ix_job_seeker_state", table_name="job_seeker")
    op.drop_index(
        "ix_job_seeker_sought",
        table_name="job_seeker",
        postgresql_using="gin",
        postgresql_where=sa.text("state IN ('open', 'in_talks') AND push"),
    )
    op.drop_index(op.f("ix_job_seeker_office_id"), table_name="job_seeker")
    op.drop_index(op.f("ix_job_seeker_home_grid_id"), table_name="job_seeker")
    op.drop_geospatial_index(
        "idx_job_seeker_home", table_name="job_seeker", postgresql_using="gist", column_name="home"
    )
    op.drop_geospatial_table("job_seeker")
    op.drop_table("job_edition")
    op.drop_table("job_way")
    op.drop_table("job_occupation")

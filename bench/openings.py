"""Ten postings for one seeker, and whom to tell of one: SQL narrows down, `degree` counts, nothing is lost."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from shapely import Point
from sqlalchemy import text

from bench.figures import Figure, best
from bench.ground import Ground
from tests.jobs import pools
from tests.jobs.pools import ON, SHIFTS, WORDS
from webapp.base.db import db
from webapp.base.spatial import SRID
from webapp.grids import bulk
from webapp.jobs import batch, criteria, models as kept, queries
from webapp.jobs.criteria import Tables
from webapp.jobs.degree import DESIGN, Posting, Seeker, Way, degree
from webapp.jobs.matching import Matcher, least_of_push, posting_side, reach_of_push
from webapp.jobs.queries import Asked
from webapp.jobs.rules import SeekerState
from webapp.jobs.sides import minor_group
from webapp.jobs.standards import DATA, Standard, read_occupations, read_substitutes

SIZES = (651, 10_000, 100_000)
TOP = 10
SEEKERS = 4
INDEX = "ix_job_posting_push"
KINDS = [
    code
    for code, _name, _english in read_occupations((DATA / "occupations.tsv").read_text("utf-8"))
    if len(code) == len("4-01-02-04")
]
SUBSTITUTES = read_substitutes((DATA / "substitutes.tsv").read_text("utf-8"))
TABLES = {"words": WORDS, "substitutes": SUBSTITUTES}
COUNTED_BY = Tables(DESIGN, WORDS, SUBSTITUTES)

_EMPTY = text("""
    SET LOCAL session_replication_role = replica;
    DELETE FROM job_posting;
    INSERT INTO job_occupation (code, name, name_en)
    SELECT code, code, code FROM unnest(cast(:codes AS text[])) code ON CONFLICT DO NOTHING
""")
_COLUMNS = """
    id, employer_id, title, occupation, openings, duties, must_skills, nice_skills, certificates,
    education, years, pay_low, pay_high, pay_unit, month_low, month_high, shifts, week_hours,
    employment, benefits, dormitory, hazard, address, valid_until, contact_post, contact_phone,
    state, created_at, published_at, geom
"""

# The whole degree in SQL, for one seeker of whom everything is known: what depends on codes and words
# alone comes in as tables.
_BY_SQL = text(f"""
    WITH near AS (
        SELECT * FROM unnest(cast(:codes AS text[]), cast(:occupation AS float8[]),
            cast(:line AS float8[]), cast(:years AS float8[])) n (code, occupation, line, years)),
    word AS (
        SELECT * FROM unnest(cast(:words AS text[]), cast(:tells AS float8[]),
            cast(:covers AS float8[])) w (word, tells, covers)),
    met AS (
        SELECT p.id, n.occupation, n.line,
            CASE WHEN :housed AND p.dormitory THEN greatest(way.value, :lodging) ELSE way.value END
                AS commute,
            wage.value AS wage,
            cast(cardinality(ARRAY(SELECT unnest(p.shifts) INTERSECT SELECT unnest(cast(:shifts AS text[]))))
                AS float8) / cardinality(p.shifts) AS shift,
            CASE WHEN cardinality(cast(:benefits AS text[])) = 0 THEN 1.0::float8
                ELSE cast(cardinality(ARRAY(SELECT unnest(p.benefits)
                    INTERSECT SELECT unnest(cast(:benefits AS text[])))) AS float8)
                    / cardinality(cast(:benefits AS text[])) END AS benefit,
            CASE WHEN must.value IS NULL AND nice.value IS NULL THEN 1.0::float8
                WHEN nice.value IS NULL THEN must.value WHEN must.value IS NULL THEN nice.value
                ELSE 0.8::float8 * must.value + 0.2::float8 * nice.value END AS skill,
            CASE WHEN p.years <= 0 THEN 1.0::float8
                ELSE least(1.0, (1 + n.years) / (1 + p.years)) END AS experience,
            greatest(0.0::float8, 1.0::float8 - 0.4::float8 * greatest(0, p.education - :education))
                AS education
        FROM job_posting p
        JOIN near n ON n.code = p.occupation
        CROSS JOIN LATERAL (SELECT 1.3::float8
            * ST_Distance(p.geom, ST_SetSRID(ST_MakePoint(:x, :y), {SRID})) / :speed AS minutes) far
        CROSS JOIN LATERAL (SELECT CASE WHEN far.minutes <= 15 THEN 1.0::float8
            ELSE power(2.0::float8, -(far.minutes - 15) / 15) END AS value) way
        CROSS JOIN LATERAL (SELECT least(greatest(p.month_low, :floor), :ask) AS low,
            least(greatest(p.month_high, :floor), :ask) AS high) ramp
        CROSS JOIN LATERAL (SELECT CASE
            WHEN p.month_low >= :ask THEN 1.0::float8
            WHEN p.month_high = p.month_low THEN greatest(0.0, (p.month_low - :floor) / (:ask - :floor))
            ELSE least(1.0, ((ramp.high - ramp.low)
                * greatest(0.0, ((ramp.low + ramp.high) / 2 - :floor) / (:ask - :floor))
                + greatest(p.month_high - :ask, 0.0)) / (p.month_high - p.month_low)) END AS value) wage
        CROSS JOIN LATERAL (SELECT sum(w.tells * w.covers) / sum(w.tells) AS value
            FROM word w WHERE w.word = ANY (p.must_skills)) must
        CROSS JOIN LATERAL (SELECT sum(w.tells * w.covers) / sum(w.tells) AS value
            FROM word w WHERE w.word = ANY (p.nice_skills)) nice
        WHERE p.state = 'open' AND p.filled < p.openings AND p.valid_until >= :day
          AND p.month_high >= :floor AND NOT p.shifts && cast(:refused AS text[])
          AND p.certificates <@ cast(:certificates AS text[])
          AND (far.minutes <= :most OR (:housed AND p.dormitory))),
    sides AS (
        SELECT id, 0.30::float8 * occupation + 0.30::float8 * commute + 0.25::float8 * wage
                + 0.10::float8 * shift + 0.05::float8 * benefit AS seeker,
            0.45::float8 * skill + 0.20::float8 * line + 0.20::float8 * experience
                + 0.15::float8 * education AS employer,
            least(occupation, commute, wage, shift, benefit, skill, line, experience, education) AS weakest
        FROM met)
    SELECT id, round(cast(100 * least(2 * seeker * employer / nullif(seeker + employer, 0),
        0.6::float8 + 0.4::float8 * weakest) AS numeric), 9)::float8 AS degree
    FROM sides ORDER BY degree DESC NULLS LAST, id LIMIT {TOP}
""")

Best = list[tuple[int, float]]
# A seeker, and where the way to work begins.
Wanting = tuple[Seeker, tuple[float, float]]


@dataclass(frozen=True)
class Market:
    """Postings with their places (metres), also in the table; and some seekers with theirs."""

    postings: Sequence[Posting]
    places: np.ndarray
    seekers: Sequence[Wanting]


def figures(ground: Ground) -> Iterator[Figure]:
    """Four ways of finding the best ten, side by side, and the question by which somebody is told."""
    with ground.app.app_context():
        for size in SIZES:
            market = _market(size)
            yield from _best_ten(market)
        yield _told(market)
        db.session.rollback()


def _market(size: int) -> Market:
    """So many postings over the territory, every one open, in memory and in the table."""
    chance, places = Random(size), np.random.default_rng(size)
    ground = shapely.total_bounds(bulk.territory().grids.areas).tolist()
    west, south, east, north = ground
    spots = places.uniform((west, south), (east, north), (size, 2)).round()
    postings = [_known(pools.a_posting(chance, key=at + 1), chance) for at in range(size)]
    middle = float(west + east) / 2, float(south + north) / 2
    seekers = [(_looking_for(chance.choice(postings), chance), middle) for _ in range(SEEKERS)]
    codes = sorted({each.code for each in postings})
    db.session.execute(_EMPTY, {"codes": codes})
    rows = io.StringIO()
    for posting, (x, y) in zip(postings, spots.tolist(), strict=True):
        rows.write("\t".join(map(_written, _row(posting, x, y))) + "\n")
    rows.seek(0)
    cursor: Any = db.session.connection().connection.cursor()
    with cursor:
        cursor.copy_expert(f"COPY job_posting ({_COLUMNS}) FROM STDIN", rows)
    db.session.execute(text("SET LOCAL session_replication_role = origin"))
    db.session.execute(text("ANALYZE job_posting"))
    return Market(postings, spots, seekers)


def _best_ten(market: Market) -> Iterator[Figure]:
    ready = batch.pool(market.postings, COUNTED_BY)
    ways = {
        "as the page asks, nearest kinds of work first": _listed,
        "a plain Python loop, postings in memory": lambda one: _looped(market, one)[:TOP],
        "numpy, postings in memory": lambda one: _by_numpy(market, ready, one),
        "the whole degree in SQL": lambda one: _by_sql(market, one),
    }
    truth = [_looped(market, one) for one in market.seekers]
    begun = time.perf_counter()
    read = [_everything(market, one)[:TOP] for one in market.seekers]
    slow = time.perf_counter() - begun
    if not all(_same(mine, own) for mine, own in zip(read, truth, strict=True)):
        raise RuntimeError("the table does not hold the postings that are in memory")
    for what, way in ways.items():
        took = best(lambda way=way: [way(one) for one in market.seekers], rounds=1)
        alike = all(_same(way(one), own) for one, own in zip(market.seekers, truth, strict=True))
        yield Figure(
            what=f"best {TOP} for a seeker: {what}",
            rows=len(market.postings),
            measured=f"{took / SEEKERS * 1000:.1f} ms",
            baseline="every row read, degree in a plain Python loop",
            beside=f"{slow / SEEKERS * 1000:.0f} ms",
            ratio=slow / took,
            wanted="the same ten",
            met=alike,
        )


def _told(market: Market) -> Figure:
    """Who is told by the query for it, against every pair; and by which index it goes."""
    asked = [_asked(seeker, home, pushed=True) for seeker, home in market.seekers]
    found = [set(queries.recommended(each, ON)) for each in asked]
    truth = [
        {key for key, value in _looped(market, one) if value >= DESIGN.push_from}
        for one in market.seekers
    ]
    kept = all(own <= mine for own, mine in zip(truth, found, strict=True))
    took = best(lambda: [queries.recommended(each, ON) for each in asked]) / len(asked)
    plan = queries.plan_of_recommended(asked[0], ON)
    return Figure(
        what="the postings among which those are that a seeker is told",
        rows=len(market.postings),
        measured=f"{took * 1000:.1f} ms",
        baseline="found, and from 90 % by degree of all pairs, a seeker",
        beside=f"{sum(map(len, found)) / SEEKERS:.0f}, {sum(map(len, truth)) / SEEKERS:.1f}",
        wanted=f"none lost, {INDEX}, < 50 ms",
        met=kept and INDEX in plan and took < 0.05 and any(truth),
        plan=tuple(plan.splitlines()),
    )


def _looped(market: Market, one: Wanting) -> Best:
    seeker, home = one
    metres = _metres(market.places, home).tolist()
    found = [
        (posting.id, degree(seeker, posting, Way(far), on=ON, **TABLES).exact)
        for posting, far in zip(market.postings, metres, strict=True)
    ]
    return _leading(found)


def _listed(one: Wanting) -> Best:
    """As the page of the seeker asks for them, by ways as the crow flies."""
    seeker, (x, y) = one
    matcher = Matcher(on=ON)
    matcher.standard = Standard(0, DESIGN, WORDS, SUBSTITUTES)
    matcher.ways = _Straight((x, y))
    row = kept.Seeker(
        wanted=list(seeker.wanted),
        lines=seeker.lines,
        skills=sorted(seeker.skills or ()),
        certificates={
            name: until.isoformat() if until else None
            for name, until in seeker.certificates.items()
        },
        education=seeker.education,
        pay_ask=seeker.ask,
        pay_floor=seeker.floor,
        shifts=sorted(seeker.shifts or ()),
        refused=sorted(seeker.refused),
        benefits=sorted(seeker.benefits),
        dormitory=seeker.dormitory,
        mode=seeker.mode,
        max_minutes=seeker.max_minutes,
        birth_year=seeker.birth_year,
        push=True,
        state=SeekerState.OPEN,
        home=from_shape(Point(x, y), srid=SRID),
    )
    return [(each.posting.id, each.degree.exact) for each in matcher.for_seeker(row, TOP)]


@dataclass(frozen=True)
class _Straight:
    """Ways from one place, as the crow flies and a little longer."""

    home: tuple[float, float]

    def between(self, _grid_id: int, spot: tuple[int, int], _mode: str) -> Way:
        return Way(float(_metres(np.array([spot]), self.home)[0]))


def _everything(market: Market, one: Wanting) -> Best:
    """Every row read, and `degree` asked of each in a plain loop."""
    seeker, home = one
    rows = queries.offered(each.id for each in market.postings)
    metres = _metres(np.array([(row.x, row.y) for row in rows]), home).tolist()
    return _leading(
        [
            (row.id, degree(seeker, posting_side(row), Way(far), on=ON, **TABLES).exact)
            for row, far in zip(rows, metres, strict=True)
        ]
    )


def _by_numpy(market: Market, ready: batch.Pool, one: Wanting) -> Best:
    seeker, home = one
    metres = _metres(market.places, home)[None, :]
    return next(batch.best([seeker], ready, metres, on=ON, count=TOP))


def _by_sql(market: Market, one: Wanting) -> Best:
    seeker, (x, y) = one
    codes = sorted({each.code for each in market.postings})
    lines = seeker.lines or {}
    words = sorted({word for each in market.postings for word in each.must | each.nice})
    has = WORDS.meant_by(seeker.skills or ())
    asked = _asked(seeker, (x, y))
    values = {
        "codes": codes,
        "occupation": [criteria.nearest(seeker.wanted, code, COUNTED_BY) for code in codes],
        "line": [criteria.nearest((*lines, *seeker.wanted), code, COUNTED_BY) for code in codes],
        "years": [
            max(
                (years * criteria.near(line, code, COUNTED_BY) for line, years in lines.items()),
                default=0.0,
            )
            for code in codes
        ],
        "words": words,
        "tells": [WORDS.weight(word) for word in words],
        "covers": [criteria.covered(frozenset({word}), has, COUNTED_BY) for word in words],
        "shifts": sorted(seeker.shifts or ()),
        "benefits": sorted(seeker.benefits or ()),
        "refused": asked.refused,
        "certificates": asked.certificates,
        "housed": seeker.dormitory,
        "lodging": DESIGN.dormitory,
        "education": seeker.education,
        "ask": seeker.ask,
        "floor": asked.lowest,
        "x": x,
        "y": y,
        "speed": DESIGN.speeds[seeker.mode],
        "most": seeker.max_minutes,
        "day": ON,
    }
    return [(key, value) for key, value in db.session.execute(_BY_SQL, values).all() if value]


def _leading(found: Best) -> Best:
    return sorted((each for each in found if each[1] > 0), key=lambda each: (-each[1], each[0]))


def _same(mine: Best, truth: Best) -> bool:
    """The best ten, whichever of equal ones they are."""
    of_all = dict(truth)
    values = [value for _key, value in mine]
    return (
        len({key for key, _value in mine}) == len(mine) == min(TOP, len(truth))
        and np.allclose(values, [value for _key, value in truth[:TOP]], atol=1e-8)
        and np.allclose(values, [of_all[key] for key, _value in mine], atol=1e-8)
    )


def _metres(places: np.ndarray, home: tuple[float, float]) -> np.ndarray:
    found: np.ndarray = DESIGN.detour * np.hypot(*(places - home).T)
    return found


def _asked(seeker: Seeker, home: tuple[float, float], *, pushed: bool = False) -> Asked:
    """What SQL is told of a seeker."""
    least = least_of_push(DESIGN) if pushed else DESIGN.ladder[2]
    reach = (seeker.max_minutes or 0.0) * DESIGN.speeds[seeker.mode]
    near = {
        minor_group(other)
        for (code, other), score in SUBSTITUTES.items()
        if score > least
        and {code, minor_group(code)} & {*seeker.wanted, *map(minor_group, seeker.wanted)}
    }
    return Asked(
        x=home[0],
        y=home[1],
        reach_m=min(reach, reach_of_push(DESIGN)[seeker.mode]) if pushed else reach,
        lowest=seeker.lowest_pay(DESIGN),
        refused=sorted(seeker.refused),
        certificates=[name for name, until in seeker.certificates.items() if (until or ON) >= ON],
        dormitory=seeker.dormitory,
        of_age=True,
        groups=sorted({*map(minor_group, seeker.wanted), *near}),
    )


def _known(posting: Posting, chance: Random) -> Posting:
    """The posting as the table keeps it: nothing the law wants is missing, skills by their one word."""
    return replace(
        posting,
        code=chance.choice(KINDS),
        must=WORDS.meant_by(posting.must),
        nice=WORDS.meant_by(posting.nice),
        pay_high=posting.top_pay,
        shifts=posting.shifts or frozenset({chance.choice(SHIFTS)}),
        benefits=posting.benefits or frozenset(),
        open=True,
        valid_until=posting.valid_until or ON + timedelta(days=20),
    )


def _looking_for(posting: Posting, chance: Random) -> Seeker:
    """A seeker who has filled in everything and would do about this work."""
    seeker = pools.a_seeker(chance, fitting=replace(posting, code=pools.CODES[0]))
    kin = [code for code in KINDS if minor_group(code) == minor_group(posting.code)]
    return replace(
        seeker,
        wanted=(posting.code,),
        lines={chance.choice(kin): 4.0},
        skills=seeker.skills or frozenset(),
        education=2 if seeker.education is None else seeker.education,
        ask=seeker.ask or 4000.0,
        floor=None,
        shifts=seeker.shifts or frozenset(SHIFTS),
        benefits=seeker.benefits or frozenset(),
        max_minutes=seeker.max_minutes or 45.0,
        birth_year=1980,
        push=True,
        open=True,
    )


def _row(posting: Posting, x: float, y: float) -> tuple[Any, ...]:
    """A row of the table, in the order of the columns."""
    now = datetime.now(UTC)
    pay = (posting.pay_low, posting.pay_high)
    return (
        posting.id,
        1,
        "示例岗位",
        posting.code,
        posting.openings_left,
        "示例",
        posting.must,
        posting.nice,
        posting.certificates,
        posting.education,
        posting.years,
        *pay,
        "month",
        *pay,
        posting.shifts,
        40,
        "full_time",
        posting.benefits,
        posting.dormitory,
        posting.hazardous,
        "示例",
        posting.valid_until,
        "示例",
        "示例",
        "open",
        now,
        now,
        f"SRID={SRID};POINT({x!r} {y!r})",
    )


def _written(value: Any) -> str:
    if isinstance(value, frozenset):
        return "{" + ",".join(sorted(value)) + "}"
    return str(value)

"""Demo data of residents: what they reported, how they rated it, what they follow."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from shapely.geometry.base import BaseGeometry

from webapp.base import clock, files
from webapp.base.access import Actor
from webapp.base.spatial import shape_of, to_lonlat
from webapp.cases import actions as cases, moves, queries
from webapp.cases.models import Case
from webapp.cases.residents import actions, following, queries as residents
from webapp.cases.residents.rules import Every
from webapp.cases.rules import Stage
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.people import actions as people_actions, actors, queries as people
from webapp.people.actors import Person

NAMES = uuid.UUID("0f0d6f5e-90a0-4a1b-8a52-6a5f7c1f3b11")

# Numbers of the demo; production takes no demo account.
PHONES = ("+8613800000001", "+8613800000002")


@dataclass(frozen=True)
class Tale:
    """One report of a resident: what, when (days ago), how far it got, how it was rated."""

    class_code: str
    words: str
    where_words: str
    days: float
    far: str
    confidential: bool = False
    private: bool = False
    rating: tuple[int, bool, str | None] | None = None
    released: str | None = None


TALES = (
    Tale("06010", "【示例】小区东门外垃圾堆了好几天", "东门外", 0.3, "reported"),
    Tale("06028", "【示例】晚上施工噪声大，请保密", "3号楼旁", 3, "filed", confidential=True),
    Tale("29006", "【示例】楼道堆放杂物，物业不管，不希望公开", "2单元", 4, "filed", private=True),
    Tale("06013", "【示例】路面有坑", "卫生室门口", 6, "working", released="路面破损，已派人修补"),
    Tale("06012", "【示例】路上有泥", "市场南侧", 9, "closed", rating=(5, True, None)),
    Tale(
        "06017",
        "【示例】绿地里有垃圾",
        "广场西侧",
        5,
        "closed",
        rating=(1, False, "【示例】过两天又脏了"),
    ),
    Tale("06036", "【示例】消防通道旁堆放杂物", "5号楼", 100, "closed", rating=(4, True, None)),
)


def tell(*, prefix: str, home: str) -> int:
    """The reports of residents and what they follow are there; answers how many reports are new."""
    grid = next((each for each in grids.living() if home in each.name), grids.living()[0])
    version = grids.version_of(grid)
    if version is None:
        return 0
    who = [_resident(place, phone) for place, phone in enumerate(PHONES, start=1)]
    told = _Tales(prefix, grid, shape_of(version.geom), clock.now())
    new = sum(told.tell(place, tale, who[place % 2]) for place, tale in enumerate(TALES))
    if not residents.follows_of(who[0].id):
        following.follow(grid=grid, every=Every.DAILY, by=who[0], locale="zh_CN")
    return new


def _resident(place: int, phone: str) -> Person:
    account = people.by_phone(phone)
    if account is None:
        name = f"居民·示例{place}"
        account = people_actions.create_account(name=name, phone=phone, demo=True, by=None)
    found = actors.person(account.id)
    if found is None:
        raise LookupError(f"the demo resident {place} is locked")
    return found


class _Tales:
    def __init__(self, prefix: str, grid: Grid, border: BaseGeometry, now: datetime) -> None:
        self.prefix = prefix
        self.middle = border.representative_point()
        self.now = now
        self.worker = actor("worker")
        self.handler = actor("handler")
        self.checker = actor("leader")
        self.desk = actor("dispatcher")
        self.shift = actor("shift")

    @property
    def office(self) -> int:
        """The department whose handler deals with these reports."""
        return next(iter(self.handler.held[0].units))

    def tell(self, place: int, tale: Tale, who: Person) -> bool:
        """The report went as far as its tale says; True when it is new."""
        mark = uuid.uuid5(NAMES, str(place))
        if queries.by_client_id(mark) is not None:
            return False
        lon, lat = to_lonlat(self.middle.x + 9 * place, self.middle.y - 7 * place)
        at = self.now - timedelta(days=tale.days)
        with clock.at(at):
            case = actions.report(
                class_code=tale.class_code,
                lon=lon,
                lat=lat,
                words=tale.words,
                where_words=tale.where_words,
                confidential=tale.confidential,
                private=tale.private,
                by=who,
                client_id=mark,
                prefix=self.prefix,
            )
            case.received_at = at
            _photo(case, place, Stage.FOUND, who)
        if tale.far != "reported":
            self._go(case, place, tale, at)
        return True

    def _go(self, case: Case, place: int, tale: Tale, at: datetime) -> None:
        steps: list[Callable[[], object]] = [
            lambda: self._verify(case, place),
            lambda: moves.file_case(case, by=self.shift),
        ]
        if tale.far in ("working", "closed"):
            steps += [
                lambda: moves.dispatch(case, unit=self.office, by=self.desk),
                lambda: moves.sign(case, by=self.handler),
            ]
        if tale.far == "closed":
            steps.append(lambda: self._close(case, place))
        if tale.rating is not None:
            level, solved, words = tale.rating
            steps.append(lambda: actions.rate(case, level=level, solved=solved, words=words))
        if tale.released:
            words = tale.released
            steps.append(lambda: self._release(case, words))
        for hours, step in enumerate(steps, start=1):
            with clock.at(at + timedelta(hours=2 * hours)):
                step()

    def _release(self, case: Case, words: str) -> None:
        shown = [media.id for media in case.media if media.stage == Stage.FOUND]
        actions.release(case, words=words, photos=shown, private=False, by=self.desk)

    def _verify(self, case: Case, place: int) -> None:
        moves.send_verify(case, to=self.worker.id, by=self.desk)
        _photo(case, place, Stage.VERIFY, self.worker)
        moves.confirm(case, by=self.worker, note="【示例】现场属实")

    def _close(self, case: Case, place: int) -> None:
        _photo(case, place, Stage.AFTER, self.handler)
        moves.feedback(case, by=self.handler, note="【示例】已清理")
        moves.send_check(case, to=self.checker.id, by=self.desk)
        moves.pass_check(case, by=self.checker, note="【示例】已到现场查看")
        moves.close(case, by=self.shift)


def _photo(case: Case, place: int, stage: Stage, by: Actor) -> None:
    picture: BytesIO = scenes.photo("rubbish", seed=place, solved=stage is Stage.AFTER)
    cases.add_media(case, files.keep_picture(picture, by=by), stage=stage)

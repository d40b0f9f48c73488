"""Demo topics on all three levels: one voted on and rated, one publicised, one open for votes; a council."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.base import clock, files
from webapp.base.spatial import to_lonlat
from webapp.community.deliberation import actions, around, councils, poll_queries, polls, queries
from webapp.community.deliberation.council_rules import Strata
from webapp.community.deliberation.forms import (
    CouncilForm,
    FollowUpForm,
    RatingForm,
    StageForm,
    TopicForm,
)
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.procedures import Choice, Stage
from webapp.community.deliberation.rules import Came, Level
from webapp.community.deliberation.steps import Step
from webapp.community.livelihood.rules import Category
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.operation.livelihood_story import PHONES
from webapp.people import actors, days, phones, queries as people
from webapp.people.actors import Person
from webapp.residents.models import Building

YES, NO, ABSTAIN = Choice


def tell() -> int:
    """The topics of the home grid and of a village are there where none were; answers how many are new."""
    worker, leader = actor("worker"), actor("leader")
    if queries.listed(leader, lane="open").rows:
        return 0
    living = grids.living()
    home = next(grid for grid in living if grid.id in worker.grids(("grid_worker",)))
    village = next((grid for grid in living if grid.kind == "village"), None)
    near = queries.buildings_of(_proposed(home, "长椅安放位置", Category.ELDERLY, 2))
    blocks = sorted(near, key=lambda block: block.name)
    _rated(home, blocks[0], leader)
    _publicised(home, blocks[1], leader)
    _open(home, leader)
    with clock.at(clock.now() - timedelta(hours=5)):
        _levelled(
            home,
            "外墙维修使用维修资金",
            Category.GROUND,
            leader,
            Level.BUILDING,
            building=blocks[2],
            procedure="owners",
        )
    with clock.at(clock.now() - timedelta(days=1)):
        wide = _levelled(home, "社区活动室开放时间", Category.CULTURE, leader, Level.COMMUNITY)
        _announced(wide, leader, _evening(clock.now() + timedelta(days=6)))
    if village is not None:
        _village(village)
    _council(home, leader)
    return 7 if village is not None else 6


def _proposed(grid: Grid, title: str, theme: Category, days_ago: float) -> Topic:
    version = grids.version_of(grid)
    if version is None:
        raise LookupError(f"{grid.name} has no border")
    middle = version.shape.representative_point()
    lon, lat = to_lonlat(middle.x, middle.y)
    said = TopicForm(
        title=f"【示例】{title}",
        words=f"【示例】居民在走访中提出：{title}，请大家一起商量。",
        theme=theme,
        came=Came.VISIT,
        lon=lon,
        lat=lat,
    )
    with clock.at(clock.now() - timedelta(days=days_ago)):
        return actions.propose(said, by=actor("street"))


def _levelled(
    grid: Grid,
    title: str,
    theme: Category,
    by: Person,
    level: Level,
    *,
    building: Building | None = None,
    procedure: str = "residents",
) -> Topic:
    topic = _proposed(grid, title, theme, 6)
    with clock.at(clock.now() - timedelta(days=4)):
        return _taken_up(topic, by, Step(level=level, procedure=procedure, building=building))


def _taken_up(topic: Topic, by: Person, said: Step) -> Topic:
    actions.step(topic, "screen", Step(note="【示例】涉及多户，可以商量"), by=by)
    actions.step(topic, "set_level", said, by=by)
    return topic


def _announced(topic: Topic, by: Person, at: datetime) -> None:
    said = Step(meeting_at=at, meeting_place="【示例】网格议事厅")
    actions.step(topic, "announce", said, by=by)


def _evening(moment: datetime) -> datetime:
    """Seven in the evening of that day."""
    return days.start_of(moment.astimezone(days.zone()).date()) + timedelta(hours=19)


def _to_vote(
    topic: Topic, by: Person, plan: str, *, secret: bool, online: bool, for_days: int = 60
) -> None:
    """It is announced, two days later talked over, and put to the vote."""
    now = clock.now()
    with clock.at(now - timedelta(days=3)):
        _announced(topic, by, _evening(now - timedelta(days=1)))
    with clock.at(now - timedelta(hours=20)):
        minutes = Step(
            words="【示例】到会居民逐条讨论，意见一致",
            file=files.keep_picture(scenes.paper(), by=by),
        )
        actions.step(topic, "meet", minutes, by=by)
        actions.step(topic, "draft", Step(words=f"【示例】{plan}"), by=by)
    # The database takes votes by its own clock, so the time of a story of the past ends later than that.
    said = Step(closes_at=clock.now() + timedelta(days=for_days), secret=secret, online=online)
    actions.step(topic, "open_vote", said, by=by)


def _rated(home: Grid, block: Building, by: Person) -> None:
    """Who has a phone votes online, the others on a sheet; it passes, is done and rated."""
    begun = clock.now() - timedelta(days=40)
    with clock.at(begun):
        topic = _levelled(
            home, "楼道堆物清理公约", Category.SAFETY, by, Level.BUILDING, building=block
        )
        _to_vote(topic, by, "楼道不堆放杂物，每月最后一个周六集中清理", secret=False, online=True)
        poll = poll_queries.current(topic.id)
        if poll is None:
            return
        resident = _resident()
        if poll_queries.voter_of(resident.id, poll, polls.of_age(days.today())) is not None:
            polls.cast(poll, YES, by=resident)
        left = poll_queries.roll(poll.id, missing=True).rows
        votes = {each.voter.number: NO if place == 1 else YES for place, each in enumerate(left)}
        _witnessed(topic, votes=votes)
    with clock.at(begun + timedelta(days=2)):
        actions.count(topic, days=3, by=by)
    with clock.at(begun + timedelta(days=7)):
        actions.step(topic, "carry_out", Step(), by=by)
        to_do = FollowUpForm(
            words="【示例】张贴公约、安排首次清理", owner="【示例】楼长", due_on=days.today()
        )
        around.add_follow_up(topic, to_do, by=by)
        around.finish(topic.follow_ups[0], on=days.today(), by=by)
        tidy = files.keep_picture(scenes.photo("rubbish", seed=77, solved=True), by=by)
        result = Step(words="【示例】三个单元已清理完毕", file=tidy)
        actions.step(topic, "publish_result", result, by=by)
        if around.own_place(topic, resident) is not None:
            around.rate(topic, RatingForm(rating=5, words="【示例】干净多了"), by=resident)
    with clock.at(begun + timedelta(days=14)):
        actions.step(topic, "close_rating", Step(), by=by)


def _publicised(home: Grid, block: Building, by: Person) -> None:
    """A secret vote on paper: entered by one, confirmed by two, counted yesterday."""
    with clock.at(clock.now() - timedelta(days=2)):
        topic = _levelled(
            home, "楼前停车位调整", Category.PARKING, by, Level.BUILDING, building=block
        )
        _to_vote(topic, by, "楼前增划六个车位，留出消防通道", secret=True, online=False)
        poll = poll_queries.current(topic.id)
        if poll is None:
            return
        everybody = [each.voter.number for each in poll_queries.roll(poll.id).rows]
        _witnessed(topic, numbers=everybody, counts={YES: len(everybody) - 1, ABSTAIN: 1})
    with clock.at(clock.now() - timedelta(hours=20)):
        actions.count(topic, days=5, by=by)


def _open(home: Grid, by: Person) -> None:
    """The homes of the grid can vote now, online and in secret."""
    with clock.at(clock.now() - timedelta(hours=3)):
        topic = _levelled(home, "电动车充电棚选址", Category.PARKING, by, Level.GRID)
        _to_vote(topic, by, "在东门北侧建十二个充电位的车棚", secret=True, online=True, for_days=5)


def _village(village: Grid) -> None:
    """Two of the four decisions are taken."""
    street = actor("street")
    with clock.at(clock.now() - timedelta(days=2)):
        topic = _levelled(
            village, "村内道路硬化", Category.GROUND, street, Level.GRID, procedure="village"
        )
        for stage, present, agree in ((Stage.BRANCH, 7, 7), (Stage.COMMITTEES, 9, 8)):
            said = StageForm(stage=stage, held_on=days.today(), present=present, agree=agree)
            around.hold_stage(topic, said, by=street)


def _council(home: Grid, by: Person) -> None:
    """A council of five is drawn by the numbers of a made-up lottery."""
    said = CouncilForm(
        title="【示例】网格议事会",
        seats=5,
        strata=Strata.BUILDING,
        source="【示例】下一期公开摇号的号码",
        grid=home.code,
    )
    with clock.at(clock.now() - timedelta(days=8)):
        council = councils.fix_list(said, home, by=by)
    with clock.at(clock.now() - timedelta(days=6)):
        councils.draw(council, seed="【示例】03 08 15 21 27 30 + 11", by=by)


def _resident() -> Person:
    """Who lives in the first home of the first block and has signed in by phone."""
    account = people.by_phone(phones.normal(PHONES[0]))
    found = actors.person(account.id) if account else None
    if found is None:
        raise LookupError("the demo resident with the first phone is missing")
    return found


def _witnessed(topic: Topic, **said: object) -> None:
    poll = poll_queries.current(topic.id)
    if poll is not None:
        worker = actor("worker")
        scan = files.keep_picture(scenes.paper(), by=worker)
        sheet = polls.enter_sheet(poll, file=scan, by=worker, **said)  # type: ignore[arg-type]  # as named there
        for witness in ("leader", "street"):
            polls.witness(sheet, by=actor(witness))

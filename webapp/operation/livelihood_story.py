"""Demo livelihood items: 97 of them, 72 under way or done, each moved as people would move it."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from webapp.base import clock, files
from webapp.base.files import StoredFile
from webapp.base.spatial import to_lonlat
from webapp.cases import queries as cases
from webapp.community.livelihood import actions, queries
from webapp.community.livelihood.actions import Step
from webapp.community.livelihood.forms import ItemForm, ReviewForm
from webapp.community.livelihood.models import LivelihoodItem
from webapp.community.livelihood.rules import Category
from webapp.grids import queries as grids
from webapp.grids.models import Unit
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.people import actions as accounts, actors, days, phones, queries as people
from webapp.people.actors import Person

# How many items there are of each kind, and what they are called; 97 together (the split is assumed).
KINDS: dict[Category, tuple[int, tuple[str, ...]]] = {
    Category.GROUND: (24, ("背街小巷路面修补", "路灯补建", "雨污管网改造", "楼道扶手加装")),
    Category.ENVIRONMENT: (18, ("垃圾分类亭更新", "河道清淤", "闲置地块补绿")),
    Category.ELDERLY: (12, ("幸福食堂", "适老化改造", "居家呼叫铃")),
    Category.CULTURE: (10, ("健身广场翻新", "农家书屋更新")),
    Category.PARKING: (9, ("电动车充电棚", "停车位划线")),
    Category.SAFETY: (8, ("消防通道疏通", "老旧小区监控补点")),
    Category.CHILDREN: (6, ("四点半课堂", "上学路口护栏")),
    Category.WORK: (5, ("家门口招聘角",)),
    Category.OTHER: (5, ("便民维修点",)),
}
# So many went how far.
FAR = (
    ("screen", 97),
    ("choose", 79),
    ("fund", 72),
    ("build", 60),
    ("reach", 30),
    ("finish", 30),
)
# The first of those that are built stands where residents with these phones live; they accept it.
PHONES = ("13800001000", "13800001010", "13800001011", "13800001020")
DAYS_AGO = 150


def tell() -> int:
    """The items stand where they stand; answers how many are new."""
    street = actor("street")
    if queries.counts(street, days.today())["all"]:
        return 0
    items = _collected(street)
    units = cases.departments()
    before, after = (
        files.keep_picture(scenes.photo("road", seed=7, solved=done), by=street)
        for done in (False, True)
    )
    for place, (name, many) in enumerate(FAR):
        with clock.at(clock.now() - timedelta(days=DAYS_AGO - 25 * (place + 1))):
            chosen = items[:many]
            if name == "reach":
                ways = [each for item in chosen for each in item.milestones]
                actions.reach(ways, on=days.today(), by=street)
                continue
            photo = after if name == "finish" else before
            deeds = [
                (item, _said(name, number, units[number % len(units)], photo))
                for number, item in enumerate(chosen)
            ]
            actions.step_all(deeds, name, by=street)
    _on_the_way(items, street)
    _accepted(items[0], street)
    return len(items)


def _on_the_way(items: list[LivelihoodItem], street: Person) -> None:
    """What is under way has reached what was planned until now; each ninth item lags behind."""
    going = [each for number, each in enumerate(items[: dict(FAR)["fund"]]) if number % 9]
    open_ways = [way for item in going for way in item.milestones if way.done_on is None]
    for ago in (45, 25, 5):
        day = days.today() - timedelta(days=ago)
        reached = [way for way in open_ways if way.done_on is None and way.plan_on <= day]
        if reached:
            with clock.at(clock.now() - timedelta(days=ago)):
                actions.reach(reached, on=day, by=street)


def _said(name: str, number: int, unit: Unit, photo: StoredFile) -> Step:
    """What is said with a move of the item of this number, and nothing else."""
    if name == "choose":
        due_on = days.today() + timedelta(days=60 + number * 3)
        return Step(note="【示例】居民议事会票决", unit=unit, due_on=due_on)
    if name == "fund":
        return Step(cost=20_000 + 4_500 * (number * 7 % 40), paid_from="【示例】街道为民实事专项")
    return Step(photo=photo) if name in ("build", "finish") else Step()


def _collected(by: Person) -> list[LivelihoodItem]:
    random = Random(97)  # noqa: S311  # places of a demo, not a secret
    living = grids.living()
    home = next(
        (grid for grid in living if grid.id in actor("worker").grids(("grid_worker",))), living[0]
    )
    titles = [
        (category, names[number % len(names)])
        for category, (many, names) in KINDS.items()
        for number in range(many)
    ]
    random.shuffle(titles)
    shapes = {version.grid_id: version.shape for version in grids.active_versions()}
    said = []
    for number, (category, title) in enumerate(titles):
        grid = home if number == 0 else living[number * 5 % len(living)]
        spot = shapes[grid.id].representative_point()
        lon, lat = to_lonlat(spot.x + random.uniform(-30, 30), spot.y + random.uniform(-30, 30))
        said.append(
            ItemForm(
                title=f"【示例】{grid.name}{title}",
                words=f"【示例】居民在走访和议事时提出：{grid.name}需要{title}。",
                category=category,
                lon=lon,
                lat=lat,
                grids=[grid.id],
            )
        )
    with clock.at(clock.now() - timedelta(days=DAYS_AGO)):
        return actions.collect(said, by=by)


def _accepted(item: LivelihoodItem, street: Person) -> None:
    """Residents of the place look at the first item and accept it."""
    for number, phone in enumerate(PHONES):
        who = _resident(phone, number + 1)
        if queries.lives_there(who.id, item.id) is not None:
            words = "【示例】比以前好走多了" if number == 0 else None
            said = ReviewForm(accepts=True, rating=5 - number % 2, words=words)
            actions.review(item, said, by=who)
    actions.step(item, "accept", Step(), by=street)


def _resident(phone: str, number: int) -> Person:
    known = people.by_phone(phones.normal(phone))
    name = f"居民·示例{number}号"
    account = known or accounts.create_account(
        name=name, phone=phones.normal(phone), demo=True, by=None
    )
    found = actors.person(account.id)
    if found is None:
        raise LookupError(f"the account of {name} is locked")
    return found

"""Demo neighbourhood: heads, party households and partners of the worker's grid, two companies, four models."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock
from webapp.community.roles import actions, property_actions, property_queries, queries
from webapp.community.roles.forms import CompanyForm, ModelForm, RoleForm, TermForm
from webapp.community.roles.property_models import PropertyCompany
from webapp.community.roles.rules import RatedBy, RoleKind, criteria, quarter_of
from webapp.grids import queries as grids
from webapp.grids.models import Unit
from webapp.operation.cast import actor
from webapp.operation.livelihood_story import PHONES
from webapp.people import actors, days, phones, queries as people

# Names from the source article; what each does is told as an example.
MODELS = {
    "季翔": "幸福共享",
    "瑞祥": "红网精治·祥和到家",
    "恒祥": "睦邻物业",
    "嘉祥": "家治汇",
}
COMPANIES = ("【示例】睦邻物业公司", "【示例】海岸物业公司")


def tell() -> int:
    """The roles and companies are there where none were; answers how many roles are new."""
    street, worker = actor("street"), actor("worker")
    today = days.today()
    if queries.counts(street, today):
        return 0
    for unit, _model in queries.communities():
        name = next((each for each in MODELS if each in unit.name), None)
        if name is not None:
            words = f"【示例】{unit.name}以“{MODELS[name]}”为品牌，组织居民共商、共建、共享。"
            actions.describe(unit, ModelForm(name=MODELS[name], words=words), by=street)
    home = next(grid for grid in grids.living() if grid.id in worker.grids(("grid_worker",)))
    since = today - timedelta(days=200)
    firms = [property_actions.enter(CompanyForm(name=name), by=street) for name in COMPANIES]
    made = 0

    def give(kind: RoleKind, name: str, building: int | None) -> None:
        said = RoleForm(
            kind=kind,
            grid=home.display_code,
            building=building,
            name=f"【示例】{name}",
            phone="0535-0000000",
            since=since,
        )
        actions.appoint(said, by=worker)

    for number, building in enumerate(queries.choosable(home.id)[:6]):
        give(RoleKind.BUILDING_HEAD, f"红心楼长{number + 1}", building.id)
        give(RoleKind.PARTY_HOUSEHOLD, f"党员中心户{number + 1}", building.id)
        said = TermForm(building=building.id, since=since)
        property_actions.serve(firms[number // 5], said, by=street)
        made += 2
    for name in ("便利店", "社区卫生室"):
        give(RoleKind.PARTNER, name, None)
    give(RoleKind.VOLUNTEER, "志愿者甲", None)
    for name in ("在职党员一", "在职党员二"):
        give(RoleKind.PARTY_MEMBER, name, None)
    # The quarter before is published, the one that runs is being rated.
    before = quarter_of(today) - timedelta(days=10)
    with clock.at(clock.now() - (today - before)):
        _rated(firms[0], home.community)
    property_actions.publish(quarter_of(before), by=street)
    _rated(firms[0], home.community)
    return made + 5


def _rated(firm: PropertyCompany, community: Unit) -> None:
    """Residents of its buildings and their community rate the company in the quarter of the day."""
    scores = {each.key: 4 for each in criteria() if each.by == RatedBy.RESIDENTS}
    served = property_queries.served(firm.id, days.today())
    for number, phone in enumerate(PHONES):
        account = people.by_phone(phones.normal(phone))
        who = actors.person(account.id) if account else None
        if who is not None and queries.lives_in(who.id, served) is not None:
            rated = scores | {"repairs": 5 - number % 3}
            property_actions.rate(firm, rated, words=None, by=who)
    office = {each.key: 5 for each in criteria() if each.by == RatedBy.COMMUNITY}
    property_actions.rate_for(firm, community, office, words=None, by=actor("street"))

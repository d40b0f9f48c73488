"""Demo work of projects: six bonds, four tough items, meetings, and what enterprises ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from webapp.base import clock
from webapp.grids import queries as grids
from webapp.operation.cast import actor
from webapp.people import actions as accounts, days, queries as people
from webapp.people.actors import Person
from webapp.projects.bonds import actions as bonds
from webapp.projects.bonds.forms import BondForm, SpendingForm
from webapp.projects.bonds.rules import BOND_FLOW
from webapp.projects.duties import actions as duties
from webapp.projects.duties.forms import MeetingForm, ResolutionForm, ToughForm
from webapp.projects.firms import actions as firms
from webapp.projects.firms.forms import RequestForm
from webapp.projects.models import Project
from webapp.projects.rules import TeamRole

SOURCE = "【示例】债券名称据2022年新闻报道或为假设，金额与条件为演示数据"

# A PDF of one empty page stands for the opinion of a law office.
OPINION = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True)
class Planned:
    """A bond of the story: its amount, how many moves it has made, and what was paid of it."""

    name: str
    amount: int
    moves: int
    paid: tuple[int, ...] = ()


BONDS = {
    "九曲河公园": Planned("九曲河公园专项债", 12000, 4, (1800, 2600, 1500)),
    "高铁西站高压入地": Planned("高铁西站高压入地专项债", 9600, 4, (2400,)),
    "东岛咀海岸公园": Planned("【示例】海岸公园提升专项债", 6800, 5, (3000, 3800)),
    "卫生健康职业学院": Planned("【示例】职业学院配套专项债", 15000, 3),
    "万华三期": Planned("【示例】园区道路配套专项债", 8200, 2),
    "枫林新材料": Planned("【示例】园区污水管网专项债", 5400, 1),
}

TOUGH = {
    "华润锦纶": "华润化学项目攻坚",
    "枫林新材料": "枫林新材料项目攻坚",
    "九目化学": "【示例】厂外管廊占地协调",
    "万华三期": "【示例】通勤道路临时改道",
}

ASKED = (
    ("【示例】请确认临时用电接入的时间", "【示例】供电所已排期，下周接通"),
    ("【示例】施工车辆进出道路需要加宽", None),
)
# The enterprise of this project has somebody who signs in.
WITH_CONTACT = "华润锦纶"


def account(username: str, name: str, role: str) -> Person:
    """A demo account that signs in like the others; who supports a project holds a post over a grid."""
    street, worker = grids.root(), people.by_username("worker")
    if people.by_username(username) is None and street is not None:
        home = grids.living()[-1].id if role == "support_team" else None
        made = accounts.create_account(name=name, username=username, demo=True, by=None)
        made.password_hash = worker.password_hash if worker else None
        accounts.give_post(
            made,
            role=role,
            grid_id=home,
            unit_id=None if home else street.id,
            since=clock.now() - timedelta(days=240),
            by=None,
        )
    return actor(username)


def add(
    project: Project,
    name: str,
    members: Mapping[TeamRole, Person],
    leader: Person,
    street: Person,
) -> None:
    """What the project has beside its stages, as the story says."""
    today = days.start_of(days.today())
    if name in BONDS:
        _bond(project, BONDS[name], members[TeamRole.FUNDS], leader, street, today)
    if name in TOUGH:
        # Whoever decides accepts it, and is answerable for nothing of it.
        _tough(project, TOUGH[name], members[TeamRole.PAPERS], leader, street, today)
        _meeting(project, members, leader, today)
    if name == WITH_CONTACT:
        _asked(project, members[TeamRole.LIAISON], leader, today)


def _bond(
    project: Project,
    said: Planned,
    clerk: Person,
    leader: Person,
    street: Person,
    today: datetime,
) -> None:
    with clock.at(today - timedelta(days=50) + timedelta(hours=9)):
        form = BondForm(
            name=said.name,
            amount_wan=Decimal(said.amount),
            rate_percent=Decimal("3.15"),
            term_years=15,
            income="【示例】配套商业与停车收入",
            provenance=SOURCE,
        )
        bond = bonds.plan(project, form, by=leader)
        bonds.add_opinion(bond, OPINION, by=leader, base_version=None)
    steps = [step for step in BOND_FLOW.moves if step not in ("spend", "accept")]
    for number, step in enumerate(steps[: said.moves]):
        with clock.at(today - timedelta(days=45 - 5 * number) + timedelta(hours=10)):
            bonds.step(bond, step, by=leader, base_version=None)
    for number, amount in enumerate(said.paid):
        day = today - timedelta(days=15 - 5 * number)
        with clock.at(day + timedelta(hours=15)):
            paid = SpendingForm(
                day=day.date(), amount_wan=Decimal(amount), words="【示例】工程进度款"
            )
            bonds.spend(bond, paid, by=clerk, base_version=None)
    if sum(said.paid) == said.amount:
        with clock.at(today - timedelta(days=2) + timedelta(hours=10)):
            note = "【示例】绩效目标完成，资金全部支出"
            bonds.step(bond, "accept", by=street, note=note, base_version=None)


def _tough(
    project: Project, title: str, owner: Person, leader: Person, street: Person, today: datetime
) -> None:
    with clock.at(today - timedelta(days=30) + timedelta(hours=9)):
        said = ToughForm(
            title=title,
            words="【示例】逐项列出难点，专人负责到底",
            owner=owner.id,
            due_on=(today - timedelta(days=8)).date(),
        )
        row = duties.take_on(project, said, by=leader, base_version=None)
    with clock.at(today - timedelta(days=10) + timedelta(hours=16)):
        duties.step(row, "solve", by=owner, note="【示例】已协调解决", base_version=None)
    with clock.at(today - timedelta(days=9) + timedelta(hours=10)):
        duties.step(row, "accept", by=street, base_version=None)


def _meeting(
    project: Project, members: Mapping[TeamRole, Person], leader: Person, today: datetime
) -> None:
    held = today - timedelta(days=6) + timedelta(hours=14)
    with clock.at(held + timedelta(hours=2)):
        said = MeetingForm(
            held_at=held,
            place="【示例】街道三楼会议室",
            agenda="【示例】平整进度与管线迁改\n企业诉求",
            chair=leader.id,
            present=[member.id for member in members.values()],
            guests="企业项目经理",
            minutes="【示例】各组汇报进度，明确迁改时间",
        )
        writer = members[TeamRole.LIAISON]
        meeting = duties.meet(project, said, by=writer, base_version=None)
        for role, words, after in (
            (TeamRole.UTILITIES, "【示例】协调供电所确定迁改日期", 2),
            (TeamRole.LAND, "【示例】完成边坡测量并报送", 9),
        ):
            form = ResolutionForm(
                words=words, owner=members[role].id, due_on=(held + timedelta(days=after)).date()
            )
            duties.resolve(project, meeting, form, by=writer, base_version=None)


def _asked(project: Project, liaison: Person, leader: Person, today: datetime) -> None:
    contact = account("firm", f"企业联系人·{project.name}", "employer")
    with clock.at(today - timedelta(days=20) + timedelta(hours=9)):
        firms.name_contact(project, contact.id, by=leader, base_version=None)
    for back, (words, answer) in zip((7, 1), ASKED, strict=True):
        with clock.at(today - timedelta(days=back) + timedelta(hours=10)):
            row = firms.ask(project, RequestForm(words=words), by=contact)
        if answer is not None:
            with clock.at(today - timedelta(days=back - 1) + timedelta(hours=11)):
                firms.step(row, "answer", by=liaison, note=answer, base_version=None)

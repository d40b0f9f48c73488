"""Demo data: accounts called by their post, and a few days of cases at every stage of their life."""

from __future__ import annotations

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path

from flask import url_for
from sqlalchemy import func, select
from tqdm import tqdm

from webapp.base import clock, kept
from webapp.base.db import db
from webapp.cases import commands as case_data
from webapp.cases.figures.periods import today
from webapp.grids import queries as grids
from webapp.grids.models import Grid, Unit, UnitCode
from webapp.grids.rules import UnitKind
from webapp.jobs import standards as job_data
from webapp.maps.bulletin import actions as bulletin
from webapp.operation import (
    activity_story,
    alarm_story,
    appeal_story,
    balance_story,
    camera_story,
    danger_story,
    deliberation_story,
    desk_story,
    duty,
    figure_story,
    gate_story,
    home_story,
    job_story,
    ledger_story,
    livelihood_story,
    news_story,
    old_door_story,
    open311_story,
    opinion_story,
    outdoors,
    point_story,
    port_story,
    project_story,
    relocation_story,
    resident_story,
    role_story,
    safety_story,
    sensor_story,
    service_story,
    standards_demo,
    video_story,
    webhook_story,
    whistle_story,
)
from webapp.operation.stories import Stories
from webapp.people import (
    actions,
    actors,
    commands as people_data,
    enterprises,
    passwords,
    queries as people,
)
from webapp.people.models import Account
from webapp.people.rules import ROLES
from webapp.points import commands as point_data
from webapp.services.items import commands as service_data

# The community whose people are the sign-ins of the README.
HOME_COMMUNITY = "季翔"

# Over the whole subdistrict: user name, role, name.
STREET_POSTS = (
    ("acceptor", "acceptor", "受理员·一班"),
    ("dispatcher", "dispatcher", "派遣员·一班"),
    ("dispatcher2", "dispatcher", "派遣员·二班"),
    ("shift", "shift_leader", "值班长·一班"),
    ("shift2", "shift_leader", "值班长·二班"),
    ("supervisor", "supervisor", "督查员"),
    ("safety", "safety_officer", "安监员·一班"),
    ("street", "street_leader", "街道分管领导"),
    ("project", "project_lead", "项目负责人"),
    ("admin", "admin", "系统管理员"),
)

# What `demo-logins.json` lists, in the order of the README.
SIGN_INS = (
    "worker",
    "leader",
    "dispatcher",
    "shift",
    "handler",
    "station",
    "window",
    "agent",
    "street",
    "admin",
    "employer",
    "seeker",
    "port",
    "skipper",
    "safety",
    "project",
)

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def make(instance: Path, *, prefix: str) -> dict[str, int]:
    """The demo accounts and cases are there, and the sign-ins are in `demo-logins.json`.

    What is there already stays as it is. Each case is committed as it is done. Answers how many
    accounts and cases are new.
    """
    people_data.load_bodies()
    case_data.load_classes()
    enterprises.load_from_places()
    service_data.load_items()
    job_data.load()
    point_data.load_all()
    logins = instance / "demo-logins.json"
    password = _known(logins)
    accounts = _Accounts(password or _drawn())
    began, before = clock.now(), kept.newest()
    accounts.make(renew=password is None)
    shift = people.by_username("shift")
    chief = actors.person(shift.id) if shift else None
    if chief is not None:
        standards_demo.make(chief)
    db.session.commit()
    _write(logins, accounts.password)
    duty.make()
    db.session.commit()
    reports = open311_story.tell(prefix=prefix, home=HOME_COMMUNITY)
    db.session.commit()
    stories = Stories(prefix=prefix, home=HOME_COMMUNITY)
    cases = 0
    with tqdm(total=stories.total, desc="cases", leave=False) as bar:
        for new in stories.tell():
            db.session.commit()
            cases += new
            bar.update()
    outdoors.tell(stories.home.grid, stories.home.border, stories.home.worker)
    point_story.tell()
    db.session.commit()
    news_story.tell()
    db.session.commit()
    whistles = whistle_story.tell()
    appeals = appeal_story.tell()
    desk_story.tell()
    reports += resident_story.tell(prefix=prefix, home=HOME_COMMUNITY)
    gate_story.tell()
    db.session.commit()
    figure_story.tell()
    db.session.commit()
    matters = service_story.tell()
    db.session.commit()
    job_story.tell()
    camera_story.tell()
    video_story.tell()
    sensor_story.tell()
    port_story.tell()
    home_story.tell()
    project_story.tell()
    relocation_story.tell()
    old_door_story.tell()
    safety_story.tell()
    db.session.commit()
    alarm_story.tell()
    danger_story.tell()
    livelihood_story.tell()
    opinion_story.tell()
    activity_story.tell()
    role_story.tell()
    ledger_story.tell(HOME_COMMUNITY)
    deliberation_story.tell()
    webhook_story.tell()
    balance_story.tell(HOME_COMMUNITY)
    bulletin.make(today(clock.now()))
    if password is None:
        kept.lay_down(until_row=before, since=began)
    db.session.commit()
    return {
        "accounts": accounts.made,
        "cases": cases,
        "whistles": whistles,
        "appeals": appeals,
        "reports": reports,
        "matters": matters,
    }


def accounts() -> int:
    """How many demo accounts there are."""
    return db.session.scalar(select(func.count()).where(Account.demo)) or 0


def short(name: str) -> str:
    """A place in as few characters as people use: 芦洋社区一网格 is 芦洋一."""
    for word in ("网格", "社区", "办公室", "工作站"):
        if len(name) > len(word) + 1:
            name = name.replace(word, "")
    return name


def _known(logins: Path) -> str | None:
    if not logins.exists():
        return None
    password: str = json.loads(logins.read_text(encoding="utf-8"))[0]["password"]
    return password


def _drawn() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _each in range(4)) for _part in range(3))


def _write(logins: Path, password: str) -> None:
    rows = []
    for username in SIGN_INS:
        account = people.by_username(username)
        who = actors.person(account.id) if account else None
        if account and who and who.held:
            home = url_for(ROLES[who.held[0].role].home)
            row = {"role": account.name, "username": username, "password": password, "home": home}
            rows.append(row)
    draft = logins.with_suffix(".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(rows, out, ensure_ascii=False, indent=2)
        out.write("\n")
    draft.replace(logins)


class _Accounts:
    """Makes the accounts that are not there yet; all have the one password of the installation."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.hash = passwords.hashed(password, username=None)
        self.since = clock.now() - timedelta(days=60)
        self.made = 0

    def make(self, *, renew: bool) -> None:
        """A worker for every grid, leaders, the desk, departments and stations are there.

        `renew` gives the password to accounts of an earlier time whose password nobody knows.
        """
        street = grids.root()
        if street is None:
            raise LookupError("load the geodata first: flask --app wsgi geodata load")
        for username, role, name in STREET_POSTS:
            self._post(username, name, role, unit=street)
        living = grids.living()
        home = next((grid for grid in living if HOME_COMMUNITY in grid.name), living[0])
        for grid in living:
            username = "worker" if grid is home else grid.display_code.lower()
            self._post(username, f"网格员·{short(grid.name)}", "grid_worker", grid=grid)
        self._post("employer", "企业联系人·商超", "employer", unit=street)
        self._post("seeker", "居民·求职", "job_seeker", unit=street)
        self._post("port", "渔港管理员", "port_manager", unit=street)
        self._post("skipper", "船长·示例渔船", "resident", unit=street)
        self._leaders(living)
        self._bodies(UnitKind.DEPARTMENT, "handler", "经办人", listed={"D12": "handler"})
        self._bodies(UnitKind.STATION, "station_head", "站长", listed={"W1": "station"})
        self._bodies(UnitKind.STATION, "point_staff", "窗口", listed={"W1": "window"}, mark="c")
        self._bodies(UnitKind.STATION, "agent", "代办员", listed={"W1": "agent"}, mark="a")
        if renew:
            for account in db.session.scalars(select(Account).where(Account.demo)):
                account.password_hash = self.hash

    def _leaders(self, living: list[Grid]) -> None:
        communities: dict[str, list[Grid]] = {}
        for grid in living:
            communities.setdefault(grid.community.name, []).append(grid)
        for place, (community, members) in enumerate(sorted(communities.items()), start=1):
            if len(members) >= 3:
                username = "leader" if HOME_COMMUNITY in community else f"leader{place}"
                for grid in members:
                    self._post(username, f"网格长·{short(community)}", "grid_leader", grid=grid)

    def _bodies(
        self, kind: UnitKind, role: str, title: str, *, listed: dict[str, str], mark: str = ""
    ) -> None:
        found = select(Unit, UnitCode.code).join(Unit.codes).where(Unit.kind == kind)
        for unit, code in db.session.execute(found.order_by(UnitCode.code)).all():
            username = listed.get(code, code.lower() + mark)
            self._post(username, f"{title}·{short(unit.name)}", role, unit=unit)

    def _post(
        self,
        username: str,
        name: str,
        role: str,
        *,
        grid: Grid | None = None,
        unit: Unit | None = None,
    ) -> None:
        account = people.by_username(username)
        if account is None:
            account = actions.create_account(name=name, username=username, demo=True, by=None)
            account.password_hash = self.hash
            self.made += 1
        grid_id, unit_id = grid.id if grid else None, unit.id if unit else None
        held = {(post.role, post.grid_id, post.unit_id) for post in account.posts}
        if account.demo and (role, grid_id, unit_id) not in held:
            actions.give_post(
                account, role=role, grid_id=grid_id, unit_id=unit_id, since=self.since, by=None
            )

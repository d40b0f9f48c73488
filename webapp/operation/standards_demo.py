"""Demo classes that ask: one with number, single and multiple answers, one that stops, one of the office's own."""

from __future__ import annotations

from webapp.base.db import db
from webapp.cases import queries as cases
from webapp.cases.models import CaseClass
from webapp.cases.routing import actions as routing, queries as rules
from webapp.cases.standards import actions, asking, queries
from webapp.cases.standards.asking import Value, Wish
from webapp.cases.standards.rules import Basis, Datatype, Where
from webapp.grids.rules import GridKind
from webapp.people.actors import Person

# A street lamp asks three things, and a bare wire is nothing to wait for.
LAMP = "01037"
LAMP_QUESTIONS = (
    Wish(
        code="count",
        words="共有几盏灯？",
        words_en="How many lamps?",
        datatype=Datatype.NUMBER,
        required=True,
        hint="连续几盏不亮请一起上报",
        hint_en="Several dark ones in a row are one report",
    ),
    Wish(
        code="fault",
        words="是什么情况？",
        words_en="What is wrong?",
        datatype=Datatype.ONE,
        required=True,
        values=(
            Value("dark", "不亮", "It is dark"),
            Value("flicker", "闪烁", "It flickers"),
            Value("day", "白天亮灯", "It burns by day"),
            Value(
                "wire",
                "电线外露",
                "A bare wire",
                "请远离现场并立即拨打 95598；有人触电请拨打 120。",
                "Keep away and call 95598 at once; if somebody is hurt, call 120.",
            ),
        ),
    ),
    Wish(
        code="place",
        words="影响哪些地方？（可多选）",
        words_en="Where is it too dark? (several may be chosen)",
        datatype=Datatype.MANY,
        values=(
            Value("road", "车行道", "The road"),
            Value("path", "人行道", "The footpath"),
            Value("crossing", "人行横道 & 路口", "A crossing & a junction"),
            Value("yard", "小区 <内部>", "Inside an <estate>"),
        ),
    ),
)

# Fire is no case for a form.
FIRE = "22001"
FIRE_QUESTION = Wish(
    code="flame",
    words="现场有明火吗？",
    words_en="Is there an open flame?",
    datatype=Datatype.ONE,
    values=(
        Value("no", "没有，只见烟", "No, only smoke"),
        Value(
            "yes",
            "有明火",
            "Yes",
            "请立即拨打 119，并迅速撤离到上风向的安全地带。",
            "Call 119 at once and leave the area that is in danger.",
        ),
    ),
)

OWN = "29901"


def make(by: Person) -> None:
    """The classes ask and are there, and one rule goes by the territory; what is there stays."""
    for code, wishes in ((LAMP, LAMP_QUESTIONS), (FIRE, (FIRE_QUESTION,))):
        if not queries.questions_of(code):
            for wish in wishes:
                asking.ask(queries.known_class(code), wish, by=by)
    if db.session.get(CaseClass, OWN) is None:
        actions.add_class(
            code=OWN,
            name="【示例】夜市摊点 & 油烟 <夜间>",
            name_en="[Example] Night stalls & fumes <by night>",
            major=None,
            triage=False,
            by=by,
        )
    _rule(by)


def _rule(by: Person) -> None:
    title = "【示例】已搬迁村原址垃圾渣土：平安建设牵头"
    if any(each.title == title for each in rules.rules()):
        return
    units = {code.code: unit.id for unit in cases.departments() for code in unit.codes}
    routing.add(
        routing.Wish(
            title=title,
            basis=Basis.TERRITORY,
            class_prefix="06011",
            where=Where.KIND,
            grid_kind=GridKind.RELOCATED,
            unit=units["D10"],
            helpers=[units["D12"]],
        ),
        by=by,
    )

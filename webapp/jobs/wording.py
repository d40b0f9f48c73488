"""What the law does not want in a posting: named with its rule for a person to decide, never rewritten."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Rule(StrEnum):
    """What a wording goes against."""

    SEX = "sex"
    FAMILY = "family"
    AGE = "age"
    ORIGIN = "origin"
    HEALTH = "health"
    BELIEF = "belief"
    LOOKS = "looks"
    DEPOSIT = "deposit"
    PAPERS = "papers"
    INSURANCE = "insurance"
    VAGUE_PAY = "vague_pay"


RULE_WORDS: Mapping[Rule, LazyString] = MappingProxyType(
    {
        Rule.SEX: _l(
            "Work is open to women and men alike; a sex may not be asked for or preferred."
        ),
        Rule.FAMILY: _l("Marriage, children and pregnancy are nobody's business in a posting."),
        Rule.AGE: _l(
            "Only that children may not work is asked of age; please say what the work needs."
        ),
        Rule.ORIGIN: _l("Where somebody is from or is registered may not matter."),
        Rule.HEALTH: _l("Nobody is refused for a disability or as a carrier of a disease."),
        Rule.BELIEF: _l("Ethnicity, religion and party may not matter."),
        Rule.LOOKS: _l("Height, looks and star signs have nothing to do with the work."),
        Rule.DEPOSIT: _l("An employer may not take money from those who come to work."),
        Rule.PAPERS: _l("An employer may not keep anybody's papers."),
        Rule.INSURANCE: _l("Social insurance cannot be waived or paid out as pay."),
        Rule.VAGUE_PAY: _l("A posting says the basic pay; “to be agreed” alone is not enough."),
    }
)


@dataclass(frozen=True, slots=True)
class Flag:
    """Words that are doubtful, where they stand, and the rule they go against."""

    rule: Rule
    word: str
    at: int

    @property
    def reason(self) -> LazyString:
        """The rule, in a sentence."""
        return RULE_WORDS[self.rule]

    def to_json(self) -> dict[str, str | int]:
        """The flag as a row keeps it."""
        return {"rule": self.rule.value, "word": self.word, "at": self.at}


_ONE_SEX = "男性|女性|男士|女士|男生|女生|男工|女工|男|女"
_WANTED = "优先|为佳|为主|可优先|优先考虑|优先录用|最好|佳"
# Numbers as people write them in postings.
_NUMBER = r"(?:\d{1,2}+|[一二三四五六七八九]?十[一二三四五六七八九]?)"
_AGE = rf"{_NUMBER}(?:周岁|岁)?+"
_YEARS = rf"{_NUMBER}(?:周岁|岁)"
_TO = "(?:-|~|—|–|至|到)+"
# The age of those who are cared for or taught is no wish about those who work.
_NOT_SERVED = (
    "(?![以之]?[上下内]?的?(?:儿童|孩子|宝宝|幼儿|婴|小孩|青少年|学生|老人|老年|患者|客户))"
)

# Each rule with the wordings that go against it. What is sold, served or made is no person: 男装, 女鞋.
_PATTERNS: tuple[tuple[Rule, str], ...] = (
    (Rule.SEX, rf"(?:{_ONE_SEX})(?:{_WANTED})"),
    (Rule.SEX, r"(?:限|仅限|只限|只招|只要|仅招|招收?|要求)(?:男|女)(?:性|士|生|工)?(?![装鞋包款士裤裙袜表式子友用宾客])"),
    (Rule.SEX, r"(?:限|仅限|只限|只招|只要|仅招)(?:男士|女士)(?!用品|专区|服)"),
    (Rule.SEX, r"(?:男女|女男)比例|性别(?:要求|限制)?[:是为]?(?:男|女)(?!女)(?:性)?|性别要求"),
    (Rule.SEX, r"(?:男|女)(?:性|士)?\d{1,3}名|\d{1,3}名(?:男|女)(?:性|士|生|工)?(?![装鞋])"),
    (Rule.SEX, r"适合(?:男|女)(?:性|生|士)|(?:男|女)(?:性|士|生)勿扰|不(?:要|招|收)(?:男|女)(?:性|士|生|工)?(?![装鞋])"),
    (Rule.SEX, r"(?:宝妈|小姐姐|小哥哥|美女|帅哥|女将|男将)(?:优先|为佳|最好)"),
    (Rule.FAMILY, r"(?:已婚|未婚|单身|离异)(?:已育|未育|已孕)?(?:者)?(?:优先|为佳|最好|勿扰|不要|即可|均可)?"),
    (Rule.FAMILY, r"已育|未育|(?:无|没有|不(?:得|能|准|许))(?:怀孕|生育|生孩子|备孕|孕)|孕检|妊娠(?:检测|测试|检查)"),
    (Rule.FAMILY, r"(?:婚育|婚姻|生育)(?:状况|情况|要求|计划|史)|(?:几年|[一二三两\d]年)内(?:不|无)(?:得|能|打算|计划)?(?:怀孕|生育|结婚|要孩子)"),
    (Rule.FAMILY, r"孕妇(?:勿扰|不要|不招)|(?:无|没有)(?:小孩|孩子)(?:拖累|负担|牵绊|优先)?"),
    (Rule.AGE, rf"(?:年龄|年纪)(?:要求|限制)?[:在为是]?(?:不超过|小于|低于)?{_AGE}(?:{_TO}{_AGE})?(?:以[下内])?{_NOT_SERVED}"),
    (Rule.AGE, rf"(?<![\d.]){_AGE}{_TO}{_YEARS}{_NOT_SERVED}"),
    (Rule.AGE, rf"(?<![\d.]){_YEARS}(?:以下|以内|之内|内|封顶|为限){_NOT_SERVED}"),
    (Rule.AGE, rf"(?:不超过|小于|低于|限|最大){_YEARS}{_NOT_SERVED}"),
    (Rule.AGE, r"(?:[七八九][05]|[0789][05])后(?:优先|为佳|团队优先)|年轻(?:人|者|化)?(?:优先|为佳)|年轻貌美"),
    (Rule.ORIGIN, r"(?:本地|外地|本市|本省|当地|农村|城镇|[一-龥]{2,3}(?:省|市|县))(?:人|户口|户籍|籍)(?:员)?(?:优先|为佳|勿扰|不要|不招|除外|免谈)"),
    (Rule.ORIGIN, r"(?:限|仅限|只招|只要|需|须|要求)(?:本地|本市|城镇|当地|烟台|山东)(?:人|户口|户籍)?|(?:不要|不招|拒收|拒绝)[一-龥]{2,3}(?:人|籍)"),
    (Rule.ORIGIN, r"(?:户口|户籍|籍贯)(?:要求|限制|不限外|[:为]|在本|须|需)|(?:有|具有)(?:本地|本市|城镇)(?:户口|户籍)"),
    (Rule.HEALTH, r"乙肝|两对半|hbv|澳抗|大小三阳|艾滋"),
    (Rule.HEALTH, r"(?:无|没有|非)(?:残疾|传染病(?:史)?|病史|慢性病|家族病)|(?:不要|不招|拒绝)(?:残疾人|残疾)|肢体健全|四肢健全"),
    (Rule.BELIEF, r"(?:限|仅限|只招)汉族|汉族(?:优先|为佳)|(?:不要|不招|拒绝)(?:少数民族|[一-龥]{1,3}族|信教)|民族(?:要求|[:为])(?:汉)?"),
    (Rule.BELIEF, r"(?:无|没有|不信)宗教(?:信仰)?|宗教信仰(?:要求|[:为])|(?:党员|团员|中共党员)(?:优先|为佳)"),
    (Rule.LOOKS, r"(?:身高|净身高)(?:要求|不低于|需|须|在|[:为])?\d|1[.米]\d{1,2}(?:米|m)?以上|\d{3}cm以上"),
    (Rule.LOOKS, r"五官端正|相貌(?:端正|姣好|较好|佳)|形象(?:气质)?(?:佳|好|良好)|气质佳|貌美|颜值(?:高|在线|佳)?|身材(?:好|匀称|苗条)|体重(?:不超过|[:为])?\d"),
    (Rule.LOOKS, r"(?:属相|星座|血型)(?:要求|不要|[:为])|(?:不要|拒绝)(?:处女座|天蝎座|白羊座)|无纹身"),
    (Rule.DEPOSIT, r"(?<!不收)(?<!无)(?<!免)(?<!没有)(?<!不交)(?<!不收取)(?:押金|保证金|服装费|工装费|培训费|体检费|报名费|中介费|介绍费|资料费|建档费|入职费|风险金|抵押金|置装费)(?!由(?:公司|单位|企业)|(?:公司|单位|企业)(?:承担|报销|出)|全免|不收|报销|免|管理|核算|催收|收缴|会计)"),
    (Rule.DEPOSIT, r"(?:押|压|扣|扣押|扣留)(?:[一二三两半\d]+个?月)(?:的)?(?:工资|薪资|薪水)?|先(?:交|缴)(?:费|钱)|交(?:\d+)元"),
    (Rule.PAPERS, r"(?:扣|押|扣押|扣留|收取|抵押|上交|保管)(?:身份证|证件|毕业证|学历证|资格证|驾驶证|户口本)|(?:身份证|毕业证|证件)(?:原件)?(?:押|抵押|由公司保管|扣)"),
    (Rule.INSURANCE, r"(?:自愿)?(?:放弃|不(?:缴|交|买|上))(?:社保|保险|五险)|社保(?:折现|补贴到工资|折算|自理|自行承担)|无(?:社保|五险)"),
    (Rule.VAGUE_PAY, r"(?:薪资|工资|薪酬|待遇|月薪)(?:待遇)?[:为]?(?:面议|面谈|电议|详谈)"),
)  # fmt: skip

_RULES = tuple((rule, re.compile(pattern)) for rule, pattern in _PATTERNS)

# Said to include, not to leave out.
_FAIR = re.compile(
    r"男女(?:不限|均可|皆可|都可|不拘|平等)|性别不限|不限(?:性别|男女|年龄|户籍|民族|婚育)|年龄不限"
    r"|(?:婚育|户籍|民族|籍贯|婚姻)(?:状况)?不限|不(?:限制?|问)(?:年龄|性别|户口|婚育)"
    r"|残疾人(?:优先|均可)|欢迎残疾人|退役军人优先"
)


def check(text: str) -> list[Flag]:
    """Every doubtful wording of a text in its order, each place once, in the words of the text."""
    plain, places = _plain(text)
    fair = [range(*match.span()) for match in _FAIR.finditer(plain)]
    found: dict[int, tuple[int, Rule]] = {}
    for rule, pattern in _RULES:
        for match in pattern.finditer(plain):
            start, end = match.span()
            if any(start in each or end - 1 in each for each in fair):
                continue
            if end > found.get(start, (0, rule))[0]:
                found[start] = end, rule
    flags, covered = [], 0
    for start, (end, rule) in sorted(found.items()):
        if end <= covered:
            continue
        covered = end
        first, last = places[start], places[end - 1]
        flags.append(Flag(rule, text[first : last + 1], first))
    return flags


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without spaces, in one way of writing, and where each character of it stands."""
    letters, places = [], []
    for at, character in enumerate(text):
        for each in unicodedata.normalize("NFKC", character).casefold():
            if not each.isspace():
                letters.append(each)
                places.append(at)
    return "".join(letters), places

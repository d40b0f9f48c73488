"""Texts of postings: what the law does not want is named, and what is only sold or served is not."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given, strategies as st

from webapp.jobs.wording import RULE_WORDS, Rule, check

DOUBTFUL = [
    ("男性优先", Rule.SEX, "男性优先"),
    ("要求：女士优先，有经验", Rule.SEX, "女士优先"),
    ("仅限男性", Rule.SEX, "仅限男性"),
    ("只招女工", Rule.SEX, "只招女工"),
    ("限女", Rule.SEX, "限女"),
    ("招女工 5 名", Rule.SEX, "招女工"),
    ("男 3 名，女 2 名", Rule.SEX, "男 3 名"),
    ("性别：男", Rule.SEX, "性别：男"),
    ("不要男生", Rule.SEX, "不要男生"),
    ("已婚已育优先", Rule.FAMILY, "已婚已育优先"),
    ("未婚，五年内不得怀孕", Rule.FAMILY, "未婚"),
    ("入职需做孕检", Rule.FAMILY, "孕检"),
    ("请说明婚育状况", Rule.FAMILY, "婚育状况"),
    ("年龄 18-45 岁", Rule.AGE, "年龄 18-45 岁"),
    ("35岁以下", Rule.AGE, "35岁以下"),
    ("三十五周岁以内", Rule.AGE, "三十五周岁以内"),
    ("不超过50岁", Rule.AGE, "不超过50岁"),
    ("90后优先", Rule.AGE, "90后优先"),
    ("本地人优先", Rule.ORIGIN, "本地人优先"),
    ("限本市户口", Rule.ORIGIN, "限本市户口"),
    ("外地人勿扰", Rule.ORIGIN, "外地人勿扰"),
    ("不要河南人", Rule.ORIGIN, "不要河南人"),
    ("需查乙肝两对半", Rule.HEALTH, "乙肝"),
    ("四肢健全", Rule.HEALTH, "四肢健全"),
    ("无传染病史", Rule.HEALTH, "无传染病史"),
    ("仅限汉族", Rule.BELIEF, "仅限汉族"),
    ("无宗教信仰", Rule.BELIEF, "无宗教信仰"),
    ("身高 165 以上", Rule.LOOKS, "身高 1"),
    ("形象气质佳", Rule.LOOKS, "形象气质佳"),
    ("五官端正", Rule.LOOKS, "五官端正"),
    ("入职交押金 200 元", Rule.DEPOSIT, "押金"),
    ("服装费自理", Rule.DEPOSIT, "服装费"),
    ("需缴纳培训费", Rule.DEPOSIT, "培训费"),
    ("压一个月工资", Rule.DEPOSIT, "压一个月工资"),
    ("扣身份证", Rule.PAPERS, "扣身份证"),
    ("自愿放弃社保", Rule.INSURANCE, "自愿放弃社保"),
    ("薪资面议", Rule.VAGUE_PAY, "薪资面议"),
    ("待遇：面议", Rule.VAGUE_PAY, "待遇：面议"),
]

HARMLESS = [
    "男装 女鞋 导购",
    "女装店店员，熟悉男鞋女鞋尺码",
    "要女装设计经验",
    "男女不限，年龄不限",
    "性别不限",
    "男女均可",
    "妇女用品专柜销售",
    "招女装导购",
    "少女系列产品设计",
    "照顾 0-3 岁婴幼儿",
    "负责 3 岁以下婴幼儿的日常护理",
    "教 6-12 岁儿童游泳",
    "须年满 18 周岁",
    "工作经验 3-5 年",
    "负责押金管理与退还",
    "无押金，不收培训费，服装费全免",
    "体检费公司报销",
    "收银员负责收取货款",
    "会计，负责保证金核算",
    "本地市场开发，熟悉本地路况",
    "烟台人才中心",
    "婚礼策划，婚纱摄影",
    "婚姻家庭咨询师",
    "母婴护理员，照顾产妇和孕妇",
    "残疾人优先",
    "退役军人优先",
    "健康证",
    "乙级资质，肝脏手术室护士",
    "月薪 4500-6000 元，可面谈入职时间",
    "缴纳五险一金，社保齐全",
    "身份证复印件",
    "高处作业，持证上岗",
    "C1 驾照，3 年以上驾龄",
    "55-65 寸电视安装",
    "25-35 公斤搬运",
    "负责男宾部、女宾部的卫生",
    "民族乐器教师",
    "形象设计师",
    "户籍室窗口服务",
    "党员活动室讲解员",
    "女性健康产品顾问",
    "需要女性用品销售经验",
    "照顾年龄 80 岁的老人",
    "给 16-18 岁学生上课",
]


@pytest.mark.parametrize("text, rule, word", DOUBTFUL)
def test_a_doubtful_wording_is_named_with_its_rule(text: str, rule: Rule, word: str) -> None:
    first = check(text)[0]
    assert (first.rule, first.word) == (rule, word)
    assert text[first.at :].startswith(word)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_sold_or_served_is_no_wish_about_people(text: str) -> None:
    assert [(flag.rule, flag.word) for flag in check(text)] == []


def test_every_flag_of_a_text_is_found_in_its_order() -> None:
    text = "招收银员，男性优先，35岁以下，\n入职交押金，薪资面议"
    assert [flag.rule for flag in check(text)] == [Rule.SEX, Rule.AGE, Rule.DEPOSIT, Rule.VAGUE_PAY]


def test_spaces_and_full_width_do_not_hide_a_wording() -> None:
    found = check("限 \uff3b\uff3d男　性 优\n先")
    assert [flag.rule for flag in found] == [Rule.SEX]
    assert found[0].to_json() == {"rule": "sex", "word": "男　性 优\n先", "at": 4}


def test_every_rule_has_a_sentence_and_an_example(app: Flask) -> None:
    assert {rule for _text, rule, _word in DOUBTFUL} == set(Rule) == set(RULE_WORDS)
    with app.test_request_context():
        assert str(check("男性优先")[0].reason).endswith("。")


@given(st.text())
def test_any_text_can_be_checked(text: str) -> None:
    for flag in check(text):
        assert text[flag.at : flag.at + len(flag.word)] == flag.word

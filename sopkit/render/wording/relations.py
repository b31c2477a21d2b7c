"""What a line of the execution graph says beside the flow of steps: its label, a key of the language, goes in; words come out."""

from __future__ import annotations

from typing import Final

from sopkit.render.wording.names import Names
from sopkit.text import Phrase

RELATIONS: Final[dict[str, Phrase]] = {
    "accountable": Phrase("担责", "accountable"), "address": Phrase("联系地址", "address"), "agreement": Phrase("合同", "agreement"),
    "alert": Phrase("预警", "alert"), "appraisal": Phrase("考核", "appraisal"), "approve": Phrase("审批", "approves"),
    "arms": Phrase("对比做法", "arms"), "ask": Phrase("请客户提供", "asks for"), "asked_by": Phrase("由谁征求", "asked by"),
    "asks": Phrase("征求同意", "asks for"), "audience": Phrase("适用人群", "audience"), "becomes": Phrase("变为", "becomes"),
    "by": Phrase("谁做", "done by"), "carries": Phrase("同步内容", "carries"), "channels": Phrase("适用渠道", "channels"),
    "cohort": Phrase("统计人群", "cohort"), "collected_by": Phrase("收集于", "collected by"),
    "computed": Phrase("计算得出", "computed"), "confirmed_by": Phrase("由谁确认", "confirmed by"),
    "consent": Phrase("凭此同意", "by consent"), "consult": Phrase("征求意见", "consulted"), "covers": Phrase("涵盖", "covers"),
    "data": Phrase("用到信息", "data"), "date": Phrase("到日期", "date"), "done": Phrase("做完", "done"),
    "done_on": Phrase("完成标志", "done on"), "drives": Phrase("指挥", "drives"), "earns": Phrase("赚取", "earns"),
    "ended": Phrase("结束", "ended"), "entered": Phrase("进入", "entered"), "enters": Phrase("进入人群", "enters"),
    "erase": Phrase("删除", "erases"), "escalate": Phrase("升级", "escalated to"), "evidence": Phrase("留痕", "record"),
    "expired": Phrase("过期", "expired"), "follows": Phrase("跟随", "follows"), "for": Phrase("目的", "purpose"),
    "formula": Phrase("公式", "formula"), "from": Phrase("来自", "from"), "given": Phrase("已同意", "given"),
    "gives": Phrase("给出同意", "gives"), "grant": Phrase("发放", "grants"), "granted": Phrase("已发放", "granted"),
    "if": Phrase("前提", "condition"), "if_failed": Phrase("失败时", "if it fails"), "in": Phrase("所在系统", "in"),
    "indicator": Phrase("看哪个指标", "indicator"), "inform": Phrase("知会", "informed"), "kept_in": Phrase("存放", "kept in"),
    "key": Phrase("识别客户", "key"), "late": Phrase("超时", "late"), "leaves": Phrase("离开人群", "leaves"),
    "left": Phrase("离开", "left"), "match": Phrase("按此选择", "matched by"), "measure": Phrase("统计", "measures"),
    "measured_in": Phrase("统计系统", "measured in"), "measures": Phrase("应对步骤", "measures"),
    "metric": Phrase("比较指标", "metric"), "next": Phrase("转阶段的条件", "next stage"), "notice": Phrase("告知书", "notice"),
    "offer": Phrase("权益", "offer"), "offers": Phrase("权益", "offers"), "opened_by": Phrase("由此打开", "opened by"),
    "opt_out": Phrase("退订", "opt-out"), "owner": Phrase("负责人", "owner"), "parent": Phrase("上级指标", "parent"),
    "placeholder": Phrase("话术里的空", "blank in a script"), "programme": Phrase("会员计划", "programme"),
    "purposes": Phrase("目的", "purposes"), "recheck": Phrase("再查同意", "consent checked again"),
    "record": Phrase("主数据系统", "system of record"), "refused": Phrase("拒绝", "refused"),
    "reports_to": Phrase("上级", "reports to"), "review": Phrase("复核", "review"), "reward": Phrase("奖励", "reward"),
    "runs_in": Phrase("运行系统", "runs in"), "script": Phrase("话术", "script"), "send": Phrase("发送", "sends"),
    "set": Phrase("写入", "sets"), "shown_in": Phrase("展示处", "shown in"), "shows": Phrase("展示", "shows"),
    "stacks_with": Phrase("可叠加", "stacks with"), "start": Phrase("启动", "starts"), "step": Phrase("步骤", "step"),
    "tag": Phrase("标签", "tag"), "targets": Phrase("目标值", "target"), "tiers": Phrase("等级", "tiers"),
    "till_refuses": Phrase("收银不叠加", "refused at the till"), "to": Phrase("给谁", "to"), "tool": Phrase("系统", "tool"),
    "touches": Phrase("触达", "touches"), "untag": Phrase("去掉标签", "removes the tag"), "used": Phrase("已使用", "used"),
    "uses": Phrase("用到", "uses"), "via": Phrase("渠道", "channel"), "when": Phrase("人群条件", "when"),
    "where": Phrase("触发条件", "where"), "while": Phrase("期间条件", "while"), "withdrawn": Phrase("撤回", "withdrawn"),
    "withdrawn_by": Phrase("撤回方式", "withdrawn by"), "workflow": Phrase("作业流程", "workflow"),
}  # fmt: skip


def relation(label: str, names: Names) -> str:
    """Return the words for a label; '' for none."""
    return RELATIONS[label].within(names.lang) if label in RELATIONS else label

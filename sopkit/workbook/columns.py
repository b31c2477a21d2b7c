"""What of a document stands in columns of its own when a workspace is a spreadsheet: for each sheet its name and its columns."""

from __future__ import annotations

from typing import Final

from sopkit.frozen import dataclass
from sopkit.text import Phrase

MARK: Final = "sopkit workbook"
FORMAT: Final = "1"
COVER: Final = "sopkit"
"""Name of the first sheet, by which the spreadsheet is known again."""
REST: Final = "yaml"
"""The column for what has none of its own; continued in `yaml 2` and so on."""
BETWEEN: Final = " · "
"""Between what a column is called and the key that it holds."""
ENGLISH: Final = ".en"

KINDS: Final = ("workspace", "catalog", "lifecycle", "automation", "cadence", "procedure", "sync", "kpi")
SECTIONS: Final = (
    "roles", "shops", "tools", "channels", "notices", "events", "data", "consents", "purposes", "tags", "segments", "tasks",
    "programmes", "scripts", "offers", "partners", "risks", "experiments", "artefacts", "courses", "sources",
)  # fmt: skip
"""Parts of a catalog that are a sheet each."""
VERBS: Final = (
    "send", "ask", "grant", "tag", "untag", "set", "do", "wait", "choose", "approve", "measure", "erase", "start", "go", "end",
)  # fmt: skip
STAGES, STEPS, FILES = "stages", "steps", "files"
TEXTS: Final = (".md", ".txt", ".csv")
"""How files end that are no YAML and yet in the spreadsheet: policies, contracts and the like, to which playbooks refer."""
DOCUMENT, STAGE, ACTION, OBJECT = "document", "stage", "action", "object"
"""Columns that are no keys: where a row belongs, and a step's verb with what it is done to."""
LISTS: Final = frozenset({"via", "starts_on", "at", "source", "uses", "inform", "consult"})
"""Keys whose lists of plain words stand in one cell, a comma and a blank between them."""

HEADS: Final = {
    DOCUMENT: Phrase("文件", "File"), STAGE: Phrase("阶段", "Stage"), ACTION: Phrase("动作", "Action"), OBJECT: Phrase("对象", "What"),
    "id": Phrase("编号", "Id"), "title": Phrase("名称", "Title"), "summary": Phrase("说明", "Summary"), "text": Phrase("话术", "Text"),
    "via": Phrase("渠道", "Channel"), "by": Phrase("岗位", "Role"), "for": Phrase("目的", "Purpose"), "after": Phrase("等待", "After"),
    "within": Phrase("时限", "Within"), "since": Phrase("从何时起", "Since"), "on": Phrase("触发", "On"), "why": Phrase("为何", "Why"),
    "if_wrong": Phrase("出错时", "If wrong"), "owner": Phrase("负责人", "Owner"), "review_by": Phrase("复审日期", "Review by"),
    "starts_on": Phrase("开始于", "Starts on"), "audience": Phrase("人群", "Audience"), "every": Phrase("周期", "Every"),
    "at": Phrase("时刻", "At"), "format": Phrase("形式", "Format"), "from": Phrase("从", "From"), "to": Phrase("到", "To"),
    "unit": Phrase("单位", "Unit"), "better": Phrase("方向", "Better"), "target": Phrase("目标值", "Target"),
    "tool": Phrase("系统", "Tool"), "reach": Phrase("到达方式", "Reach"), "hours": Phrase("时间", "Hours"), "type": Phrase("类型", "Type"),
    "value": Phrase("面值", "Value"), "threshold": Phrase("门槛", "Threshold"), "valid": Phrase("有效期", "Valid"),
    "record": Phrase("主数据系统", "System of record"), "retention": Phrase("保存期限", "Retention"), "basis": Phrase("依据", "Basis"),
    "category": Phrase("类别", "Category"), "interface": Phrase("接口", "Interface"), "at_most": Phrase("最多", "At most"),
    "likelihood": Phrase("可能性", "Likelihood"), "impact": Phrase("影响", "Impact"), "locale": Phrase("语言", "Language"),
    "timezone": Phrase("时区", "Time zone"), REST: Phrase("其余", "Everything else"),
}  # fmt: skip
NAMED: Final = ("id", "title", f"title{ENGLISH}", "summary", f"summary{ENGLISH}")
KEPT: Final = ("owner", "review_by")


@dataclass(frozen=True, slots=True)
class Plan:
    """One sheet: what its rows are, and the keys that are columns."""

    name: str
    kind: str
    keys: tuple[str, ...]
    holders: tuple[str, ...] = (DOCUMENT,)
    """Columns that say where the row belongs."""


def _of_kind(kind: str, name: str, *keys: str) -> Plan:
    return Plan(name, kind, (*NAMED, *KEPT, *keys))


def _of_section(section: str, name: str, *keys: str) -> Plan:
    return Plan(name, section, (*NAMED, *keys))


PLANS: Final = (
    _of_kind("workspace", "工作区 workspace", "locale", "timezone"),
    _of_kind("lifecycle", "生命周期 lifecycle", "starts_on", "audience"),
    _of_kind("automation", "自动流程 automation", "starts_on", "audience"),
    Plan("阶段 stages", STAGES, NAMED),
    Plan(
        "步骤 steps", STEPS,
        ("id", "title", f"title{ENGLISH}", ACTION, OBJECT, f"{OBJECT}{ENGLISH}", "via", "by", "for", "after", "within", "since", "on",
         "why", f"why{ENGLISH}", "if_wrong", f"if_wrong{ENGLISH}"),
        (DOCUMENT, STAGE),
    ),
    _of_kind("cadence", "内容节奏 cadence", "via", "format", "audience", "for", "by", "every", "at"),
    _of_kind("procedure", "作业流程 procedure", "starts_on"),
    _of_kind("sync", "同步 sync", "from", "to", "every", "at"),
    _of_kind("kpi", "指标 kpi", "unit", "better", "target"),
    _of_kind("catalog", "目录 catalog"),
    _of_section("scripts", "话术 scripts", "text", f"text{ENGLISH}"),
    _of_section("roles", "岗位 roles", "hours"),
    _of_section("shops", "门店 shops", "hours"),
    _of_section("tools", "系统 tools", "owner", "interface"),
    _of_section("channels", "渠道 channels", "tool", "reach"),
    _of_section("notices", "告知书 notices"),
    _of_section("events", "事件 events", "tool", "at_most"),
    _of_section("data", "数据 data", "type", "category", "record", "retention"),
    _of_section("consents", "同意 consents"),
    _of_section("purposes", "目的 purposes", "category", "basis"),
    _of_section("tags", "标签 tags", "record"),
    _of_section("segments", "人群 segments"),
    _of_section("tasks", "任务 tasks"),
    _of_section("programmes", "方案 programmes"),
    _of_section("offers", "权益 offers", "type", "value", "threshold", "valid"),
    _of_section("partners", "伙伴 partners"),
    _of_section("risks", "风险 risks", "likelihood", "impact", "owner"),
    _of_section("experiments", "测试 experiments"),
    _of_section("artefacts", "文件 artefacts", "owner"),
    _of_section("courses", "课程 courses"),
    _of_section("sources", "出处 sources"),
    Plan("附件 files", FILES, ("text",)),
)  # fmt: skip


def head(key: str) -> str:
    """Return what stands above a column: its name in both languages and the key it holds."""
    bare = key.removesuffix(ENGLISH)
    said = HEADS[bare]
    return f"{said.zh} {said.en}{' (en)' if bare != key else ''}{BETWEEN}{key}"

"""The rules about the workspace document: one, in its place, with languages, zones, laws, catalogs and a logo that there are."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.model.rules_values import GUIDE, HEAD, WORKSPACE
from sopkit.text import Phrase

UNKNOWN_CATALOG: Final = Rule(
    code="SOP144",
    name="unknown-catalog",
    severity=Severity.ERROR,
    summary=Phrase("没有这个内置目录", "a built-in catalog that does not exist"),
    message=Phrase("没有内置目录“{name}”", "there is no built-in catalog `{name}`"),
    why=Phrase(
        "目录没有带进来，其中的渠道、事件、岗位就都不认识。",
        "Without it none of its channels, events and roles are known.",
    ),
    fix=Phrase("可以写：{known}", "write {known}"),
    bad="kind: workspace\nid: shop\ntitle: 小店\nuses: [retail]\n",
    good="kind: workspace\nid: shop\ntitle: 小店\nuses: [retail-cn]\n",
)
SEVERAL_WORKSPACES: Final = Rule(
    code="SOP155",
    name="several-workspaces",
    severity=Severity.ERROR,
    summary=Phrase("不止一份工作区设置", "more than one workspace document"),
    message=Phrase("这里又有一份 kind: workspace", "this is a second `kind: workspace`"),
    why=Phrase("两份设置不知道以哪份为准。", "With two sets of settings it is not clear which one holds."),
    fix=Phrase(
        "只留 sopkit.yaml 里的一份，把这里的内容并过去", "keep the one in sopkit.yaml and move what is needed there"
    ),
    bad=WORKSPACE + "---\n" + WORKSPACE.replace("shop", "shop-2"),
    good=WORKSPACE,
)
MISSING_WORKSPACE: Final = Rule(
    code="SOP156",
    name="missing-workspace",
    severity=Severity.ERROR,
    summary=Phrase("没有工作区设置", "no workspace document"),
    message=Phrase("sopkit.yaml 里没有 kind: workspace", "sopkit.yaml holds no `kind: workspace`"),
    why=Phrase(
        "语言、时区、内置目录和触达上限都写在那里，没有它就无从检查。",
        "Language, time zone, built-in catalogs and caps stand there; nothing can be checked without them.",
    ),
    fix=Phrase(
        "在 sopkit.yaml 里写：kind: workspace、id: 编号、uses: [retail-cn]",
        "write in sopkit.yaml: kind: workspace, id: …, uses: [retail-cn]",
    ),
    bad=f"# sopkit.yaml\n{GUIDE}",
    good=f"# sopkit.yaml\n{WORKSPACE}---\n{GUIDE}",
)
MISPLACED_WORKSPACE: Final = Rule(
    code="SOP157",
    name="misplaced-workspace",
    severity=Severity.ERROR,
    summary=Phrase("工作区设置写在了别的文件里", "a workspace document in another file"),
    message=Phrase("工作区设置要写在 sopkit.yaml 里", "the workspace document belongs in sopkit.yaml"),
    why=Phrase("放着 sopkit.yaml 的文件夹才是工作区。", "A workspace is the folder that holds sopkit.yaml."),
    fix=Phrase("把这份文档移到 sopkit.yaml", "move this document to sopkit.yaml"),
    bad=f"# shop.yaml\n{WORKSPACE}",
    good=f"# sopkit.yaml\n{WORKSPACE}",
)
UNKNOWN_TIME_ZONE: Final = Rule(
    code="SOP158",
    name="unknown-time-zone",
    severity=Severity.ERROR,
    summary=Phrase("没有这个时区", "a time zone that does not exist"),
    message=Phrase("没有时区“{name}”", "there is no time zone `{name}`"),
    why=Phrase(
        "静默时段和“每天”都按时区算，时区错了，消息就会在半夜发出去。",
        "Quiet hours and days go by the time zone; with a wrong one messages go out at night.",
    ),
    fix=Phrase("写成 大洲/城市，如 {example}", "write Area/City, such as {example}"),
    bad=WORKSPACE + "timezone: 北京时间\n",
    good=WORKSPACE + "timezone: Asia/Shanghai\n",
)
UNKNOWN_LOCALE: Final = Rule(
    code="SOP159",
    name="unknown-locale",
    severity=Severity.ERROR,
    summary=Phrase("没有这种语言", "a language that does not exist"),
    message=Phrase("“{name}”不是语言代码", "`{name}` is not the code of a language"),
    why=Phrase(
        "语言代码不对，文字就找不到，手册会缺内容。",
        "With a wrong code the texts are not found, and the manuals have gaps.",
    ),
    fix=Phrase("写语言代码，如 {example}", "write the code of the language, such as {example}"),
    bad=WORKSPACE + "locale: cn\n",
    good=WORKSPACE + "locale: zh-CN\n",
)
UNDECLARED_LOCALE: Final = Rule(
    code="SOP160",
    name="undeclared-locale",
    severity=Severity.WARNING,
    summary=Phrase("文字写了工作区没有列出的语言", "a text in a language that the workspace does not list"),
    message=Phrase(
        "这里有“{name}”的文字，工作区的语言是 {known}",
        "this has a text in `{name}`; the workspace's languages are {known}",
    ),
    why=Phrase(
        "没有列出的语言不会印出来，写的人却以为有。",
        "A language that is not listed is never printed, though its author thinks so.",
    ),
    fix=Phrase(
        "在 sopkit.yaml 的 locales 里加上它，或改成列出的语言",
        "add it to `locales` in sopkit.yaml, or use one that is listed",
    ),
    bad=WORKSPACE
    + "locale: zh-CN\nlocales: [zh-CN, en]\n---\n"
    + HEAD.replace("title: 入会欢迎", "title: {zh-CN: 入会欢迎, ja: ようこそ}")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=WORKSPACE
    + "locale: zh-CN\nlocales: [zh-CN, en]\n---\n"
    + HEAD.replace("title: 入会欢迎", "title: {zh-CN: 入会欢迎, en: Welcome}")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
UNKNOWN_JURISDICTION: Final = Rule(
    code="SOP161",
    name="unknown-jurisdiction",
    severity=Severity.ERROR,
    summary=Phrase("没有这个法域的规则", "a jurisdiction without rules"),
    message=Phrase("没有法域“{name}”的规则", "there are no rules for the jurisdiction `{name}`"),
    why=Phrase(
        "没有规则就不会检查，报告里却看不出来。",
        "Nothing would be checked for it, and the reports would not show that.",
    ),
    fix=Phrase(
        "可以写：{known}；自己的规则放进 packs/ 就生效，不用写在这里",
        "write {known}; rules of your own apply as soon as they lie in `packs/`, without being named here",
    ),
    bad=WORKSPACE + "jurisdictions: [hk]\n",
    good=WORKSPACE + "jurisdictions: [cn]\n",
)
UNUSABLE_LOGO: Final = Rule(
    code="SOP163",
    name="unusable-logo",
    severity=Severity.ERROR,
    summary=Phrase("标志图片用不了", "a logo that can't be used"),
    message=Phrase("标志“{file}”用不了：{reason}", "the logo `{file}` can't be used: {reason}"),
    why=Phrase(
        "手册和清单的第一页要印它；图片放进每个文件里，所以只收不能夹带程序的格式，也不能太大。",
        "It is printed on every first page and stored in every document, so it must be small and of a kind that holds no program.",
    ),
    fix=Phrase(
        "把一个 200 KB 以内的 PNG、JPEG 或 WebP 文件放进工作区，logo 写它相对于 sopkit.yaml 的路径，如 brand/logo.png",
        "put a PNG, JPEG or WebP file of at most 200 KB into the workspace and write its path from sopkit.yaml, as brand/logo.png",
    ),
    bad="kind: workspace\nid: shop\ntitle: 小店\nuses: [retail-cn]\nbrand: {name: 小店, logo: brand/logo.svg}\n",
    good="kind: workspace\nid: shop\ntitle: 小店\nuses: [retail-cn]\nbrand: {name: 小店}\n",
)

RULES: Final[tuple[Rule, ...]] = (
    UNKNOWN_CATALOG,
    SEVERAL_WORKSPACES,
    MISSING_WORKSPACE,
    MISPLACED_WORKSPACE,
    UNKNOWN_TIME_ZONE,
    UNKNOWN_LOCALE,
    UNDECLARED_LOCALE,
    UNKNOWN_JURISDICTION,
    UNUSABLE_LOGO,
)

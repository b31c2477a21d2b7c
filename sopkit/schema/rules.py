"""The rules that the schema stands for: one for each way in which the shape of a document can be wrong."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

STEP_HEAD = """\
kind: automation
id: welcome
title: 入会欢迎
starts_on: member-joined
steps:
"""

UNKNOWN_KEY: Final = Rule(
    code="SOP101",
    name="unknown-key",
    severity=Severity.ERROR,
    summary=Phrase("出现了没有定义的键", "a key that the language does not have"),
    message=Phrase("{where}没有“{key}”这个键", "unknown key `{key}` in {where}"),
    why=Phrase(
        "写错的键如果被悄悄略过，你以为生效的设置其实没有生效。",
        "If a misspelt key were passed over, a setting that you rely on would not be in force.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=STEP_HEAD + "  - {do: 电话欢迎, by: guide, witin: 1d}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
MISSING_KEY: Final = Rule(
    code="SOP102",
    name="missing-key",
    severity=Severity.ERROR,
    summary=Phrase("缺了必须写的键", "a key that must be there is missing"),
    message=Phrase("{where}缺少：{keys}", "missing in {where}: {keys}"),
    why=Phrase(
        "少了它，这里说的事就不完整，只能去猜。",
        "Without it what is said here is incomplete, and the tool would have to guess.",
    ),
    fix=Phrase("补上 {meanings}", "add {meanings}"),
    bad="kind: automation\nid: welcome\ntitle: 入会欢迎\nsteps:\n  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
WRONG_TYPE: Final = Rule(
    code="SOP103",
    name="wrong-type",
    severity=Severity.ERROR,
    summary=Phrase("值的形式不对", "a value of another form than the key takes"),
    message=Phrase("“{key}”应是{expected}，这里写的是{found}", "`{key}` takes {expected}, and this is {found}"),
    why=Phrase("形式不对，就读不懂它的意思。", "In another form the value cannot be understood."),
    fix=Phrase("{advice}", "{advice}"),
    bad=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 3}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 3d}\n",
)
UNKNOWN_VALUE: Final = Rule(
    code="SOP104",
    name="unknown-value",
    severity=Severity.ERROR,
    summary=Phrase("值不在可选范围内", "a value that is not among those the key takes"),
    message=Phrase("“{key}”不能写“{value}”", "`{key}` cannot be `{value}`"),
    why=Phrase(
        "这个键只认固定的几个值，别的写法不起作用。",
        "The key knows a fixed set of values; any other would have no effect.",
    ),
    fix=Phrase("可以写：{values}", "write one of: {values}"),
    bad=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, clock: walls}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, clock: wall}\n",
)
TEXT_NOT_QUOTED: Final = Rule(
    code="SOP105",
    name="text-not-quoted",
    severity=Severity.ERROR,
    summary=Phrase("文字没有加引号，被读成了别的", "a text without quotes that reads as something else"),
    message=Phrase("“{key}”的文字要加引号：现在{found}", "quote the text of `{key}`: {found}"),
    why=Phrase(
        "YAML 里不加引号的数字、true、null、# 和冒号各有含义，文字会变样或丢掉一截，而且不声不响。",
        "In YAML unquoted numbers, true, null, # and colons have a meaning of their own: the text is changed or loses its end, silently.",
    ),
    fix=Phrase("写成：{quoted}", "write: {quoted}"),
    bad=STEP_HEAD + "  - {title: 618, do: 电话欢迎, by: guide, within: 1d}\n",
    good=STEP_HEAD + '  - {title: "618", do: 电话欢迎, by: guide, within: 1d}\n',
)
STEP_WITHOUT_VERB: Final = Rule(
    code="SOP106",
    name="step-without-verb",
    severity=Severity.ERROR,
    summary=Phrase("步骤没有动作", "a step that does nothing"),
    message=Phrase("这个步骤没有动作", "this step has no verb"),
    why=Phrase(
        "每个步骤恰好做一件事，由动作键说明做什么。", "Every step does exactly one thing, and its verb says what."
    ),
    fix=Phrase("加上一个动作：{verbs}", "add one verb: {verbs}"),
    bad=STEP_HEAD + "  - {by: guide, within: 1d}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
STEP_WITH_TWO_VERBS: Final = Rule(
    code="SOP107",
    name="step-with-two-verbs",
    severity=Severity.ERROR,
    summary=Phrase("一个步骤有两个动作", "a step with more than one verb"),
    message=Phrase("这个步骤有几个动作：{verbs}", "this step has several verbs: {verbs}"),
    why=Phrase(
        "一步只做一件事，先后、时限和责任人才说得清。",
        "One step does one thing; only then are order, deadline and person clear.",
    ),
    fix=Phrase("把“{key}”移到单独的一步", "move `{key}` into a step of its own"),
    bad=STEP_HEAD + "  - {do: 电话欢迎, untag: in-community, by: guide, within: 1d}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d}\n  - {untag: in-community}\n",
)
KEY_OF_ANOTHER_VERB: Final = Rule(
    code="SOP108",
    name="key-of-another-verb",
    severity=Severity.ERROR,
    summary=Phrase("键属于别的动作", "a key that belongs to another verb"),
    message=Phrase("“{key}”不能和“{verb}”用在一起", "`{key}` does not go with `{verb}`"),
    why=Phrase(
        "这个键只对别的动作有意义，在这里不起作用。",
        "The key means something for another verb only; here it would have no effect.",
    ),
    fix=Phrase("删掉它，或改用它所属的动作：{owners}", "remove it, or use the verb that it belongs to: {owners}"),
    bad=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, up_to: 3d}\n",
    good=STEP_HEAD + "  - {wait: order-paid, up_to: 3d}\n",
)
UNKNOWN_KIND: Final = Rule(
    code="SOP109",
    name="unknown-kind",
    severity=Severity.ERROR,
    summary=Phrase("没有这种文档", "a kind of document that does not exist"),
    message=Phrase("没有“{value}”这种文档", "there is no kind `{value}`"),
    why=Phrase(
        "kind 决定一份文档里可以写什么；认不出类型，就没法检查它。",
        "`kind` decides what a document may say; without it nothing in it can be checked.",
    ),
    fix=Phrase("可以写：{values}", "write one of: {values}"),
    bad="kind: automatoin\nid: welcome\nstarts_on: member-joined\nsteps:\n  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
MISSING_KIND: Final = Rule(
    code="SOP110",
    name="missing-kind",
    severity=Severity.ERROR,
    summary=Phrase("文档没有说明类型", "a document that does not say its kind"),
    message=Phrase("这份文档没有写 kind", "this document has no `kind`"),
    why=Phrase(
        "kind 决定一份文档里可以写什么；没有它，就没法检查。",
        "`kind` decides what a document may say; without it nothing can be checked.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad="id: welcome\ntitle: 入会欢迎\nstarts_on: member-joined\nsteps:\n  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
EMPTY_VALUE: Final = Rule(
    code="SOP111",
    name="empty-value",
    severity=Severity.ERROR,
    summary=Phrase("键后面没有内容，或内容不够", "a key with nothing, or too little, behind it"),
    message=Phrase("“{key}”{lack}", "`{key}` {lack}"),
    why=Phrase(
        "空着的键什么也没说，多半是忘了填。", "An empty key says nothing; most likely it was to be filled in later."
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=STEP_HEAD + '  - {title: "", do: 电话欢迎, by: guide, within: 1d}\n',
    good=STEP_HEAD + "  - {title: 首次问候, do: 电话欢迎, by: guide, within: 1d}\n",
)
TOO_MANY: Final = Rule(
    code="SOP112",
    name="too-many-entries",
    severity=Severity.ERROR,
    summary=Phrase("写了过多的内容", "more entries than the key takes"),
    message=Phrase("“{key}”最多写{most}项，这里有{count}项", "`{key}` takes at most {most}, and this has {count}"),
    why=Phrase("多出来的内容不知道该怎么算。", "What the others should mean is not defined."),
    fix=Phrase("只留{most}项，其余的各写一条", "keep {most} and write each of the others as an entry of its own"),
    bad=STEP_HEAD.replace("member-joined", "{becomes: {join-source: shop, age-band: adult}}")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=STEP_HEAD.replace("member-joined", "[{becomes: {join-source: shop}}, {becomes: {age-band: adult}}]")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
REPEATED_ENTRY: Final = Rule(
    code="SOP113",
    name="repeated-entry",
    severity=Severity.ERROR,
    summary=Phrase("同一项写了两次", "an entry that stands twice in a list"),
    message=Phrase("“{key}”里“{value}”写了不止一次", "`{key}` names `{value}` more than once"),
    why=Phrase("重复的一项多半是复制后忘了改。", "A repeated entry is most likely a copy that was not changed."),
    fix=Phrase("删掉重复的，或改成本来要写的", "remove it, or write what was meant"),
    bad=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, inform: [guide, guide]}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, inform: [guide]}\n",
)
MALFORMED_ID: Final = Rule(
    code="SOP114",
    name="malformed-id",
    severity=Severity.ERROR,
    summary=Phrase("编号的写法不对", "an id that is not written as ids are"),
    message=Phrase("“{value}”不能作编号：{reason}", "`{value}` cannot be an id: {reason}"),
    why=Phrase(
        "编号要用在引用、文件名和日志里，写法统一才不会对不上。",
        "Ids stand in references, file names and logs; one way of writing keeps them matching.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=STEP_HEAD.replace("id: welcome", "id: Welcome_Call") + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=STEP_HEAD.replace("id: welcome", "id: welcome-call") + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
NUMBER_OUT_OF_RANGE: Final = Rule(
    code="SOP115",
    name="number-out-of-range",
    severity=Severity.ERROR,
    summary=Phrase("数字超出范围", "a number outside the range of its key"),
    message=Phrase("“{key}”{bound}，这里是 {value}", "`{key}` {bound}, and this is {value}"),
    why=Phrase(
        "范围之外的数没有意义，多半是笔误。", "Outside the range the number has no meaning; most likely it is a slip."
    ),
    fix=Phrase("写一个范围内的数，例如 {key}: {sample}", "write a number within the range, such as `{key}: {sample}`"),
    bad=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, minutes: -5}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, minutes: 5}\n",
)
CONFLICTING_KEYS: Final = Rule(
    code="SOP116",
    name="conflicting-keys",
    severity=Severity.ERROR,
    summary=Phrase("两个键不能同时写", "two keys that exclude each other"),
    message=Phrase("{where}里“{first}”和“{key}”不能同时写", "{where} cannot have both `{first}` and `{key}`"),
    why=Phrase(
        "两个键各是一种说法，同时写就不知道以哪个为准。",
        "Each is a statement of its own; with both it is not clear which one holds.",
    ),
    fix=Phrase("留下其中一个", "keep one of them"),
    bad=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, on: app-opened, every: 7d}\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d, every: 7d}\n",
)
MISSING_CHOICE: Final = Rule(
    code="SOP117",
    name="missing-choice",
    severity=Severity.ERROR,
    summary=Phrase("几个键里必须选一个，却一个也没写", "one of several keys must be there, and none is"),
    message=Phrase("{where}要在这些键里选一个：{keys}", "{where} needs one of {keys}"),
    why=Phrase("没有选，这里要表达的事就不成立。", "Without the choice nothing is said here."),
    fix=Phrase("加上其中一个", "add one of them"),
    bad="kind: workspace\nid: shop\ntitle: 小店\nuses: [retail-cn]\ncaps:\n  - {id: weekly, of: {category: marketing}}\n",
    good="kind: workspace\nid: shop\ntitle: 小店\nuses: [retail-cn]\ncaps:\n  - {id: weekly, max: 5, per: 7d, of: {category: marketing}}\n",
)
NOT_A_DOCUMENT: Final = Rule(
    code="SOP118",
    name="not-a-document",
    severity=Severity.ERROR,
    summary=Phrase("不是一份文档", "something that is no document"),
    message=Phrase(
        "这里应是一份由“键: 值”组成的文档，现在是{found}",
        "a document made of `key: value` lines belongs here, and this is {found}",
    ),
    why=Phrase(
        "工作区里的每个 YAML 文件都会被读取，读不懂的不能当作没有。",
        "Every YAML file of a workspace is read; one that cannot be understood must not pass as if it were not there.",
    ),
    fix=Phrase(
        "以 kind: 开头写一份文档，或把文件移出工作区",
        "begin a document with `kind:`, or move the file out of the workspace",
    ),
    bad="- 周一发推文\n- 周二发短信\n",
    good=STEP_HEAD + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
MALFORMED_VALUE: Final = Rule(
    code="SOP119",
    name="malformed-value",
    severity=Severity.ERROR,
    summary=Phrase("值的写法不对", "a value that is not written as its key wants it"),
    message=Phrase(
        "“{key}”应是{expected}，“{value}”不是这种写法", "`{key}` takes {expected}, and `{value}` is not written so"
    ),
    why=Phrase("写法不对，就认不出它。", "Written otherwise it cannot be recognised."),
    fix=Phrase("{advice}", "{advice}"),
    bad="kind: workspace\nid: shop\ntitle: 小店\nuses: [retail-cn]\nbrand: {colour: 品红}\n",
    good='kind: workspace\nid: shop\ntitle: 小店\nuses: [retail-cn]\nbrand: {colour: "#b4475a"}\n',
)

RULES: Final[tuple[Rule, ...]] = (
    UNKNOWN_KEY,
    MISSING_KEY,
    WRONG_TYPE,
    UNKNOWN_VALUE,
    TEXT_NOT_QUOTED,
    STEP_WITHOUT_VERB,
    STEP_WITH_TWO_VERBS,
    KEY_OF_ANOTHER_VERB,
    UNKNOWN_KIND,
    MISSING_KIND,
    EMPTY_VALUE,
    TOO_MANY,
    REPEATED_ENTRY,
    MALFORMED_ID,
    NUMBER_OUT_OF_RANGE,
    CONFLICTING_KEYS,
    MISSING_CHOICE,
    NOT_A_DOCUMENT,
    MALFORMED_VALUE,
)

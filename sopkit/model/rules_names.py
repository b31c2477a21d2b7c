"""The rules about names: declared or not, once or twice, used or not, and whether what they name fits the place."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.model.rules_values import GUIDE, HEAD, KPI, WORKSPACE
from sopkit.text import Phrase

STAGES: Final = "kind: lifecycle\nid: care\ntitle: 关怀\nstarts_on: member-joined\nstages:\n"
GIFT: Final = """\
kind: catalog
offers:
  gift: {title: 到店礼, type: gift, value: 10 CNY}
scripts:
  hello: {title: 问候, text: '到店礼{offer.value}'}
---
"""
GIVEN: Final = "  - {send: hello, via: sms, for: onboarding, offer: gift}\n  - {grant: gift}\n"
TIER: Final = "kind: catalog\ndata:\n  tier: {title: 等级, type: [gold, silver]}\n"

UNDEFINED_NAME: Final = Rule(
    code="SOP140",
    name="undefined-name",
    severity=Severity.ERROR,
    summary=Phrase("用到的名称没有声明", "a name that is declared nowhere"),
    message=Phrase("没有声明{noun}“{name}”{elsewhere}", "{noun} `{name}` is not declared{elsewhere}"),
    why=Phrase(
        "名称对不上，这里说的事就落空：没有人做、发不出去，或永远不会发生。",
        "With nothing behind the name, what is said here goes nowhere: nobody does it, or it never happens.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=HEAD + "  - {do: 电话欢迎, by: giude, within: 1d}\n",
    good=GUIDE,
)
UNUSED_NOUN: Final = Rule(
    code="SOP141",
    name="unused-noun",
    severity=Severity.NOTE,
    summary=Phrase("声明了却没有用到", "a noun that nothing uses"),
    message=Phrase("{noun}“{name}”声明了，但没有地方用到", "{noun} `{name}` is declared and used nowhere"),
    why=Phrase(
        "没人用的名词会让人以为有这回事，也可能是哪里忘了引用。",
        "It suggests something that does not happen; or somewhere a reference was forgotten.",
    ),
    fix=Phrase("在该用的地方引用它，或者删掉", "refer to it where it belongs, or delete it"),
    bad=GUIDE + "---\nkind: catalog\ntags:\n  sleeper: {title: 沉睡客户}\n",
    good=GUIDE.replace("steps:", "audience: {tag: sleeper}\nsteps:")
    + "---\nkind: catalog\ntags:\n  sleeper: {title: 沉睡客户}\n",
)
DUPLICATE_ID: Final = Rule(
    code="SOP142",
    name="duplicate-id",
    severity=Severity.ERROR,
    summary=Phrase("同一个编号用了两次", "one id for two things"),
    message=Phrase("{names}已经声明过", "{names} declared already"),
    why=Phrase("两处同名，引用时就不知道指的是哪一个。", "A reference cannot tell which of the two it means."),
    fix=Phrase("{advice}", "{advice}"),
    bad=GUIDE + "---\n" + GUIDE,
    good=GUIDE + "---\n" + GUIDE.replace("id: welcome", "id: welcome-back"),
)
REPLACED_NOUN: Final = Rule(
    code="SOP143",
    name="replaced-noun",
    severity=Severity.NOTE,
    summary=Phrase(
        "工作区的名词取代了内置的，却少写了内容", "a noun of the workspace replaces a built-in one and says less"
    ),
    message=Phrase("取代了内置的{names}", "replaces the built-in {names}"),
    why=Phrase(
        "取代是整个换掉：内置的时限、渠道等设置不再生效，只有这里写的算数，没写的就没有了。",
        "The built-in one is gone as a whole: only what is written here counts, and the rest is no longer said.",
    ),
    fix=Phrase(
        "把缺的写上；如果本来不想取代，就换一个编号",
        "write them too; or choose another id if nothing was to be replaced",
    ),
    bad="kind: catalog\nroles:\n  guide: {title: 美容顾问, of: shop}\n---\n" + GUIDE,
    good="kind: catalog\nroles:\n  beauty-adviser: {title: 美容顾问, of: shop}\n---\n"
    + GUIDE.replace("guide", "beauty-adviser"),
)
AMBIGUOUS_NAME: Final = Rule(
    code="SOP145",
    name="ambiguous-name",
    severity=Severity.ERROR,
    summary=Phrase("一个编号在同一个地方可以指两样东西", "an id that can mean two things in one place"),
    message=Phrase("“{name}”既是{first}，又是{second}", "`{name}` is both {first} and {second}"),
    why=Phrase(
        "条件和 ask 里只写编号，同名就分不清说的是哪一样。",
        "Conditions and `ask` hold nothing but the id, so nobody could tell which of the two is meant.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad="kind: catalog\nevents:\n  birthday: {title: 过生日}\n---\n"
    + HEAD.replace("member-joined", "birthday")
    + "  - {do: 电话祝贺, by: guide, within: 1d}\n",
    good="kind: catalog\nevents:\n  birthday-party: {title: 生日会}\n---\n"
    + HEAD.replace("member-joined", "birthday-party")
    + "  - {do: 电话祝贺, by: guide, within: 1d}\n",
)
UNDEFINED_PLACE: Final = Rule(
    code="SOP146",
    name="undefined-place",
    severity=Severity.ERROR,
    summary=Phrase("路径指的阶段或步骤不存在", "a path to a stage or step that does not exist"),
    message=Phrase("“{path}”不存在：{reason}", "`{path}` does not exist: {reason}"),
    why=Phrase(
        "指向的地方不存在，这个条件或触发就永远不会成立。",
        "What points nowhere can never hold and never happen.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=STAGES
    + "  first: {title: 开始, next: [{after: 30d, go: end}]}\n---\n"
    + HEAD.replace("member-joined", "{entered: care/frist}")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=STAGES
    + "  first: {title: 开始, next: [{after: 30d, go: end}]}\n---\n"
    + HEAD.replace("member-joined", "{entered: care/first}")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
UNDEFINED_DESTINATION: Final = Rule(
    code="SOP147",
    name="undefined-destination",
    severity=Severity.ERROR,
    summary=Phrase("指向的步骤或阶段在本剧本里不存在", "a step or stage that this playbook does not have"),
    message=Phrase("{key}: {name}，但{where}没有“{name}”", "`{key}: {name}`, but {where} has no `{name}`"),
    why=Phrase(
        "走到这里就不知道该去哪里、从何时算起。",
        "On arriving here nobody knows where to go, or from when to count.",
    ),
    fix=Phrase("可以写：{known}", "write {known}"),
    bad=STAGES
    + "  first: {title: 开始, next: [{after: 30d, go: secnod}]}\n  second: {title: 继续, next: [{after: 30d, go: end}]}\n",
    good=STAGES
    + "  first: {title: 开始, next: [{after: 30d, go: second}]}\n  second: {title: 继续, next: [{after: 30d, go: end}]}\n",
)
UNKNOWN_DATA_VALUE: Final = Rule(
    code="SOP148",
    name="unknown-data-value",
    severity=Severity.ERROR,
    summary=Phrase("数据项没有这个取值", "a value that the data item cannot take"),
    message=Phrase("数据项“{data}”没有取值“{value}”", "the data item `{data}` has no value `{value}`"),
    why=Phrase(
        "取值对不上，这个条件对谁都不成立，这一步永远轮不到。",
        "No customer ever has it, so what depends on it never happens.",
    ),
    fix=Phrase("可以写：{known}", "write {known}"),
    bad=TIER
    + "---\n"
    + HEAD.replace("steps:", "audience: {tier: glod}\nsteps:")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=TIER
    + "---\n"
    + HEAD.replace("steps:", "audience: {tier: gold}\nsteps:")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
UNFIT_TEST: Final = Rule(
    code="SOP149",
    name="unfit-test",
    severity=Severity.ERROR,
    summary=Phrase("判断的方式和数据项的类型不配", "a test that does not fit the type of the data item"),
    message=Phrase("“{test}”不能用来判断{kind}“{data}”", "`{test}` cannot test `{data}`, which is {kind}"),
    why=Phrase(
        "类型不配，比不出结果，这个条件等于没写。",
        "Of different kinds, the two cannot be compared, and the condition says nothing.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=TIER
    + "---\n"
    + HEAD.replace("steps:", "audience: {tier: ≥ 3}\nsteps:")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    good=TIER
    + "---\n"
    + HEAD.replace("steps:", "audience: {tier: gold}\nsteps:")
    + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
UNFIT_UNIT: Final = Rule(
    code="SOP150",
    name="unfit-unit",
    severity=Severity.ERROR,
    summary=Phrase("单位和指标的单位不配", "a unit that does not fit the KPI's"),
    message=Phrase(
        "“{value}”和指标“{kpi}”的单位 {unit} 不配", "`{value}` does not fit the unit of the KPI `{kpi}`, {unit}"
    ),
    why=Phrase("单位不同就无法比较，达没达到说不清。", "Values of different units cannot be compared."),
    fix=Phrase("按指标的单位写：{example}", "write it in the KPI's unit: {example}"),
    bad=KPI + "unit: count\ntarget: ≥ 15%\n",
    good=KPI + "unit: count\ntarget: ≥ 1500\n",
)
OTHER_CURRENCY: Final = Rule(
    code="SOP151",
    name="other-currency",
    severity=Severity.ERROR,
    summary=Phrase("币种和工作区的不同", "a currency other than the workspace's"),
    message=Phrase(
        "“{value}”的币种不是工作区的 {currency}", "`{value}` is not in the workspace's currency, {currency}"
    ),
    why=Phrase(
        "不同币种没有汇率就不能相加，也不能和底价比较。",
        "Amounts in two currencies can neither be added nor compared with the floor price.",
    ),
    fix=Phrase("改成 {currency}", "write it in {currency}"),
    bad=WORKSPACE
    + "currency: CNY\n---\nkind: catalog\noffers:\n  coupon: {title: 满减券, type: coupon, value: 10 USD}\n",
    good=WORKSPACE
    + "currency: CNY\n---\nkind: catalog\noffers:\n  coupon: {title: 满减券, type: coupon, value: 70 CNY}\n",
)
UNKNOWN_PLACEHOLDER: Final = Rule(
    code="SOP152",
    name="unknown-placeholder",
    severity=Severity.ERROR,
    summary=Phrase("话术里的占位符没有对应的内容", "a placeholder that nothing fills"),
    message=Phrase(
        "占位符“{placeholder}”没有内容可填：{reason}", "nothing fills the placeholder `{placeholder}`: {reason}"
    ),
    why=Phrase(
        "发出去时客户会看到空白，或者看到占位符本身。",
        "The customer would see a gap, or the placeholder itself.",
    ),
    fix=Phrase("可以写：{known}", "write {known}"),
    bad="kind: catalog\nscripts:\n  hello: {title: 问候, text: '{customer.nicknam|您好}，欢迎入会'}\n---\n"
    + HEAD
    + "  - {send: hello, via: sms, for: onboarding}\n",
    good="kind: catalog\nscripts:\n  hello: {title: 问候, text: '{customer.nickname|您好}，欢迎入会'}\n---\n"
    + HEAD
    + "  - {send: hello, via: sms, for: onboarding}\n",
)
MALFORMED_PLACEHOLDER: Final = Rule(
    code="SOP153",
    name="malformed-placeholder",
    severity=Severity.ERROR,
    summary=Phrase("话术里的占位符写得不对", "a placeholder that cannot be read"),
    message=Phrase("“{placeholder}”不是占位符的写法", "`{placeholder}` cannot be read as a placeholder"),
    why=Phrase(
        "写法不对就不会被替换，客户会原样看到它。", "It would not be filled in; the customer would see it as it stands."
    ),
    fix=Phrase(
        "{better}占位符这样写：{example}；开头可以是 customer、staff、shop、offer、event、brand",
        "{better}a placeholder is written {example}, beginning with customer, staff, shop, offer, event or brand",
    ),
    bad="kind: catalog\nscripts:\n  hello: {title: 问候, text: '{nickname}，欢迎入会'}\n---\n"
    + HEAD
    + "  - {send: hello, via: sms, for: onboarding}\n",
    good="kind: catalog\nscripts:\n  hello: {title: 问候, text: '{customer.nickname|您好}，欢迎入会'}\n---\n"
    + HEAD
    + "  - {send: hello, via: sms, for: onboarding}\n",
)
TEXT_WITHOUT_OFFER: Final = Rule(
    code="SOP154",
    name="text-without-offer",
    severity=Severity.ERROR,
    summary=Phrase("话术说到权益，步骤却没说是哪个", "a text that speaks of an offer, in a step that names none"),
    message=Phrase(
        "话术“{script}”里有 {placeholder}，这一步却没有写 offer",
        "the script `{script}` says {placeholder}, and this step has no `offer`",
    ),
    why=Phrase(
        "不知道是哪个权益，金额和到期日就填不出来。",
        "Unless the offer is known, its value and last day cannot be filled in.",
    ),
    fix=Phrase("给这一步加上 offer: 权益编号", "add `offer:` with the id of the offer to this step"),
    bad=GIFT + HEAD + "  - {send: hello, via: sms, for: onboarding}\n  - {grant: gift}\n",
    good=GIFT + HEAD + GIVEN,
)
STAGE_WITHOUT_VALUE: Final = Rule(
    code="SOP162",
    name="stage-without-value",
    severity=Severity.ERROR,
    summary=Phrase("跟随数据项的阶段不是它的取值", "a stage that is no value of the data it follows"),
    message=Phrase(
        "follows: {data}，但“{stage}”不是它的取值", "this follows `{data}`, and `{stage}` is none of its values"
    ),
    why=Phrase(
        "客户的取值决定他在哪个阶段，没有这个取值就没有人会进来。",
        "The value decides the stage; without such a value nobody ever enters it.",
    ),
    fix=Phrase("阶段的编号要和取值一致：{known}", "name the stages as the values: {known}"),
    bad=TIER
    + "---\n"
    + STAGES.replace("stages:", "follows: tier\nstages:")
    + "  gold: {title: 金卡}\n  sliver: {title: 银卡}\n",
    good=TIER
    + "---\n"
    + STAGES.replace("stages:", "follows: tier\nstages:")
    + "  gold: {title: 金卡}\n  silver: {title: 银卡}\n",
)

OFFER_WITHOUT_FACT: Final = Rule(
    code="SOP164",
    name="offer-without-fact",
    severity=Severity.WARNING,
    summary=Phrase("话术说到权益的一项，权益没有写", "a text that tells of an offer what the offer does not say"),
    message=Phrase(
        "话术“{script}”里有 {placeholder}，权益“{offer}”却没有写 {key}",
        "the script `{script}` says {placeholder}, and the offer `{offer}` has no `{key}`",
    ),
    why=Phrase(
        "发出去的话里这一处是空的，客户不知道金额、门槛或期限。",
        "The words go out with a gap there, and the customer learns no amount, threshold or last day.",
    ),
    fix=Phrase(
        "给权益“{offer}”写上 {key}（如 {sample}），或者从话术里去掉这一处",
        "add `{key}` to the offer `{offer}` (such as `{sample}`), or take it out of the text",
    ),
    bad=GIFT.replace("{offer.value}", "{offer.ends}前可领") + HEAD + GIVEN,
    good=GIFT.replace("{offer.value}", "{offer.ends}前可领").replace("value: 10 CNY", "value: 10 CNY, valid: 7d")
    + HEAD
    + GIVEN,
)
RULES: Final[tuple[Rule, ...]] = (
    UNDEFINED_NAME,
    UNUSED_NOUN,
    DUPLICATE_ID,
    REPLACED_NOUN,
    AMBIGUOUS_NAME,
    UNDEFINED_PLACE,
    UNDEFINED_DESTINATION,
    UNKNOWN_DATA_VALUE,
    UNFIT_TEST,
    UNFIT_UNIT,
    OTHER_CURRENCY,
    UNKNOWN_PLACEHOLDER,
    MALFORMED_PLACEHOLDER,
    TEXT_WITHOUT_OFFER,
    STAGE_WITHOUT_VALUE,
    OFFER_WITHOUT_FACT,
)

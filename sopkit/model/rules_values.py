"""The rules about values inside strings: one for each kind of value, each with the forms that it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

HEAD: Final = """\
kind: automation
id: welcome
title: 入会欢迎
starts_on: member-joined
steps:
"""
GUIDE: Final = HEAD + "  - {do: 电话欢迎, by: guide, within: 1d}\n"
WORKSPACE: Final = "kind: workspace\nid: shop\ntitle: 小店\nuses: [retail-cn]\n"
KPI: Final = "kind: kpi\nid: joined\ntitle: 入会人数\nowner: guide\nreview_by: 2027-12-31\nformula: {count: {events: member-joined}}\n"
CADENCE: Final = "kind: cadence\nid: tips\ntitle: 护肤贴士\nvia: official-account\n"


def _malformed(  # noqa: PLR0917  read down a column, in the order of the page
    code: str,
    name: str,
    what: Phrase,
    forms: Phrase,
    why: Phrase,
    bad: str,
    good: str,
) -> Rule:
    """Return the rule for a kind of value: `what` it is called, and the `forms` that it takes, with examples."""
    return Rule(
        code=code,
        name=name,
        severity=Severity.ERROR,
        summary=Phrase(f"{what.zh}写得不对", f"{what.en} that cannot be read"),
        message=Phrase(f"“{{value}}”读不懂，这里要写{what.zh}", f"`{{value}}` cannot be read as {what.en}"),
        why=why,
        fix=Phrase(f"{{better}}{what.zh}这样写：{forms.zh}", f"{{better}}{what.en} is written like this: {forms.en}"),
        bad=bad,
        good=good,
    )


TIMED: Final = Phrase(
    "时间写不清，就没法判断来不来得及、会不会打扰太多。",
    "If the time is not clear, nothing can be said about deadlines or about touching customers too often.",
)

MALFORMED_DURATION: Final = _malformed(
    "SOP120",
    "malformed-duration",
    Phrase("时长", "a duration"),
    Phrase(
        "数字紧跟单位，如 30s、15m、4h、3d、2w、6mo、1y，或 3 workdays",
        "a number and a unit, as 30s, 15m, 4h, 3d, 2w, 6mo or 1y; or 3 workdays",
    ),
    TIMED,
    HEAD + "  - {do: 电话欢迎, by: guide, within: 3天}\n",
    HEAD + "  - {do: 电话欢迎, by: guide, within: 3d}\n",
)
RANGE_AS_DEADLINE: Final = Rule(
    code="SOP121",
    name="range-for-one-duration",
    severity=Severity.ERROR,
    summary=Phrase("只能写一个时长的地方写了范围", "a range where one duration belongs"),
    message=Phrase("这里只能写一个时长，“{value}”是范围", "one duration belongs here, and `{value}` is a range"),
    why=Phrase(
        "时限只有一个；范围两头的先后要用 after 和 within 分开说。",
        "There is one deadline; when it may begin and when it must be done are said by `after` and `within`.",
    ),
    fix=Phrase(
        "写一个时长；要表示“最早…、最迟…”，写 after: {low} 和 within: {high}",
        "write one duration; for earliest and latest write `after: {low}` and `within: {high}`",
    ),
    bad=HEAD + "  - {do: 电话欢迎, by: guide, within: 1h..3h}\n",
    good=HEAD + "  - {do: 电话欢迎, by: guide, after: 1h, within: 3h}\n",
)
REVERSED_RANGE: Final = Rule(
    code="SOP122",
    name="reversed-range",
    severity=Severity.ERROR,
    summary=Phrase("范围的两头写反了", "a range whose ends are the wrong way round"),
    message=Phrase("“{value}”前面的比后面的大", "in `{value}` the first end is larger than the second"),
    why=Phrase("这样的范围里没有任何值。", "No value lies in such a range."),
    fix=Phrase("小的写在前面：{better}", "put the smaller end first: `{better}`"),
    bad=HEAD + "  - {wait: 3h..1h}\n",
    good=HEAD + "  - {wait: 1h..3h}\n",
)
MALFORMED_TIME: Final = _malformed(
    "SOP123",
    "malformed-time",
    Phrase("时刻", "a time of day"),
    Phrase("24 小时制的 时:分，如 09:00、21:30", "hours:minutes of 24 hours, such as 09:00 or 21:30"),
    TIMED,
    CADENCE + "every: week\nat: tue 25:00\n",
    CADENCE + "every: week\nat: tue 10:00\n",
)
MALFORMED_HOURS: Final = _malformed(
    "SOP124",
    "malformed-hours",
    Phrase("时段", "a span of hours"),
    Phrase(
        "起-止，如 09:00-21:00，前面可加星期：mon-fri 10:00-18:00",
        "from-to, such as 09:00-21:00, with days before it if need be: mon-fri 10:00-18:00",
    ),
    TIMED,
    WORKSPACE + "quiet_hours: {hours: 晚上9点到早上9点}\n",
    WORKSPACE + "quiet_hours: {hours: 21:00-09:00}\n",
)
MALFORMED_SLOT: Final = _malformed(
    "SOP125",
    "malformed-slot",
    Phrase("周期里的时刻", "a slot"),
    Phrase(
        "10:00、tue 10:00、day 5 09:00、last day 09:00、second sat 14:00",
        "10:00, tue 10:00, day 5 09:00, last day 09:00 or second sat 14:00",
    ),
    TIMED,
    CADENCE + "every: week\nat: 周二 10:00\n",
    CADENCE + "every: week\nat: tue 10:00\n",
)
UNFIT_SLOT: Final = Rule(
    code="SOP126",
    name="slot-outside-period",
    severity=Severity.ERROR,
    summary=Phrase("时刻和周期不配", "a slot that does not fit the period"),
    message=Phrase("every: {every} 不能配“{value}”", "`{value}` does not fit `every: {every}`"),
    why=Phrase(
        "看不出到底是哪一天，日历就排不出来。",
        "Which day it is does not follow, so it cannot be put on a calendar.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=CADENCE + "every: week\nat: day 5 10:00\n",
    good=CADENCE + "every: month\nat: day 5 10:00\n",
)
MALFORMED_DATE: Final = _malformed(
    "SOP127",
    "malformed-date",
    Phrase("日期", "a date"),
    Phrase("年-月-日，如 2027-03-31，而且要真有这一天", "year-month-day, such as 2027-03-31, and the day must exist"),
    Phrase(
        "日期认不出，到期提醒和有效期就都失效了。",
        "A date that cannot be read can neither remind of anything nor expire.",
    ),
    HEAD.replace("title", "review_by: 2027年3月31日\ntitle") + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    HEAD.replace("title", "review_by: 2027-03-31\ntitle") + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
MALFORMED_PERIOD: Final = _malformed(
    "SOP128",
    "malformed-period",
    Phrase("周期", "a period"),
    Phrase(
        "day、week、month、quarter、year，或 15m 这样的时长，同步还可以写 event",
        "day, week, month, quarter or year, a duration such as 15m, or `event` for a sync",
    ),
    TIMED,
    CADENCE + "every: 每周\nat: tue 10:00\n",
    CADENCE + "every: week\nat: tue 10:00\n",
)
MALFORMED_WINDOW: Final = _malformed(
    "SOP129",
    "malformed-window",
    Phrase("统计窗口", "a window"),
    Phrase(
        "day 7（第7天）、days 1..7（其中至少一次）、from day 7（第7天起）或 0h..24h",
        "day 7 (on that day), days 1..7 (at least once in them), from day 7 (on or after) or 0h..24h",
    ),
    Phrase("窗口不清，同一个指标就会算出不同的数。", "Without a clear window one metric gives several numbers."),
    KPI + "window: 7天内\n",
    KPI + "window: days 1..7\n",
)
MALFORMED_COMPARISON: Final = _malformed(
    "SOP130",
    "malformed-comparison",
    Phrase("比较", "a comparison"),
    Phrase(
        '≥ 15%、≤ 3、< 30s、= 100%、≥ 2000 CNY、+20% over baseline；大于号要加引号："> 15%"',
        '≥ 15%, ≤ 3, < 30s, = 100%, ≥ 2000 CNY or +20% over baseline; a `>` needs quotes: "> 15%"',
    ),
    Phrase(
        "认不出是高于还是低于、是多少，就无法判断达没达到。",
        "Unless it is clear which way and how much, nobody can tell whether it was reached.",
    ),
    KPI + "target: 不低于1000\n",
    KPI + "target: ≥ 1000\n",
)
MALFORMED_RATE: Final = _malformed(
    "SOP131",
    "malformed-rate",
    Phrase("频次", "a rate"),
    Phrase(
        "次数 per 时间：3 per 7d（任意连续7天）、1 per day（日历日）、1 per lifetime（一生一次）",
        "a count per time: 3 per 7d (any 7 days), 1 per day (calendar day) or 1 per lifetime",
    ),
    Phrase(
        "不知道一件事最多发生几次，就无法证明客户不会被打扰太多。",
        "Unless it is known how often something can happen, no limit on touches can be proved.",
    ),
    "kind: catalog\nevents:\n  shop-visited: {title: 到店, at_most: 每天3次}\n",
    "kind: catalog\nevents:\n  shop-visited: {title: 到店, at_most: 3 per day}\n",
)
MALFORMED_MONEY: Final = _malformed(
    "SOP132",
    "malformed-money",
    Phrase("金额", "an amount of money"),
    Phrase("数字 币种，如 99 CNY、0.045 CNY", "a number and a currency, such as 99 CNY or 0.045 CNY"),
    Phrase("没有币种的数无法比较，也无法相加。", "Without its currency an amount can be neither compared nor added."),
    "kind: catalog\noffers:\n  coupon: {title: 满减券, type: coupon, value: 10元, threshold: 99 CNY}\n",
    "kind: catalog\noffers:\n  coupon: {title: 满减券, type: coupon, value: 10 CNY, threshold: 99 CNY}\n",
)
MALFORMED_PERCENTAGE: Final = _malformed(
    "SOP133",
    "malformed-percentage",
    Phrase("百分比", "a percentage"),
    Phrase("数字加 %，如 70%、2.5%", "a number and %, such as 70% or 2.5%"),
    Phrase("少了百分号，70 和 70% 差一百倍。", "Without the sign 70 and 70% differ by a hundred times."),
    WORKSPACE + "pricing: {floor: 7折}\n",
    WORKSPACE + "pricing: {floor: 70%}\n",
)
MALFORMED_RETENTION: Final = _malformed(
    "SOP134",
    "malformed-retention",
    Phrase("保存期限", "a retention"),
    Phrase(
        "3y after order-paid（事件之后多久）、180d（收集之后多久），或用文字说明规则（不以数字开头）",
        "3y after order-paid (so long after an event), 180d (after collection), or as a rule in words (with no number in front)",
    ),
    Phrase("到期要删的数据，得知道从哪天算起。", "Data that must be deleted in time needs a day to count from."),
    "kind: catalog\ndata:\n  wechat-name: {title: 微信昵称, retention: 3年}\n",
    "kind: catalog\ndata:\n  wechat-name: {title: 微信昵称, retention: 3y after order-paid}\n",
)
MALFORMED_STAY: Final = _malformed(
    "SOP135",
    "malformed-stay",
    Phrase("停留时间", "a stay"),
    Phrase("at least 7d（至少停留这么久）", "at least 7d"),
    TIMED,
    "kind: lifecycle\nid: care\ntitle: 关怀\nstarts_on: member-joined\nstages:\n"
    "  first: {title: 开始, stays: 7d, next: [{after: 30d, go: end}]}\n",
    "kind: lifecycle\nid: care\ntitle: 关怀\nstarts_on: member-joined\nstages:\n"
    "  first: {title: 开始, stays: at least 7d, next: [{after: 30d, go: end}]}\n",
)
MALFORMED_REENTRY: Final = _malformed(
    "SOP136",
    "malformed-reentry",
    Phrase("再次进入的规则", "a rule of re-entry"),
    Phrase(
        "never（一生一次）、always（每次都进）或 after 90d（上次结束后隔多久）",
        "never, always, or after 90d (so long after the last end)",
    ),
    Phrase(
        "能不能再进、隔多久，决定客户最多被联系几次。",
        "Whether and when a customer may come again decides how often one is touched.",
    ),
    HEAD.replace("steps", "reentry: 90天后\nsteps") + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    HEAD.replace("steps", "reentry: after 90d\nsteps") + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
MALFORMED_REACTION: Final = _malformed(
    "SOP137",
    "malformed-reaction",
    Phrase("触顶后的处理", "what happens at a cap"),
    Phrase(
        "skip（不发）、wait 12h（最多等这么久）或 exit（离开旅程）",
        "skip, wait 12h (at most, then skip) or exit (leave the journey)",
    ),
    Phrase(
        "上限挡住一条消息以后怎么办，要说清楚。",
        "What becomes of a message that a cap stops must be clear.",
    ),
    WORKSPACE + "enforce: {in: map, gap: 等12小时}\n",
    WORKSPACE + "enforce: {in: map, gap: wait 12h}\n",
)
_TEST: Final = _malformed(
    "SOP138",
    "malformed-test",
    Phrase("对{kind}的判断", "a test of {kind}"),
    Phrase("{forms}", "{forms}"),
    Phrase(
        "判断读不懂，就不知道哪些客户符合。",
        "Unless the test can be read, nobody knows which customers pass it.",
    ),
    HEAD.replace("steps", "audience: {order-paid: 30天内}\nsteps") + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
    HEAD.replace("steps", "audience: {order-paid: within 30d}\nsteps") + "  - {do: 电话欢迎, by: guide, within: 1d}\n",
)
MALFORMED_TEST: Final = replace(
    _TEST, summary=Phrase("对事件或数据项的判断写得不对", "a test of an event or data item that cannot be read")
)
MALFORMED_SUM: Final = _malformed(
    "SOP139",
    "malformed-sum",
    Phrase("求和", "a sum"),
    Phrase("事件.数据项，如 order-paid.order-amount", "EVENT.DATA, such as order-paid.order-amount"),
    Phrase("要知道加哪个数、在什么时候加。", "It must be clear which number is added, and when."),
    "kind: kpi\nid: sales\ntitle: 成交额\nowner: guide\nreview_by: 2027-12-31\nformula: {sum: order-amount}\n",
    "kind: kpi\nid: sales\ntitle: 成交额\nowner: guide\nreview_by: 2027-12-31\nformula: {sum: order-paid.order-amount}\n",
)

RULES: Final[tuple[Rule, ...]] = (
    MALFORMED_DURATION,
    RANGE_AS_DEADLINE,
    REVERSED_RANGE,
    MALFORMED_TIME,
    MALFORMED_HOURS,
    MALFORMED_SLOT,
    UNFIT_SLOT,
    MALFORMED_DATE,
    MALFORMED_PERIOD,
    MALFORMED_WINDOW,
    MALFORMED_COMPARISON,
    MALFORMED_RATE,
    MALFORMED_MONEY,
    MALFORMED_PERCENTAGE,
    MALFORMED_RETENTION,
    MALFORMED_STAY,
    MALFORMED_REENTRY,
    MALFORMED_REACTION,
    MALFORMED_TEST,
    MALFORMED_SUM,
)

"""What logs are asked about steps, syncs, KPIs and experiments: SOP985–SOP993. The examples are a playbook and a log beside it."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.examples import SYNC, WORKSPACE
from sopkit.text import Phrase

PLAY: Final = """\
---
kind: procedure
id: complaints
title: 投诉处理
owner: guide
review_by: 2027-12-31
starts_on: complaint-received
for_each: customer
due: 24h
steps:
  - {id: call, do: 给客户回电, by: guide, within: 4h, clock: wall, required: true}
  - {id: settle, do: 给出处理结果, by: guide, within: 2d, clock: wall}
"""
KPI: Final = """\
---
kind: kpi
id: replies
title: 回复率
owner: guide
review_by: 2027-12-31
unit: percent
better: higher
formula: {share: {customers: {chat-received: ever}}, of: {customers: {member-joined: ever}}}
per: month
measured_in: bi
target: ≥ 50%
"""
METRIC: Final = KPI.replace("target: ≥ 50%\n", "")
TRIAL: Final = """\
---
kind: automation
id: hello
title: 入会问候
owner: guide
review_by: 2027-12-31
starts_on: member-joined
steps:
  - {id: greet, do: 问候, by: guide, within: 1d}
---
kind: catalog
experiments:
  wording: {title: 两种问候, step: hello/greet, arms: {short: {share: 50%}, long: {share: 50%}},
            split_by: customer, metric: replies, alpha: 0.05}
"""


def steps(*rows: str) -> str:
    return "\n".join(("# steps.csv", "time,step,state,customer,run", *rows, ""))


def arrivals(*times: str) -> str:
    """Return a log of a sync: changes at ten in the morning, day by day, and when each arrived."""
    rows = [
        f"members,2026-09-0{day}T10:00:00+08:00,{f'2026-09-{time}:00+08:00' if time else ''}"
        for day, time in enumerate(times, 1)
    ]
    return "\n".join(("# syncs.csv", "sync,changed,arrived", *rows, ""))


def arms(short: int, long: int, replied: tuple[int, int] = (0, 0)) -> str:
    """Return a log of events: so many customers in each arm, so many of them with an answer; `{1..30}` stands for thirty rows."""
    rows = ["# events.csv", "time,event,customer,arm"]
    for arm, count, answers in (("short", short, replied[0]), ("long", long, replied[1])):
        joined, replied_ = f"member-joined,{arm}{{1..{count}}},{arm}", f"chat-received,{arm}{{1..{answers}}},{arm}"
        rows += [f"2026-09-01T10:00:00+08:00,{joined}"] if count else []
        rows += [f"2026-09-30T10:00:00+08:00,{replied_}"] if answers else []
    return "\n".join((*rows, ""))


def _example(*documents: str) -> str:
    """Return a workspace with a log behind it."""
    return "# sopkit.yaml\n" + WORKSPACE + "".join(documents)


BEGUN: Final = "2026-09-01T10:00:00+08:00,complaints/call,due,C1,R1"
CALLED: Final = "2026-09-01T12:00:00+08:00,complaints/call,done,C1,R1"
SETTLED: Final = "2026-09-02T12:00:00+08:00,complaints/settle,done,C1,R1"
AFTERWARDS: Final = "2026-09-02T12:00:00+08:00,complaints/call,done,C9,R9"
GOOD: Final = _example(PLAY, steps(BEGUN, CALLED, SETTLED))

LATE: Final = Rule(
    code="SOP985",
    name="late-step",
    severity=Severity.WARNING,
    summary=Phrase("做了，但超过了时限", "a step that was done after its time limit"),
    message=Phrase("{step}：{looked} 次里有 {broken} 次超时", "{step}: late {broken} times of {looked}"),
    why=Phrase(
        "时限是对客户的承诺，也是后面步骤的前提；超时多了，要么人手不够，要么时限定得不对。",
        "A time limit is a promise to customers, and later steps stand on it: many late ones mean too few people, or a wrong limit.",
    ),
    fix=Phrase(
        "看是哪些门店、岗位和员工超时，补人、培训或者改时限",
        "see which shops, roles and staff are late; add people, train them, or change the limit",
    ),
    bad=_example(PLAY, steps(BEGUN, CALLED.replace("12:00:00", "15:00:00"), SETTLED)),
    good=GOOD,
)
MISSED: Final = Rule(
    code="SOP986",
    name="missed-step",
    severity=Severity.ERROR,
    summary=Phrase("过了时限也没做", "a step that was not done, and its time is over"),
    message=Phrase("{step}：{looked} 次里有 {broken} 次没做", "{step}: missed {broken} times of {looked}"),
    why=Phrase("该做的没做，客户就一直等着。", "What was to be done was not, and the customer goes on waiting."),
    fix=Phrase(
        "先把没做的补上，再看提醒和升级有没有起作用",
        "do what was missed, then see whether reminders and escalation work",
    ),
    bad=_example(PLAY, steps(BEGUN, AFTERWARDS)),
    good=GOOD,
)
OUT_OF_ORDER: Final = Rule(
    code="SOP987",
    name="out-of-order",
    severity=Severity.WARNING,
    summary=Phrase("先后顺序颠倒", "steps done in the wrong order"),
    message=Phrase("{step}：{looked} 次里有 {broken} 次没按顺序", "{step}: out of order {broken} times of {looked}"),
    why=Phrase(
        "顺序颠倒，后面的步骤就是在前面没做好时做的。", "A step done too early was done without what it stands on."
    ),
    fix=Phrase(
        "看是记录晚了还是真的先做了；真的先做了，就培训，或者改手册里的顺序",
        "see whether it was recorded late or really done first; then train, or change the order in the playbook",
    ),
    bad=_example(PLAY, steps(BEGUN, CALLED.replace("12:00:00", "13:00:00"), SETTLED.replace("02T12", "01T11"))),
    good=GOOD,
)
SLOW: Final = Rule(
    code="SOP988",
    name="slow-response",
    severity=Severity.WARNING,
    summary=Phrase("整个流程超过了规定的时间", "a response that took longer than promised"),
    message=Phrase("{subject}：{looked} 次里有 {broken} 次超时", "{subject}: too slow {broken} times of {looked}"),
    why=Phrase(
        "每一步都不算太晚，加起来客户还是等太久。", "Each step may be in time, and the customer waits too long all the same."
    ),
    fix=Phrase(
        "看时间花在哪一步，或者等谁确认", "see which step, or whose confirmation, takes the time",
    ),
    bad=_example(
        PLAY,
        steps(BEGUN, CALLED, SETTLED.replace("02T12", "04T12"))
        + "# events.csv\ntime,event,customer\n2026-09-01T10:00:00+08:00,complaint-received,C1\n",
    ).replace("within: 2d", "within: 5d"),
    good=GOOD + "# events.csv\ntime,event,customer\n2026-09-01T10:00:00+08:00,complaint-received,C1\n",
)  # fmt: skip
LATE_SYNC: Final = Rule(
    code="SOP989",
    name="late-sync",
    severity=Severity.WARNING,
    summary=Phrase("同步晚于声明的时间", "a sync that arrives later than declared"),
    message=Phrase("{subject}：{looked} 条里有 {broken} 条晚到", "{subject}: {broken} of {looked} arrived late"),
    why=Phrase(
        "手册里的时限和查重都按声明的同步时间算；实际更晚，就会重复触达、晚触达。",
        "Deadlines and duplicates were judged by the declared time: later arrivals make touches late, and double.",
    ),
    fix=Phrase(
        "修好同步，或者按实际改 every、at、takes，再检查一遍",
        "mend the sync, or declare `every`, `at` and `takes` as they are and check again",
    ),
    bad=_example(SYNC, arrivals("01T10:45")),
    good=_example(SYNC, arrivals("01T10:15")),
)  # fmt: skip
MISSING_SYNC: Final = Rule(
    code="SOP990",
    name="lost-change",
    severity=Severity.ERROR,
    summary=Phrase("同步没有到", "a change that never arrived"),
    message=Phrase("{subject}：{looked} 条里有 {broken} 条没到", "{subject}: {broken} of {looked} never arrived"),
    why=Phrase(
        "没到的退订、订单和标签，别的系统永远不知道。", "Opt-outs, orders and tags that never arrive stay unknown to the other tool."
    ),
    fix=Phrase("补传没到的，查失败的原因", "send what is missing again, and find out why it failed"),
    bad=_example(SYNC, arrivals("", "02T10:10")),
    good=_example(SYNC, arrivals("01T10:10", "02T10:10")),
)  # fmt: skip
TARGET_MISSED: Final = Rule(
    code="SOP991",
    name="target-missed",
    severity=Severity.WARNING,
    summary=Phrase("指标没达到目标", "a KPI that missed its target"),
    message=Phrase("{subject}：{looked} 期里有 {broken} 期没达标", "{subject}: missed in {broken} of {looked} periods"),
    why=Phrase(
        "整个置信区间都在目标之外，不是碰巧。",
        "The whole confidence interval lies beyond the target: it is not chance.",
    ),
    fix=Phrase("看是执行没到位，还是方案不管用", "see whether it was not carried out, or does not work"),
    bad=_example(KPI, arms(50, 0, (5, 0))),
    good=_example(KPI, arms(50, 0, (40, 0))),
)
UNEVEN_ARMS: Final = Rule(
    code="SOP992",
    name="sample-ratio-mismatch",
    severity=Severity.ERROR,
    summary=Phrase("对比测试分到各组的人数不对", "an experiment whose arms are not as large as declared"),
    message=Phrase("{subject}：分组人数与声明不符", "{subject}: the arms are not as large as declared"),
    why=Phrase(
        "分组出了错，各组的客户就不一样，结果不能用。", "With a wrong split the arms differ in more than what is tried: it proves nothing."
    ),
    fix=Phrase("先查分组，再看结果", "mend the split before looking at the result"),
    bad=_example(TRIAL, METRIC, arms(300, 200, (30, 20))),
    good=_example(TRIAL, METRIC, arms(250, 250, (30, 30))),
)  # fmt: skip
WORSE_ARM: Final = Rule(
    code="SOP993",
    name="worse-arm",
    severity=Severity.WARNING,
    summary=Phrase("对比测试里有一组明显更差", "an arm of an experiment that does clearly worse"),
    message=Phrase("{subject}：有一组明显更差", "{subject}: an arm does clearly worse"),
    why=Phrase("继续用，就是知道更差还在用。", "To go on with it is to do what is known to be worse."),
    fix=Phrase("停掉更差的那组", "stop that arm"),
    bad=_example(TRIAL, METRIC, arms(250, 250, (150, 60))),
    good=_example(TRIAL, METRIC, arms(250, 250, (150, 150))),
)

RULES: Final = (
    LATE, MISSED, OUT_OF_ORDER, SLOW, LATE_SYNC, MISSING_SYNC, TARGET_MISSED, UNEVEN_ARMS, WORSE_ARM,
)  # fmt: skip

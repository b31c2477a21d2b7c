"""What experiments came to: arms as large as declared, the metric of each, what is proved of the difference: SOP992, SOP993.

Everybody whom the log names in an arm counts, from the first row on that says so; the first arm is the control.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.promises import amount
from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation, not_assessed
from sopkit.logs.working.counting import NO_LOG, UNTOLD, stretch
from sopkit.logs.working.estimates import Difference, Estimate, difference, goodness, share
from sopkit.logs.working.kpis import shown
from sopkit.logs.working.lookups import lay, lay_clock
from sopkit.logs.working.predicates import Facts, UncountableError
from sopkit.model.documents import Kpi
from sopkit.model.formulas import Customers, ShareOf
from sopkit.model.nouns import Experiment
from sopkit.rules.experiments import sample_size
from sopkit.rules.practice import UNEVEN_ARMS, WORSE_ARM
from sopkit.text import Phrase

UNIT: Final = Phrase("位客户", "customers")
ALPHA: Final = 0.05
"""Where an experiment declares none."""
UNEVEN: Final = 0.001
"""Below this probability a split is taken for wrong: it is looked at again and again while an experiment runs."""
NOT_NAMED: Final = Phrase("日志里没有它的分组", "the logs name none of its arms")
AMBIGUOUS: Final = Phrase(
    "别的对比测试有同名的分组，日志里分不清",
    "another experiment has arms of the same names: the logs do not tell them apart",
)
NOT_BY_CUSTOMER: Final = Phrase("不是按客户分组的，日志里按客户比不了", "it is not split by customer")
NO_SHARES: Final = Phrase("没写各组占多少（share）", "the shares of its arms are not declared")
NO_METRIC: Final = Phrase("它的指标不是客户占比，日志里比不了", "its metric is not a share of customers")
WRONG_SPLIT: Final = Phrase(
    "分组人数不对，结果不能用", "its arms are not as large as declared: the result can't be used"
)
TOO_FEW: Final = Phrase("有的组还没有客户", "an arm has no customers yet")


@dataclass(frozen=True, slots=True)
class ArmResult:
    arm: str
    n: int
    seen: int
    """Of the customers, those whose time for the metric was over when the log ended."""
    part: int
    estimate: Estimate | None
    """None of an arm with no customers."""
    against: Difference | None
    """The first arm; None of that itself."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One experiment as the logs have it."""

    experiment: str
    metric: str
    arms: tuple[ArmResult, ...]
    several: int
    """Customers that the logs name in several arms: they are left out."""
    ratio_p: float | None
    """Probability of the sizes of the arms by chance, if the shares are as declared."""
    alpha: float
    """Of each comparison: that of the experiment, divided by how many there are."""
    needed: int | None
    """Customers that each arm needs, where the experiment says for which effect."""
    reason: Phrase | None
    """Why nothing is said of the metric."""
    queries: tuple[str, ...] = ()


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what the logs say of each experiment."""
    workspace = case.compilation.workspace
    for _, experiment in sorted(workspace.experiments.items()):
        if experiment.builtin:
            continue
        found = trial(case, experiment)
        metric = workspace.kpis.get(experiment.metric.id) if experiment.metric else None
        if isinstance(found, Phrase):
            for rule in (UNEVEN_ARMS, WORSE_ARM):
                yield not_assessed(rule, f"experiment/{experiment.id}", found, UNIT)
        else:
            yield _of_sizes(found)
            yield _of_result(found, metric)


def trial(case: LogCase, experiment: Experiment) -> Trial | Phrase:
    """Return what the logs say of an experiment, or why they say nothing."""
    if experiment.split_by not in (None, "customer"):
        return NOT_BY_CUSTOMER
    if "events" not in case.store.spans:
        return NO_LOG["events"]
    said = _said(case, experiment)
    if isinstance(said, Phrase):
        return said
    return _Count(case, experiment, said).trial()


def _said(case: LogCase, experiment: Experiment) -> dict[str, list[tuple[int, int]]] | Phrase:
    """Return by log the kinds of row that name an arm, and the arm's number."""
    mine = {arm.id: number for number, arm in enumerate(experiment.arms)}
    others = {
        arm.id for one in case.compilation.workspace.experiments.values() if one.id != experiment.id for arm in one.arms
    }  # fmt: skip
    found: dict[str, list[tuple[int, int]]] = {"events": [], "touches": []}
    ambiguous = False
    for log in ("events", "touches"):
        for kind, one in case.store.kinds("events" if log == "events" else "touches").items():
            own, _, arm = one["arm"].rpartition("/")
            if arm in mine and own in ("", experiment.id):
                step = one.get("step", "")
                sure = own == experiment.id or arm not in others
                if not sure and not (experiment.step is not None and step and step.endswith(experiment.step.id)):
                    ambiguous = True
                    continue
                found[log].append((kind, mine[arm]))
    if not found["events"] and not found["touches"]:
        return AMBIGUOUS if ambiguous else NOT_NAMED
    return found


class _Count:
    def __init__(self, case: LogCase, experiment: Experiment, said: dict[str, list[tuple[int, int]]]) -> None:
        self.case, self.experiment, self.engine = case, experiment, case.store.engine
        self.metric = case.compilation.workspace.kpis.get(experiment.metric.id) if experiment.metric else None
        lay(self.engine, "arm_events", ("kind INTEGER", "arm INTEGER"), said["events"])
        lay(self.engine, "arm_touches", ("kind INTEGER", "arm INTEGER"), said["touches"])

    def trial(self) -> Trial:
        experiment, arms = self.experiment, self.experiment.arms
        reason: Phrase | None = None
        try:
            query = self._query(self.metric)
        except UncountableError as error:
            reason, query = error.reason, self._query(None)
        sizes, wholes, parts = [0] * len(arms), [0] * len(arms), [0] * len(arms)
        several = unsure = 0
        for _ in self.case.store.each():
            for arm, sure, n, seen, part, maybe in self.engine.run(query):
                if sure:
                    unsure += maybe - part
                    sizes[arm], wholes[arm], parts[arm] = sizes[arm] + n, wholes[arm] + seen, parts[arm] + part
                else:
                    several += n
        declared: list[float] = [float(arm.share.value) / 100 for arm in arms if arm.share is not None]
        whole = len(declared) == len(arms) and abs(sum(declared) - 1) < 1e-9 and min(declared, default=0) > 0
        ratio = goodness(sizes, declared) if whole and any(sizes) else None
        if ratio is not None and ratio < UNEVEN:
            reason = WRONG_SPLIT
        if reason is None and unsure:
            reason = UNTOLD
        if reason is None and not all(wholes):
            reason = TOO_FEW
        control = (parts[0], wholes[0])
        results = tuple(
            ArmResult(
                arm.id, n, seen, part, share(part, seen) if seen else None,
                difference((part, seen), control) if number and seen and wholes[0] else None,
            )
            for number, (arm, n, seen, part) in enumerate(zip(arms, sizes, wholes, parts, strict=True))
        )  # fmt: skip
        alpha = (experiment.alpha or ALPHA) / max(1, len(arms) - 1)
        needed = self._needed(parts[0] / wholes[0]) if wholes[0] else None
        name = experiment.metric.id if experiment.metric else ""
        return Trial(experiment.id, name, results, several, ratio, alpha, needed, reason, (query,))

    def _query(self, metric: Kpi | None) -> str:
        """Return SQL for (arm, whether that is sure, customers, those seen to the end, of them those with the metric's part).

        Raises `UncountableError`.
        """
        end = self.case.store.spans["events"][2]
        first = min(span[1] for of, span in self.case.store.spans.items() if of in ("events", "touches"))
        lay_clock(self.engine, self.case.compilation.workspace.settings.timezone, first, end)
        lo, hi, sides, columns = "b.ts", str(end + 1), ("false", "false"), ""
        if metric is not None:
            formula = metric.formula
            if not isinstance(formula, ShareOf) or not isinstance(formula.part, Customers):
                raise UncountableError(NO_METRIC)
            kinds: dict[str, list[int]] = {}
            for kind, said in self.case.store.kinds("events").items():
                kinds.setdefault(said["event"], []).append(kind)
            facts = Facts(self.case.compilation.workspace, kinds)
            sides = facts.sides(formula.part.who)
            columns = facts.columns()
            if metric.window is not None:
                lo, hi = stretch(metric.window, "b.ts", end)
        return (
            "WITH named AS (SELECT t.who, t.ts, a.arm FROM events t JOIN arm_events a ON t.kind = a.kind WHERE t.who <> 0 UNION ALL "
            "SELECT t.who, t.ts, a.arm FROM touches t JOIN arm_touches a ON t.kind = a.kind WHERE t.who <> 0), "
            "begun AS (SELECT who, min(ts) AS ts, min(arm) AS arm, max(arm) = min(arm) AS sure FROM named GROUP BY who), "
            f"crowd AS (SELECT b.who, b.arm, b.sure, {lo} AS lo, {hi} AS hi FROM begun b JOIN clock ON b.ts >= clock.since "
            "AND b.ts < clock.until), "
            f"facts AS (SELECT c.who, c.arm, c.sure, max(c.hi) AS hi{columns} FROM crowd c LEFT JOIN events e ON e.who = c.who "
            "GROUP BY c.who, c.arm, c.sure) "
            f"SELECT arm, sure, count(*), sum(CASE WHEN hi <= {end + 1} THEN 1 ELSE 0 END), "
            f"{', '.join(f'sum(CASE WHEN hi <= {end + 1} AND ({one}) THEN 1 ELSE 0 END)' for one in sides)} FROM facts GROUP BY arm, sure"
        )

    def _needed(self, observed: float) -> int | None:
        """Return how many customers each arm needs, from the KPI's baseline, or from what the control has."""
        experiment, effect = self.experiment, self.experiment.min_effect
        if self.metric is None or effect is None or effect.unit != "%" or experiment.power is None:
            return None
        base = self.metric.baseline.value if self.metric.baseline else None
        known = amount(base, self.metric) if base is not None else None
        before, step = float(known) if known is not None else observed, float(effect.number) / 100
        after = before * (1 + step) if effect.relative else before + step
        return sample_size(before, after, experiment.alpha or ALPHA, float(experiment.power.value) / 100)


def _of_sizes(one: Trial) -> Observation:
    subject, total = f"experiment/{one.experiment}", sum(arm.n for arm in one.arms)
    sizes = ", ".join(f"{arm.arm} {arm.n}" for arm in one.arms)
    if one.ratio_p is None:
        reason = NO_SHARES if total else NOT_NAMED
        return not_assessed(UNEVEN_ARMS, subject, reason, UNIT, queries=one.queries)
    uneven = one.ratio_p < UNEVEN
    zh = f"各组人数 {sizes}，碰巧这样的概率 {_chance(one.ratio_p)}（卡方检验）"
    en = f"arms of {sizes}: by chance with probability {_chance(one.ratio_p)} (chi-square)"
    if one.several:
        zh += f"；{one.several} 位客户出现在几个组里，没有计入"
        en += f"; {one.several} customers are named in several arms and left out"
    return Observation(
        UNEVEN_ARMS, subject, "broken" if uneven else "kept", Phrase(zh, en), looked=total, unit=UNIT, broken=total if uneven else 0,
        queries=one.queries,
    )  # fmt: skip


def _of_result(one: Trial, metric: Kpi | None) -> Observation:
    subject, total = f"experiment/{one.experiment}", sum(arm.n for arm in one.arms)
    if one.reason is not None or metric is None:
        reason = one.reason or NO_METRIC
        return not_assessed(WORSE_ARM, subject, reason, UNIT, queries=one.queries)
    lower = metric.better == "lower"
    worse = [
        arm for arm in one.arms
        if arm.against is not None and arm.against.p < one.alpha and (arm.against.value > 0) is lower
    ]  # fmt: skip
    clear = any(arm.against is not None and arm.against.p < one.alpha for arm in one.arms)
    said = _result(one, clear=clear)
    smallest = min(arm.seen for arm in one.arms)
    if not clear and one.needed is not None and smallest < one.needed:
        reason = Phrase(
            f"人数还不够：最少的一组 {smallest} 人，每组要 {one.needed} 人。{said.zh}",
            f"not enough customers yet: {smallest} in the smallest arm, {one.needed} are needed. {said.en}",
        )
        return Observation(
            WORSE_ARM, subject, "not assessed", said, looked=total, unit=UNIT, reason=reason, queries=one.queries
        )
    return Observation(
        WORSE_ARM, subject, "broken" if worse else "kept", said, looked=total, unit=UNIT, broken=sum(arm.n for arm in worse),
        customers=sum(arm.n for arm in worse), queries=one.queries,
    )  # fmt: skip


def _result(one: Trial, *, clear: bool) -> Phrase:
    zh, en = [], []
    for arm in one.arms:
        if arm.estimate is None:
            continue
        value = f"{shown(arm.estimate.value, 'percent')} ({arm.part}/{arm.seen})"
        if arm.against is None:
            zh.append(f"{arm.arm} {value}")
            en.append(f"{arm.arm} {value}")
            continue
        gap = arm.against
        apart, low, high = (f"{each * 100:+.1f}" for each in (gap.value, gap.low, gap.high))
        zh.append(f"{arm.arm} {value}，相差 {apart} 个百分点（95% 置信区间 {low} 到 {high}，p {_chance(gap.p)}）")
        en.append(f"{arm.arm} {value}, {apart} points (95% interval {low} to {high}, p {_chance(gap.p)})")
    end = Phrase("", "") if clear else Phrase("；没有看出明显差别", "; no clear difference")
    return Phrase("；".join(zh) + end.zh, "; ".join(en) + end.en)


def _chance(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"= {p:.4f}"

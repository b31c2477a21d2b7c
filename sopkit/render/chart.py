"""A part of the graph goes in; the same as boxes and lines with words on them, grouped by playbook and stage, comes out.

Every picture is made from this: SVG, Mermaid and DOT say the same. What a line already says in words is not drawn twice: the
trigger of a transition stands on the transition, and only triggers that start something have boxes of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.nodes import FLOW, Delay, Edge, Node
from sopkit.graph.part import Part
from sopkit.graph.triggers import is_trigger
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import Not
from sopkit.model.steps import Choose, Step, Wait
from sopkit.model.triggers import CalendarReached
from sopkit.model.values import Duration
from sopkit.render import figure
from sopkit.render.marks import plain
from sopkit.render.walks import Placed, doers, placed_steps, playbooks_of, step_in
from sopkit.render.wording import amounts, calendars, deeds
from sopkit.render.wording.conditions import condition
from sopkit.render.wording.names import Names
from sopkit.render.wording.occasions import occasion
from sopkit.render.wording.relations import relation
from sopkit.text import Lang, Phrase

STARTING: Final = frozenset(("starts_on", "every"))
"""Labels of `occurs` edges that are lines of their own; those of transitions, waits and `on:` steps are words on another line."""

KINDS: Final = {
    "event": Phrase("事件", "event"), "role": Phrase("岗位", "role"), "shop": Phrase("门店", "shop"), "tool": Phrase("系统", "tool"),
    "channel": Phrase("渠道", "channel"), "notice": Phrase("告知书", "notice"), "data": Phrase("数据项", "datum"),
    "tag": Phrase("标签", "tag"), "segment": Phrase("人群", "segment"), "consent": Phrase("同意", "consent"),
    "purpose": Phrase("目的", "purpose"), "task": Phrase("任务", "task"), "programme": Phrase("会员计划", "programme"),
    "script": Phrase("话术", "script"), "offer": Phrase("权益", "offer"), "partner": Phrase("合作方", "partner"),
    "risk": Phrase("风险", "risk"), "experiment": Phrase("对比测试", "experiment"), "artefact": Phrase("存档文件", "artefact"),
    "course": Phrase("培训课程", "course"), "source": Phrase("依据", "source row"), "lifecycle": Phrase("生命周期", "lifecycle"),
    "automation": Phrase("自动流程", "automation"), "cadence": Phrase("内容节奏", "cadence"), "issue": Phrase("一期", "issue"),
    "procedure": Phrase("作业流程", "procedure"), "sync": Phrase("同步", "sync"), "kpi": Phrase("指标", "KPI"),
    "alert": Phrase("预警", "alert"), "stage": Phrase("阶段", "stage"),
}  # fmt: skip
EXIT: Final = Phrase("结束", "end")
SINCE: Final = {"stage": Phrase("进入阶段", "the stage's start"), "start": Phrase("旅程开始", "the journey's start")}
NONE: Final = Phrase("都不符合", "none of these")
ALERT: Final = Phrase("“{name}”预警", "alert on “{name}”")
ISSUE: Final = Phrase("“{name}”的一期", "an issue of “{name}”")
UNTIL: Final = Phrase("等到 {what}", "until {what}")
TIMED_OUT: Final = Phrase("等了 {time} 没等到", "not within {time}")
IF: Final = Phrase("如果{what}", "if the customer {what}")
NO_LONGER: Final = Phrase("不再符合：{what}", "no longer: {what}")
REJECTED: Final = Phrase("不通过", "rejected")

LOOKS: Final[dict[str, figure.Look]] = {
    "event": "trigger", "trigger": "trigger", "lifecycle": "stage", "automation": "stage", "procedure": "stage", "stage": "stage",
    "exit": "exit", "cadence": "calendar", "issue": "calendar", "kpi": "measure", "alert": "measure", "sync": "tool",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Home:
    """Where a box belongs: node ids of its playbook and its stage, empty for what belongs to none."""

    playbook: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Boxes in the order written, lines each once, and where every box belongs."""

    nodes: tuple[figure.Node, ...]
    edges: tuple[figure.Edge, ...]
    homes: Mapping[str, Home]
    titles: Mapping[str, str]
    """Of playbooks and stages, those that have no box of their own here too, by node id."""
    lang: Lang


def chart(part: Part, workspace: Workspace, lang: Lang) -> Chart:
    """Return the part in words of `lang`."""
    writer = _Writer(Names(workspace, lang), {node.id: node for node in part.nodes})
    edges = tuple(writer.lines(part.edges))
    wanted = sorted((node for node in part.nodes if writer.is_shown(node, edges)), key=writer.order)
    kept = {node.id for node in wanted}
    lines = tuple(edge for edge in edges if edge.source in kept and edge.target in kept)
    homes = {node.id: writer.home(node) for node in wanted}
    titles = {id_: writer.title(id_) for home in homes.values() for id_ in (home.playbook, home.stage) if id_}
    return Chart(tuple(map(writer.box, wanted)), lines, homes, titles, lang)


class _Writer:
    """Puts nodes and edges into words."""

    def __init__(self, names: Names, nodes: dict[str, Node]) -> None:
        self.names = names
        self.nodes = nodes
        here = {node.playbook.partition("/")[2] for node in nodes.values()}
        self.placed: dict[str, Placed] = {
            placed.path: placed
            for one in playbooks_of(names.workspace)
            if one.id in here
            for placed in placed_steps(one)
        }

    def order(self, node: Node) -> tuple[str, float, str]:
        """Boxes stand as they are written: what belongs to a playbook in its order, its exit last, the rest by id."""
        if node.kind == "exit":
            return node.playbook, float("inf"), node.id
        return node.playbook or node.id, float(node.at or 0) if node.playbook else -1.0, node.id

    def home(self, node: Node) -> Home:
        if node.kind in ("lifecycle", "automation", "cadence", "procedure"):
            return Home(node.id)
        if not node.playbook or node.kind == "alert":
            return Home()
        stage = "/".join(node.id.split("/")[:3]) if node.kind in ("stage", "step") else ""
        known = self.nodes.get(stage)
        return Home(node.playbook, stage if known is not None and known.kind == "stage" else "")

    def title(self, id_: str) -> str:
        """Return what a playbook or stage is called, by its node id."""
        names, (playbook, _, stage) = self.names, id_.partition("/")[2].partition("/")
        journey = names.workspace.journeys.get(playbook)
        found = next((one for one in journey.stages if one.id == stage), None) if journey and stage else None
        return plain(names.stage(found) if found else names.title(names.playbooks, playbook))

    def is_shown(self, node: Node, edges: tuple[figure.Edge, ...]) -> bool:
        """Return whether a node is drawn: one that stood for words on a line only is not."""
        if node.kind == "trigger" or (node.kind == "event" and _is_moved_by(node.id, self.occurring)):
            return any(node.id in (edge.source, edge.target) for edge in edges)
        return True

    # Boxes

    def box(self, node: Node) -> figure.Node:
        look = self._look(node)
        label, detail = self._words(node)
        role, tool = self._hands(node)
        return figure.Node(node.id, plain(label) or node.id, plain(detail), look, plain(role), plain(tool))

    def _look(self, node: Node) -> figure.Look:
        if isinstance(node.origin, CalendarReached):
            return "calendar"
        step = node.step
        if step is None:
            return LOOKS.get(node.kind, "noun")
        if isinstance(step.verb, Choose | Wait):
            return "choice" if isinstance(step.verb, Choose) else "wait"
        placed = self._placed(node)
        return "person" if step.by or (placed and doers(placed, self.names.workspace)) else "tool"

    def _words(self, node: Node) -> tuple[str, str]:
        names, origin = self.names, node.origin
        title = names.say(node.title)
        if node.step is not None:
            return self._step(node, node.step)
        if node.kind == "exit":
            return EXIT.within(names.lang), ""
        if node.kind in ("alert", "issue"):
            phrase = ALERT if node.kind == "alert" else ISSUE
            nouns = names.workspace.kpis if node.kind == "alert" else names.workspace.cadences
            return names.phrase(phrase, name=names.title(nouns, node.id.partition("/")[2])), ""
        if is_trigger(origin):
            return occasion(origin, names), ""
        kind = KINDS[node.kind].within(names.lang) if node.kind in KINDS else node.kind
        return title or node.id.rpartition("/")[2], kind

    def _step(self, node: Node, step: Step) -> tuple[str, str]:
        names, workspace, placed = self.names, self.names.workspace, self._placed(node)
        parts = [names.title(workspace.channels, channel) for channel in step.via]
        label = deeds.title(placed, names) if placed else names.step(step)
        if step.if_ is not None and not isinstance(step.verb, Choose):
            parts.append(names.phrase(IF, what=condition(step.if_, names)))
        return label, " · ".join(parts)

    def _hands(self, node: Node) -> tuple[str, str]:
        """Return who does a step, and the tool of its channel, else the one that its journey runs in."""
        names, workspace, placed = self.names, self.names.workspace, self._placed(node)
        if node.step is None:
            return "", ""
        who = doers(placed, workspace) if placed else (node.step.by.id,) if node.step.by else ()
        channels = (workspace.channels.get(channel.id) for channel in node.step.via)
        tool = next((channel.tool.id for channel in channels if channel and channel.tool), "")
        playbook = placed.playbook if placed else None
        if not tool and isinstance(playbook, Journey) and playbook.runs_in and not who:
            tool = playbook.runs_in.id
        said = names.title(workspace.tools, tool) if tool else ""
        return " · ".join(names.title(workspace.roles, role) for role in who), said

    def _placed(self, node: Node) -> Placed | None:
        return self.placed.get(node.id.partition("/")[2])

    # Lines

    def lines(self, edges: tuple[Edge, ...]) -> Iterator[figure.Edge]:
        """Yield the lines; those between the same two boxes and of one stroke are one, their words side by side."""
        self.occurring = [edge for edge in edges if edge.kind == "occurs" and edge.label not in STARTING]
        together: dict[tuple[str, str, figure.Stroke], dict[str, None]] = {}
        for edge in edges:
            if edge.kind == "occurs" and edge.label not in STARTING:
                continue
            stroke: figure.Stroke = "interrupt" if edge.kind == "interrupt" else "effect"
            stroke = "flow" if edge.kind in ("then", "occurs") else stroke
            said = self._line(edge)
            together.setdefault((edge.source, edge.target, stroke), {}).update({said: None} if said else {})
        between = self.names.pick("；", "; ")
        for (source, target, stroke), words in together.items():
            yield figure.Edge(source, target, between.join(words), stroke)

    def _line(self, edge: Edge) -> str:
        names = self.names
        if edge.kind == "occurs":
            return plain(names.phrase(IF, what=condition(edge.guard, names))) if edge.guard is not None else ""
        if edge.kind not in FLOW:
            return relation(edge.label, names)
        if edge.label == "up_to":
            time = amounts.duration(edge.held.high, names.lang) if edge.held.high else ""
            parts = [names.phrase(TIMED_OUT, time=time), self._delay(edge.delay)]
        elif edge.label == "every":
            parts = [self._period(edge)]
        else:
            delay = edge.delay._replace(since=self._since(edge))
            parts = [self._reason(edge), self._delay(edge.held), self._delay(delay, in_stage=self._in_stage(edge))]
        return plain(names.parted([part for part in parts if part]))

    def _reason(self, edge: Edge) -> str:
        names = self.names
        if edge.label == "while" and isinstance(edge.guard, Not):
            return names.phrase(NO_LONGER, what=condition(edge.guard.part, names))
        if edge.label == "none":
            return NONE.within(names.lang)
        if edge.label == "if_rejected":
            return REJECTED.within(names.lang)
        if edge.on is not None:
            said = occasion(edge.on, names)
            return names.phrase(UNTIL, what=said) if edge.label == "came" else said
        return condition(edge.guard, names) if edge.guard is not None else ""

    def _period(self, edge: Edge) -> str:
        """Return how often a step recurs while its stage lasts."""
        step = self.nodes[edge.target].step
        return calendars.recurrence(step.every, step.at_slots, self.names.lang) if step and step.every else ""

    def _since(self, edge: Edge) -> str:
        """Return from what the time of a line is counted: a step by its title, as on its box."""
        placed, since = self.placed.get(edge.target.partition("/")[2]), edge.delay.since
        step = step_in(placed.playbook, placed.stage, since) if placed and since and since not in SINCE else None
        found = next((one for one in self.placed.values() if one.step is step), None) if step else None
        return plain(deeds.title(found, self.names)) if found else since

    def _in_stage(self, edge: Edge) -> bool:
        """Return whether the line starts inside a stage, so that a time since the entry must say so."""
        return edge.source in self.nodes and self.nodes[edge.source].step is not None

    def _delay(self, delay: Delay, *, in_stage: bool = False) -> str:
        """Return when the line arrives: `1 小时内`, `after 3 days`; nothing where it is at once or where nothing says when."""
        names, lang = self.names, self.names.lang
        if delay.before:
            amount = amounts.duration(delay.before, lang)
            return names.pick(f"提前 {amount}", f"{amount} before")
        said = _interval(delay.low, delay.high, names)
        if not said or not delay.since or (delay.since == "stage" and not in_stage):
            return said
        since = SINCE[delay.since].within(lang) if delay.since in SINCE else f"“{delay.since}”"
        return names.pick(f"{since}起 {said}", f"{said} (from {since})")


def _interval(low: Duration | None, high: Duration | None, names: Names) -> str:
    lang = names.lang
    first, last = (amounts.duration(low, lang) if low else ""), (amounts.duration(high, lang) if high else "")
    if first and first == last:
        return names.pick(f"{first}后", f"after {first}")
    if first and last:
        return names.pick(f"{first}后开始，{last}内完成", f"from {first} on, within {last}")
    if first:
        return names.pick(f"至少 {first}后", f"after at least {first}")
    return names.pick(f"{last}内", f"within {last}") if last else ""


def _is_moved_by(node: str, occurring: list[Edge]) -> bool:
    return any(edge.source == node for edge in occurring)

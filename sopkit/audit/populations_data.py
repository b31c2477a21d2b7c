"""What the rules of personal data look at: data, tools, partners, syncs, and the documents that must exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sopkit.audit.places import UNSTATED, Place, Population, Statement
from sopkit.law.vocabulary import is_known, is_of_children, is_sensitive
from sopkit.model.nouns import Datum, Tool
from sopkit.model.steps import Step
from sopkit.rules.case import Case
from sopkit.rules.papers import WANTED, assessable
from sopkit.rules.papers_found import papers, problem
from sopkit.rules.personal_fields import ANYWHERE, erasures
from sopkit.rules.sharing_tools import is_abroad, receives, receives_sensitive
from sopkit.text import Phrase
from sopkit.tree import Mark

NO_DATA: Final = Phrase("剧本没有用到客户的数据", "the playbooks use no data of customers")


def _own(case: Case, holds: Callable[[Datum], bool] = lambda _: True) -> Iterator[Datum]:
    for datum in case.workspace.data.values():
        if not datum.builtin and holds(datum):
            yield datum


def _data(case: Case) -> Iterator[Place]:
    yield from (Place(f"data/{one.id}", one.at) for one in _own(case))


def _collected(case: Case) -> Iterator[Place]:
    yield from (Place(f"data/{one.id}", one.at) for one in _own(case, lambda datum: bool(datum.collected_by)))


def _kept(case: Case) -> Iterator[Place]:
    """Yield the data with a retention in a tool of record, each with the steps that erase it."""
    steps: dict[str, list[Step]] = {}
    for step, name, _ in erasures(case):
        steps.setdefault(name, []).append(step)
    for one in _own(case, lambda datum: datum.retention is not None and datum.record is not None):
        rests = {
            (step.id_at, Phrase(f"步骤“{step.id}”删除", f"`{step.id}` erases it")) for step in steps.get(one.id, ())
        }
        yield Place(f"data/{one.id}", one.at, tuple(sorted(rests, key=lambda rest: rest[0])))


def _unkept(case: Case) -> Iterator[Place]:
    """Yield the data of which nobody can tell that they are erased: no end is stated, or a copy stands where no step erases it."""
    copies: dict[str, set[str]] = {}
    for sync in case.workspace.syncs.values():
        for ref in sync.carries.data if sync.carries and sync.to else ():
            copies.setdefault(ref.id, set()).update({sync.to.id} if sync.to else ())
    erased: dict[str, set[str]] = {}
    for _, name, tool in erasures(case):
        erased.setdefault(name, set()).add(tool)
    for one in _own(case, lambda datum: datum.computed is None):
        tools = erased.get(one.id, set())
        copied = bool(tools) and ANYWHERE not in tools and not copies.get(one.id, set()) <= tools
        if one.retention is None or one.record is None or copied:
            yield Place(f"data/{one.id}", one.at)


def _sensitive(case: Case) -> Iterator[Place]:
    for one in _own(case, lambda datum: is_sensitive(datum.category)):
        artefact = case.workspace.artefacts.get(one.protection.id) if one.protection else None
        rests = (
            ((artefact.at, Phrase(f"保护措施：{artefact.id}", f"protected as in `{artefact.id}`")),) if artefact else ()
        )
        yield Place(f"data/{one.id}", one.at, rests)


def _children(case: Case) -> Iterator[Place]:
    yield from (Place(f"data/{one.id}", one.at) for one in _own(case, lambda datum: is_of_children(datum.category)))


def _nameless(case: Case) -> Iterator[Place]:
    """Yield the data of no category that is known: nobody can tell whether they are sensitive, or of children."""
    for one in _own(case, lambda datum: datum.category is None or not is_known(datum.category)):
        yield Place(f"data/{one.id}", one.at)


NAMELESS: Final = Phrase(
    "没有写类别，或者类别不在词表里", "they have no category, or one that is not in the vocabulary"
)
DATA: Final = Population("data", Phrase("项数据", "data"), _data, NO_DATA)
COLLECTED: Final = Population(
    "collected",
    Phrase("项从客户收集的数据", "data collected from customers"),
    _collected,
    Phrase("没有哪项数据写明由什么事件收集", "no datum says which event collects it"),
    settled_when_empty=False,
)
KEPT: Final = Population(
    "kept",
    Phrase("项有保存期限的数据", "data with a retention"),
    _kept,
    NO_DATA,
    unseen=_unkept,
    unseen_because=Phrase(
        "没有写保存期限或主数据系统，或者同步出去的副本没有步骤删除",
        "they lack a retention or a tool of record, or no step erases the copies that syncs make of them",
    ),
)
SENSITIVE: Final = Population(
    "sensitive",
    Phrase("项敏感个人信息", "sensitive data"),
    _sensitive,
    Phrase("没有哪项数据属于敏感类别", "no datum is of a sensitive category"),
    unseen=_nameless,
    unseen_because=NAMELESS,
)
CHILDREN: Final = Population(
    "children",
    Phrase("项儿童的信息", "data of children"),
    _children,
    Phrase("没有哪项数据属于儿童的信息", "no datum is of a category of children"),
    unseen=_nameless,
    unseen_because=NAMELESS,
)


# Tools and what they are given


def _papers(case: Case, type_: str, name: str) -> tuple[tuple[Mark, Phrase], ...]:
    """Return the documents of a type that cover a noun and are in order, as what it rests on."""
    found = [one for one in papers(case, type_, name) if problem(case, iter((one,))) is None]
    return tuple(
        (
            one.at,
            Phrase(
                f"文件“{one.id}”（{one.date}，{one.owner.id if one.owner else ''}，{one.file}）",
                f"the document `{one.id}` ({one.date}, {one.owner.id if one.owner else ''}, {one.file})",
            ),
        )
        for one in found
    )


def _tools(case: Case) -> Iterator[Tool]:
    yield from (tool for tool in case.workspace.tools.values() if not tool.builtin)


def _tool_places(case: Case) -> Iterator[Place]:
    for tool in _tools(case):
        yield Place(f"tool/{tool.id}", tool.at)


def _processors(case: Case) -> Iterator[Place]:
    for tool in _tools(case):
        if tool.relation == "processor":
            yield Place(f"tool/{tool.id}", tool.at, _papers(case, "processor-contract", tool.id))
    for partner in case.workspace.partners.values():
        if partner.relation == "processor" and not partner.builtin:
            yield Place(f"partner/{partner.id}", partner.at, _papers(case, "processor-contract", partner.id))


def _unrelated(case: Case) -> Iterator[Place]:
    yield from (Place(f"tool/{tool.id}", tool.at) for tool in _tools(case) if tool.relation is None)


def _unplaced(case: Case) -> Iterator[Place]:
    for tool in _tools(case):
        if tool.hosted_in is None and receives(case, tool.id):
            yield Place(f"tool/{tool.id}", tool.at)


NOT_PLACED: Final = Phrase("没有写部署在哪里（hosted_in）", "they do not say where they stand (`hosted_in`)")
NO_TOOLS: Final = Phrase("没有声明系统", "no tools are declared")
NONE_ABROAD: Final = Phrase(
    "接收客户数据的系统都声明在境内", "every tool that receives customers' data is declared to stand in the country"
)
TOOLS: Final = Population("tools", Phrase("个系统", "tools"), _tool_places, NO_TOOLS, settled_when_empty=False)
PROCESSORS: Final = Population(
    "processors",
    Phrase("个受托处理数据的系统和伙伴", "tools and partners that process for us"),
    _processors,
    Phrase("没有系统或伙伴声明为受托人", "no tool or partner is declared a processor"),
    unseen=_unrelated,
    unseen_because=Phrase("没有写与我们的关系（relation）", "they do not say their relation (`relation`)"),
)


ROUTES: Final = {
    "contract": Phrase("标准合同", "standard contract"),
    "certification": Phrase("个人信息保护认证", "certification"),
    "assessment": Phrase("安全评估", "security assessment"),
    "exempt": Phrase("豁免", "exempt"),
}


def _abroad(case: Case) -> Iterator[Place]:
    for tool in _tools(case):
        if is_abroad(case, tool) and receives(case, tool.id):
            route = tool.transfer
            said = ROUTES.get(route.route or "", UNSTATED) if route else UNSTATED
            rests = ((route.at, Phrase(f"途径：{said.zh}", f"the route: {said.en}")),) if route else ()
            yield Place(f"tool/{tool.id}", tool.at, rests)


ABROAD: Final = Population(
    "abroad", Phrase("个境外系统", "tools abroad"), _abroad, NONE_ABROAD, unseen=_unplaced, unseen_because=NOT_PLACED
)


def _compared(case: Case) -> Iterator[Statement]:
    """Yield, for each tool abroad, the number of people that it declares, beside the numbers from which the law asks for more."""
    limits = [
        Phrase(f"{zh}{value:,}人", f"{en} {value:,} people")
        for name, zh, en in (
            ("transfer-exempt-below", "不再豁免从", "no exemption from"),
            ("transfer-assessed-from", "安全评估从", "assessment from"),
            (
                "sensitive-transfer-assessed-from",
                "有敏感个人信息的，安全评估从",
                "with sensitive data, assessment from",
            ),
        )
        if isinstance(value := case.law.parameter(name), int)
    ]
    bounds = Phrase("；".join(one.zh for one in limits), "; ".join(one.en for one in limits))
    for tool in _tools(case):
        route = tool.transfer
        if is_abroad(case, tool) and receives(case, tool.id) and route is not None:
            people = f"{route.people:,}" if route.people is not None else "–"
            kind, delicate = ROUTES.get(route.route or "", UNSTATED), receives_sensitive(case, tool.id)
            yield (
                Phrase(
                    f"“{tool.id}”声明一年最多传出{people}人，{'有' if delicate else '没有'}敏感个人信息，途径是{kind.zh}；"
                    f"比照的门槛：{bounds.zh}。声明在",
                    f"`{tool.id}` declares at most {people} people a year, {'with' if delicate else 'without'} sensitive data, by the "
                    f"route {kind.en}; compared with: {bounds.en}; declared at",
                ),
                (route.at,),
            )


VOLUMES: Final = Population(
    "volumes",
    Phrase("个境外系统一年传出的人数", "numbers of people whose data tools abroad receive in a year"),
    _abroad,
    NONE_ABROAD,
    unseen=_unplaced,
    unseen_because=NOT_PLACED,
    says=_compared,
)


def _syncs(case: Case, holds: Callable[[Tool], bool]) -> Iterator[Place]:
    for sync in case.workspace.syncs.values():
        tool = case.workspace.tools.get(sync.to.id) if sync.to else None
        if sync.builtin or tool is None or sync.carries is None or not sync.carries.data or not holds(tool):
            continue
        consent = case.workspace.consents.get(sync.consent.id) if sync.consent else None
        rests = ((consent.at, Phrase(f"凭同意“{consent.id}”", f"on the consent `{consent.id}`")),) if consent else ()
        yield Place(f"sync/{sync.id}", sync.carries.data[0].at, rests)


def _shared(case: Case) -> Iterator[Place]:
    yield from _syncs(case, lambda tool: tool.relation == "controller")


def _sent_abroad(case: Case) -> Iterator[Place]:
    yield from _syncs(case, lambda tool: is_abroad(case, tool))


def _carried(case: Case) -> Iterator[Place]:
    for sync in case.workspace.syncs.values():
        if not sync.builtin and sync.consent is None and sync.carries and sync.from_ and sync.to:
            yield from (Place(f"sync/{sync.id}", ref.at) for ref in sync.carries.data)


SHARED: Final = Population(
    "shared",
    Phrase("条给其他处理者的同步", "syncs to other controllers"),
    _shared,
    Phrase("没有同步把数据给其他处理者", "no sync takes data to another controller"),
    unseen=_unrelated,
    unseen_because=PROCESSORS.unseen_because,
)
SENT_ABROAD: Final = Population(
    "sent-abroad",
    Phrase("条到境外的同步", "syncs that go abroad"),
    _sent_abroad,
    NONE_ABROAD,
    unseen=_unplaced,
    unseen_because=NOT_PLACED,
)
CARRIED: Final = Population(
    "carried",
    Phrase("项由同步带走的数据", "data that syncs carry"),
    _carried,
    Phrase("没有同步带走数据", "no sync carries data"),
)


# Documents


def _assessable(case: Case) -> Iterator[Place]:
    for name, what, at, subject in assessable(case):
        rests = ((at, Phrase(f"要评估：{what.zh}", f"to be assessed: it {what.en}")),)
        yield Place(subject, at, (*rests, *_papers(case, "impact-assessment", name)))


ASSESSABLE: Final = Population(
    "assessable",
    Phrase("项要做影响评估的处理", "kinds of processing that take an assessment"),
    _assessable,
    Phrase("没有要做影响评估的处理", "nothing takes an impact assessment"),
    unseen=_unrelated,
    unseen_because=PROCESSORS.unseen_because,
)


def _documents(case: Case) -> Iterator[Place]:
    for one in case.workspace.artefacts.values():
        if one.type in WANTED and not one.builtin:
            yield Place(f"artefact/{one.id}", one.at, also=(f"artefact/{one.type}",))


PAPERS: Final = Population(
    "papers",
    Phrase("份制度、预案和培训记录", "policies, incident plans and records of training"),
    _documents,
    Phrase("工作区没有登记任何文件", "the workspace enters no documents"),
    settled_when_empty=False,
)

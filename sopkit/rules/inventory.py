"""A workspace goes in; its data inventory comes out: what each datum is, whence it comes, who uses it, where it goes, how long it stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.law.vocabulary import BY_KEY, is_sensitive, nearest_categories, nearest_use
from sopkit.model.documents import Workspace
from sopkit.model.nouns import Datum
from sopkit.model.steps import Erase
from sopkit.rules.case import Case
from sopkit.rules.personal_purposes import Purposes, comes_to, homes
from sopkit.rules.personal_uses import PASSED_ON, Further, users, uses
from sopkit.text import Phrase


@dataclass(frozen=True, slots=True)
class Activity:
    """One datum processed for one purpose."""

    purpose: str
    use: str
    """Key of the vocabulary; empty where none is like it."""
    users: tuple[str, ...]
    """Those of the datum's users that use it for this purpose, and those of which nothing says what for."""
    consents: tuple[str, ...]
    """Those that a purpose with consent as its basis rests on."""
    tools: tuple[str, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One datum of the workspace's playbooks; ids in order, each once."""

    id: str
    place: str
    """File and line."""
    title: Phrase
    category: str
    """Its key; empty where none is declared."""
    category_title: Phrase
    near: tuple[str, ...]
    """The likeliest categories, where none is declared or the vocabulary does not know it."""
    sensitive: bool
    record: str
    collected_by: tuple[str, ...]
    """Events, and steps that ask for it or set it."""
    computed_from: tuple[str, ...]
    users: tuple[str, ...]
    """Steps, journeys, KPIs, channels and data that use it, by their paths."""
    activities: tuple[Activity, ...]
    """For each purpose that names it; where none does, for those of what uses it."""
    named: bool
    """Whether a purpose names it."""
    consents: tuple[str, ...]
    """Those that name it."""
    tools: tuple[str, ...]
    """Where it comes to be: its record, what collects it, and wherever a sync carries it."""
    countries: tuple[str, ...]
    retention: str
    erased_by: tuple[str, ...]
    """Steps."""
    protection: str

    @property
    def unused(self) -> bool:
        """Whether it is collected and nothing uses it."""
        return bool(self.collected_by) and not self.users

    @property
    def purposes(self) -> tuple[str, ...]:
        return tuple(one.purpose for one in self.activities)


def inventory(case: Case) -> tuple[Entry, ...]:
    """Return an entry for each datum that the workspace declares, or that its playbooks and syncs use of the built-in ones."""
    purposes = Purposes(case, uses(case.graph))
    return tuple(
        _entry(case, datum, purposes)
        for datum in sorted(case.workspace.data.values(), key=lambda one: one.id)
        if not datum.builtin or _is_touched(case.graph, datum.id)
    )


def _is_touched(graph: ExecutionGraph, name: str) -> bool:
    return any(_is_own(edge.target) for edge in graph.leaving.get(f"data/{name}", ()))


def _is_own(node: str) -> bool:
    return node.partition("/")[0] in {"lifecycle", "automation", "procedure", "cadence", "sync", "kpi", "script"}


def _entry(case: Case, datum: Datum, purposes: Purposes) -> Entry:
    workspace = case.workspace
    category = datum.category or ""
    known = BY_KEY.get(category)
    titles = [words for _, words in datum.title.variants] if datum.title else []
    tools = tuple(sorted({*homes(workspace, datum), *_carried(workspace, datum)}))
    used_by = tuple(sorted(set(_users(purposes.further, datum.id))))
    place = case.forest.span(datum.at)
    return Entry(
        id=datum.id,
        place=f"{place.source.path}:{place.line}",
        title=_titled(datum),
        category=category,
        category_title=known.title if known else Phrase("", ""),
        near=() if known else nearest_categories(*([category] if category else []), datum.id, *titles),
        sensitive=is_sensitive(category),
        record=datum.record.id if datum.record else "",
        collected_by=tuple(dict.fromkeys((*(ref.id for ref in datum.collected_by), *_steps(case.graph, datum.id, erase=False)))),
        computed_from=tuple(ref.id for ref in datum.computed.from_) if datum.computed else (),
        users=used_by,
        activities=tuple(_activity(workspace, datum, name, used_by, purposes) for name in purposes.of(datum.id)),
        named=bool(purposes.named(datum.id)),
        consents=tuple(one.id for one in workspace.consents.values() if datum.id in {ref.id for ref in one.data}),
        tools=tools,
        countries=_countries(workspace, tools),
        retention=case.forest.span(datum.retention.at).excerpt().strip("\"'") if datum.retention else "",
        erased_by=tuple(dict.fromkeys(_steps(case.graph, datum.id, erase=True))),
        protection=datum.protection.id if datum.protection else "",
    )  # fmt: skip


def _activity(workspace: Workspace, datum: Datum, name: str, used_by: Sequence[str], purposes: Purposes) -> Activity:
    all_, tools = set(purposes.of(datum.id)), comes_to(workspace, datum, name)
    return Activity(
        purpose=name,
        use=_use(workspace, name) or "",
        users=tuple(one for one in used_by if name in (said := purposes.of_user(one)) or all_.isdisjoint(said)),
        consents=tuple(
            one.id
            for one in workspace.consents.values()
            if workspace.purposes[name].basis == "consent"
            and name in {ref.id for ref in one.purposes}
            and (not one.data or datum.id in {ref.id for ref in one.data})
        ),
        tools=tools,
        countries=_countries(workspace, tools),
    )


def _countries(workspace: Workspace, tools: Iterable[str]) -> tuple[str, ...]:
    """Return where tools stand; `?` for one that doesn't say."""
    return tuple(sorted({workspace.tools[name].hosted_in or "?" for name in tools if name in workspace.tools}))


def _titled(datum: Datum) -> Phrase:
    if datum.title is None:
        return Phrase(datum.id, datum.id)
    return Phrase(datum.title.pick("zh-CN"), datum.title.pick("en"))


def _use(workspace: Workspace, name: str) -> str | None:
    purpose = workspace.purposes[name]
    titles = [words for _, words in purpose.title.variants] if purpose.title else []
    found = nearest_use(name, *titles)
    return found.key if found else None


def _steps(graph: ExecutionGraph, name: str, *, erase: bool) -> Iterator[str]:
    """Yield the steps that erase the datum, or else those that ask for it or set it."""
    for edge in graph.arriving.get(f"data/{name}", ()):
        step = graph.nodes[edge.source].step if edge.source in graph.nodes else None
        if step is not None and isinstance(step.verb, Erase) is erase:
            yield edge.source


def _users(further: Further, name: str) -> Iterator[str]:
    """Yield whatever uses the datum, through segments, scripts, tags and triggers too; of a channel's address the channel."""
    through = PASSED_ON - {"channel"}
    yield from (user for user in users(further, f"data/{name}", through) if user.partition("/")[0] not in through)


def _carried(workspace: Workspace, datum: Datum) -> Iterator[str]:
    for sync in workspace.syncs.values():
        if sync.to and sync.carries and datum.id in {ref.id for ref in sync.carries.data}:
            yield sync.to.id

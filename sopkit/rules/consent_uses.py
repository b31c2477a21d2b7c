"""Steps and cadences go in; each use of a customer's data or address that needs a basis comes out, with the consents that cover it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from sopkit.frozen import dataclass
from sopkit.model.documents import Cadence, Workspace
from sopkit.model.nouns import Channel, Consent, Purpose
from sopkit.model.steps import Ask, Send, Step
from sopkit.model.values import Ref
from sopkit.rules.case import Case, Playbook
from sopkit.rules.placeholders import named_in
from sopkit.tree import Mark

Key = tuple[str, str, tuple[str, ...]]
"""Purpose, channel (or nothing) and data of a use: what decides which consents cover it."""


@dataclass(frozen=True, eq=False)
class Use:
    """One purpose by one channel at one place."""

    playbook: str
    """Its node id."""
    place: str
    """Node id of the step, or of the issues of a cadence."""
    at: Mark
    step: Step | None
    """None: the issues of a cadence."""
    purpose: Purpose
    channel: Channel | None
    """None: data are used, and nobody is contacted."""
    fields: tuple[str, ...]
    consents: tuple[Consent, ...]
    """Those that cover the purpose by the channel with these data, in the order declared."""
    sensitive: bool = False
    """The datum is sensitive, and it takes a consent to it alone."""

    @property
    def name(self) -> str:
        return self.step.id if self.step is not None else self.place.partition("/")[2]

    @cached_property
    def key(self) -> frozenset[str]:
        return frozenset(one.id for one in self.consents)


@lru_cache(maxsize=2)  # several rules, and what an audit says of each, ask
def uses_of(case: Case) -> tuple[Use, ...]:
    """Return the uses of all playbooks by purpose and channel, in the order written; steps that name no purpose have none."""
    return tuple(case.each("uses", _uses(case)))


def uses_in(case: Case, root: str, playbook: Playbook) -> Sequence[Use]:
    """Return those of one playbook."""
    return case.made_of("uses", root, playbook, _uses(case))


def by_playbook(uses: Iterable[Use]) -> Mapping[str, Sequence[Use]]:
    """Return uses by their playbooks, in their order."""
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.playbook, []).append(use)
    return found


def without_purpose(case: Case) -> Iterator[tuple[str, Mark]]:
    """Return the touches that do not say what they are for: nobody can tell whether they need a consent."""

    def of(root: str, playbook: Playbook) -> Iterator[tuple[str, Mark]]:
        if isinstance(playbook, Cadence) and playbook.for_ is None and playbook.via:
            yield f"issue/{playbook.id}", playbook.id_at
        for node, step in case.steps(root):
            if step.for_ is None and case.touches(step):
                yield node.id, step.id_at

    return case.each("touches without a purpose", of)


@lru_cache(maxsize=2)
def _uses(case: Case) -> Callable[[str, Playbook], Iterator[Use]]:
    """Return what makes the uses of a playbook: consents that cover those of one are known for the next."""
    fields = Fields(case.workspace)
    covering: dict[Key, tuple[Consent, ...]] = {}

    def of(root: str, playbook: Playbook) -> Iterator[Use]:
        if isinstance(playbook, Cadence) and playbook.for_ is not None:
            issue = case.graph.nodes.get(f"issue/{playbook.id}")
            if issue is not None:
                yield from _of(fields, root, issue.id, playbook.id_at, playbook, playbook.for_, covering)
        for node, step in case.steps(root):
            if step.for_ is not None:
                yield from _of(fields, root, node.id, step.id_at, step, step.for_, covering)

    return of


def _of(  # noqa: PLR0917  one use, and what is known of others
    known: Fields,
    root: str,
    place: str,
    at: Mark,
    of: Step | Cadence,
    for_: Ref,
    covering: dict[Key, tuple[Consent, ...]],
) -> Iterator[Use]:
    workspace = known.workspace
    purpose = workspace.purposes.get(for_.id)
    if purpose is None:
        return
    step, via = of if isinstance(of, Step) else None, of.via
    fields = known.of(step) if step is not None else ()
    channels: list[Channel | None] = [workspace.channels[ref.id] for ref in via if ref.id in workspace.channels]
    if not (via or fields):
        return
    for channel in channels or [None]:
        key = (purpose.id, channel.id if channel is not None else "", fields)
        if key not in covering:
            consents = workspace.consents.values()
            covering[key] = tuple(one for one in consents if not lacking(one, purpose, channel, fields))
        yield Use(root, place, at, step, purpose, channel, fields, covering[key])


def lacking(consent: Consent, purpose: Purpose, channel: Channel | None, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return what of a use a consent does not cover: `purpose`, `channel`, `data`. It covers any channel, or any data of its
    purposes, where it names none.
    """
    found = []
    if purpose.id not in {ref.id for ref in consent.purposes}:
        found.append("purpose")
    if channel is not None and consent.channels and channel.id not in {ref.id for ref in consent.channels}:
        found.append("channel")
    if consent.data and not set(fields) <= {ref.id for ref in consent.data}:
        found.append("data")
    return tuple(found)


class Fields:
    """The data that steps use: named, matched on, asked for, or filled into their texts, of which each is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._told: dict[str, Sequence[str]] = {}
        """By script."""

    def of(self, step: Step) -> tuple[str, ...]:
        """Return the ids of the data, each once."""
        found = [ref.id for ref in step.uses]
        scripts = [step.script] if step.script is not None else []
        match step.verb:
            case Send() as send:
                scripts += send.all_scripts
                if send.match is not None:
                    found.append(send.match.id)
            case Ask(what):
                found += [ref.id for ref in what if ref.id in self.workspace.data]
        for ref in scripts:
            found += self._told_by(ref.id)
        return tuple(dict.fromkeys(found)) if found else ()

    def _told_by(self, script: str) -> Sequence[str]:
        if script not in self._told:
            noun = self.workspace.scripts.get(script)
            names = named_in(noun.text) if noun is not None and noun.text is not None else ()
            self._told[script] = [name for name in names if name in self.workspace.data]
        return self._told[script]

"""What each tree holds goes in, in order; the workspace comes out: of two things with one id the first, own before built-in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

from sopkit.model import nouns
from sopkit.model.bind import Bound
from sopkit.model.documents import Cadence, Document, Journey, Kpi, Procedure, Settings, Sync, Workspace
from sopkit.tree import Mark

N = TypeVar("N", bound=nouns.Noun)
D = TypeVar("D", bound=Document)


class Assembly:
    """The documents and nouns so far."""

    def __init__(self) -> None:
        self.by_tree: dict[int, Document] = {}
        self.bound: dict[int, Bound] = {}
        self._builtin: dict[str, dict[str, nouns.Noun]] = {}
        self._own: dict[str, dict[str, nouns.Noun]] = {}

    def add(self, bound: Bound, number: int) -> None:
        """Take in what tree `number` holds."""
        self.by_tree[number] = bound.document
        self.bound[number] = bound
        kept = self._builtin if bound.document.builtin else self._own
        for namespace, table in bound.nouns.items():
            declared = kept.setdefault(namespace, {})
            for name, noun in table.items():
                declared.setdefault(name, noun)

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents of the workspace in order."""
        return tuple(document for document in self.by_tree.values() if not document.builtin)

    def _nouns(self, namespace: str, _: type[N]) -> Mapping[str, N]:
        own, builtin = self._own.get(namespace, {}), self._builtin.get(namespace, {})
        return cast("Mapping[str, N]", {**builtin, **own})  # the binder fills each namespace with its own class

    def _of(self, cls: type[D]) -> dict[str, D]:
        found: dict[str, D] = {}
        for document in self.by_tree.values():
            if isinstance(document, cls) and document.id:
                found.setdefault(document.id, document)
        return found

    def settings(self) -> Iterator[Settings]:
        """Yield the workspace documents in order."""
        for document in self.by_tree.values():
            if isinstance(document, Settings):
                yield document

    def workspace(self) -> Workspace:
        """Return everything declared; default settings where no workspace document is."""
        nobody = Settings(kind="workspace", at=Mark(0), id="", id_at=Mark(0))
        return Workspace(
            settings=next(self.settings(), nobody),
            roles=self._nouns("role", nouns.Role),
            shops=self._nouns("shop", nouns.Shop),
            channels=self._nouns("channel", nouns.Channel),
            tools=self._nouns("tool", nouns.Tool),
            notices=self._nouns("notice", nouns.Notice),
            events=self._nouns("event", nouns.Event),
            data=self._nouns("data", nouns.Datum),
            consents=self._nouns("consent", nouns.Consent),
            purposes=self._nouns("purpose", nouns.Purpose),
            tags=self._nouns("tag", nouns.TagNoun),
            segments=self._nouns("segment", nouns.Segment),
            tasks=self._nouns("task", nouns.Task),
            programmes=self._nouns("programme", nouns.Programme),
            scripts=self._nouns("script", nouns.Script),
            offers=self._nouns("offer", nouns.Offer),
            partners=self._nouns("partner", nouns.Partner),
            risks=self._nouns("risk", nouns.Risk),
            experiments=self._nouns("experiment", nouns.Experiment),
            artefacts=self._nouns("artefact", nouns.Artefact),
            courses=self._nouns("course", nouns.Course),
            sources=self._nouns("source", nouns.SourceRow),
            journeys=self._of(Journey),
            cadences=self._of(Cadence),
            procedures=self._of(Procedure),
            syncs=self._of(Sync),
            kpis=self._of(Kpi),
            catalogs=tuple(document for document in self.documents if document.kind == "catalog"),
        )


def table_of(workspace: Workspace, namespace: str) -> Mapping[str, nouns.Noun | Document]:
    """Return what the workspace declares in a single namespace."""
    tables: dict[str, Mapping[str, nouns.Noun | Document]] = {
        "role": workspace.roles,
        "shop": workspace.shops,
        "channel": workspace.channels,
        "tool": workspace.tools,
        "notice": workspace.notices,
        "event": workspace.events,
        "data": workspace.data,
        "consent": workspace.consents,
        "purpose": workspace.purposes,
        "tag": workspace.tags,
        "segment": workspace.segments,
        "task": workspace.tasks,
        "programme": workspace.programmes,
        "script": workspace.scripts,
        "offer": workspace.offers,
        "partner": workspace.partners,
        "risk": workspace.risks,
        "experiment": workspace.experiments,
        "artefact": workspace.artefacts,
        "course": workspace.courses,
        "source": workspace.sources,
        "journey": workspace.journeys,
        "cadence": workspace.cadences,
        "procedure": workspace.procedures,
        "sync": workspace.syncs,
        "kpi": workspace.kpis,
    }
    return tables.get(namespace, {})

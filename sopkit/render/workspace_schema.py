"""A workspace goes in; the schema for its editor comes out: in one language, with the ids of its nouns and playbooks offered.

They are offered, never demanded: a schema is as old as the last time it was written, and `sopkit check` says what is not declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from sopkit.frozen import dataclass
from sopkit.model.documents import Workspace
from sopkit.model.values import Text
from sopkit.render.editor_schema import editor_schema
from sopkit.schema.definitions import UNION, Schema, mapping, phrase
from sopkit.text import Lang
from sopkit.tree import Value

SAID: Final = ("title", "description", "patternErrorMessage")
AS_WRITTEN: Final = ("examples", "enum", "const", "default")
BARE: Final = {"trigger": "event", "triggers": "event", "predicate": "segment"}
"""Grammar → the namespace of an id that may stand there by itself."""


class _Titled(Protocol):
    @property
    def title(self) -> Text | None: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """An id, and what people call it."""

    id: str
    title: str


Offers = Mapping[str, tuple[Offer, ...]]
"""By namespace."""


def workspace_schema(workspace: Workspace, lang: Lang) -> Schema:
    """Return the schema of any document of the workspace."""
    return mapping(_fitted(editor_schema(UNION), _offers(workspace, lang), lang))


def _offers(workspace: Workspace, lang: Lang) -> Offers:
    playbooks = {**workspace.journeys, **workspace.cadences, **workspace.procedures}
    asked = {**workspace.consents, **workspace.data, **workspace.tasks}
    named: dict[str, Mapping[str, _Titled]] = {
        "artefact": workspace.artefacts,
        "asked": asked,
        "cadence": workspace.cadences,
        "channel": workspace.channels,
        "consent": workspace.consents,
        "data": workspace.data,
        "event": workspace.events,
        "handover": {**workspace.journeys, **workspace.procedures},
        "kpi": workspace.kpis,
        "notice": workspace.notices,
        "offer": workspace.offers,
        "partner": workspace.partners,
        "playbook": playbooks,
        "procedure": workspace.procedures,
        "programme": workspace.programmes,
        "purpose": workspace.purposes,
        "role": workspace.roles,
        "script": workspace.scripts,
        "segment": workspace.segments,
        "shop": workspace.shops,
        "subject": {**workspace.tools, **workspace.channels, **playbooks},
        "tag": workspace.tags,
        "task": workspace.tasks,
        "tool": workspace.tools,
    }
    offers = {name: _sorted(nouns.items(), lang) for name, nouns in named.items()}
    return offers | {"stage": _sorted(_stages(workspace), lang)}


def _stages(workspace: Workspace) -> Iterator[tuple[str, _Titled]]:
    """Yield the journeys, and the stages of each as `journey/stage`."""
    for id_, journey in workspace.journeys.items():
        yield id_, journey
        for stage in journey.stages:
            if stage.id:
                yield f"{id_}/{stage.id}", stage


def _sorted(named: Iterable[tuple[str, _Titled]], lang: Lang) -> tuple[Offer, ...]:
    offers = (Offer(id_, one.title.pick(lang) if one.title else "") for id_, one in named)
    return tuple(sorted(offers, key=lambda offer: offer.id))


def _fitted(value: Value, offers: Offers, lang: Lang) -> Value:
    """Return a schema in one language, with what is offered in each place that names something."""
    if isinstance(value, list):
        return [_fitted(item, offers, lang) for item in value]
    if not isinstance(value, dict):
        return value
    fitted: Schema = {key: one if key in AS_WRITTEN else _fitted(one, offers, lang) for key, one in value.items()}
    for key in SAID:
        if isinstance(said := value.get(key), str):
            fitted[key] = phrase(said).within(lang)
    grammar = str(value.get("x-grammar", ""))
    namespace = value.get("x-refers", BARE.get(grammar))
    if isinstance(namespace, str) and offers.get(namespace):
        _offer(fitted, offers[namespace])
    if grammar == "predicate" and isinstance(rest := fitted.get("additionalProperties"), dict):
        keys = {one.id: _titled(rest, one) for one in (*offers["data"], *offers["event"])}
        fitted["properties"] = {**keys, **mapping(fitted.get("properties", {}))}
    return fitted


def _offer(fitted: Schema, offered: tuple[Offer, ...]) -> None:
    """Put the ids where editors look for them; the last branch takes whatever else is written."""
    branches: list[Value] = [{"const": one.id, "description": one.title or one.id} for one in offered]
    branches.append({})
    fitted.pop("examples", None)  # of some other workspace
    if "anyOf" in fitted:
        others = fitted.get("allOf", [])
        fitted["allOf"] = [*(others if isinstance(others, list) else []), {"anyOf": branches}]
    else:
        fitted["anyOf"] = branches


def _titled(schema: Schema, offer: Offer) -> Schema:
    return {**schema, "title": offer.title or offer.id}

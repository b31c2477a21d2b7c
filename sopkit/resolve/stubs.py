"""A namespace and a name that is missing in it go in; YAML to paste that declares it comes out."""

from __future__ import annotations

import re
from typing import Final

from sopkit.model.documents import Workspace

NOUNS: Final[dict[str, str]] = {
    "role": "roles:\n  {name}: {{title: …, of: shop}}\n",
    "shop": "shops:\n  {name}: {{title: …}}\n",
    "channel": "channels:\n  {name}: {{title: …, reach: direct, selects: customer}}\n",
    "tool": "tools:\n  {name}: {{title: …, relation: processor, hosted_in: cn}}\n",
    "notice": 'notices:\n  {name}: {{title: …, version: "1"}}\n',
    "event": "events:\n  {name}: {{title: …, at_most: 1 per day}}\n",
    "data": "data:\n  {name}: {{title: …, type: text, retention: 1y}}\n",
    "consent": "consents:\n  {name}: {{title: …, effective_within: 24h}}\n",
    "purpose": "purposes:\n  {name}: {{title: …, category: service, basis: contract}}\n",
    "tag": "tags:\n  {name}: {{title: …}}\n",
    "segment": "segments:\n  {name}: {{title: …, when: {{{event}: ever}}}}\n",
    "task": "tasks:\n  {name}: {{title: …, done_on: {event}}}\n",
    "programme": "programmes:\n  {name}: {{title: …}}\n",
    "script": "scripts:\n  {name}: {{title: …, text: …}}\n",
    "offer": "offers:\n  {name}: {{title: …, type: coupon, value: 10 {currency}, valid: 7d}}\n",
    "partner": "partners:\n  {name}: {{title: …}}\n",
    "risk": "risks:\n  {name}: {{title: …}}\n",
    "experiment": "",
    "artefact": "artefacts:\n  {name}: {{title: …, type: other}}\n",
    "course": "courses:\n  {name}: {{title: …}}\n",
    "source": "sources:\n  {name}: {{title: …}}\n",
}
DOCUMENTS: Final[dict[str, str]] = {
    "kpi": "kind: kpi\nid: {name}\ntitle: …\nformula: {{count: {{by_hand: …}}}}\n",
    "journey": "kind: automation\nid: {name}\ntitle: …\nstarts_on: manual\nsteps:\n  - {{do: …, by: {role}, within: 1d}}\n",
    "cadence": "kind: cadence\nid: {name}\ntitle: …\nvia: {channel}\nevery: week\nat: mon 10:00\n",
    "procedure": "kind: procedure\nid: {name}\ntitle: …\nstarts_on: manual\nsteps:\n  - {{do: …, by: {role}, within: 1d}}\n",
}
ID: Final = re.compile(r"[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*")


def stub(workspace: Workspace, namespace: str, name: str) -> str:
    """Return a document that declares `name`, `…` standing for words; empty where none fits the name.

    Where another name must stand it is one that the workspace declares already, so that what is pasted is whole at once.
    """
    namespace = "playbook" if namespace == "any" else namespace.partition("|")[0]
    namespace = "procedure" if namespace == "playbook" else namespace
    if ID.fullmatch(name) is None or (namespace != "source" and name != name.lower()):
        return ""
    template = "kind: catalog\n" + NOUNS[namespace] if NOUNS.get(namespace) else DOCUMENTS.get(namespace, "")
    examples = {
        "event": next((one for one in workspace.events if one != name), "…"),
        "role": next(iter(workspace.roles), "…"),
        "channel": next((one.id for one in workspace.channels.values() if one.reach == "feed"), "…"),
        "currency": workspace.settings.currency or "CNY",
    }
    return template.format(name=name, **examples)

"""A namespace and a name that is missing in it go in; YAML to paste that declares it comes out."""

from __future__ import annotations

import re
from typing import Final

NOUNS: Final[dict[str, str]] = {
    "role": "roles:\n  {name}: {{title: …, of: shop}}\n",
    "shop": "shops:\n  {name}: {{title: …}}\n",
    "channel": "channels:\n  {name}: {{title: …, tool: …, reach: direct, selects: customer}}\n",
    "tool": "tools:\n  {name}: {{title: …, relation: processor, hosted_in: cn}}\n",
    "notice": 'notices:\n  {name}: {{title: …, version: "1"}}\n',
    "event": "events:\n  {name}: {{title: …, tool: …, at_most: 1 per day}}\n",
    "data": "data:\n  {name}: {{title: …, type: text, category: …, record: …, retention: 1y}}\n",
    "consent": "consents:\n  {name}: {{title: …, channels: […], purposes: […], withdrawn_by: […], effective_within: 24h}}\n",
    "purpose": "purposes:\n  {name}: {{title: …, category: service, basis: contract}}\n",
    "tag": "tags:\n  {name}: {{title: …}}\n",
    "segment": "segments:\n  {name}: {{title: …, when: {{…: ever}}}}\n",
    "task": "tasks:\n  {name}: {{title: …, done_on: …}}\n",
    "programme": "programmes:\n  {name}: {{title: …}}\n",
    "script": "scripts:\n  {name}: {{title: …, text: …}}\n",
    "offer": "offers:\n  {name}: {{title: …, type: coupon, value: 10 CNY, valid: 7d}}\n",
    "partner": "partners:\n  {name}: {{title: …}}\n",
    "artefact": "artefacts:\n  {name}: {{title: …, type: other}}\n",
    "course": "courses:\n  {name}: {{title: …}}\n",
    "source": "sources:\n  {name}: {{title: …}}\n",
}
DOCUMENTS: Final[dict[str, str]] = {
    "kpi": "kind: kpi\nid: {name}\ntitle: …\nformula: {{count: {{by_hand: …}}}}\n",
    "journey": "kind: automation\nid: {name}\ntitle: …\nstarts_on: manual\nsteps:\n  - {{do: …, by: …, within: 1d}}\n",
    "cadence": "kind: cadence\nid: {name}\ntitle: …\nvia: …\nevery: week\nat: mon 10:00\n",
    "procedure": "kind: procedure\nid: {name}\ntitle: …\nstarts_on: manual\nsteps:\n  - {{do: …, by: …, within: 1d}}\n",
}
ID: Final = re.compile(r"[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*")


def stub(namespace: str, name: str) -> str:
    """Return a document that declares `name`, `…` standing for what only its author knows; empty where none fits the name."""
    namespace = namespace.partition("|")[0]
    if ID.fullmatch(name) is None or (namespace != "source" and name != name.lower()):
        return ""
    if namespace in NOUNS:
        return "kind: catalog\n" + NOUNS[namespace].format(name=name)
    return DOCUMENTS[namespace].format(name=name) if namespace in DOCUMENTS else ""

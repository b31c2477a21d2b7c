"""Steps of several playbooks that one event leads to go in, and what was sent; what said the same a second time comes out: SOP703."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from sopkit.graph.course import longest
from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.observed import Observation, not_assessed
from sopkit.logs.touching.contacts import Contact, Contacts, contacts_of
from sopkit.logs.touching.found import Broken, told, touched
from sopkit.rules.tools_duplicates import DAY, DUPLICATE, topic_of
from sopkit.rules.tools_occasions import occasions
from sopkit.text import Phrase

NO_LOG: Final = Phrase("没有触达日志", "there is no log of touches")
NO_STEP: Final = Phrase(
    "日志没有写步骤，看不出说的是哪件事", "the log does not say the step, so that nobody can tell what it was about"
)
NO_TOOL: Final = Phrase(
    "同一步骤发了几次，日志没有写各是哪个系统发的",
    "a step went out several times, and the log does not say by which tools",
)
NO_PAIR: Final = Phrase(
    "日志里没有两份剧本、或两个系统，会为同一件事说同样的话",
    "in the log there are no two playbooks, or tools, that say the same on one occasion",
)
Group = dict[int, str]
"""Kind → who says it: a playbook or a tool."""


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield how many touches a customer got on an occasion of which another playbook, or tool, had told them the same."""
    contacts = contacts_of(case)
    if not contacts.all:
        yield not_assessed(DUPLICATE, "workspace", NO_LOG)
        return
    groups = _groups(contacts)
    kinds = sorted({kind for one in groups for kind in one})
    unsure = [one.kind for one in contacts.all if _is_unsure(one)]
    broken, store, within = Broken(), contacts.store, duplicate_within(contacts)
    steps = _steps(contacts)
    toolless = counted = 0
    for _ in store.each() if groups or steps else ():
        query = _query(groups, within)
        store.engine.run(f"CREATE OR REPLACE TEMP TABLE broken AS {query}")
        broken.queries = (query,)
        broken.take(store, partial(touched, contacts, before=within - 1, counted=kinds), "SELECT who, ts FROM broken")
        if steps:
            ((rows, mine),) = store.engine.run(_toolless(steps, kinds, within))
            toolless, counted = toolless + rows, counted + mine
    hours = f"{within / 3600:g}"
    about = Phrase(f"同一件事 {hours} 小时之内", f"on one occasion, within {hours} h")
    wrong = Phrase("是别的剧本或系统刚说过的", "say what another playbook or tool has just said")
    doubts, looked = (*contacts.doubts(unsure, NO_STEP), (toolless, NO_TOOL)), contacts.rows(kinds) - counted
    yield told(DUPLICATE, "workspace", about, wrong, looked, broken, doubts, NO_PAIR)


def _is_unsure(one: Contact) -> bool:
    """Return whether rows may say what others do, and it is not known which step they are, or whether they are touches."""
    if one.nodes:
        return one.happened == "maybe" or (one.happened == "yes" and len(one.nodes) > 1)
    return one.happened != "no" and not one.said["step"]


def duplicate_within(contacts: Contacts) -> int:
    """Return the seconds within which the same counts as said twice."""
    declared = contacts.workspace.settings.duplicate_within
    return int(longest(declared)) if declared and declared.seconds is not None else DAY


def _groups(contacts: Contacts) -> list[Group]:
    """Return what says the same: steps of several playbooks on one event and topic, and one step sent by several tools."""
    speakers: dict[str, dict[tuple[str, str], str]] = {}
    for one in occasions(contacts.rules):
        if one.subject in contacts.planned:
            speakers.setdefault(one.subject, {})[one.trigger.event.id, topic_of(one)] = one.journey.id
    found: dict[tuple[str, ...], Group] = {}
    for contact in contacts.all:
        if contact.happened != "yes" or len(contact.nodes) != 1:
            continue
        node = contact.nodes[0]
        for (event, topic), journey in speakers.get(node, {}).items():
            if topic:
                found.setdefault((event, topic), {})[contact.kind] = f"playbook/{journey}"
        if contact.said["tool"]:
            found.setdefault((node,), {})[contact.kind] = f"tool/{contact.said['tool']}"
    return [one for one in found.values() if len(set(one.values())) > 1]


def _steps(contacts: Contacts) -> dict[str, Group]:
    """Return the kinds of each step of which some rows do not say the tool, each with what it says."""
    found: dict[str, Group] = {}
    for one in contacts.all:
        if one.happened == "yes" and len(one.nodes) == 1:
            found.setdefault(one.nodes[0], {})[one.kind] = one.said["tool"]
    return {node: kinds for node, kinds in found.items() if "" in kinds.values()}


def _toolless(steps: Mapping[str, Group], kinds: list[int], within: int) -> str:
    """Return the query for how many rows may repeat a step by another tool, and how many of those are of these kinds.

    They come after a row of the same step, one of the two does not say its tool, and they are not in `broken`.
    """
    values = ", ".join(
        f"({kind}, {number}, {0 if tool else 1})"
        for number, one in enumerate(steps.values())
        for kind, tool in one.items()
    )
    return (
        f"SELECT count(*), coalesce(sum(CASE WHEN kind IN ({listed(kinds)}) THEN 1 ELSE 0 END), 0) FROM ("
        "SELECT t.who, t.ts, t.source, t.line, kind, blank, max(ts) OVER before AS latest, "
        "max(CASE WHEN blank = 1 THEN ts END) OVER before AS latest_blank "
        f"FROM touches t JOIN (VALUES {values}) said(kind, step, blank) USING (kind) WINDOW before AS ("
        "PARTITION BY who, step ORDER BY ts, source, line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) r "
        f"WHERE r.ts - (CASE WHEN blank = 1 THEN latest ELSE latest_blank END) < {within} AND NOT EXISTS ("
        "SELECT 1 FROM broken b WHERE b.who = r.who AND b.ts = r.ts AND b.source = r.source AND b.line = r.line)"
    )


def _query(groups: list[Group], within: int) -> str:
    """Return the touches before which, in time, somebody else said the same: by the last row before the run of one's own."""
    speakers: Mapping[str, int] = {
        name: number for number, name in enumerate(sorted({name for one in groups for name in one.values()}), 1)
    }
    values = (
        ", ".join(
            f"({kind}, {number}, {speakers[name]})" for number, one in enumerate(groups) for kind, name in one.items()
        )
        or "(-1, 0, 0)"
    )
    return (
        "SELECT DISTINCT who, ts, source, line FROM (SELECT who, ts, source, line, max(CASE WHEN speaker <> before THEN before_ts END) "
        "OVER (PARTITION BY who, topic ORDER BY ts, source, line ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS other FROM ("
        "SELECT who, ts, source, line, topic, speaker, lag(speaker) OVER w AS before, lag(ts) OVER w AS before_ts "
        f"FROM touches JOIN (VALUES {values}) said(kind, topic, speaker) USING (kind) "
        "WINDOW w AS (PARTITION BY who, topic ORDER BY ts, source, line))) "
        f"WHERE ts - other < {within}"
    )

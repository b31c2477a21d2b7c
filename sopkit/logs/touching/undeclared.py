"""What playbooks declare goes in; touches that none knows, or knows by another channel, come out: SOP980, SOP981."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property, partial
from typing import Final

from sopkit.graph.touches import Match
from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.observed import Group, Observation, not_assessed
from sopkit.logs.touching.contacts import Contact, Contacts, contacts_of
from sopkit.logs.touching.found import Broken, told, touched
from sopkit.rules.touched import OTHER_CHANNEL, UNDECLARED
from sopkit.text import Phrase

NO_LOG: Final = Phrase("没有触达日志", "there is no log of touches")
UNTOLD: Final = Phrase("日志没有写步骤和目的", "the log says neither step nor purpose")
NO_STEPS: Final = Phrase("日志没有写步骤", "the log does not say the steps")
NONE: Final = Phrase("日志里没有触达", "the log has no touch")


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield how many touches no playbook declares, and of each step that went by another channel how many."""
    contacts = contacts_of(case)
    if not contacts.all:
        yield not_assessed(UNDECLARED, "workspace", NO_LOG)
        yield not_assessed(OTHER_CHANNEL, "workspace", NO_LOG)
        return
    plan = _Plan(contacts)
    answers = {one.kind: plan.lacks(one) for one in contacts.all if one.happened != "no"}
    strange, unsure = contacts.kinds(answers, "yes"), contacts.kinds(answers, "maybe")
    looked = contacts.rows(answers) - contacts.rows(unsure)
    doubts = contacts.doubts(unsure, UNTOLD)
    about, wrong = (
        Phrase("剧本以外的触达", "touches beyond the playbooks"),
        Phrase("在剧本里找不到", "stand in no playbook"),
    )
    broken = _broken(contacts, strange)
    found = told(UNDECLARED, "workspace", about, wrong, looked, broken, doubts, NONE)
    yield _grouped(contacts, found, [kind for kind in answers if kind not in unsure], strange)
    yield from _by_other_channels(contacts, plan)


class _Plan:
    """What playbooks send, by channel."""

    def __init__(self, contacts: Contacts) -> None:
        self.contacts = contacts

    @cached_property
    def uses(self) -> frozenset[tuple[str, str | None]]:
        """Channel and purpose of every step and cadence."""
        found: set[tuple[str, str | None]] = set()
        for node in self.contacts.graph.nodes.values():
            one = node.step or (
                self.contacts.workspace.cadences.get(node.id.partition("/")[2]) if node.kind == "issue" else None
            )
            if one is not None:
                found |= {(ref.id, one.for_.id if one.for_ else None) for ref in one.via}
        return frozenset(found)

    def lacks(self, contact: Contact) -> Match:
        """Return whether no playbook declares the touches that rows of a kind are."""
        lacking = self._lacks(contact)
        return "maybe" if lacking == "yes" and contact.happened == "maybe" else lacking

    def _lacks(self, contact: Contact) -> Match:
        if contact.said["step"]:
            return "no" if contact.nodes else "yes"
        if contact.channel is None:
            return "yes"
        purposes = {purpose for channel, purpose in self.uses if channel == contact.channel.id}
        if not purposes:
            return "yes"
        if not contact.said["purpose"]:
            return "maybe"
        return "no" if contact.said["purpose"] in purposes or None in purposes else "yes"

    def names(self, node: str, contact: Contact) -> bool:
        """Return whether a step names the channel of a row. One that names none leaves it to whoever does it."""
        found = self.contacts.graph.nodes[node]
        one = found.step or self.contacts.workspace.cadences.get(node.partition("/")[2])
        via = [ref.id for ref in one.via] if one is not None else []
        return not via or contact.said["channel"] in via


def _by_other_channels(contacts: Contacts, plan: _Plan) -> Iterator[Observation]:
    """Yield each step that went by another channel; of all others together that they did not."""
    stated = [one for one in contacts.all if one.nodes and one.happened != "no"]
    away = [one for one in stated if not any(plan.names(node, one) for node in one.nodes)]
    other = [one for one in away if one.happened == "yes"]
    wrong = Phrase("不是用写明的渠道发的", "went by a channel that the step does not name")
    steps = sorted({one.nodes for one in other})
    for nodes in steps:
        mine = [one.kind for one in stated if one.nodes == nodes and one.happened == "yes"]
        broken = _broken(contacts, [one.kind for one in other if one.nodes == nodes])
        about = Phrase(f"步骤 {nodes[0]}", f"step {nodes[0]}")
        yield told(OTHER_CHANNEL, nodes[0], about, wrong, contacts.rows(mine), broken)
    unclear = [one.kind for one in away if one.happened == "maybe"]
    rest = [one.kind for one in stated if one.nodes not in steps]
    rest = [kind for kind in rest if kind not in unclear]
    unnamed = [one.kind for one in contacts.all if not one.said["step"] and one.happened != "no"]
    if rest or unnamed or unclear or not steps:
        about = Phrase("其余的步骤" if steps else "所有步骤", "all other steps" if steps else "all steps")
        doubts = contacts.doubts((*unclear, *unnamed), NO_STEPS)
        yield told(OTHER_CHANNEL, "workspace", about, wrong, contacts.rows(rest), Broken(), doubts, NO_STEPS)


def _broken(contacts: Contacts, kinds: Collection[int]) -> Broken:
    broken = Broken()
    query = f"SELECT who, ts FROM touches WHERE kind IN ({listed(kinds)})"
    for _ in contacts.store.each() if kinds else ():
        broken.add(contacts.store, query, partial(touched, contacts, before=0, counted=kinds))
    return broken


def _grouped(contacts: Contacts, one: Observation, kinds: Collection[int], strange: Collection[int]) -> Observation:
    """Return the observation with the same counts by channel."""
    counts: dict[str, list[int]] = {}
    for kind in kinds:
        contact = contacts.by_kind[kind]
        of = counts.setdefault(contact.channel.id if contact.channel else "", [0, 0])
        of[0] += contact.rows
        of[1] += contact.rows if kind in strange else 0
    groups = tuple(Group("channel", name, *both) for name, both in sorted(counts.items()))
    return replace(one, groups=groups)

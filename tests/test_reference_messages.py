"""What the reference workspace and the retail examples send: advertising asks for consent, and every channel is used as it works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from sopkit import pipeline
from sopkit.cli import app
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import All, ConsentTest, Predicate
from sopkit.model.steps import Grant, Send, Step, Wait, inner
from sopkit.reader.files import find_sources
from tests import figures

EXAMPLES: Final = ("zh-CN", "en")
"""Languages of the retail example that `init` writes."""


class Message(NamedTuple):
    """One script that a step sends through one channel."""

    playbook: str
    tool: str | None
    step: Step
    channel: str
    script: str

    def __str__(self) -> str:
        return f"{self.playbook}/{self.step.id}, {self.script} via {self.channel}"


def read(folder: Path) -> Workspace:
    found = find_sources(folder)
    return pipeline.compile(found.sources, today=date(2026, 11, 27), found=found.findings).workspace


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return read(figures.PLAYBOOKS)


@pytest.fixture(scope="module", params=["playbooks", *EXAMPLES])
def brand(request: pytest.FixtureRequest, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Yield the reference workspace and each retail example."""
    if request.param == "playbooks":
        return workspace
    folder = tmp_path_factory.mktemp("init") / "brand"
    assert app.main(["init", str(folder), "--example", "retail", "--lang", request.param]) == 0
    return read(folder)


def messages(workspace: Workspace) -> Iterator[Message]:
    """Yield every direct message of the journeys and cadences."""
    steps = [
        (journey.id, journey.runs_in.id if journey.runs_in else None, one)
        for journey in workspace.journeys.values()
        for stage in journey.stages
        for step in stage.steps
        for one in inner(step)
    ]
    steps += [(cadence.id, None, step) for cadence in workspace.cadences.values() for step in cadence.steps]
    for playbook, tool, step in steps:
        scripts = step.verb.all_scripts if isinstance(step.verb, Send) else (step.script,) if step.script else ()
        for via in step.via:
            if workspace.channels[via.id].reach == "direct":
                yield from (Message(playbook, tool, step, via.id, script.id) for script in scripts)


def text_of(message: Message, workspace: Workspace) -> str:
    text = workspace.scripts[message.script].text
    assert text is not None
    return "\n".join(words for _, words in text.variants)


def asked_for(predicate: Predicate | None) -> set[str]:
    """Return the consents without which a guard is never true."""
    match predicate:
        case All(parts=parts):
            return set().union(*(asked_for(part) for part in parts))
        case ConsentTest(consent=consent, state="given"):
            return {consent.id}
        case _:
            return set()


def covered(message: Message, workspace: Workspace) -> bool:
    """Say whether the guard asks for a consent to this purpose through this channel."""
    purpose = message.step.for_
    return any(
        message.channel in {channel.id for channel in consent.channels}
        and purpose is not None
        and purpose.id in {one.id for one in consent.purposes}
        for consent in (workspace.consents[name] for name in asked_for(message.step.if_))
    )


def test_advertising_is_sent_for_marketing_and_marketing_is_called_advertising(brand: Workspace) -> None:
    for message in messages(brand):
        purpose = message.step.for_
        assert purpose is not None, str(message)
        marketing = brand.purposes[purpose.id].category == "marketing"
        assert marketing == brand.scripts[message.script].advertising, str(message)


def test_advertising_says_so_in_its_text(brand: Workspace) -> None:
    for message in messages(brand):
        text = text_of(message, brand)
        assert brand.scripts[message.script].advertising == ("【广告】" in text or "[Ad]" in text), str(message)


def test_what_needs_consent_is_sent_only_with_it(brand: Workspace) -> None:
    for message in messages(brand):
        assert message.step.for_ is not None
        if brand.purposes[message.step.for_.id].basis == "consent":
            assert covered(message, brand), str(message)


def test_no_offer_is_named_to_members_who_have_not_agreed(brand: Workspace) -> None:
    """A message sent on the contract alone says what membership needs said, and promotes nothing."""
    offers = [words for offer in brand.offers.values() if offer.title for _, words in offer.title.variants]
    agreed = 0
    for message in messages(brand):
        text = text_of(message, brand)
        if "{offer." in text or any(words in text for words in offers):
            assert covered(message, brand), str(message)
            agreed += 1
    assert agreed


def test_a_subscription_message_is_sent_on_a_permission_for_one_message(brand: Workspace) -> None:
    """WeChat: one tap on Allow, one message. The permission ends when the message has gone, and the sending tool hears of both."""
    sent = 0
    for message in messages(brand):
        if message.channel != "mp-notice":
            continue
        once = [
            consent
            for consent in (brand.consents[name] for name in asked_for(message.step.if_))
            if {channel.id for channel in consent.channels} == {"mp-notice"}
        ]
        assert len(once) == 1, str(message)
        given = {event.id for event in brand.events.values() if once[0].id in {consent.id for consent in event.gives}}
        used_up = {event.id for event in once[0].withdrawn_by if event.id.endswith("-sent")}
        assert given, str(message)
        assert used_up, str(message)
        if message.tool:
            assert given | used_up <= heard(message.tool, brand), str(message)
            assert once[0].id in consents_known(message.tool, brand), str(message)
        sent += 1
    assert sent >= 2


def heard(tool: str, workspace: Workspace) -> set[str]:
    return {
        event.id
        for sync in workspace.syncs.values()
        if sync.to and sync.to.id == tool and sync.carries
        for event in sync.carries.events
    }


def consents_known(tool: str, workspace: Workspace) -> set[str]:
    return {
        consent.id
        for sync in workspace.syncs.values()
        if sync.to and sync.to.id == tool and sync.carries
        for consent in sync.carries.consents
    }


def test_one_to_one_messages_on_wecom_come_from_a_person(brand: Workspace) -> None:
    """WeCom sends nothing to a customer that no member has confirmed, its own welcome to a new contact apart."""
    chats = [message for message in messages(brand) if message.channel == "wecom-chat"]
    assert chats
    for message in chats:
        own_welcome = message.tool == "wecom" and message.playbook == "friend-welcome"
        assert (message.step.by is None) == own_welcome, str(message)


def test_a_nurture_message_goes_out_by_the_tool_that_keeps_messages_apart(workspace: Workspace) -> None:
    """No tool can hold back what a person sends or has to confirm; such a message may fall within 4 hours of another."""
    group = next(group for group in workspace.settings.one_at_a_time if group.id == "nurture")
    journeys = {place.id.partition("/")[0] for place in group.journeys}
    nurture = [message for message in messages(workspace) if message.playbook in journeys - {"member-care"}]
    assert {message.playbook for message in nurture} == journeys - {"member-care"}
    for message in nurture:
        assert message.step.by is None, str(message)
        assert workspace.channels[message.channel].confirmed_by is None, str(message)


def test_an_offer_that_ends_on_a_day_was_granted_before_the_message(brand: Workspace) -> None:
    """`{offer.ends}` is the day on which the customer's own offer ends; a sale open to everyone has an end without being granted."""
    dated = 0
    for message in messages(brand):
        if "{offer.ends}" not in text_of(message, brand):
            continue
        assert message.step.offer is not None, str(message)
        offer = brand.offers[message.step.offer.id]
        if offer.type != "flash-sale":
            assert offer.valid is not None, str(message)
            assert offer.id in granted_before(message, brand.journeys[message.playbook]), str(message)
        dated += 1
    assert dated


def granted_before(message: Message, journey: Journey) -> set[str]:
    granted: set[str] = set()
    for stage in journey.stages:
        for step in stage.steps:
            for one in inner(step):
                if one.at == message.step.at:
                    return granted
                if isinstance(one.verb, Grant):
                    granted.add(one.verb.offer.id)
    raise AssertionError(message)


def test_an_order_counts_at_any_time_of_the_conversion_period(workspace: Workspace) -> None:
    """A step that waits for the order would miss one that came while an earlier step was due."""
    stages = {stage.id: stage for stage in workspace.journeys["new-member"].stages}
    assert [step.id for step in stages["conversion"].steps if isinstance(step.verb, Wait)] == []
    first = stages["conversion"].next[0]
    assert [trigger.event.id for trigger in first.on] == ["order-paid"]  # type: ignore[union-attr]
    assert first.go.id == "repurchase"
    sent = [
        script.id
        for step in stages["repurchase"].steps
        if isinstance(step.verb, Send)
        for script in step.verb.all_scripts
    ]
    assert sent == ["repurchase-reminder"]


def test_a_task_done_before_the_activation_period_is_rewarded_too(workspace: Workspace) -> None:
    """The text promises points for each task, and does not say from which day on."""
    activation = next(stage for stage in workspace.journeys["new-member"].stages if stage.id == "activation")
    during = [step.verb.offer.id for step in activation.steps if isinstance(step.verb, Grant) and step.on]
    before = [step.verb.offer.id for step in activation.steps if isinstance(step.verb, Grant) and not step.on]
    assert during == before == ["points-follow", "points-first-order", "points-interact"]

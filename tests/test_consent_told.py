"""What a finding of an old consent tells: stages, journeys that start others, ends, forks, and whatever else a way goes through."""

from __future__ import annotations

import pytest

from tests.test_consent_timelines import ASK, HAND, QUIET, TASK, TELL, journey, stages, told
from tests.test_consent_traps import FIRST

CHAT = """\
---
kind: catalog
consents:
  chat:
    title: 聊天
    channels: [wecom-chat]
    purposes: [promotion]
    notice: privacy-notice
    withdrawn_by: [account-closed]
    effective_within: 24h
events:
  chat-yes: {title: 同意, tool: wecom, at_most: 1 per day, gives: [chat], shows: [privacy-notice]}
"""
FORK = (
    "{id: fork, choose: [{if: {consent: sms-marketing}, steps: [{id: tell, send: news, via: sms, for: promotion, after: AFTER}]}, "
    "{else: []}]}"
)
CASES = [
    pytest.param(
        stages(
            "  first: {steps: [{id: x, do: 记录, after: 2h}], next: [{after: 26h, go: second}, {on: order-paid, go: second}]}\n"
            "  second: {steps: [{id: y, do: 记录, after: 1h}, "
            + TELL.replace("}", ", after: 5h, since: stage}")
            + "], next: [{after: 9d, go: end}]}\n"
        ),
        [
            "1 d 7 h 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 enters the stage news/first",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 12:00:00 enters the stage news/second",
            "26-07-07 17:00:30 tell",
        ],
        id="stages",
    ),
    pytest.param(
        stages(
            "  first: {steps: [{id: x, do: 记录, after: 2h}], next: [{on: order-paid, go: second}, {after: 30d, go: end}]}\n"
            "  second: {steps: [" + TELL + "], next: [{after: 9d, go: end}]}\n"
        ),
        [
            "2 d 2 h 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 enters the stage news/first",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-08 12:00:00 Paid an order",
            "26-07-08 12:00:00 enters the stage news/second",
            "26-07-08 12:00:30 tell",
        ],
        id="interrupt",
    ),
    pytest.param(
        stages("  first: {steps: [" + TELL.replace("}", ", every: 5d}") + "], next: [{after: 30d, go: end}]}\n"),
        [
            "any time",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 enters the stage news/first",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-13 10:00:30 tell",
        ],
        id="every",
    ),
    pytest.param(
        journey(TELL, on="sms-unsubscribed"),
        ["", "26-07-06 10:00:00 Opted out of SMS", "26-07-06 10:00:30 tell"],
        id="withdrawn",
    ),
    pytest.param(
        journey(TELL, on="member-joined"),
        [
            "",
            "26-07-06 10:00:00 Joined in the mini-program",
            "26-07-06 10:00:00 “Consent to marketing by SMS”",
            "26-07-06 10:00:30 tell",
        ],
        id="never",
    ),
    pytest.param(
        journey(
            "{id: pause, wait: 3d}",
            TELL,
            more="\nends_on: [sms-unsubscribed, account-closed, {withdrawn: wecom-marketing}]",
        ),
        [
            "3 d 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 pause waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-09 10:00:30 tell",
        ],
        id="ends_on",
    ),
    pytest.param(
        journey(TELL.replace("}", ", after: 5h, since: start}"), on="{ended: ask}")
        + FIRST.replace("ID", "ask")
        .replace("ON", "sms-yes")
        .replace(
            "{id: STEP, wait: sms-yes, up_to: 3d, otherwise: [{id: stay, wait: order-paid}]}", "{id: s, wait: 2d}"
        ),
        [
            "2 d 5 h 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 s waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-08 10:00:00 set off: ended/ask",
            "26-07-08 10:00:00 enters news",
            "26-07-08 15:00:30 tell",
        ],
        id="ended",
    ),
    pytest.param(
        journey(ASK, "{id: hear, wait: sms-yes}", "{id: pause, wait: 40h}", TELL, on="{date: birthday, before: 3d}"),
        [
            "1 d 16 h 30 s",
            "26-07-06 10:00:00 it is 3d before “Birthday",
            "26-07-06 10:00:00 hear waits",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 pause waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-08 02:00:30 tell",
        ],
        id="birthday",
    ),
    pytest.param(
        journey(ASK, "{id: hear, wait: sms-yes}", "{id: pause, wait: 40h}", TELL, on="member-joined"),
        [
            "1 d 16 h 30 s",
            "26-07-06 10:00:00 Joined in the mini-program",
            "26-07-06 10:00:00 hear waits",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 pause waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-08 02:00:30 tell",
        ],
        id="asked",
    ),
    pytest.param(
        journey("{id: pause, wait: 22h}", TELL.replace("via: sms", "via: hand"), nouns=HAND),
        [
            "1 d 4 h",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 pause waits",
            "26-07-06 10:00:01 the customer withdraws sms-marketing: Opted out of SMS",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 14:00:00 tell",
        ],
        id="confirmed",
    ),
    pytest.param(  # the condition of a fork is looked at when the order goes out, and not when it is carried out
        journey(FORK.replace("AFTER", "20h"), on="member-joined").replace("enforce: none", QUIET),
        [
            "1 d 8 h 30 s",
            "26-07-06 01:00:00 Joined in the mini-program",
            "26-07-06 01:00:00 “Consent to marketing by SMS”",
            "26-07-06 01:00:00 fork branches",
            "26-07-06 01:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 01:00:01 by now the withdrawal must have taken effect",
            "26-07-07 09:00:30 tell",
        ],
        id="fork",
    ),
    pytest.param(  # in the morning it takes exactly as long as it may, at another hour longer
        journey("{id: pause, wait: 86370s}", TELL).replace("enforce: none", QUIET),
        [
            "1 d 9 h 30 s",
            "26-07-06 00:00:00 sms-yes occurs",
            "26-07-06 00:00:00 pause waits",
            "26-07-06 00:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 00:00:01 by now the withdrawal must have taken effect",
            "26-07-07 09:00:30 tell",
        ],
        id="exactly",
    ),
    pytest.param(  # of two that would do, the withdrawal is told of the one that was looked at
        journey((TASK % "within: 3d").replace("wecom-marketing", "chat"), on="member-joined", nouns=CHAT),
        [
            "6 d",
            "26-07-06 10:00:00 Joined in the mini-program",
            "26-07-06 10:00:00 “Consent to marketing on WeCom”",
            "26-07-06 10:00:00 chat is seen to be given, and the task goes out",
            "26-07-06 10:00:01 the customer withdraws chat: Account closed",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-12 10:00:00 tell",
        ],
        id="chat",
    ),
    pytest.param(  # from the start of the journey that another one starts
        journey(TELL.replace("}", ", after: 5h, since: start}"))
        + FIRST.partition("steps:")[0].replace("ID", "ask").replace("ON", "sms-yes")
        + "steps:\n  - {id: s, wait: 2d}\n  - {id: go, start: news}\n",
        [
            "2 d 5 h 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 s waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-08 10:00:00 enters news",
            "26-07-08 15:00:30 tell",
        ],
        id="started",
    ),
    pytest.param(
        journey("{id: first, do: 记录, by: guide, within: 11h}", TELL).replace("enforce: none", QUIET),
        [
            "1 d 9 h 30 s",
            "26-07-06 00:00:00 sms-yes occurs",
            "26-07-06 00:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 00:00:01 by now the withdrawal must have taken effect",
            "26-07-07 09:00:30 tell",
        ],
        id="open-hours",
    ),
    pytest.param(
        journey("{id: pause, wait: 30h}", TELL).replace("runs_in: map\n", ""),
        [
            "1 d 6 h",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 pause waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 16:00:00 tell",
        ],
        id="no-tool",
    ),
    pytest.param(
        journey("{id: pause, wait: 86371s}", TELL),
        [
            "1 d 1 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 pause waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 10:00:01 tell",
        ],
        id="just-due",
    ),
    pytest.param(
        journey(
            "{id: first, do: 记录, after: 1mo}",
            "{id: second, do: 记录, after: 2mo, since: start}",
            "{id: hear, wait: sms-yes}",
            "{id: pause, wait: 40h}",
            TELL,
            on="member-joined",
        ),
        [
            "1 d 16 h 30 s",
            "26-07-06 10:00:00 Joined in the mini-program",
            "26-08-31 10:00:00 hear waits",
            "26-08-31 10:00:00 sms-yes occurs",
            "26-08-31 10:00:00 pause waits",
            "26-08-31 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-09-01 10:00:01 by now the withdrawal must have taken effect",
            "26-09-02 02:00:30 tell",
        ],
        id="months",
    ),
    pytest.param(
        journey("{id: pause, wait: 2 workdays}", TELL),
        [
            "any time",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 pause waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-06 10:00:30 tell",
        ],
        id="workdays",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_is_told(text: str, expected: list[str]) -> None:
    assert told(text) == expected

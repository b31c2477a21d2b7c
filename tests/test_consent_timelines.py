"""What a finding of an old consent tells, instant by instant: the latest times, closed hours, tasks, stages, ends and confirmations."""

from __future__ import annotations

import pytest

from tests.test_consent_traps import EVENT, ONE_STEP
from tests.test_rules_consent import run

HEAD, _, REST = ONE_STEP.partition("  - {id: tell")
TAIL = "---" + REST.partition("---")[2]
TELL = "{id: tell, send: news, via: sms, for: promotion}"
TASK = "{id: tell, send: news, via: wecom-chat, by: guide, for: promotion, if: {consent: wecom-marketing}, %s}"
QUIET = "enforce: none\nquiet_hours: [{hours: 21:00-09:00, of: {reach: direct}}]"
ASK = "{id: please, ask: sms-marketing, script: news, via: mp-page, for: onboarding, proof: [time, wording], kept_in: crm}"
HAND = """\
---
kind: catalog
channels:
  hand:
    title: 群发
    tool: sms-gateway
    reach: direct
    selects: customer
    address: phone
    confirmed_by: {role: guide, within: 4h}
    opt_out: {how: 回T退订, event: sms-unsubscribed}
consents:
  sms-marketing: {title: 短信, channels: [hand], purposes: [promotion], withdrawn_by: [sms-unsubscribed], effective_within: 24h}
"""


def journey(*steps: str, on: str = "sms-yes", more: str = "", nouns: str = "") -> str:
    rows = "".join(f"  - {one}\n" for one in steps)
    return HEAD.replace("starts_on: sms-unsubscribed", f"starts_on: {on}{more}") + rows + TAIL + EVENT + nouns


def stages(text: str) -> str:
    return journey().replace("kind: automation", "kind: lifecycle").replace("steps:\n", f"stages:\n{text}")


def told(text: str) -> list[str]:
    """Return how long ago the consent was seen, by the message, then the moments."""
    (found,) = [one for one in run(text).findings if one.rule.code in ("SOP501", "SOP503", "SOP504")]
    said = found.message("en").partition("last seen ")[2].partition(" before")[0]
    return [said, *(f"{one.at:%y-%m-%d %H:%M:%S} {one.what.en.partition(' (')[0]}" for one in found.timeline)]


CASES = [
    pytest.param(
        journey("{id: pause, wait: 20h..30h}", TELL),
        [
            "1 d 6 h 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:00 pause waits",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 16:00:30 tell",
        ],
        id="wait",
    ),
    pytest.param(
        journey("{id: first, do: 记录, after: 1h..3h}", TELL.replace("}", ", after: 22h..24h}")),
        [
            "1 d 3 h 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 13:00:30 tell",
        ],
        id="after-range",
    ),
    pytest.param(
        journey(
            "{id: first, do: 记录, after: 1h..9h}",
            "{id: second, do: 记录, after: 30h, since: start}",
            TELL.replace("}", ", after: 1h..2h, since: first}"),
        ),
        [
            "1 d 6 h 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 16:00:30 tell",
        ],
        id="since",
    ),
    pytest.param(
        journey("{id: pause, wait: 20h..23h}", TELL).replace("enforce: none", QUIET),
        [
            "1 d 9 h 30 s",
            "26-07-06 00:00:00 sms-yes occurs",
            "26-07-06 00:00:00 pause waits",
            "26-07-06 00:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 00:00:01 by now the withdrawal must have taken effect",
            "26-07-07 09:00:30 tell",
        ],
        id="quiet",
    ),
    pytest.param(
        journey("{id: first, do: 记录, by: guide, within: 9h}", TELL).replace("enforce: none", QUIET),
        [
            "1 d 9 h 30 s",
            "26-07-06 12:00:00 sms-yes occurs",
            "26-07-06 12:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 09:00:30 tell",
        ],
        id="within-open",
    ),
    pytest.param(
        journey("{id: first, do: 记录, by: guide, within: 25h, clock: wall}", TELL).replace("enforce: none", QUIET),
        [
            "1 d 1 h 30 s",
            "26-07-06 10:00:00 sms-yes occurs",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing by SMS”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 11:00:30 tell",
        ],
        id="within-wall",
    ),
    pytest.param(
        journey(TASK % "within: 3d", on="member-joined"),
        [
            "6 d",
            "26-07-06 10:00:00 Joined in the mini-program",
            "26-07-06 10:00:00 “Consent to marketing on WeCom”",
            "26-07-06 10:00:00 “Consent to marketing on WeCom”",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing on WeCom”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-12 10:00:00 tell",
        ],
        id="task-3d",
    ),
    pytest.param(
        journey(TASK % "within: 30h, clock: wall", on="member-joined"),
        [
            "1 d 6 h",
            "26-07-06 10:00:00 Joined in the mini-program",
            "26-07-06 10:00:00 “Consent to marketing on WeCom”",
            "26-07-06 10:00:00 “Consent to marketing on WeCom”",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing on WeCom”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "26-07-07 16:00:00 tell",
        ],
        id="task-5h",
    ),
    pytest.param(
        journey(TASK % "after: 1h..40h", on="member-joined"),
        [
            "1 d 23 h",
            "26-07-06 10:00:00 Joined in the mini-program",
            "26-07-06 10:00:00 “Consent to marketing on WeCom”",
            "26-07-06 11:00:00 “Consent to marketing on WeCom”",
            "26-07-06 11:00:01 the customer withdraws “Consent to marketing on WeCom”",
            "26-07-07 11:00:01 by now the withdrawal must have taken effect",
            "26-07-08 10:00:00 tell",
        ],
        id="task-after",
    ),
    pytest.param(
        journey(TASK % "after: 1 workday", on="member-joined"),
        [
            "any time",
            "26-07-06 10:00:00 Joined in the mini-program",
            "26-07-06 10:00:00 “Consent to marketing on WeCom”",
            "26-07-06 10:00:00 “Consent to marketing on WeCom”",
            "26-07-06 10:00:01 the customer withdraws “Consent to marketing on WeCom”",
            "26-07-07 10:00:01 by now the withdrawal must have taken effect",
            "27-08-10 10:00:00 tell",
        ],
        id="task-unbounded",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_is_told(text: str, expected: list[str]) -> None:
    assert told(text) == expected

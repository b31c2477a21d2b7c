"""The words that customers read: labelled as advertising, signed, refusable, without forbidden terms, short enough: SOP601–SOP608."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Proof, Rule
from sopkit.model.documents import Cadence
from sopkit.model.nouns import Channel, Script
from sopkit.model.presets import TEXT_LIMITS
from sopkit.model.values import Text
from sopkit.rules import content_headlines, content_terms
from sopkit.rules.case import Case
from sopkit.rules.content_rules import (
    ABSOLUTE,
    ANONYMOUS,
    MEDICAL,
    REWARDED_LINK,
    RULES,
    TOO_LONG,
    UNLABELLED,
    UNLABELLED_AI,
)
from sopkit.rules.content_texts import PLACEHOLDER, REFUSE_EN, REFUSE_ZH, Message, in_chinese, messages, named, variants
from sopkit.text import Phrase

__all__ = ["RULES", "check"]

Args = Mapping[str, str | Phrase]
LABEL_ZH: Final = re.compile(r"广告")
LABEL_EN: Final = re.compile(r"\b(?:ads?|adverts?|advertis\w+|sponsored)\b", re.IGNORECASE)
AI: Final = re.compile(r"(?<![A-Za-z])AI(?![A-Za-z])|人工智能|机器生成")
SIGNED: Final = re.compile(
    r"【(?!广告】)[^】]{1,20}】|\[(?!ad\])[^\]]{1,30}\]|\{(?:brand\.(?:name|signature)|staff\.name|shop\.name)\}",
    re.IGNORECASE,
)
CONTACT: Final = re.compile(
    r"\{brand\.service_line\}|(?<!\d)(?:400-?\d{3}-?\d{4}|\d{3,4}-\d{7,8}|1\d{10}|9[56]\d{3,4})(?!\d)"
)

SAYS_WHO: Final = ("sms", "voice", "email", "mms")
"""Beginnings of presets where nothing but the text says who sends; elsewhere the account shows it, and takes an answer."""
SWITCHED_OFF: Final = frozenset({"mini-program-subscription", "wechat-service-account"})
"""Presets where the platform shows the switch beside each message, and templates leave no room for it."""

LABELLED: Final = Phrase(
    "{count} 条营销或标为广告的话术都标明了“广告”",
    "every script of marketing, or that calls itself advertising, says that it is ({count})",
)
SAID: Final = Phrase(
    "{count} 条直接发给客户的营销话术都写明了发送者、联系方式和拒收办法",
    "every script of marketing that goes to a customer directly names sender, contact and how to refuse ({count})",
)
NO_ABSOLUTES: Final = Phrase(
    "{count} 段客户会读到的文字（话术、权益、任务）里没有绝对化用语",
    "no absolute terms in the texts that customers read, of scripts, offers and tasks ({count})",
)
NO_CLAIMS: Final = Phrase(
    "{count} 段客户会读到的文字（话术、权益、任务）里没有医疗用语",
    "no medical claims in the texts that customers read, of scripts, offers and tasks ({count})",
)

ALL_IN_ORDER: Final = Phrase(
    "话术：营销的都标明“广告”、写明发送者和拒收办法；没有绝对化用语和医疗用语",
    "scripts: marketing says what it is, from whom and how to refuse; no absolute or medical terms",
)
"""What the four statements about words come to."""
OF_WORDS: Final = (UNLABELLED, ANONYMOUS, ABSOLUTE, MEDICAL)

SENDER: Final = Phrase("发送者", "the sender")
REACHED: Final = Phrase("联系方式", "a contact")
REFUSAL: Final = Phrase("拒收办法", "how to refuse")
ADVICE: Final = {
    SENDER: Phrase("签名如 {brand.signature}", "a signature such as {brand.signature}"),
    REACHED: Phrase("客服电话如 {brand.service_line}", "a contact such as {brand.service_line}"),
    REFUSAL: Phrase("拒收办法如“拒收请回复T”", "how to refuse, as “reply T to opt out”"),
}
REFUSAL_IN_CHAT: Final = Phrase(
    "拒收办法如“不想收到推荐，回复‘不再打扰’就好”",
    "how to refuse, as “to stop these, answer ‘no more’”",
)
"""Where somebody takes an answer."""


def check(case: Case) -> Iterator[Outcome]:
    """Yield what is wrong with the texts of the workspace's own scripts; what none of them does wrong is proved."""
    sent = messages(case)
    own = [script for script in case.workspace.scripts.values() if script.text and not script.builtin]
    marketing = {script.id for one in sent if one.marketing for script in one.scripts}
    direct = {script.id for one in sent if one.marketing and one.is_direct for script in one.scripts}
    labelled = sum(script.id in marketing or script.advertising for script in own)
    named = sum(script.id in direct for script in own)
    read = sum(1 for _ in content_terms.passages(case))
    of_terms = tuple(content_terms.check(case))
    groups: tuple[tuple[Rule, tuple[Finding, ...], int, Phrase], ...] = (
        (UNLABELLED, tuple(_unlabelled(case, sent)), labelled, LABELLED),
        (ANONYMOUS, tuple(_anonymous(case, sent)), named, SAID),
        (ABSOLUTE, tuple(one for one in of_terms if one.rule is ABSOLUTE), read, NO_ABSOLUTES),
        (MEDICAL, tuple(one for one in of_terms if one.rule is MEDICAL), read, NO_CLAIMS),
    )
    for rule, found, count, statement in groups:
        yield from found
        if count and not found and not case.doubts.anywhere:
            yield Proof(rule, "workspace", statement.filled(count=str(count)))
    yield from _unlabelled_ai(case)
    yield from _rewarded(case, sent)
    yield from _too_long(case, sent)
    yield from content_headlines.check(case)


def _unlabelled(case: Case, sent: Iterable[Message]) -> Iterator[Finding]:
    """Yield each text of marketing that does not say what it is: one that calls itself advertising, or one sent for marketing."""
    marketing = {script.id for one in sent if one.marketing for script in one.scripts}
    for script in case.workspace.scripts.values():
        if script.text is None or script.builtin or not (script.advertising or script.id in marketing):
            continue
        for locale, words in variants(case, script.text):
            if not (LABEL_ZH if in_chinese(locale) else LABEL_EN).search(words):
                yield _of_text(case, UNLABELLED, script, script.text, {"locale": named(locale, script.text)})


def _of_text(case: Case, rule: Rule, script: Script, text: Text, args: Args) -> Finding:
    return Finding(rule, case.forest.span(text.at), {"script": script.id, **args}, f"script/{script.id}")


def _anonymous(case: Case, sent: Iterable[Message]) -> Iterator[Finding]:
    """Yield each text of direct marketing that lacks sender, contact or opt-out, once for each channel."""
    seen: set[tuple[str, str, str]] = set()
    read: set[tuple[str, str]] = set()
    for one in sent:
        for channel in one.channels if one.marketing else ():
            if channel.reach != "direct":
                continue
            for script in one.scripts:
                if (script.id, channel.id) in read:
                    continue
                read.add((script.id, channel.id))
                for locale, words in variants(case, script.text) if script.text and not script.builtin else ():
                    missing = _missing(case, channel, locale, words)
                    if missing and (script.id, channel.id, locale) not in seen and script.text:
                        seen.add((script.id, channel.id, locale))
                        advice = _listed([_advised(part, channel) for part in missing])
                        where = named(locale, script.text)
                        args: Args = {
                            "channel": channel.id,
                            "locale": where,
                            "missing": _listed(missing),
                            "advice": advice,
                        }
                        yield _of_text(case, ANONYMOUS, script, script.text, args)


def _missing(case: Case, channel: Channel, locale: str, words: str) -> list[Phrase]:
    missing: list[Phrase] = []
    preset = channel.preset or channel.id
    brand = case.workspace.settings.brand
    if preset.startswith(SAYS_WHO):
        names = [name for _, name in brand.name.variants] if brand and brand.name else []
        if not SIGNED.search(words) and not any(name in words for name in names):
            missing.append(SENDER)
        line = brand.service_line if brand else None
        if not CONTACT.search(words) and not (line and line in words):
            missing.append(REACHED)
    refused = (REFUSE_ZH if in_chinese(locale) else REFUSE_EN).search(words) is not None
    if not refused and not (preset in SWITCHED_OFF and channel.opt_out is not None):
        missing.append(REFUSAL)
    return missing


def _advised(part: Phrase, channel: Channel) -> Phrase:
    answered = part is REFUSAL and not (channel.preset or channel.id).startswith(SAYS_WHO)
    return REFUSAL_IN_CHAT if answered else ADVICE[part]


def _listed(phrases: Iterable[Phrase]) -> Phrase:
    phrases = tuple(phrases)
    return Phrase("、".join(one.zh for one in phrases), ", ".join(one.en for one in phrases))


def _unlabelled_ai(case: Case) -> Iterator[Finding]:
    for script in case.workspace.scripts.values():
        if script.ai_written and script.text is not None and not script.builtin:
            bare = [words for _, words in script.text.variants if not AI.search(words)]
            if bare:
                yield case.finding(UNLABELLED_AI, script.text.at, f"script/{script.id}", where=script.id)
    for root, playbook in case.playbooks:
        if isinstance(playbook, Cadence) and playbook.ai_written:
            yield from _cadence(case, root, playbook)


def _cadence(case: Case, root: str, cadence: Cadence) -> Iterator[Finding]:
    said = [words for text in cadence.standards for _, words in text.variants]
    said += [words for step in cadence.steps for text in step.checklist for _, words in text.variants]
    if not any(AI.search(words) for words in said):
        yield case.finding(UNLABELLED_AI, cadence.id_at, root, where=cadence.id)


def _rewarded(case: Case, sent: Iterable[Message]) -> Iterator[Finding]:
    """Yield the steps whose text carries an external link and whose offer rewards inviting others."""
    for one in sent:
        offer = case.workspace.offers.get(one.step.offer.id) if one.step.offer else None
        programme = case.workspace.programmes.get(offer.programme.id) if offer and offer.programme else None
        if offer is None or programme is None or programme.type != "referral":
            continue
        for script in one.scripts:
            link = next(iter(_external(script)), None)
            if link is not None:
                yield case.finding(
                    REWARDED_LINK, one.step.id_at, one.node.id, (script.at, Phrase("话术在这里", "the script")),
                    step=one.step.id, link=link, offer=offer.id,
                )  # fmt: skip


def _external(script: Script) -> Iterator[str]:
    texts = [words for _, words in script.text.variants] if script.text else []
    for words in (*script.links, *texts):
        yield from re.findall(r"https?://[^\s，。）)】]+", words)


def _too_long(case: Case, sent: Iterable[Message]) -> Iterator[Finding]:
    """Yield the texts that are too long whatever fills their placeholders."""
    limits = {one.preset: one for one in TEXT_LIMITS}
    pairs = {
        (script.id, channel.id): (script, channel) for one in sent for script in one.scripts for channel in one.channels
    }
    for script, channel in pairs.values():
        limit = limits.get(channel.preset or "")
        if limit is None or script.text is None or script.builtin:
            continue
        length = max(len(PLACEHOLDER.sub("", words).strip()) for _, words in script.text.variants)
        if length > limit.most:
            yield case.finding(
                TOO_LONG, script.text.at, f"script/{script.id}",
                script=script.id, channel=channel.id, length=str(length), most=str(limit.most), source=limit.source,
            )  # fmt: skip

"""What the rules of content look at: texts that customers read, by what they are for, and offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import Final

from sopkit.audit.places import Place, Population
from sopkit.audit.populations_uses import NO_PURPOSE
from sopkit.law.vocabulary import is_known
from sopkit.model.documents import Cadence, Journey
from sopkit.model.nouns import Offer, Purpose, Script
from sopkit.model.steps import Send, Step
from sopkit.rules.case import TOUCHES, Case
from sopkit.rules.content_terms import passages
from sopkit.rules.content_texts import Message, messages
from sopkit.rules.personal_fields import is_personal, uses_traits
from sopkit.rules.promotions_forks import forks
from sopkit.rules.sharing import ages_told
from sopkit.text import Phrase
from sopkit.tree import Mark

NO_TEXTS: Final = Phrase("没有话术", "there are no scripts")


def _texts(case: Case, holds: Callable[[Message], bool]) -> Iterator[Script]:
    """Yield the workspace's own texts of the messages that hold, each as often as it is sent."""
    for one in messages(case):
        if holds(one):
            yield from (script for script in one.scripts if script.text is not None and not script.builtin)


def _script(script: Script) -> Place:
    return Place(f"script/{script.id}", script.text.at if script.text else script.at)


def _is_marketing(one: Message) -> bool:
    return one.marketing


def _marketing(case: Case) -> Iterator[Place]:
    yield from map(_script, _texts(case, _is_marketing))
    for script in case.workspace.scripts.values():
        if script.advertising and script.text is not None and not script.builtin:
            yield _script(script)


def _direct(case: Case) -> Iterator[Place]:
    yield from map(_script, _texts(case, lambda one: one.marketing and one.is_direct))


def _silent(case: Case) -> Iterator[Place]:
    """Yield what goes out and can't be read here: steps that name no purpose, marketing that names no script, scripts of no text."""
    yield from _unread(case, TOUCHES)


def _silent_direct(case: Case) -> Iterator[Place]:
    yield from _unread(case, frozenset(("direct",)))


def _silent_personal(case: Case) -> Iterator[Place]:
    """Yield the same of what may be chosen by traits of the person: of nothing else does the law ask for a way to refuse."""
    yield from _unread(case, TOUCHES, lambda purpose, step: _may_be_personal(case, purpose, step))


def _may_be_personal(case: Case, purpose: Purpose, step: Step | None) -> bool:
    """Whether marketing is personalised, as far as anyone can tell: data of no known category may describe the person."""
    data = (case.workspace.data[ref.id].category for ref in purpose.data if ref.id in case.workspace.data)
    unknown = any(category is None or not is_known(category) for category in data)
    return unknown or (uses_traits(case, purpose) if step is None else is_personal(case, purpose, step))


def _unread(
    case: Case, reaches: Set[str], concerns: Callable[[Purpose, Step | None], bool] = lambda *_: True
) -> Iterator[Place]:
    worded = set[str]()
    for one in messages(case):
        worded.update([one.root] if one.scripts and not one.step.via else [])
        touches = case.touches(one.step) and any(each.reach in reaches for each in one.channels)
        if one.purpose is None:
            yield from [Place(one.node.id, one.step.id_at)] if touches else []
        elif one.marketing and concerns(one.purpose, one.step):
            if touches and not one.scripts:
                yield Place(one.node.id, one.step.id_at)
            for script in one.scripts:
                if script.text is None and not script.builtin:
                    yield Place(f"script/{script.id}", script.at)
    for root, playbook in case.playbooks:
        if isinstance(playbook, Cadence) and playbook.for_ is not None and root not in worded:
            purpose = case.workspace.purposes.get(playbook.for_.id)
            channels = (case.workspace.channels.get(ref.id) for ref in playbook.via)
            touches = any(each is not None and each.reach in reaches for each in channels)
            if touches and purpose is not None and purpose.is_marketing and concerns(purpose, None):
                yield Place(f"issue/{playbook.id}", playbook.id_at)


SILENT: Final = Phrase(
    f"{NO_PURPOSE.zh}，没有写用哪条话术，或者话术没有正文",
    "they do not say what they are for (`for`), or in what words, or scripts have no text",
)
MARKETING: Final = Population(
    "marketing",
    Phrase("条营销或标为广告的话术", "scripts of marketing, or that call themselves advertising"),
    _marketing,
    Phrase("没有营销话术", "there are no scripts of marketing"),
    unseen=_silent,
    unseen_because=SILENT,
)
DIRECT: Final = Population(
    "direct",
    Phrase("条直接发给客户的营销话术", "scripts of marketing that go to a customer directly"),
    _direct,
    Phrase("没有直接发给客户的营销话术", "no script of marketing goes to a customer directly"),
    unseen=_silent_direct,
    unseen_because=SILENT,
)


def _words(case: Case) -> Iterator[Place]:
    yield from (Place(one.subject, one.text.at) for one in passages(case))


def _wordless(case: Case) -> Iterator[Place]:
    for script in case.workspace.scripts.values():
        if script.text is None and not script.builtin:
            yield Place(f"script/{script.id}", script.at)


WORDS: Final = Population(
    "words",
    Phrase("段客户会读到的文字（话术、权益、任务）", "texts that customers read (scripts, offers, tasks)"),
    _words,
    NO_TEXTS,
    unseen=_wordless,
    unseen_because=Phrase("话术没有正文", "the scripts have no text"),
)


def _ai_written(case: Case) -> Iterator[Place]:
    for script in case.workspace.scripts.values():
        if script.ai_written and script.text is not None and not script.builtin:
            yield _script(script)
    for root, playbook in case.playbooks:
        if isinstance(playbook, Cadence) and playbook.ai_written:
            yield Place(root, playbook.id_at)


AI_WRITTEN: Final = Population(
    "ai-written",
    Phrase("处声明由AI生成的内容", "contents declared as written by AI"),
    _ai_written,
    Phrase("没有声明由AI生成的内容（ai_written）", "nothing is declared as written by AI (`ai_written`)"),
)


def _rewarding(case: Case) -> Iterator[Place]:
    for one in messages(case):
        offer = case.workspace.offers.get(one.step.offer.id) if one.step.offer else None
        programme = case.workspace.programmes.get(offer.programme.id) if offer and offer.programme else None
        if programme is not None and programme.type == "referral":
            yield Place(one.node.id, one.step.id_at)


REWARDING: Final = Population(
    "rewarding",
    Phrase("个带邀请奖励的步骤", "steps that reward inviting others"),
    _rewarding,
    Phrase("没有步骤奖励客户邀请他人", "no step rewards inviting others"),
)


# Personalised


def _personalised(case: Case) -> Iterator[Place]:
    for one in messages(case):
        personal = one.purpose is not None and one.marketing and is_personal(case, one.purpose, one.step)
        if personal and any(script.text is not None and not script.builtin for script in one.scripts):
            yield Place(one.node.id, one.step.id_at)


PERSONALISED: Final = Population(
    "personalised",
    Phrase("个个性化营销的步骤", "steps of personalised marketing"),
    _personalised,
    Phrase("没有个性化营销", "no marketing is personalised"),
    unseen=_silent_personal,
    unseen_because=SILENT,
)


def _is_automated(case: Case, one: Message) -> bool:
    personal = one.purpose is not None and one.marketing and is_personal(case, one.purpose, one.step)
    return personal and one.step.by is None and isinstance(one.playbook, Journey)


def _automated(case: Case) -> Iterator[Place]:
    if tuple(ages_told(case)):
        for one in messages(case):
            if _is_automated(case, one):
                yield Place(one.node.id, one.step.id_at)


def _ageless(case: Case) -> Iterator[Place]:
    """Yield the automated marketing of a workspace in which no datum tells minors from others."""
    if not tuple(ages_told(case)):
        for one in messages(case):
            if _is_automated(case, one):
                yield Place(one.node.id, one.step.id_at)


AUTOMATED: Final = Population(
    "automated",
    Phrase("个自动的个性化营销步骤", "automated steps of personalised marketing"),
    _automated,
    Phrase("没有自动的个性化营销", "no personalised marketing is automated"),
    unseen=_ageless,
    unseen_because=Phrase("没有哪项数据能把未成年人分出来", "no datum tells minors from others"),
)


def _public(case: Case) -> Iterator[Place]:
    for one in messages(case):
        seen = any(each.reach in {"group", "feed"} and each.selects == "nobody" for each in one.channels)
        matched = isinstance(one.step.verb, Send) and one.step.verb.match is not None
        if seen and (matched or any(ref.id in case.workspace.data for ref in one.step.uses)):
            yield Place(one.node.id, one.step.id_at)


PUBLIC: Final = Population(
    "public",
    Phrase("个在公开场合用到客户数据的步骤", "steps that use customers' data where everybody reads"),
    _public,
    Phrase("没有步骤在群或公开渠道用到客户数据", "no step uses customers' data in groups or feeds"),
)


# Offers


def _offers(case: Case, *types: str) -> Iterator[Place]:
    for offer in case.workspace.offers.values():
        if not offer.builtin and offer.type in types:
            yield Place(f"offer/{offer.id}", offer.at, tuple(_priced(offer)))


def _priced(offer: Offer) -> Iterator[tuple[Mark, Phrase]]:
    for prize in offer.prizes:
        if prize.value is not None:
            yield prize.value.at, Phrase(f"奖品价值{prize.value}", f"a prize worth {prize.value}")


def _draws(case: Case) -> Iterator[Place]:
    yield from _offers(case, "draw")


def _discounts(case: Case) -> Iterator[Place]:
    yield from _offers(case, "discount", "flash-sale")


def _forks(case: Case) -> Iterator[Place]:
    for fork in forks(case):
        by = Phrase(f"按“{fork.datum}”分", f"told apart by `{fork.datum}`")
        named = {(one.at, one.name): None for way in fork.ways for one in way}
        rests = tuple((at, Phrase(f"涉及价格：“{name}”", f"about the price: `{name}`")) for at, name in named)
        none = ((fork.step.id_at, Phrase("各路都不涉及价格", "no way is about the price")),)
        yield Place(fork.node.id, fork.step.id_at, ((fork.step.id_at, by), *(rests or none)))


def _pop_ups(case: Case) -> Iterator[Place]:
    for channel in case.workspace.channels.values():
        if (channel.preset or "") == "pop-up" and not channel.builtin:
            yield Place(f"channel/{channel.id}", channel.at)


DRAWS: Final = Population("draws", Phrase("个抽奖", "draws"), _draws, Phrase("没有抽奖", "there are no draws"))
DISCOUNTS: Final = Population(
    "discounts",
    Phrase("项折扣和限时特价", "discounts and flash sales"),
    _discounts,
    Phrase("没有折扣或限时特价", "there are no discounts or flash sales"),
)
FORKS: Final = Population(
    "choices",
    Phrase(
        "个按客户特征区别对待的步骤（分支，或按特征选话术）",
        "steps that treat customers by a trait (branches, or words by it)",
    ),
    _forks,
    Phrase("没有步骤按客户特征区别对待", "no step treats customers by a trait"),
)
POP_UPS: Final = Population(
    "pop-ups",
    Phrase("个弹窗渠道", "channels of pop-ups"),
    _pop_ups,
    Phrase("没有声明弹窗渠道", "no channel is a pop-up"),
)

"""What the rules of asking look at: consents, and where customers are asked for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.audit.places import Place, Population
from sopkit.law.parameters import size
from sopkit.model.nouns import Consent
from sopkit.model.steps import Ask
from sopkit.model.values import SECONDS, Duration, Rate
from sopkit.rules.case import Case
from sopkit.rules.consent_asking import is_as_seldom
from sopkit.text import Phrase
from sopkit.tree import Mark

NO_CONSENTS: Final = Phrase("剧本没有用到任何同意", "the playbooks use no consents")
PERIODS: Final = {
    "day": Phrase("每天", "a day"),
    "week": Phrase("每周", "a week"),
    "month": Phrase("每月", "a month"),
    "quarter": Phrase("每季度", "a quarter"),
    "year": Phrase("每年", "a year"),
    "lifetime": Phrase("每位客户一共", "ever"),
}


def all_captures(case: Case) -> Iterator[tuple[Mark, str, str, bool]]:
    """Yield (place, subject, consent, whether it is a built-in event)."""
    for event in case.workspace.events.values():
        for ref in (*event.asks, *event.gives):
            yield ref.at, f"event/{event.id}", ref.id, event.builtin
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            for ref in step.verb.what if isinstance(step.verb, Ask) else ():
                if ref.id in case.workspace.consents:
                    yield ref.at, node.id, ref.id, False


def _own_captures(case: Case) -> Iterator[tuple[Mark, str, Consent]]:
    for mark, subject, name, builtin in all_captures(case):
        if not builtin and name in case.workspace.consents:
            yield mark, subject, case.workspace.consents[name]


def _capture_places(case: Case) -> Iterator[Place]:
    for mark, subject, consent in _own_captures(case):
        why = Phrase(f"征求的同意“{consent.id}”", f"the consent `{consent.id}`")
        yield Place(subject, mark, ((consent.at, why),))


NO_CAPTURES: Final = Phrase("没有征求同意的地方", "consent is asked for nowhere")
CAPTURES: Final = Population(
    "captures",
    Phrase("处征求同意的地方", "places where consent is asked for"),
    _capture_places,
    NO_CAPTURES,
)


def _sms_captures(case: Case) -> Iterator[Place]:
    workspace = case.workspace
    for mark, subject, consent in _own_captures(case):
        by_sms = (workspace.channels[ref.id].preset or "" for ref in consent.channels if ref.id in workspace.channels)
        marketing = any(
            workspace.purposes[ref.id].is_marketing for ref in consent.purposes if ref.id in workspace.purposes
        )
        if marketing and any(preset.startswith("sms") for preset in by_sms):
            why = Phrase(f"凭它可发营销短信：“{consent.id}”", f"marketing may go by SMS on `{consent.id}`")
            yield Place(subject, mark, ((consent.at, why),))


SMS_CAPTURES: Final = Population(
    "sms-captures",
    Phrase(
        "处征求可凭以发营销短信的同意的地方", "places where a consent is asked for on which marketing may go by SMS"
    ),
    _sms_captures,
    Phrase("没有征求可凭以发营销短信的同意的地方", "a consent on which marketing may go by SMS is asked for nowhere"),
)


def _asking(case: Case) -> Iterator[Place]:
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            if isinstance(step.verb, Ask) and any(ref.id in case.workspace.consents for ref in step.verb.what):
                yield Place(node.id, step.id_at)
    yield from (place for place, _ in _asking_events(case))


def _asking_often(case: Case) -> Iterator[Place]:
    yield from (place for place, spared in _asking_events(case) if not spared)


def _asking_events(case: Case) -> Iterator[tuple[Place, bool]]:
    """Yield the events that ask for a consent, and whether their rate keeps two of them apart for as long as the law asks."""
    days = case.law.parameter("ask-again-after")
    for event in case.workspace.events.values():
        if event.asks and not event.builtin:
            rate = event.at_most
            spared = rate is not None and isinstance(days, Duration) and is_as_seldom(rate, size(days) * SECONDS["d"])
            often = _often(rate) if rate is not None else Phrase("没有写最多几次", "how often is not stated")
            by = Phrase(f"由客户自己的操作引起，{often.zh}", f"set off by the customer, {often.en}")
            yield Place(f"event/{event.id}", event.asks[0].at, ((event.at, by),)), spared


def _often(rate: Rate) -> Phrase:
    per = PERIODS.get(str(rate.per), Phrase(f"{rate.per}之内", f"within {rate.per}"))
    return Phrase(f"{per.zh}最多{rate.count}次", f"at most {rate.count} {per.en}")


ASKING: Final = Population(
    "asking",
    Phrase("处征求同意的步骤和事件", "steps and events that ask for consent"),
    _asking,
    Phrase("没有步骤或事件征求同意", "no step and no event asks for consent"),
    doubtful=_asking_often,
    doubtful_because=Phrase(
        "客户自己的操作会再次征求，从声明的次数看，可能在拒绝后不久",
        "what customers do themselves asks again, and at the rate that is declared this may be soon after a refusal",
    ),
)


def _consents(case: Case) -> Iterator[Place]:
    for consent in case.workspace.consents.values():
        if not consent.builtin:
            yield Place(f"consent/{consent.id}", consent.at)
    for event in case.workspace.events.values():
        if not event.builtin and (event.asks or event.gives):
            yield Place(f"event/{event.id}", event.at)


CONSENTS: Final = Population(
    "consents",
    Phrase("项同意和征求同意的事件", "consents, and events that ask for them"),
    _consents,
    NO_CONSENTS,
)


def _counted(case: Case) -> Iterator[Place]:
    for place, both in _own_consents(case):
        if both:
            yield place


def _uncounted(case: Case) -> Iterator[Place]:
    for place, both in _own_consents(case):
        if not both:
            yield place


def _own_consents(case: Case) -> Iterator[tuple[Place, bool]]:
    for one in case.workspace.consents.values():
        if not one.builtin:
            both = one.steps_to_give is not None and one.steps_to_withdraw is not None
            yield Place(f"consent/{one.id}", one.at), both


COUNTED: Final = Population(
    "counted",
    Phrase("项写明了步数的同意", "consents whose steps are counted"),
    _counted,
    NO_CONSENTS,
    unseen=_uncounted,
    unseen_because=Phrase(
        "没有写给出和撤回各要几步（steps_to_give、steps_to_withdraw）",
        "they do not say how many steps it takes to give and to withdraw (`steps_to_give`, `steps_to_withdraw`)",
    ),
)

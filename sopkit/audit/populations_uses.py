"""What the rules of consent look at: contacts and their bases, consents, where these are asked for, told about and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.audit.places import UNSTATED, Place, Population, Rests, Statement
from sopkit.audit.populations_asking import all_captures
from sopkit.law.vocabulary import BASES
from sopkit.model.documents import Cadence, Journey
from sopkit.model.nouns import Purpose
from sopkit.model.predicates import ConsentTest, Predicate
from sopkit.model.values import Ref
from sopkit.rules import consent_sensitive
from sopkit.rules.case import Case
from sopkit.rules.consent_uses import Use, uses_of, without_purpose
from sopkit.rules.content_texts import messages
from sopkit.rules.personal import IDENTITY, required
from sopkit.text import Phrase
from sopkit.tree import Mark

# Contacts


def _on_consent(case: Case) -> Iterator[Place]:
    seen = _Seen(case)
    for use in _resting(case):
        yield Place(use.place, use.at, tuple(dict.fromkeys(_shown_by(seen, use))))


class _Seen:
    """What the evidence of every use is looked up in: playbooks by node, and where each consent is asked for."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.playbooks = dict(case.playbooks)
        self.captures: dict[str, list[Mark]] = {}
        for mark, _, name, _ in all_captures(case):
            self.captures.setdefault(name, []).append(mark)


def _resting(case: Case) -> Iterator[Use]:
    """Yield the uses that take consent: those of such a purpose, and those of sensitive data."""
    yield from (use for use in uses_of(case) if use.purpose.basis == "consent")
    yield from consent_sensitive.uses_of(case)


def relied_on(case: Case) -> frozenset[str]:
    """Return the consents that some use takes, or could take."""
    return frozenset(name for use in _resting(case) for name in use.key)


def _shown_by(seen: _Seen, use: Use) -> Iterator[tuple[Mark, Phrase]]:
    """Yield the conditions that ask for a covering consent; where there are none, where customers are asked for it."""
    asked = [test for test in _tests(seen, use) if test.consent.id in use.key]
    for test in asked:
        name = test.consent.id
        yield test.at, Phrase(f"条件：客户已给出同意“{name}”", f"the condition: the customer has given `{name}`")
    for consent in () if asked else sorted(use.key):
        for mark in seen.captures.get(consent, ()):
            yield mark, Phrase(f"在这里征求同意“{consent}”", f"here `{consent}` is asked for")


def _tests(seen: _Seen, use: Use) -> Iterator[ConsentTest]:
    """Yield the tests of a given consent without which nobody comes to a use: of the step, of what it stands in, of its journey."""
    conditions: list[Predicate | None] = []
    place = use.place
    while place:
        node = seen.case.graph.nodes.get(place)
        if node is not None and node.step is not None:
            conditions.append(node.step.if_)
        arriving = seen.case.graph.arriving.get(place, ())
        conditions += [edge.guard for edge in arriving if len(arriving) == 1]
        place = place.rpartition("/")[0]
    playbook = seen.playbooks.get(seen.case.graph.nodes[use.place].playbook)
    if isinstance(playbook, Journey):
        conditions.append(playbook.while_)
    elif isinstance(playbook, Cadence) and use.step is None:
        conditions.append(playbook.audience)
    for condition in conditions:
        yield from required(condition)


def _by_consent(case: Case) -> Iterator[Statement]:
    """Yield, for each consent, or each set of which one will do, how many contacts rest on it and what for, and where it is asked for."""
    found: dict[tuple[str, ...], list[Use]] = {}
    seen = _Seen(case)
    for use in _resting(case):
        asked = {test.consent.id for test in _tests(seen, use)} & use.key
        alone: list[tuple[str, ...]] = [(name,) for name in sorted(asked)]
        for one in alone or [tuple(sorted(use.key))]:
            found.setdefault(one, []).append(use)
    for names, uses in sorted(found.items()):
        places = tuple(dict.fromkeys(mark for name in names for mark in seen.captures.get(name, ())))
        count = len({use.place for use in uses})
        purposes = sorted({use.purpose.id for use in uses})
        channels = sorted({use.channel.id for use in uses if use.channel is not None})
        by_zh = f"经“{'”“'.join(channels)}”的" if channels else ""
        by_en = f" by {', '.join(f'`{one}`' for one in channels)}" if channels else ""
        reach = "reaches" if count == 1 else "reach"
        yield (
            Phrase(
                f"为“{'”“'.join(purposes)}”{by_zh}{count}处联系，只有给出过同意“{'”或“'.join(names)}”的客户才走得到；征求同意的地方",
                f"{count} contact{'s' * (count > 1)} for {', '.join(f'`{one}`' for one in purposes)}{by_en} {reach} only customers "
                f"who gave {' or '.join(f'`{one}`' for one in names)}; they are asked at",
            ),
            places,
        )


def _without_purpose(case: Case) -> Iterator[Place]:
    return (Place(place, at) for place, at in without_purpose(case))


NO_PURPOSE: Final = Phrase("没有写目的（for）", "they do not say what they are for (`for`)")
ON_CONSENT: Final = Population(
    "on-consent",
    Phrase("处要有同意的联系", "contacts that take consent"),
    _on_consent,
    Phrase("没有以同意为依据的联系", "no contact rests on consent"),
    unseen=_without_purpose,
    unseen_because=NO_PURPOSE,
    says=_by_consent,
)


def _with_purpose(case: Case) -> Iterator[Place]:
    for use in uses_of(case):
        yield Place(use.place, use.at, _based_on(use.purpose), (f"purpose/{use.purpose.id}",))


def _based_on(purpose: Purpose) -> Rests:
    basis = BASES.get(purpose.basis or "", UNSTATED)
    why = Phrase(f"目的“{purpose.id}”，依据：{basis.zh}", f"the purpose `{purpose.id}`, basis: {basis.en}")
    return ((purpose.at, why),)


WITH_PURPOSE: Final = Population(
    "with-purpose",
    Phrase("处写明目的的联系", "contacts with a purpose"),
    _with_purpose,
    Phrase("没有写明目的的联系", "no contact states a purpose"),
    unseen=_without_purpose,
    unseen_because=NO_PURPOSE,
)


def _marketing(case: Case) -> Iterator[Place]:
    for use in uses_of(case):
        if use.channel is not None and use.purpose.is_marketing:
            yield Place(use.place, use.at)


MARKETING_CONTACTS: Final = Population(
    "marketing-contacts",
    Phrase("处营销联系", "contacts for marketing"),
    _marketing,
    Phrase("没有营销联系", "nobody is contacted for marketing"),
    unseen=_without_purpose,
    unseen_because=NO_PURPOSE,
)


def _relied_on(case: Case) -> Iterator[Place]:
    if not any(not sync.builtin for sync in case.workspace.syncs.values()):
        return
    for name in relied_on(case):
        consent = case.workspace.consents[name]
        rests = tuple(
            (ref.at, Phrase(f"撤回事件“{ref.id}”", f"withdrawn by `{ref.id}`")) for ref in consent.withdrawn_by
        )
        yield Place(f"consent/{name}", consent.at, rests)


RELIED_ON: Final = Population(
    "relied-on",
    Phrase("项被用到的同意", "consents that contacts rely on"),
    _relied_on,
    Phrase(
        "没有以同意为依据的联系，或者没有声明系统之间的同步：撤回怎么传到发送的系统，无从判断",
        "no contact rests on consent, or no syncs are declared: how a withdrawal comes to the tools that send, nobody can tell",
    ),
    settled_when_empty=False,
)


def _services(case: Case) -> Iterator[Place]:
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            purpose = case.workspace.purposes.get(step.for_.id) if step.for_ else None
            if purpose is not None and not purpose.is_marketing and purpose.basis not in {None, "consent"}:
                yield Place(node.id, step.id_at, _based_on(purpose))


SERVICES: Final = Population(
    "services",
    Phrase("个提供服务的步骤", "steps that serve"),
    _services,
    Phrase("没有以合同或法定义务为依据的步骤", "no step rests on a contract or a legal duty"),
)


def _emails(case: Case) -> Iterator[Place]:
    for one in messages(case):
        if one.marketing and any((channel.preset or "").startswith("email") for channel in one.channels):
            yield Place(one.node.id, one.step.id_at)


EMAILS: Final = Population(
    "emails",
    Phrase("封营销邮件", "e-mails of marketing"),
    _emails,
    Phrase("没有营销邮件", "no marketing goes by e-mail"),
)


# Telling


def _collecting(case: Case) -> Iterator[Place]:
    workspace = case.workspace
    collected: set[str] = set()
    for datum in workspace.data.values():
        if (datum.category or "").startswith(IDENTITY):
            collected |= {ref.id for ref in datum.collected_by}
    for event in workspace.events.values():
        if not event.builtin and (event.asks or event.gives or event.id in collected):
            yield Place(f"event/{event.id}", event.at, _shown(event.shows))


def _shown(refs: tuple[Ref, ...]) -> Rests:
    return tuple((ref.at, Phrase(f"先展示告知书“{ref.id}”", f"the notice `{ref.id}` is shown first")) for ref in refs)


COLLECTING: Final = Population(
    "collecting",
    Phrase("个收集信息或征求同意的事件", "events that collect or ask for consent"),
    _collecting,
    Phrase("没有收集信息或征求同意的事件", "no event collects or asks for consent"),
)


def _notices(case: Case) -> Iterator[Place]:
    for notice in case.workspace.notices.values():
        if not notice.builtin:
            yield Place(f"notice/{notice.id}", notice.at)


NOTICES: Final = Population(
    "notices",
    Phrase("份告知书", "notices"),
    _notices,
    Phrase("剧本没有用到告知书", "the playbooks use no notices"),
    settled_when_empty=False,
)

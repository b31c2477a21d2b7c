"""House rules: how often and when customers may be reached, how consent is asked and withdrawn, how far prices may fall."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.model.documents import ContentMix
from sopkit.model.nouns import Channel, Consent, Event
from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Fact,
    Facts,
    Paragraph,
    RowGroup,
    Section,
    Table,
    text,
)
from sopkit.render.manual.book import Book
from sopkit.render.marks import Line, clean, ident
from sopkit.render.wording import amounts, calendars, limits
from sopkit.render.wording.conditions import consent_scope
from sopkit.render.wording.limits import LAYERS, known
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

PROOF = {
    "time": Phrase("时间", "time"),
    "shop": Phrase("门店", "shop"),
    "staff": Phrase("经办员工", "staff member"),
    "wording": Phrase("当时看到的文字", "wording shown"),
    "device": Phrase("设备", "device"),
}
TELLS = {
    "identity": Phrase("我们是谁", "who we are"),
    "purposes": Phrase("用来做什么", "what for"),
    "data": Phrase("收集哪些信息", "which data"),
    "retention": Phrase("保存多久", "for how long"),
    "rights": Phrase("客户有哪些权利", "the customer's rights"),
    "recipients": Phrase("会给谁", "who gets them"),
}


def rules_section(book: Book) -> Section | None:
    """Return the house rules: touches, quiet hours, consent, price; the same for everyone."""
    names, settings = book.names, book.workspace.settings
    touches = [limits.cap(each, names) for each in settings.caps]
    touches += [limits.quiet_hours(each, names) for each in settings.quiet_hours if each.hours]
    touches += [limits.enforcement(settings.enforce, names)] if settings.enforce and settings.enforce.in_ else []
    touches += [limits.one_at_a_time(each, names) for each in settings.one_at_a_time]
    if book.whole:
        touches += _budgets(book)
    blocks: list[Block] = []
    if touches:
        title = names.pick("不打扰客户", "Leave customers in peace")
        blocks += [_heading(title), Bullets(tuple(text(each) for each in touches))]
    prices = [limits.pricing(settings.pricing, names)] if settings.pricing and settings.pricing.floor else []
    mix = [_mix(each, names) for each in settings.content_mix] if book.whole else []
    if prices or mix:
        title = names.pick("价格与内容", "Prices and content") if mix else names.pick("价格底线", "Prices")
        blocks += [_heading(title), Bullets(tuple(text(each) for each in (*prices, *mix)))]
    blocks += _opt_outs(book)
    return Section("house-rules", text(names.pick("底线规则", "House rules")), tuple(blocks)) if blocks else None


def _heading(words: str) -> Facts:
    return Facts((Fact(text(words), ()),))


def _budgets(book: Book) -> Iterator[str]:
    names = book.names
    titles = {cap.id: limits.cap_title(cap, names) for cap in book.workspace.settings.caps}
    for budget in book.workspace.settings.budgets:
        owner = names.quote(limits.budget_owner(budget.of.id, book.workspace, names))
        cap = names.quote(titles.get(budget.cap.id) or ident(budget.cap.id))
        count = amounts.times(budget.max, names.lang)
        yield names.pick(f"{cap}之内，{owner}最多用 {count}", f"of {cap}, {owner} uses at most {budget.max}")


def _mix(mix: ContentMix, names: Names) -> str:
    shares = [
        f"{known(LAYERS, layer, names)}{names.pick('类内容', ' content ')}{amounts.comparison(share, names.lang)}"
        for layer, share in mix.shares
    ]
    period = calendars.EVERY[mix.per or "week"].within(names.lang)
    who = names.title(names.workspace.segments, mix.audience) if mix.audience else names.pick("客户", "customers")
    said = names.listed(shares)
    return names.pick(f"{period}发给{who}的内容里，{said}", f"of the content for {who}, {period}: {said}")


def _opt_outs(book: Book) -> Iterator[Block]:
    names = book.names
    used = {ref.id for placed in book.all_steps() for ref in placed.step.via}
    used |= {ref.id for each in book.engagements() if each.cadence for ref in each.cadence.via}
    alike: dict[tuple[str, ...], list[str]] = {}
    for channel in book.workspace.channels.values():
        if channel.id in used and channel.opt_out:
            title = names.say(channel.title) or ident(channel.id)
            alike.setdefault(_opt_out(channel, names), []).append(title)
    if not alike:
        return
    rows = tuple((text(names.listed(titles)), *(text(cell) for cell in cells)) for cells, titles in alike.items())
    said = names.pick(
        "客户照下表退订，或者当面、电话里说不想再收，都算数。照“你要做的”办，不劝、不追问原因。",
        "Customers opt out as below, or say so in the shop or on the phone; either counts. Do what the table says; "
        "do not persuade, do not ask why.",
    )
    columns = (
        Column(text(names.pick("渠道", "Channel")), 2),
        Column(text(names.pick("客户怎样退订", "How customers opt out")), 3),
        Column(text(names.pick("你要做的", "What you do")), 4),
        Column(text(names.pick("多久停发", "Stops within")), 2),
    )
    yield _heading(names.pick("客户不想再收", "When a customer wants no more"))
    yield Paragraph(text(said))
    yield Table(text(names.pick("各渠道的退订方式", "Opting out")), columns, (RowGroup((), rows),))


def _opt_out(channel: Channel, names: Names) -> tuple[str, ...]:
    """Return how customers opt out of a channel, what the reader then does, and how soon it stops."""
    opt_out = channel.opt_out
    how = names.say(opt_out.how) if opt_out else ""
    if opt_out and opt_out.do:
        do = names.say(opt_out.do)
    elif opt_out and opt_out.event:
        do = names.pick("不用办：系统记下并停发", "nothing: a tool records it and stops")
    else:
        do = names.pick("告诉上级登记，此后不再发", "tell your superior, and send nothing more")
    return (how or "–", do, _stops_within(channel, names) or "–")


def _stops_within(channel: Channel, names: Names) -> str:
    """Return how soon nothing more is sent after the channel's way of opting out; '' where no consent says it."""
    event = channel.opt_out.event if channel.opt_out else None
    if event is None:
        return ""
    found = [
        amounts.duration(consent.effective_within, names.lang)
        for consent in names.workspace.consents.values()
        if consent.effective_within and event.id in {ref.id for ref in consent.withdrawn_by}
    ]
    return names.pick("、", ", ").join(dict.fromkeys(found))


def consents_section(book: Book) -> Section | None:
    """Return how the reader asks for consent; in the manual of the whole, every consent and how it is collected."""
    names, workspace = book.names, book.workspace
    events = [each for each in workspace.events.values() if (each.asks or each.gives) and _asks(each, book)]
    asked = {ref.id for each in events for ref in (*each.asks, *each.gives)}
    consents = [each for each in workspace.consents.values() if book.whole or each.id in asked]
    if not events or not consents:
        return None
    rule = names.pick(
        "每一项同意单独征求，客户可以只同意其中几项，也可以都不同意；不同意照样入会、照样服务。由客户本人在自己的手机上勾选，任何人不得代勾、代填。",
        "Each consent is asked for by itself; customers may agree to some, to all or to none and are served just the same. "
        "They tick with their own hand; nobody ticks for them.",
    )
    blocks: list[Block] = [Callout("warning", text(names.pick("先记住", "First")), (Paragraph(text(rule)),))]
    for event in events:
        blocks += [_heading(names.say(event.title) or ident(event.id)), Facts(tuple(_event_facts(event, names)))]
    columns = (
        Column(text(names.pick("同意事项", "Consent")), 3),
        Column(text(names.pick("同意后可以", "Allows")), 4),
        Column(text(names.pick("怎样撤回", "Withdrawn by")), 4),
        Column(text(names.pick("撤回后多久停", "Stops within")), 2),
    )
    rows = tuple(_consent_row(each, names) for each in consents)
    title = names.pick("征求客户同意", "Asking for consent")
    caption = names.pick("各项同意", "The consents")
    return Section("consent", text(title), (*blocks, Table(text(caption), columns, (RowGroup((), rows),))))


def _asks(event: Event, book: Book) -> bool:
    if book.whole:
        return True
    return event.asked_by is not None and event.asked_by.role is not None and event.asked_by.role.id == book.role


def _event_facts(event: Event, names: Names) -> Iterator[Fact]:
    workspace = names.workspace
    if event.summary:
        yield _fact(names.pick("做法", "How"), names.say(event.summary))
    for ref in event.shows:
        notice = workspace.notices.get(ref.id)
        version = (
            names.bracketed(names.pick(f"{clean(notice.version)} 版", f"version {clean(notice.version)}"))
            if notice and notice.version
            else ""
        )
        tells = names.listed([known(TELLS, word, names) for word in notice.tells]) if notice else ""
        said = names.title(workspace.notices, ref) + version
        yield _fact(names.pick("先出示", "Show first"), names.colon(said, tells) if tells else said)
    what = [consent_scope(ref.id, names)[0] for ref in (*event.asks, *event.gives)]
    yield _fact(names.pick("征求", "Ask for"), names.listed(what))
    if event.asked_by and event.asked_by.filled_in_by:
        customer = event.asked_by.filled_in_by == "customer"
        said = names.pick("客户本人" if customer else "员工", "the customer" if customer else "staff")
        yield _fact(names.pick("谁来填", "Filled in by"), said)
    if event.asked_by and event.asked_by.proof:
        proof = names.listed([known(PROOF, word, names) for word in event.asked_by.proof])
        kept = names.title(workspace.tools, event.asked_by.kept_in) if event.asked_by.kept_in else ""
        yield _fact(
            names.pick("留下凭证", "Proof"),
            names.pick(f"{proof}，存入{kept}", f"{proof}, kept in {kept}") if kept else proof,
        )


def _fact(label: str, said: str) -> Fact:
    return Fact(text(label), (text(said),))


def _consent_row(consent: Consent, names: Names) -> tuple[Line, ...]:
    workspace = names.workspace
    channels = names.either([names.title(workspace.channels, ref) for ref in consent.channels])
    purposes = names.listed([names.title(workspace.purposes, ref) for ref in consent.purposes])
    allows = (
        names.pick(f"用{channels}做{purposes}", f"{purposes}, by {channels}")
        if channels and purposes
        else channels or purposes
    )
    withdrawn = names.either([names.title(workspace.events, ref) for ref in consent.withdrawn_by])
    within = amounts.duration(consent.effective_within, names.lang) if consent.effective_within else "–"
    title = (names.say(consent.title) or ident(consent.id)) + "\n" + ident(consent.id)
    return (text(title), text(allows or "–"), text(withdrawn or "–"), text(within))

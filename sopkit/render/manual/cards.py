"""Step cards: a step goes in; who, when, by which channel, to whom, with which words, and what else its doer must know come out."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.model.documents import Journey
from sopkit.model.predicates import All, Else, Predicate
from sopkit.model.steps import Approve, Ask, Choose, Do, Erase, Grant, Send, Step, Wait
from sopkit.model.values import Ref
from sopkit.render.document import Block, Bullets, Callout, Checklist, Fact, Facts, Paragraph, Script, StepCard, text
from sopkit.render.manual.book import Book, anchor, scripts_of
from sopkit.render.manual.offers import offer_line, offer_notes
from sopkit.render.marks import Line, clean, ident, link
from sopkit.render.walks import Placed, accountable, doers
from sopkit.render.wording import amounts, deeds, timing
from sopkit.render.wording.conditions import condition, consent_scope, only, refusals
from sopkit.render.wording.names import Names, shorten
from sopkit.render.wording.occasions import occasions
from sopkit.render.wording.scripts import script_lines


def card(placed: Placed, book: Book) -> StepCard:
    """Return the card of a step, for those who do it."""
    names = book.names
    return StepCard(
        anchor=anchor("step", placed.path),
        number=placed.number,
        title=text(deeds.title(placed, names)),
        id=clean(placed.path),
        badges=tuple(_badges(placed, book)),
        facts=tuple(_facts(placed, book)),
        blocks=tuple(_blocks(placed, book)),
    )


def _badges(placed: Placed, book: Book) -> Iterator[Line]:
    names = book.names
    if placed.step.required:
        yield text(names.pick("必做", "required"))
    if not doers(placed, book.workspace):
        yield text(names.pick("系统自动", "automatic"))
    if placed.step.minutes:
        amount = amounts.minutes(placed.step.minutes, names.lang)
        yield text(names.pick(f"约 {amount}", f"about {amount}"))


def _fact(zh: str, en: str, said: str, names: Names, *, stop: bool = False) -> Fact:
    return Fact(text(names.pick(zh, en)), (text(said),), "stop" if stop else "")


def _facts(placed: Placed, book: Book) -> Iterator[Fact]:
    names, step = book.names, placed.step
    if step.by is None or step.by.id != book.role:
        yield _fact("谁做", "Who", who(placed, book), names)
    yield _fact("何时", "When", timing.due(placed, names), names)
    if step.via:
        yield _fact("渠道", "Channel", channels_of(step.via, names), names)
    yield from _audience(placed, names)
    yield from _content(placed, book)
    yield from _people(placed, names)
    if step.evidence:
        said = _evidence(step, names)
        if said:
            yield _fact("留痕", "Record", said, names)
    if step.escalate and step.escalate.to:
        yield _fact("升级", "Escalate", escalation(step, names), names)


def who(placed: Placed, book: Book) -> str:
    """Return the roles that do a step, or the tool; who confirms is said so."""
    names, step = book.names, placed.step
    roles = doers(placed, book.workspace)
    if step.by:
        return names.role(step.by)
    tool = tool_of(placed, book)
    if roles:
        said = names.listed([names.role(role) for role in roles])
        limit = _confirmation(placed, book)
        return names.pick(f"{tool}建好任务，{said}确认发送{limit}", f"prepared in {tool}, confirmed by {said}{limit}")
    return names.pick(f"{tool}自动", f"{tool}, by itself") if tool else names.pick("系统自动", "a tool, by itself")


def _confirmation(placed: Placed, book: Book) -> str:
    channels_ = (book.workspace.channels.get(ref.id) for ref in placed.step.via)
    limit = next((each.confirmed_by.within for each in channels_ if each and each.confirmed_by), None)
    if not limit:
        return ""
    amount = amounts.duration(limit, book.names.lang)
    return book.names.pick(f"（{amount}内）", f" (within {amount})")


def tool_of(placed: Placed, book: Book) -> str:
    """Return the tool that does a step without a person: the one that runs the journey, else the channel's."""
    workspace = book.workspace
    if isinstance(placed.playbook, Journey) and placed.playbook.runs_in:
        return book.names.title(workspace.tools, placed.playbook.runs_in)
    for ref in placed.step.via:
        channel = workspace.channels.get(ref.id)
        if channel and channel.tool:
            return book.names.title(workspace.tools, channel.tool)
    return ""


def channels_of(via: tuple[Ref, ...], names: Names) -> str:
    """Return the channels in the order in which they are tried."""
    titles = [names.title(names.workspace.channels, ref) for ref in via]
    said = names.pick("；发不到时改用", "; if that cannot reach, ").join(titles[:2])
    return names.pick("，再不行用", ", then ").join([said, *titles[2:]])


def _audience(placed: Placed, names: Names) -> Iterator[Fact]:
    for around in placed.conditions:
        yield _fact("情形", "Case", _case(around, names), names)
    guard = placed.step.if_
    if guard is None:
        return
    touch = bool(placed.step.via)
    needed = refusals(guard) if touch else ()
    rest = _besides(guard, needed)
    if rest is not None:
        yield _fact("对象" if touch else "前提", "To" if touch else "Only if", _guard(rest, names, touch), names)
    if needed:
        said = names.either([consent_scope(test.consent.id, names)[0] for test in needed])
        yield _fact(
            "不得",
            "Never",
            names.pick(
                f"客户没有同意、已拒绝或已撤回{said}的，一律不发",
                f"send nothing to a customer who has not agreed to {said}, has refused it or has withdrawn the consent",
            ),
            names,
            stop=True,
        )
    if placed.step.recheck:
        tool = names.title(names.workspace.tools, placed.step.recheck)
        again = f"在{tool}再看一眼，已经不符合的不做", f"look again in {tool}; whoever no longer fits is left out"
        yield _fact("动手前", "Before you do it", names.pick(*again), names)


def _besides(guard: Predicate, needed: tuple[Predicate, ...]) -> Predicate | None:
    """Return what a guard asks for besides the consents that are said on the line of what is never done; None: nothing."""
    if not needed:
        return guard
    if not isinstance(guard, All):
        return None
    parts = tuple(part for part in guard.parts if part not in needed)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else All(parts, guard.at)


def _guard(guard: Predicate, names: Names, touch: bool) -> str:
    if touch:
        return only(guard, names)
    if isinstance(guard, All) and not guard.parts:
        return names.pick("所有客户", "any customer")
    said = condition(guard, names)
    return names.pick(f"客户{said}" if not said.startswith("“") else said, f"the customer {said}")


def _case(predicate: Predicate, names: Names) -> str:
    if isinstance(predicate, Else):
        return names.pick("以上情形都不是", "none of the cases above")
    said = condition(predicate, names)
    return names.pick(f"客户{said}" if not said.startswith(("“", "最近")) else said, f"the customer {said}")


def _content(placed: Placed, book: Book) -> Iterator[Fact]:
    """Yield what the verb needs said beyond the heading."""
    names, step = book.names, placed.step
    match step.verb:
        case Do(text=said) if step.title or shorten(names.say(said)) != names.say(said):
            yield Fact(text(names.pick("做什么", "What")), tuple(text(each) for each in names.say(said).split("\n")))
        case Grant() if placed.step.title:
            yield _fact("做什么", "What", deeds.deed(placed, names), names)
        case Approve() if step.if_rejected:
            back = names.quote(deeds.target(placed, step.if_rejected.id, names))
            yield _fact("不通过", "If rejected", names.pick(f"退回到{back}", f"back to {back}"), names)
        case Erase() if step.in_:
            tools = names.listed([names.title(book.workspace.tools, ref) for ref in step.in_])
            yield _fact("在哪删", "In", tools, names)
        case Wait(until=until) if until:
            yield _fact("等什么", "For", occasions(until, names), names)
        case Ask() if step.proof or step.kept_in:
            yield _fact("凭证", "Proof", _proof(step, names), names)
    offer = step.verb.offer if isinstance(step.verb, Grant) else step.offer
    if offer:
        # A role's manual has no table of offers: what a customer may ask about one stands where it is spoken of.
        notes = () if book.whole else offer_notes(offer.id, book)
        lines = (offer_line(offer.id, book), *notes)
        yield Fact(text(names.pick("权益", "Offer")), tuple(text(line) for line in lines))
    if step.again_after:
        amount = amounts.duration(step.again_after, names.lang)
        yield _fact("再次询问", "Ask again", names.pick(f"至少隔 {amount}", f"not before {amount} have passed"), names)


def _proof(step: Step, names: Names) -> str:
    said = names.listed([clean(word) for word in step.proof])
    if not step.kept_in:
        return said
    tool = names.title(names.workspace.tools, step.kept_in)
    return names.pick(f"{said}，存入{tool}", f"{said}, kept in {tool}") if said else tool


def _people(placed: Placed, names: Names) -> Iterator[Fact]:
    step = placed.step
    if step.accountable and (step.by is None or step.accountable.id != step.by.id):
        yield _fact("谁负责", "Accountable", names.role(accountable(placed)), names)
    if step.consult:
        yield _fact("先问", "Ask first", names.roles(step.consult), names)
    if step.inform:
        yield _fact("知会", "Tell", names.roles(step.inform), names)


def _evidence(step: Step, names: Names) -> str:
    evidence = step.evidence
    if evidence is None:
        return ""
    said = names.say(evidence.what)
    if evidence.kept_in:
        tool = names.title(names.workspace.tools, evidence.kept_in)
        said += names.pick(f"，存入{tool}", f", kept in {tool}") if said else tool
    if evidence.for_:
        amount = amounts.duration(evidence.for_, names.lang)
        said += names.pick(f"，保存 {amount}", f", for {amount}")
    return said


def needed_consents(step: Step) -> tuple[str, ...]:
    """Return the consents without which the step's touch must not be."""
    return tuple(dict.fromkeys(test.consent.id for test in (refusals(step.if_) if step.if_ else ())))


def escalation(step: Step, names: Names) -> str:
    """Return whom to tell and when, counted from the deadline: 过了时限 30 分钟还没办完，找客服主管."""
    if step.escalate is None or step.escalate.to is None:
        return ""
    to = names.role(step.escalate.to)
    if not step.escalate.after:
        return names.pick(f"办不了，找{to}", f"if stuck, tell {to}")
    amount = amounts.duration(step.escalate.after, names.lang)
    return names.pick(f"过了时限 {amount}还没办完，找{to}", f"not done {amount} after its time limit: tell {to}")


def _blocks(placed: Placed, book: Book) -> Iterator[Block]:
    names, step = book.names, placed.step
    if step.how:
        yield Facts((Fact(text(names.pick("怎么做", "How")), ()),))
        yield Bullets(tuple(text(names.say(each)) for each in step.how), ordered=len(step.how) > 1)
    if isinstance(step.verb, Choose):
        yield Bullets(tuple(_branches(placed, step.verb, names)))
    yield from _scripts(placed, book)
    if step.checklist:
        title = text(names.pick("做完对照", "Check before you finish"))
        yield Checklist(title, tuple(text(names.say(each)) for each in step.checklist))
    if step.why:
        yield Callout("note", text(names.pick("为什么", "Why")), (Paragraph(text(names.say(step.why))),))
    if step.if_wrong:
        title = text(names.pick("出了问题怎么办", "If it goes wrong"))
        yield Callout("warning", title, (Paragraph(text(names.say(step.if_wrong))),))
    yield from _exceptions(placed, book)


def _branches(placed: Placed, verb: Choose, names: Names) -> Iterator[Line]:
    for branch in verb.branches:
        inner = names.listed([names.quote(names.step(each)) for each in branch.steps])
        yield text(names.colon(_case(branch.if_, names), inner))


def _scripts(placed: Placed, book: Book) -> Iterator[Block]:
    if book.whole:
        links = [
            link(book.names.quoted(book.workspace.scripts, id_), f"#{anchor('script', id_)}")
            for id_ in scripts_of(placed)
        ]
        if links:
            yield Paragraph(text(book.names.colon(book.names.pick("话术", "Script"), book.names.either(links))))
        return
    step = placed.step
    offer = book.workspace.offers.get(step.offer.id) if step.offer else None
    values = dict.fromkeys(scripts_of(placed), "")
    if isinstance(step.verb, Send) and step.verb.match:
        match = step.verb.match
        for value, ref in step.verb.scripts:
            values[ref.id] = names_value(book.names, match.id, value, values.get(ref.id, ""))
    for id_, case in values.items():
        script = book.workspace.scripts.get(id_)
        if script:
            notes = (*((text(case),) if case else ()), *script_notes(id_, book))
            title = text(book.names.title(book.workspace.scripts, id_))
            yield Script("", title, clean(id_), notes, script_lines(script, book.names, offer), ())


def names_value(names: Names, data: str, value: str, sofar: str) -> str:
    """Return for which values of a datum a script is used; several values share a script."""
    said = names.quote(names.value(data, value))
    if sofar:
        return names.pick(f"{sofar}、{said}", f"{sofar}, {said}")
    title = names.quoted(names.workspace.data, data)
    return names.pick(f"{title}为{said}时用", f"where {title} is {said}")


def script_notes(id_: str, book: Book) -> tuple[Line, ...]:
    """Return what must be known of a script besides its words."""
    script, names = book.workspace.scripts[id_], book.names
    notes: list[str] = []
    if script.summary:
        notes.append(names.say(script.summary))
    if script.advertising:
        notes.append(
            names.pick("属于广告：保留“广告”字样和退订方式", "An advertisement: keep the label and the way to opt out")
        )
    if script.ai_written:
        notes.append(
            names.pick(
                "由 AI 协助写成：保留标识，发布前须人工审核",
                "Written with AI: keep the label; a person reviews it first",
            )
        )
    return tuple(text(note) for note in notes)


def _exceptions(placed: Placed, book: Book) -> Iterator[Block]:
    names, cap = book.names, placed.step.cap
    if cap and not (cap.counts and cap.stopped):
        said = names.pick("不计入触达上限", "does not count towards the caps")
        if cap.counts:
            said = names.pick("到了触达上限也照发", "is sent even where a cap is reached")
        reason = names.say(cap.reason)
        yield Paragraph(text(said + (names.bracketed(reason) if reason else "")), quiet=True)
    for experiment in book.workspace.experiments.values():
        if experiment.step and experiment.step.id == placed.path:
            title = names.say(experiment.title) or ident(experiment.id)
            said = names.pick(
                f"正在做对比测试“{title}”：按系统分到的版本发，不要自己改词或换组",
                f"a test is running here, “{title}”: use the version you are given, change neither words nor group",
            )
            yield Callout("note", text(names.pick("对比测试中", "Test running")), (Paragraph(text(said)),))

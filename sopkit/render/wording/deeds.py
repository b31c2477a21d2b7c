"""What a step does, in words: its title where it has one, else a sentence made from its verb."""

from __future__ import annotations

from sopkit.model.documents import Journey
from sopkit.model.steps import (
    Approve,
    Ask,
    Choose,
    Do,
    Erase,
    Go,
    Grant,
    Measure,
    Send,
    SetData,
    Start,
    Step,
    Tag,
    Wait,
)
from sopkit.render.marks import clean, ident
from sopkit.render.walks import Placed
from sopkit.render.wording import amounts
from sopkit.render.wording.names import Names, shorten
from sopkit.render.wording.occasions import occasions


def title(placed: Placed, names: Names) -> str:
    """Return a heading for the step: its title, else what is done."""
    step = placed.step
    if step.title:
        return names.say(step.title)
    if isinstance(step.verb, Do):
        return shorten(names.say(step.verb.text)) or ident(step.id)
    return deed(placed, names)


def deed(placed: Placed, names: Names) -> str:
    """Return what is done, made from the verb."""
    workspace, step = names.workspace, placed.step
    match step.verb:
        case Send():
            return _sending(step, step.verb, names)
        case Ask(what=what):
            return names.listed([_asking(ref.id, names) for ref in what])
        case Grant(offer=offer):
            return _granting(step, offer.id, names)
        case Tag(tags=tags, removes=removes):
            said = names.listed([names.quoted(workspace.tags, tag) for tag in tags])
            return names.pick(
                f"{'去掉' if removes else '打上'}{said}标签", f"{'remove' if removes else 'add'} the tag {said}"
            )
        case SetData(values=values):
            pairs = [(names.quoted(workspace.data, data), names.quote(names.value(data.id, v))) for data, v in values]
            return names.listed([names.pick(f"把{data}记为{value}", f"set {data} to {value}") for data, value in pairs])
        case Do(text=text):
            return names.say(text)
        case _:
            return _staff_deed(placed, names)


def _staff_deed(placed: Placed, names: Names) -> str:
    """Word the verbs that steer a playbook or that only staff use."""
    workspace, step = names.workspace, placed.step
    match step.verb:
        case Wait():
            return _waiting(step, step.verb, names)
        case Choose():
            return names.pick("按情况分别处理", "depending on the case")
        case Approve(step=ref):
            said = names.quote(names.step_in(placed.playbook, placed.stage, ref.id))
            return names.pick(f"审批{said}", f"approve {said}")
        case Measure(kpis=kpis):
            said = names.listed([names.quoted(workspace.kpis, kpi) for kpi in kpis])
            return names.pick(f"统计{said}", f"measure {said}")
        case Erase(data=data):
            said = names.listed([names.quoted(workspace.data, datum) for datum in data])
            return names.pick(f"删除{said}", f"erase {said}")
        case Start(playbook=ref):
            said = names.quoted(names.playbooks, ref)
            return names.pick(f"转入{said}", f"hand over to {said}")
        case Go(ends=True):
            return names.pick("到此结束", "end here")
        case Go(to=to):
            said = names.quote(target(placed, to.id, names))
            return names.pick(f"转到{said}", f"go to {said}")
        case _:
            return ident(step.id)


def _sending(step: Step, verb: Send, names: Names) -> str:
    scripts = names.workspace.scripts
    if verb.script:
        said = names.quoted(scripts, verb.script)
        if any(ref.id == "phone-call" for ref in step.via):
            return names.pick(f"打电话：{said}", f"call: {said}")
        return names.pick(f"发送{said}", f"send {said}")
    data = names.quoted(names.workspace.data, verb.match) if verb.match else ""
    return names.pick(f"按{data}发送对应话术", f"send the script for the customer's {data}")


def _asking(id_: str, names: Names) -> str:
    workspace = names.workspace
    if id_ in workspace.consents:
        said = names.quoted(workspace.consents, id_)
        return names.pick(f"征求{said}", f"ask for {said}")
    if id_ in workspace.tasks:
        said = names.quoted(workspace.tasks, id_)
        return names.pick(f"请客户完成{said}", f"ask the customer to do {said}")
    said = names.quoted(workspace.data, id_)
    return names.pick(f"请客户提供{said}", f"ask the customer for {said}")


def _granting(step: Step, offer: str, names: Names) -> str:
    said = names.quoted(names.workspace.offers, offer)
    amount = clean(step.amount) if step.amount else ""
    to = recipient(step, names)
    more = names.pick(f"（{amount}）", f" ({amount})") if amount else ""
    return names.pick(f"{f'给{to}' if to else ''}发放{said}{more}", f"grant {said}{more}{f' to {to}' if to else ''}")


def recipient(step: Step, names: Names) -> str:
    """Return who gets what is granted, where it is not the customer of the journey."""
    if not step.to or step.to == "customer":
        return ""
    known = {"referrer": names.pick("邀请人", "the referrer")}
    return known.get(step.to) or names.pick("另一位客户", "the other customer") + names.bracketed(ident(step.to))


def _waiting(step: Step, verb: Wait, names: Names) -> str:
    if verb.for_:
        amount = amounts.span(verb.for_, names.lang)
        return names.pick(f"等待 {amount}", f"wait {amount}")
    limit = ""
    if step.up_to:
        amount = amounts.duration(step.up_to, names.lang)
        limit = names.pick(f"，最多等 {amount}", f", for at most {amount}")
    what = occasions(verb.until, names)
    return names.pick(f"等待{what}{limit}", f"wait for {what}{limit}")


def target(placed: Placed, id_: str, names: Names) -> str:
    """Return the title of the stage or step that a `go` names."""
    if isinstance(placed.playbook, Journey):
        stage = next((each for each in placed.playbook.stages if each.id == id_), None)
        if stage:
            return names.stage(stage)
    return names.step_in(placed.playbook, placed.stage, id_)

"""What can be wrong where data are sensitive, of minors, given to others or sent abroad, and with the documents: SOP540–SOP553."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.law_examples import CALL, catalog, message, playbook
from sopkit.text import Phrase

WIPE: Final = "  - {id: wipe, erase: [allergy], by: guide, within: 1d}\n"
CALL_ON: Final = CALL.replace("within: 1d", "within: 2h, if: {allergy: known, consent: skin-care}")
ALLERGY: Final = (
    "data: {allergy: {title: 过敏史, category: user.health_and_medical, record: crm, retention: 1y, protection: locked, "
    "collected_by: [told]}}"
)
TOLD: Final = (
    "events: {told: {title: 登记, tool: crm, at_most: 1 per lifetime, shows: [skin-notice], asks: [skin-care], asked_by: "
    "{where: shop-counter, filled_in_by: customer, proof: [time, wording], kept_in: crm}}}"
)
ASKED: Final = (
    "consents: {skin-care: {title: 肤质同意, purposes: [customer-service], data: [allergy], notice: skin-notice, "
    "withdrawn_by: [member-settings-off], effective_within: 24h}}"
)
NOTICE: Final = (
    'notices: {skin-notice: {title: 肤质告知, version: "1", shown_in: crm, '
    "tells: [identity, purposes, data, retention, rights, necessity, impact, recipients, abroad]}}"
)
PAPERS: Final = (
    "artefacts:\n"
    "  locked: {title: 加密与权限, owner: guide, type: protection-measure, date: 2026-01-10, file: papers/locked.md, covers: [allergy]}\n"
    "  assessed: {title: 影响评估, owner: guide, type: impact-assessment, date: 2026-01-10, file: papers/pia.md, covers: [COVERED]}\n"
    "  handbook: {title: 管理制度, owner: guide, type: policy, date: 2026-01-10, file: papers/policy.md, covers: [allergy]}\n"
    "  plan: {title: 应急预案, owner: guide, type: incident-plan, date: 2026-01-10, file: papers/plan.md}\n"
    "  trained: {title: 培训记录, owner: guide, type: training-record, date: 2026-01-10, file: papers/training.md}\n"
    "  minors: {title: 未成年人信息审计, owner: guide, type: audit, date: 2026-01-10, file: papers/minors.md, covers: [allergy]}"
)
DESK: Final = (
    "tools: {desk: {title: 外包客服, owner: guide, relation: processor, hosted_in: cn}}",
    "artefacts:\n"
    "  desk-contract: {title: 外包合同, owner: guide, type: processor-contract, date: 2026-01-10, file: papers/desk.md, covers: [desk]}\n"
    "  assessed: {title: 影响评估, owner: guide, type: impact-assessment, date: 2026-01-10, file: papers/pia.md, covers: [desk]}\n"
    "  handbook: {title: 管理制度, owner: guide, type: policy, date: 2026-01-10, file: papers/policy.md}\n"
    "  plan: {title: 应急预案, owner: guide, type: incident-plan, date: 2026-01-10, file: papers/plan.md}\n"
    "  trained: {title: 培训记录, owner: guide, type: training-record, date: 2026-01-10, file: papers/training.md}",
)
SYNC: Final = """\
---
kind: sync
id: to-desk
title: 同步
from: crm
to: desk
carries: {data: [phone]}
every: day
at: ["02:00"]
"""


def sensitive(datum: str = ALLERGY, notice: str = NOTICE, papers: str = PAPERS, consent: str = ASKED) -> str:
    """Return a workspace that keeps a sensitive datum."""
    nouns = catalog(datum, TOLD, consent, notice, papers.replace("COVERED", "allergy"))
    return playbook(CALL_ON, WIPE, before=nouns).replace("starts_on: member-joined", "starts_on: told")


def desk(tool: str = DESK[0], papers: str = DESK[1], *further: str) -> str:
    """Return a workspace with a tool of somebody else's."""
    return playbook(
        CALL + "  - {id: note, do: 记在外包客服系统, by: guide, within: 1d}\n", before=catalog(tool, papers, *further)
    )


def shared(sync: str, tool: str, *further: str) -> str:
    """Return a workspace that carries data to the tool."""
    return desk(tool, DESK[1], *further).replace("starts_on: member-joined", "starts_on: told") + sync


GIVEN: Final = SYNC.replace("every: day", "consent: skin-care\nevery: day")
PARTNER: Final = DESK[0].replace("processor", "controller")
ABROAD: Final = DESK[0].replace("hosted_in: cn", "hosted_in: sg, transfer: {route: exempt, people: 3000}")
NO_PHONE: Final = ASKED.replace("data: [allergy]", "data: [phone]")
TOLD_ALONE: Final = (TOLD, NO_PHONE, NOTICE)

NO_REASON: Final = Rule(
    code="SOP540",
    name="sensitive-data-without-reason",
    severity=Severity.ERROR,
    summary=Phrase("收集敏感信息没有告知必要性和影响", "sensitive data, and nobody is told why and what it means"),
    message=Phrase(
        "“{data}”是敏感个人信息，告知书没有写：{missing}", "`{data}` is sensitive, and no notice for it tells {missing}"
    ),
    why=Phrase(
        "敏感信息泄露伤害大，法律要求说清为什么非收不可、对客户有什么影响。",
        "A leak of it does harm; the law wants it said why it is needed and what it means for the person.",
    ),
    fix=Phrase(
        "写进告知书，并在 tells 里加 necessity、impact",
        "say it in the notice, and add `necessity` and `impact` to `tells`",
    ),
    bad=sensitive(notice=NOTICE.replace("necessity, impact, ", "")),
    good=sensitive(),
    aliases=("SEN02",),
)
UNPROTECTED: Final = Rule(
    code="SOP541",
    name="sensitive-data-without-protection",
    severity=Severity.ERROR,
    summary=Phrase("敏感信息没有保护措施的文件", "sensitive data without a document on their protection"),
    message=Phrase("“{data}”是敏感个人信息，{problem}", "`{data}` is sensitive, and {problem}"),
    why=Phrase(
        "敏感信息要有严格的保护措施；没有文件，检查时说不清谁能看、怎么存。",
        "Sensitive data need strict protection; without a document nobody can say who sees them and how they are kept.",
    ),
    fix=Phrase(
        "在 protection 里指向一份 artefact，写明 owner、date 和 file",
        "point `protection` at an artefact with `owner`, `date` and `file`",
    ),
    bad=sensitive(ALLERGY.replace("protection: locked, ", "")),
    good=sensitive(),
    aliases=("SEN03",),
)
CHILD: Final = ALLERGY.replace("user.health_and_medical", "user.childrens")
GUARDIAN: Final = ASKED.replace("effective_within", "given_by: guardian, effective_within")
CHILDREN: Final = Rule(
    code="SOP542",
    name="children-without-guardian",
    severity=Severity.ERROR,
    summary=Phrase(
        "儿童的信息没有监护人同意或专门规则", "children's data without a guardian's consent or special rules"
    ),
    message=Phrase(
        "“{data}”是未满 {age} 周岁儿童的信息，{problem}", "`{data}` is of children under {age}, and {problem}"
    ),
    why=Phrase(
        "未满十四周岁的，客户自己点的同意不算数。",
        "Below that age the child's own consent counts for nothing.",
    ),
    fix=Phrase(
        "用 given_by: guardian 的同意覆盖它，并有一份 type: policy 的专门规则",
        "cover it by a consent with `given_by: guardian`, and by an artefact of `type: policy`",
    ),
    bad=sensitive(CHILD),
    good=sensitive(CHILD, consent=GUARDIAN),
    aliases=("MIN01",),
)
AGE: Final = (
    "data: {age-group: {title: 年龄段, type: [adult, minor], category: user.demographic.age_range, record: mini-program, "
    "retention: 1y, collected_by: [member-joined]}}"
)
PICK: Final = (
    "  - {id: tell, send: news, via: mp-notice, for: personalised-promotion, within: 1h, "
    "if: {consent: profiling, age-group: adult}}\n"
)
PICKED: Final = message("【广告】为您挑选的新品，可在会员中心关闭", step=PICK, before=catalog(AGE)).replace(
    "steps:\n", "steps:\n  - {id: wipe, erase: [age-group], by: guide, within: 1d}\n"
)
MINORS: Final = Rule(
    code="SOP543",
    name="automated-marketing-to-minors",
    severity=Severity.ERROR,
    summary=Phrase("自动化营销可能发给未成年人", "automated marketing that minors can get"),
    message=Phrase(
        "个性化步骤“{step}”没有排除未成年人，这样的客户也会收到：{customer}",
        "the personalised step `{step}` does not leave minors out; this customer gets it, too: {customer}",
    ),
    why=Phrase(
        "不得以自动化决策方式向未成年人做商业营销，监护人同意了也不行。",
        "No marketing to minors by automated decisions, whatever a guardian agreed to.",
    ),
    fix=Phrase(
        "在适用人群或前提里排除未成年人，如 {data}: {value}",
        "leave minors out in audience or guard, as `{data}: {value}`",
    ),
    bad=PICKED.replace(", age-group: adult", ", age-group: known"),
    good=PICKED,
    aliases=("MIN02",),
)
UNAUDITED: Final = Rule(
    code="SOP544",
    name="minors-data-without-audit",
    severity=Severity.ERROR,
    summary=Phrase("未成年人信息没有每年审计", "minors' data without a yearly audit"),
    message=Phrase("“{data}”是未成年人的信息，{problem}", "`{data}` is of minors, and {problem}"),
    why=Phrase(
        "处理未成年人信息的，每年都要审计并报告。", "Whoever processes minors' data has to audit it every year."
    ),
    fix=Phrase(
        "做一次审计，登记为 type: audit 的 artefact，covers 写上它",
        "audit it, and enter an artefact of `type: audit` that covers it",
    ),
    bad=sensitive(
        CHILD, consent=GUARDIAN, papers=PAPERS.replace("type: audit, date: 2026-01-10", "type: audit, date: 2025-01-10")
    ),
    good=sensitive(CHILD, consent=GUARDIAN),
    aliases=("MIN03",),
)
UNCONSENTED: Final = Rule(
    code="SOP545",
    name="sharing-without-consent",
    severity=Severity.ERROR,
    summary=Phrase("把数据提供给他人，没有单独同意", "data given to others without separate consent"),
    message=Phrase(
        "同步“{sync}”把“{data}”等数据交给“{tool}”，{problem}", "the sync `{sync}` gives `{data}` to `{tool}`, {problem}"
    ),
    why=Phrase(
        "对方自己决定怎么用，这就是“提供”：要先告知接收方是谁，并取得单独同意。",
        "Who receives them decides on their use: name the recipient and ask for separate consent first.",
    ),
    fix=Phrase(
        "在同步上写 consent，用专门为此征求的同意；告知书写明接收方",
        "write `consent` on the sync, one asked for this alone, with a notice that names the recipient",
    ),
    bad=shared(SYNC, PARTNER, *TOLD_ALONE),
    good=shared(GIVEN, PARTNER, *TOLD_ALONE),
    aliases=("SHA01",),
)
UNCONTRACTED: Final = Rule(
    code="SOP546",
    name="processor-without-contract",
    severity=Severity.ERROR,
    summary=Phrase("受托处理数据没有合同", "a processor without a contract"),
    message=Phrase("“{name}”受托处理数据，{problem}", "`{name}` processes data for us, and {problem}"),
    why=Phrase(
        "没有约定和监督，受托人出的事都算自己的。",
        "Without agreement and supervision, whatever the processor does is ours to answer for.",
    ),
    fix=Phrase(
        "登记 type: processor-contract 的 artefact，covers 写上它，写明 owner、date、file",
        "enter an artefact of `type: processor-contract` that covers it, with `owner`, `date`, `file`",
    ),
    bad=desk(papers=DESK[1].replace("covers: [desk]}\n  assessed", "covers: [crm]}\n  assessed")),
    good=desk(),
    aliases=("SHA02",),
)
NO_RELATION: Final = Rule(
    code="SOP547",
    name="tool-without-relation",
    severity=Severity.ERROR,
    summary=Phrase("系统没有写明与我们的关系", "a tool that does not say whose it is"),
    message=Phrase("系统“{tool}”没有写 relation", "the tool `{tool}` has no `relation`"),
    why=Phrase(
        "自有、受托还是对方自己用，义务完全不同；不写就不知道要签什么、问什么。",
        "Our own, a processor's or another controller's: what has to be signed and asked depends on it.",
    ),
    fix=Phrase("写 relation: own、processor 或 controller", "write `relation`: `own`, `processor` or `controller`"),
    bad=desk(DESK[0].replace("relation: processor, ", "")),
    good=desk(),
    aliases=("SHA03",),
)
SHOWN: Final = (
    "  - {id: show, do: 贴在朋友圈, via: video-account, for: onboarding, uses: [photo], by: guide, within: 1d}\n"
)
PHOTO: Final = "data: {photo: {title: 晒单照片, category: user.content, record: crm, retention: 1y, collected_by: [order-received]}}"
WIPE_PHOTO: Final = "  - {id: wipe, erase: [photo], by: guide, within: 1d}\n"
PHOTO_CONSENT: Final = (
    "consents: {show-photo: {title: 公开晒单同意, channels: [video-account], purposes: [onboarding], data: [photo], "
    "notice: privacy-notice, withdrawn_by: [member-settings-off], effective_within: 24h}}"
)
ASKS_PHOTO: Final = (
    "events: {photo-sent: {title: 交来照片, tool: crm, at_most: 1 per lifetime, shows: [privacy-notice], asks: [show-photo], asked_by: "
    "{where: shop-counter, filled_in_by: customer, proof: [time, wording], kept_in: crm}}}"
)
PUBLISHED: Final = Rule(
    code="SOP548",
    name="published-without-consent",
    severity=Severity.ERROR,
    summary=Phrase("公开客户的信息没有单独同意", "customers' data published without consent"),
    message=Phrase(
        "步骤“{step}”经“{channel}”公开“{data}”，没有为此征求同意",
        "the step `{step}` publishes `{data}` through `{channel}`, and no consent was asked for that",
    ),
    why=Phrase(
        "发出去人人可见，收不回来；公开要单独同意。",
        "What is published can't be taken back; it needs separate consent.",
    ),
    fix=Phrase(
        "声明一项同意，data 写上它、channels 写上渠道，公开前征求",
        "declare a consent with that `data` and these `channels`, and ask for it first",
    ),
    bad=playbook(SHOWN, WIPE_PHOTO, before=catalog(PHOTO)),
    good=playbook(SHOWN, WIPE_PHOTO, before=catalog(PHOTO, PHOTO_CONSENT, ASKS_PHOTO)).replace(
        "starts_on: member-joined", "starts_on: photo-sent"
    ),
    aliases=("SHA04",),
)
NO_ROUTE: Final = Rule(
    code="SOP549",
    name="transfer-without-route",
    severity=Severity.ERROR,
    summary=Phrase("数据出境没有合法途径", "data abroad without a lawful route"),
    message=Phrase(
        "系统“{tool}”在境外（{country}），{problem}", "the tool `{tool}` is abroad ({country}), and {problem}"
    ),
    why=Phrase(
        "向境外提供要走评估、认证、标准合同，或符合豁免条件。",
        "A transfer abroad goes by assessment, certification, standard contract, or an exemption.",
    ),
    fix=Phrase(
        "在 transfer 里写 route；标准合同、认证、评估还要指向 artefact",
        "write `transfer` with its `route`, and the artefact of a contract, certificate or assessment",
    ),
    bad=shared(GIVEN, ABROAD.replace(", transfer: {route: exempt, people: 3000}", ""), *TOLD_ALONE),
    good=shared(GIVEN, ABROAD, *TOLD_ALONE),
    aliases=("XBD01",),
)
UNTOLD: Final = Rule(
    code="SOP550",
    name="transfer-without-consent",
    severity=Severity.ERROR,
    summary=Phrase("数据出境没有告知或单独同意", "data abroad without notice or separate consent"),
    message=Phrase(
        "同步“{sync}”把“{data}”等数据送到境外的“{tool}”，{problem}",
        "the sync `{sync}` carries `{data}` abroad to `{tool}`, {problem}",
    ),
    why=Phrase(
        "客户要知道数据去了哪个国家、谁在用，并且单独同意。",
        "Customers are to know which country, which recipient, and to agree to that alone.",
    ),
    fix=Phrase(
        "在同步上写 consent；它的告知书在 tells 里有 abroad",
        "write `consent` on the sync, with a notice that tells `abroad`",
    ),
    bad=shared(SYNC, ABROAD, *TOLD_ALONE),
    good=shared(GIVEN, ABROAD, *TOLD_ALONE),
    aliases=("XBD02",),
)
TOO_LIGHT: Final = Rule(
    code="SOP551",
    name="transfer-route-too-light",
    severity=Severity.ERROR,
    summary=Phrase("出境途径与人数不相称", "a route too light for the number of people"),
    message=Phrase("系统“{tool}”按“{route}”出境，{problem}", "`{tool}` goes by the route `{route}`, {problem}"),
    why=Phrase(
        "人数越多要求越高：超了档还按原来的办，等于没办。",
        "The more people, the more is asked; a route for fewer counts as none.",
    ),
    fix=Phrase(
        "把 route 换成 {needed}；或把人数（people）减下来",
        "use the route `{needed}`, or bring the number of `people` down",
    ),
    bad=shared(GIVEN, ABROAD.replace("3000", "300000"), *TOLD_ALONE),
    good=shared(GIVEN, ABROAD, *TOLD_ALONE),
    aliases=("XBD03",),
)

RULES: Final = (
    NO_REASON, UNPROTECTED, CHILDREN, MINORS, UNAUDITED, UNCONSENTED, UNCONTRACTED, NO_RELATION, PUBLISHED, NO_ROUTE, UNTOLD, TOO_LIGHT,
)  # fmt: skip

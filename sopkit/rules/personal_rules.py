"""What can be wrong with how consent is asked for and proved, and with the data that are kept: SOP520–SOP535."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.law_examples import CALL, SEND, catalog, message, playbook
from sopkit.text import Phrase

ASKED: Final = "asked_by: {where: mp-page, filled_in_by: customer, proof: [time, wording, version, channel], kept_in: crm, for: 3y}"
CONSENT: Final = (
    "consents: {sms-news: {title: 短信同意, channels: [sms], purposes: [promotion], notice: privacy-notice, "
    "withdrawn_by: [sms-unsubscribed], effective_within: 24h}}"
)
SIGNED: Final = (
    "events: {signed-up: {title: 报名, tool: mini-program, at_most: 1 per lifetime, "
    "shows: [privacy-notice], asks: [sms-news], ASKED}}"
)
NOTICE: Final = (
    'notices: {sign-up-notice: {title: 报名告知, version: "1.0", shown_in: mini-program, '
    "tells: [identity, purposes, data, retention, rights, recipients]}}"
)
ON_SIGNED: Final = SEND.replace("sms-marketing", "sms-news")
USED: Final = CALL.replace("within: 1d", "within: 1d, for: care, if: {skin: known}")
WIPE: Final = "  - {id: wipe, erase: [skin], in: [crm], by: guide, within: 1d}\n"
SKIN: Final = (
    "data: {skin: {title: 肤色, type: [fair, dark], category: user.demographic, record: crm, retention: 1y, "
    "collected_by: [member-joined]}}"
)
SYNC: Final = """\
---
kind: sync
id: to-bi
title: 同步
from: mini-program
to: bi
carries: {CARRIED}
every: day
at: ["02:00"]
"""


def asking(consent: str = CONSENT, event: str = SIGNED, asked: str = ASKED) -> str:
    """Return a workspace with a consent and the event that asks for it."""
    nouns = catalog(consent, event.replace("ASKED", asked))
    return (
        message(step=ON_SIGNED)
        .replace("starts_on: member-joined", "starts_on: signed-up")
        .replace("---\nkind: automation", nouns + "---\nkind: automation")
    )


def keeping(datum: str = SKIN, *further: str, step: str = USED, wiped: str = "skin", wiped_in: str = "crm") -> str:
    """Return a workspace that keeps one datum."""
    return playbook(step, WIPE.replace("skin", wiped).replace("crm", wiped_in), before=catalog(datum, *further))


IN_SHOP: Final = keeping(SKIN.replace("crm", "mini-program"), wiped_in="mini-program").replace(
    "starts_on: member-joined\n", "starts_on: member-joined\nruns_in: mini-program\n"
)
NO_NOTICE: Final = Rule(
    code="SOP520",
    name="collection-without-notice",
    severity=Severity.ERROR,
    summary=Phrase("没有告知就收集或征求同意", "collecting or asking without a notice"),
    message=Phrase("事件“{event}”{what}，却没有展示告知书", "`{event}` {what} and shows no notice"),
    why=Phrase(
        "客户不知道谁在收、为了什么，之后的同意也不算数。",
        "Customers can't know who collects what for, and their consent is worth nothing.",
    ),
    fix=Phrase("在事件上写 shows: [告知书编号]", "write `shows:` with the notice on the event"),
    bad=asking(event=SIGNED.replace("shows: [privacy-notice], ", "")),
    good=asking(),
    aliases=("CON02",),
)
THIN_NOTICE: Final = Rule(
    code="SOP521",
    name="incomplete-notice",
    severity=Severity.ERROR,
    summary=Phrase("告知书没有写全", "a notice that does not tell all"),
    message=Phrase("告知书“{notice}”没有写：{missing}", "the notice `{notice}` does not tell {missing}"),
    why=Phrase(
        "少了任何一项，客户的知情都不完整，监管检查时首先看这几项。",
        "With any of these missing customers are not informed; it is what inspections look at first.",
    ),
    fix=Phrase("补进告知书正文，并写进 tells", "add it to the notice, and to `tells`"),
    bad=asking(event=SIGNED.replace("privacy-notice", "sign-up-notice")) + catalog(NOTICE.replace("retention, ", "")),
    good=asking(event=SIGNED.replace("privacy-notice", "sign-up-notice")) + catalog(NOTICE),
    controls=("CON02",),
)
BUNDLED: Final = Rule(
    code="SOP522",
    name="bundled-consent",
    severity=Severity.ERROR,
    summary=Phrase("同意被捆绑、预先勾选或由员工代填", "consent that is bundled, pre-ticked or filled in by staff"),
    message=Phrase("{what}：这样的同意不是客户自己给的", "{what}: the customer did not give it"),
    why=Phrase(
        "不是客户自愿逐项给的同意一律无效，据此发的消息全部违规。",
        "Consent that was not given freely and singly is void, and so is all that rests on it.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=asking(CONSENT.replace("effective_within", "pre_ticked: true, effective_within")),
    good=asking(),
    aliases=("CON04",),
)
TIED: Final = Rule(
    code="SOP523",
    name="service-tied-to-consent",
    severity=Severity.ERROR,
    summary=Phrase("不同意就得不到服务", "a service that refusing ends"),
    message=Phrase(
        "步骤“{step}”是为“{purpose}”做的，本不需要同意，却只给同意了“{consent}”的客户",
        "the step `{step}` is for `{purpose}`, which needs no consent, and is done only for customers who gave `{consent}`",
    ),
    why=Phrase(
        "不得因为客户不同意营销就不提供服务。",
        "No service may be refused to a customer who does not agree to marketing.",
    ),
    fix=Phrase(
        "去掉这个前提；真是营销的，把 for 改成营销目的", "drop the guard, or where it is marketing say so under `for`"
    ),
    bad=message(step=SEND.replace("promotion", "transaction")),
    good=message(step=SEND.replace("promotion", "transaction").replace(", if: {consent: sms-marketing}", "")),
    aliases=("CON05",),
)
NO_RECORD: Final = Rule(
    code="SOP524",
    name="consent-without-record",
    severity=Severity.ERROR,
    summary=Phrase("同意没有留下证明", "consent that can't be proved"),
    message=Phrase(
        "“{event}”取得同意“{consent}”，没有记下：{missing}",
        "`{event}` takes the consent `{consent}` and does not record {missing}",
    ),
    why=Phrase(
        "客户否认时拿不出证据，等于没有取得同意。",
        "When the customer denies it, consent that can't be shown counts as none.",
    ),
    fix=Phrase(
        "在 asked_by 里写 where、proof（至少 time 和 wording）与 kept_in",
        "write `where`, `proof` (`time` and `wording` at least) and `kept_in` under `asked_by`",
    ),
    bad=asking(asked=ASKED.replace("[time, wording, version, channel]", "[time]")),
    good=asking(),
    aliases=("CON07",),
)
NO_SMS_PROOF: Final = Rule(
    code="SOP525",
    name="sms-consent-without-proof",
    severity=Severity.ERROR,
    summary=Phrase("短信营销的同意没有证明", "consent to marketing by SMS without proof"),
    message=Phrase(
        "“{event}”取得短信同意“{consent}”，没有留任何证明",
        "`{event}` takes the consent to SMS `{consent}` and keeps no proof",
    ),
    why=Phrase(
        "运营商和监管会要求出示每个号码的同意证明，拿不出就停发。",
        "Carriers and the regulator ask for the proof of each number; without it sending stops.",
    ),
    fix=Phrase("在 asked_by 里写 proof 和 kept_in", "write `proof` and `kept_in` under `asked_by`"),
    bad=asking(asked="asked_by: {where: mp-page, filled_in_by: customer}"),
    good=asking(),
    aliases=("CON08",),
)
EU: Final = message(step=SEND.replace("via: sms", "via: mail")).replace("[cn]", "[eu]").replace(
    "starts_on: member-joined", "starts_on: signed-up"
) + catalog(
    "channels: {mail: {title: 邮件, tool: crm, preset: email, reach: direct, selects: customer, "
    "opt_out: {how: 点退订, event: sms-unsubscribed}}}",
    "consents: {mail-marketing: {title: 邮件同意, channels: [mail], purposes: [promotion], notice: privacy-notice, "
    "withdrawn_by: [sms-unsubscribed], effective_within: 24h}}",
    "events: {signed-up: {title: 报名, tool: mini-program, at_most: 1 per lifetime, shows: [privacy-notice], "
    f"asks: [mail-marketing], {ASKED}}}}}",
)
NO_OPT_IN: Final = Rule(
    code="SOP526",
    name="email-without-opt-in",
    severity=Severity.ERROR,
    summary=Phrase("邮件营销没有事先同意", "marketing by e-mail without opt-in"),
    message=Phrase(
        "步骤“{step}”用邮件做营销，收件人没有同意收邮件，也不是买过同类商品的老客户",
        "the step `{step}` sends marketing by e-mail to people who neither agreed to it nor bought before",
    ),
    why=Phrase(
        "欧盟要求邮件营销先取得同意；只有自家同类商品的老客户例外。",
        "The EU wants consent first, but for similar goods to one's own buyers.",
    ),
    fix=Phrase("加上 if: {{consent: …}}，用覆盖邮件的同意", "guard it with a consent that covers e-mail"),
    bad=EU,
    good=EU.replace("{consent: sms-marketing}", "{consent: mail-marketing}"),
    aliases=("CON09",),
)
HARD_WITHDRAWAL: Final = Rule(
    code="SOP527",
    name="hard-withdrawal",
    severity=Severity.WARNING,
    summary=Phrase("撤回比同意难", "withdrawing is harder than giving"),
    message=Phrase(
        "同意“{consent}”给出要 {give} 步，撤回要 {withdraw} 步",
        "giving `{consent}` takes {give} steps, withdrawing it {withdraw}",
    ),
    why=Phrase(
        "撤回要和给出一样方便，藏得深的退订会招来投诉。",
        "Withdrawing is to be as easy as giving; what is hidden brings complaints.",
    ),
    fix=Phrase("把撤回的入口做到同样的步数", "bring withdrawing to as few steps"),
    bad=asking(CONSENT.replace("effective_within", "steps_to_give: 1, steps_to_withdraw: 3, effective_within")),
    good=asking(CONSENT.replace("effective_within", "steps_to_give: 1, steps_to_withdraw: 1, effective_within")),
    aliases=("WDR04",),
)
NO_REFUSAL: Final = Rule(
    code="SOP528",
    name="personalisation-without-refusal",
    severity=Severity.ERROR,
    summary=Phrase("个性化触达没有拒绝的办法", "personalised messages that can't be refused"),
    message=Phrase(
        "个性化步骤“{step}”的话术“{script}”没有写怎么关闭",
        "the personalised step `{step}` sends `{script}`, which does not say how to turn it off",
    ),
    why=Phrase(
        "按个人特征推送的，要同时给出关闭的办法。",
        "Whatever is chosen by personal traits comes with a way to turn it off.",
    ),
    fix=Phrase("在话术里写明怎么关闭，如“可在会员中心关闭个性化推荐”", "say in the text how to turn it off"),
    bad=message(
        "【广告】为您挑选的新品",
        step=SEND.replace("via: sms, for: promotion", "via: mp-notice, for: personalised-promotion").replace(
            "sms-marketing", "profiling"
        ),
    ),
    good=message(
        "【广告】为您挑选的新品，可在会员中心关闭",
        step=SEND.replace("via: sms, for: promotion", "via: mp-notice, for: personalised-promotion").replace(
            "sms-marketing", "profiling"
        ),
    ),
    aliases=("AUT01",),
)
UNUSED: Final = Rule(
    code="SOP529",
    name="unused-field",
    severity=Severity.WARNING,
    summary=Phrase("收了不用的数据", "data that nothing uses"),
    message=Phrase(
        "数据项“{data}”收集了，没有任何步骤、条件、话术或指标用到",
        "`{data}` is collected, and no step, condition, script or KPI uses it",
    ),
    why=Phrase(
        "收了不用，违反最小必要，还多一份泄露的风险。",
        "What is not needed should not be collected: it is a risk without a use.",
    ),
    fix=Phrase("不收它，或写明用在哪里", "don't collect it, or say where it is used"),
    bad=keeping(step=CALL),
    good=keeping(),
    aliases=("PUR02",),
)
NEEDLESS: Final = Rule(
    code="SOP530",
    name="needless-field-in-sync",
    severity=Severity.WARNING,
    summary=Phrase("同步带了目标系统不用的数据", "a sync that carries what its target does not use"),
    message=Phrase(
        "同步“{sync}”把“{data}”送到“{tool}”，那里没有用到",
        "the sync `{sync}` carries `{data}` to `{tool}`, where nothing uses it",
    ),
    why=Phrase("多一份副本，就多一处要保护、要删除的地方。", "Each copy is one more to protect and to erase."),
    fix=Phrase("从 carries 里去掉它", "leave it out of `carries`"),
    bad=IN_SHOP + SYNC.replace("CARRIED", "data: [skin], events: [member-joined]"),
    good=IN_SHOP + SYNC.replace("CARRIED", "events: [member-joined]"),
    aliases=("PUR03",),
)
NO_CATEGORY: Final = Rule(
    code="SOP531",
    name="field-without-category",
    severity=Severity.WARNING,
    summary=Phrase("数据没有类别", "data without a category"),
    message=Phrase("数据项“{data}”没有写类别", "`{data}` has no category"),
    why=Phrase(
        "不知道是什么信息，就不知道是否敏感、要怎样保护。",
        "Without it nobody knows whether it is sensitive and how to protect it.",
    ),
    fix=Phrase("写上 category{near}", "write `category`{near}"),
    bad=keeping(SKIN.replace("category: user.demographic, ", "")),
    good=keeping(),
    aliases=("PUR04",),
)
UNKNOWN_CATEGORY: Final = Rule(
    code="SOP532",
    name="unknown-category",
    severity=Severity.WARNING,
    summary=Phrase("没有这个数据类别", "a category that nobody knows"),
    message=Phrase(
        "数据项“{data}”的类别“{category}”不在词表里", "the category `{category}` of `{data}` is not in the vocabulary"
    ),
    why=Phrase(
        "词表之外的类别，判断不了是否敏感。", "Of a category that is not in it nobody can tell whether it is sensitive."
    ),
    fix=Phrase("改成词表里的类别{near}", "use a category of the vocabulary{near}"),
    bad=keeping(SKIN.replace("user.demographic", "user.demografic")),
    good=keeping(),
    controls=("PUR04",),
)
NO_RETENTION: Final = Rule(
    code="SOP533",
    name="field-without-retention",
    severity=Severity.ERROR,
    summary=Phrase("数据没有保存期限", "data without a retention"),
    message=Phrase("数据项“{data}”没有写存多久", "`{data}` does not say how long it is kept"),
    why=Phrase(
        "没有期限就一直存着，法律要求到期删除。", "Without a period it stays for good, and the law wants it erased."
    ),
    fix=Phrase("写上 retention，如 3y after order-paid", "write `retention`, as `3y after order-paid`"),
    bad=keeping(SKIN.replace("retention: 1y, ", "")),
    good=keeping(),
    aliases=("RET01",),
)
NEVER_ERASED: Final = Rule(
    code="SOP534",
    name="never-erased",
    severity=Severity.ERROR,
    summary=Phrase("写了保存期限，却没有步骤去删", "data with a retention that no step erases"),
    message=Phrase(
        "“{data}”等 {count} 项数据有保存期限，没有任何步骤在“{tool}”里删除",
        "no step erases `{data}` in `{tool}`, which has a retention, as {count} of its data have",
    ),
    why=Phrase("期限写在纸上，到期没人删，等于没有期限。", "A period that nobody acts on is none."),
    fix=Phrase("在清理数据的流程里加上 erase，写明 in", "add an `erase` step for it, with `in`"),
    bad=keeping(wiped_in="mini-program"),
    good=keeping(),
    aliases=("RET02",),
)
NO_PURPOSE: Final = Rule(
    code="SOP535",
    name="field-without-purpose",
    severity=Severity.WARNING,
    summary=Phrase("收了、用了，却没有目的的数据", "data that are collected and used for no declared purpose"),
    message=Phrase(
        "数据项“{data}”收集了也用到了，没有哪个目的写它，用它的步骤也没有写为了什么（for）",
        "`{data}` is collected and used; no purpose names it, and no step that uses it says what for (`for`)",
    ),
    why=Phrase(
        "没有目的，就说不出凭什么处理，清单上的依据只能空着。",
        "Without a purpose nobody can say on which basis it is processed, and the record of processing stays empty there.",
    ),
    fix=Phrase(
        "把它写到一个目的的 data 里（purposes），没有合适的目的就声明一个",
        "name it in the `data` of a purpose (`purposes`); where none fits, declare one",
    ),
    bad=keeping(step=USED.replace("for: care, ", "")),
    good=keeping(),
    controls=("PUR02",),
)

RULES: Final = (
    NO_NOTICE, THIN_NOTICE, BUNDLED, TIED, NO_RECORD, NO_SMS_PROOF, NO_OPT_IN, HARD_WITHDRAWAL, NO_REFUSAL, UNUSED, NEEDLESS,
    NO_CATEGORY, UNKNOWN_CATEGORY, NO_RETENTION, NEVER_ERASED, NO_PURPOSE,
)  # fmt: skip

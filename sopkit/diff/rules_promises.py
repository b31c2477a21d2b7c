"""What can change in what is promised: caps, proofs, consents, notices: SOP961–SOP965, SOP970–SOP976, SOP978, SOP995."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Severity
from sopkit.diff.kinds import BEFORE, CATALOG, PLAYBOOK, WORKSPACE, kind
from sopkit.rules.tools_examples import PUSH, WELCOME
from sopkit.text import Phrase

NEWS: Final = WORKSPACE + "---\n" + WELCOME
AGAIN: Final = "  - {id: again, send: hello, via: sms, for: care, after: 1d}\n"
TWICE: Final = WORKSPACE + PLAYBOOK + AGAIN + CATALOG
UNDER_LAW: Final = WORKSPACE.replace("enforce:", "jurisdictions: [cn]\nenforce:")
CONSENT: Final = """\
---
kind: catalog
consents:
  skin: {title: 肤质同意, channels: [sms], purposes: [promotion], notice: sheet, withdrawn_by: [sms-unsubscribed], effective_within: 1d}
notices:
  sheet: {title: 肤质告知, version: "1", tells: [purpose]}
"""

CAP_LOOSENED: Final = kind(
    "SOP961", "cap-loosened", Severity.WARNING,
    Phrase("上限放宽了，或看不出没有放宽", "a cap was loosened, or can't be seen to be as tight"),
    why=Phrase("上限是对客户的承诺，放宽要有人拍板。", "A cap is a promise to customers; to loosen it is somebody's decision."),
    fix=Phrase("请负责人确认；不是本意就改回去", "let its owner confirm it, and undo it where it is not meant"),
    before=BEFORE, after=BEFORE.replace("max: 3", "max: 5"),
)  # fmt: skip
CAP_TIGHTENED: Final = kind(
    "SOP962", "cap-tightened", Severity.NOTE,
    Phrase("上限收紧了，或多了一条", "a cap was tightened or added"),
    why=Phrase("系统里设的上限也要跟着改。", "Tools that hold touches back must be set to it, too."),
    before=BEFORE, after=BEFORE.replace("max: 3", "max: 2"),
)  # fmt: skip
CAP_REMOVED: Final = kind(
    "SOP963", "cap-removed", Severity.WARNING,
    Phrase("上限删掉了", "a cap was removed"),
    why=Phrase("以前有人管着的触达，现在没有上限。", "What was limited is limited no longer."),
    fix=Phrase("请负责人确认；不是本意就写回来", "let its owner confirm it, and write it again where it is not meant"),
    before=BEFORE.replace("per: 7d}]", "per: 7d}, {id: daily, max: 1, per: 1d}]"), after=BEFORE,
)  # fmt: skip
MORE_TOUCHES: Final = kind(
    "SOP964", "more-touches", Severity.WARNING,
    Phrase("最坏情况下，客户会收到更多", "at worst, a customer gets more"),
    message=Phrase(
        "{subject}：最坏情况下一位客户收到的次数，以前是 {before}，现在是 {after}",
        "{subject}: at worst, a customer got {before} and now gets {after}"
    ),
    why=Phrase(
        "客户感觉到的是全部剧本加在一起的次数，改一份也会让它变多。",
        "What customers feel is all playbooks together; a change of one can add to it.",
    ),
    fix=Phrase("看看是不是值得；否则少发或隔开", "see whether it is worth it; else send fewer, or space them"),
    before=BEFORE, after=TWICE,
)  # fmt: skip
FEWER_TOUCHES: Final = kind(
    "SOP965", "fewer-touches", Severity.NOTE,
    Phrase("最坏情况下，客户收到的变少", "at worst, a customer gets fewer"),
    message=MORE_TOUCHES.message,
    why=Phrase("最坏情况变好了。", "The worst case is better than it was."),
    before=TWICE, after=BEFORE,
)  # fmt: skip
PROOF_LOST: Final = kind(
    "SOP970", "proof-lost", Severity.WARNING,
    Phrase("以前证明过的，现在不成立或证明不了", "what was proved no longer holds, or is proved no longer"),
    message=Phrase("{subject}：{now}。以前证明过：{said}", "{subject}: {now}. It was proved before: {said}"),
    why=Phrase(
        "证明是对所有客户都成立的保证；没有了它，就只剩愿望。",
        "A proof holds for every customer; without it there is but a wish.",
    ),
    fix=Phrase("运行 sopkit check 看原因和改法", "run sopkit check for the reason and what to do"),
    before=TWICE.replace("max: 3", "max: 2"), after=TWICE.replace("max: 3", "max: 1"),
)  # fmt: skip
PROOF_WEAKENED: Final = kind(
    "SOP971", "proof-weakened", Severity.WARNING,
    Phrase("证明依靠的前提变多了", "a proof rests on more than before"),
    message=Phrase("{subject}：证明还在，但多了前提：{said}", "{subject}: still proved, but it now rests on: {said}"),
    why=Phrase("前提不成立，保证就不成立；前提越少越可靠。", "Where what it rests on fails, so does the promise."),
    before=BEFORE, after=BEFORE.replace("timezone: Asia/Shanghai", "timezone: Asia/Shanghai\ncustomer_timezones: [Europe/Paris]"),
)  # fmt: skip
PROOF_BY_LESS: Final = kind(
    "SOP995", "proof-by-less", Severity.WARNING,
    Phrase("证明还成立，但数字变差了", "what was proved still holds, but by less"),
    message=Phrase(
        "{subject}：证明还成立，但数字变差了。以前：{before}；现在：{now}",
        "{subject}: still proved, but by less. Before: {before}; now: {now}",
    ),
    why=Phrase(
        "同样没有超限，12 分钟做到和 3 天做到，客户的感受不一样；余地越小，下一次改动越容易超。",
        "Minutes and days may both keep a limit, and customers feel which; the less is left, the sooner the next change breaks it.",
    ),
    fix=Phrase("看看是不是值得；不值得就改回去", "see whether it is worth it, and undo it where it is not"),
    before=NEWS + PUSH, after=NEWS + PUSH.replace("takes: 10s..1m", "takes: 10s..50m"),
)  # fmt: skip
DEADLINE_INFEASIBLE: Final = kind(
    "SOP972", "deadline-out-of-reach", Severity.WARNING,
    Phrase("改了以后，有时限做不到了", "a time limit can't be kept any longer"),
    message=Phrase("{subject}：{said}", "{subject}: {said}"),
    why=Phrase("定了做不到的时限，员工只能天天超时。", "Nobody can keep a limit that is out of reach."),
    fix=Phrase("运行 sopkit explain {rule}", "run sopkit explain {rule}"),
    before=BEFORE, after=BEFORE.replace("after: 1d, within: 1d", "after: 3d, within: 1d"),
)  # fmt: skip
NEW_FINDING: Final = kind(
    "SOP973", "new-finding", Severity.WARNING,
    Phrase("多了一个检查问题", "check finds something that it did not find before"),
    message=Phrase("{rule} {subject}：{said}", "{rule} {subject}: {said}"),
    why=Phrase("这次改动带进来的问题，改动的人最清楚。", "Whoever brings a problem in knows best how to mend it."),
    fix=Phrase("运行 sopkit check 看位置和改法", "run sopkit check for the place and what to do"),
    before=BEFORE, after=BEFORE.replace("owner: guide\nreview_by: 2027-12-31\nstarts_on", "owner: guide\nstarts_on"),
)  # fmt: skip
ASK_AGAIN: Final = kind(
    "SOP974", "consent-to-ask-again", Severity.ERROR,
    Phrase("目的、方式或信息种类变了，同意要重新征求", "purposes, ways or kinds of data changed: consent must be asked again"),
    message=Phrase(
        "{subject}：以前给的同意不包括{what}，要重新征求", "{subject}: consent given before does not cover {what} and must be asked again"
    ),
    why=Phrase(
        "客户同意的是当时说的目的、方式和信息种类；变了还照旧用，等于没有同意。",
        "Customers agreed to the purposes, ways and kinds of data that they were told of; for others there is no consent.",
    ),
    fix=Phrase(
        "新目的、新方式另立一条同意（新的 id），向每位客户重新征求；在那之前只用于原来的范围",
        "declare a consent of its own (a new id) for what is new and ask every customer; until then keep to what was agreed",
    ),
    before=UNDER_LAW + PLAYBOOK + CATALOG + CONSENT,
    after=UNDER_LAW + PLAYBOOK + CATALOG + CONSENT.replace("channels: [sms]", "channels: [sms, wecom-chat]"),
    aliases=("CON03",),
)  # fmt: skip
NOTICE_CHANGED: Final = kind(
    "SOP975", "notice-changed", Severity.WARNING,
    Phrase("告知的内容变了", "what customers are told of their data was changed"),
    why=Phrase(
        "告知变了要让客户知道；版本号不变，就说不清谁看过哪一版。",
        "Customers must be told; under the same version nobody can say who has read which.",
    ),
    fix=Phrase("写一个新的 version，并在各处换上新告知", "give it a new `version`, and show it wherever it stands"),
    before=UNDER_LAW + PLAYBOOK + CATALOG + CONSENT,
    after=UNDER_LAW + PLAYBOOK + CATALOG + CONSENT.replace("tells: [purpose]", "tells: [purpose, retention]"),
)  # fmt: skip
CONSENT_CHANGED: Final = kind(
    "SOP976", "consent-changed", Severity.NOTE,
    Phrase("同意、目的或个人信息的约定变了", "a consent, a purpose or what is said of data was changed"),
    why=Phrase(
        "收集、使用、撤回和保存都按它来，系统要一起改。",
        "Collecting, using, withdrawing and keeping follow it: tools must be changed, too.",
    ),
    before=UNDER_LAW + PLAYBOOK + CATALOG + CONSENT,
    after=UNDER_LAW + PLAYBOOK + CATALOG + CONSENT.replace("effective_within: 1d", "effective_within: 2d"),
)  # fmt: skip
PURPOSE_CHANGED: Final = kind(
    "SOP978", "purpose-changed", Severity.WARNING,
    Phrase("一次触达的目的变了", "a touch is for another purpose"),
    why=Phrase(
        "目的决定要不要同意、算不算营销、能在几点发。",
        "The purpose decides whether consent is needed, whether it is marketing, and when it may be sent.",
    ),
    fix=Phrase("核对这个目的需要的同意，再改 if", "see which consent that purpose needs, and guard the step by it"),
    before=BEFORE, after=BEFORE.replace("for: care", "for: promotion"),
)  # fmt: skip

CAPS: Final = (CAP_LOOSENED, CAP_TIGHTENED, CAP_REMOVED, MORE_TOUCHES, FEWER_TOUCHES)
PROOFS: Final = (PROOF_LOST, PROOF_WEAKENED, PROOF_BY_LESS, DEADLINE_INFEASIBLE, NEW_FINDING)
LAW_RULES: Final = (ASK_AGAIN, NOTICE_CHANGED, CONSENT_CHANGED, PURPOSE_CHANGED)

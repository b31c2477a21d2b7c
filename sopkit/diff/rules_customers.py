"""What can change for customers: steps, times, audiences, channels, words, offers: SOP950–SOP960."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Severity
from sopkit.diff.kinds import BEFORE, CATALOG, JOURNEY, PLAYBOOK, WORKSPACE, kind
from sopkit.text import Phrase

MORE: Final = "  - {id: thank, do: 电话致谢, by: guide, after: 2d, within: 1d}\n"
MOVED: Final = Phrase(
    "已经在流程里的客户，按新版本继续往下走：想一想他们会不会多收、少收或收到两次。",
    "Customers who are on their way go on by the new version: think of whether they get it twice or not at all.",
)
OFFER: Final = """\
offers:
  coupon: {title: 谢礼券, type: coupon, value: 10 CNY, threshold: 100 CNY, valid: 30d, stacks_with: [], terms: [示例]}
"""

STEP_ADDED: Final = kind(
    "SOP950", "step-added", Severity.NOTE,
    Phrase("新增步骤", "a step was added"),
    message=Phrase("{subject}：新增步骤（{what}）", "{subject}: a step was added ({what})"),
    why=MOVED, before=BEFORE, after=WORKSPACE + PLAYBOOK + MORE + CATALOG,
)  # fmt: skip
STEP_REMOVED: Final = kind(
    "SOP951", "step-removed", Severity.NOTE,
    Phrase("删除步骤", "a step was removed"),
    message=Phrase("{subject}：删除步骤（{what}）", "{subject}: a step was removed ({what})"),
    why=Phrase(
        "没走到这一步的客户不再会走到；别处若指望它做过，就落空了。",
        "Customers who had not come to it never will; whatever counts on it being done counts in vain.",
    ),
    before=WORKSPACE + PLAYBOOK + MORE + CATALOG, after=BEFORE,
)  # fmt: skip
RENAMED: Final = kind(
    "SOP952", "renamed", Severity.NOTE,
    Phrase("内容没变，编号或位置变了", "the same under another id or at another place"),
    message=Phrase("{before} 现在是 {subject}，内容没变", "{before} is {subject} now, and says the same"),
    why=Phrase(
        "编号是日志、签收和系统里认人认事的依据；改了编号，以前的记录就对不上。",
        "Ids are what logs, sign-offs and tools know a step by: records of before no longer match.",
    ),
    fix=Phrase("把用到旧编号的系统和报表一起改", "change the tools and reports that use the former id, too"),
    before=BEFORE, after=BEFORE.replace("id: hi,", "id: greet,"),
)  # fmt: skip
TIME_CHANGED: Final = kind(
    "SOP953", "time-changed", Severity.NOTE,
    Phrase("时间变了", "when it happens was changed"),
    why=MOVED, before=BEFORE, after=BEFORE.replace("within: 1h", "within: 4h"),
)  # fmt: skip
AUDIENCE_CHANGED: Final = kind(
    "SOP954", "audience-changed", Severity.NOTE,
    Phrase("对象变了：哪些客户会走到这里", "which customers come here was changed"),
    why=Phrase(
        "放宽了，就有客户收到以前收不到的内容；收紧了，就有客户收不到。",
        "Where it is wider, customers get what they did not get before; where it is narrower, some get it no longer.",
    ),
    before=BEFORE, after=BEFORE.replace("within: 1h}", "within: 1h, if: {consent: sms-marketing}}"),
)  # fmt: skip
CHANNEL_CHANGED: Final = kind(
    "SOP955", "channel-changed", Severity.NOTE,
    Phrase("渠道变了", "the channel was changed"),
    why=Phrase(
        "换了渠道，要问的同意、退订方式、上限和发送时段都可能不同。",
        "Another channel may need another consent, and has its own way to opt out, its own caps and hours.",
    ),
    before=BEFORE, after=BEFORE.replace("via: sms", "via: wecom-chat"),
)  # fmt: skip
WORDS_CHANGED: Final = kind(
    "SOP956", "words-changed", Severity.NOTE,
    Phrase("话术或内容变了", "what is said was changed"),
    why=Phrase(
        "客户读到的字变了；审过的话术改了，要再审一遍。",
        "Customers read other words; a script that was approved has to be approved again.",
    ),
    before=BEFORE, after=BEFORE.replace("您好，有问题随时找我", "欢迎入会，拒收请回复T"),
)  # fmt: skip
PLAYBOOK_ADDED: Final = kind(
    "SOP957", "playbook-added", Severity.NOTE,
    Phrase("新增剧本", "a playbook was added"),
    message=Phrase("{subject}：新增剧本（{what}）", "{subject}: a playbook was added ({what})"),
    why=Phrase("又多一份剧本同时对客户起作用。", "One more playbook acts on customers beside the others."),
    before=BEFORE, after=BEFORE + JOURNEY,
)  # fmt: skip
PLAYBOOK_REMOVED: Final = kind(
    "SOP958", "playbook-removed", Severity.WARNING,
    Phrase("删除剧本", "a playbook was removed"),
    message=Phrase("{subject}：删除剧本（{what}）", "{subject}: a playbook was removed ({what})"),
    why=Phrase(
        "正走在里面的客户停在半路：剩下的步骤不会再发生。",
        "Customers who are inside it are left half-way: the rest of it never happens.",
    ),
    fix=Phrase("先停止新客户进入，等里面的客户走完再删", "let nobody in any more, and remove it when everybody has come to its end"),
    before=BEFORE + JOURNEY, after=BEFORE,
)  # fmt: skip
STAGE_VANISHED: Final = kind(
    "SOP959", "stage-vanished", Severity.WARNING,
    Phrase("阶段没有了，里面还有客户", "a stage is gone, with customers inside"),
    message=Phrase(
        "{subject}：这个阶段没有了，停在里面的客户没有去处", "{subject}: this stage is gone, and customers inside it have nowhere to go"
    ),
    why=Phrase(
        "系统里记着客户在这个阶段；新版本里没有它，谁也说不清他们接下来收到什么。",
        "The tool knows customers as being in this stage; the new version has none of it, and nobody can say what they get next.",
    ),
    fix=Phrase(
        "留着这个阶段、不再让人进来，用 next 把里面的客户送到新阶段；客户走完再删",
        "keep the stage, let nobody in, and lead those inside to a new one with `next`; remove it when it is empty",
    ),
    before=BEFORE + JOURNEY.replace("go: end", "go: later") + "  later:\n    title: 激活期\n"
    "    steps: [{id: thank, do: 电话致谢, by: guide, within: 1d}]\n    next: [{after: 9d, go: end}]\n",
    after=BEFORE + JOURNEY,
)  # fmt: skip
OFFER_CHANGED: Final = kind(
    "SOP960", "offer-changed", Severity.NOTE,
    Phrase("优惠或价格变了", "an offer or a price was changed"),
    why=Phrase(
        "已经答应客户的优惠不能改差；门店、页面和话术里的数字要一起改。",
        "What customers were promised may not get worse; shops, pages and scripts must show the new figures, too.",
    ),
    before=BEFORE + OFFER, after=BEFORE + OFFER.replace("value: 10 CNY", "value: 20 CNY"),
)  # fmt: skip

RULES: Final = (
    STEP_ADDED, STEP_REMOVED, RENAMED, TIME_CHANGED, AUDIENCE_CHANGED, CHANNEL_CHANGED, WORDS_CHANGED, PLAYBOOK_ADDED,
    PLAYBOOK_REMOVED, STAGE_VANISHED, OFFER_CHANGED,
)  # fmt: skip

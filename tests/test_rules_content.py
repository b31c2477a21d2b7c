"""The words that customers read: what is refused, and what only looks like it."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Proof, Verdict
from sopkit.rules.content_rules import HEADLINE
from sopkit.rules.examples import KPI, UNDER_LAW
from sopkit.rules.law_examples import SEND, TEXT, catalog, message, playbook, script
from tests.workspaces import compiled

CHAT = SEND.replace("via: sms", "via: wecom-chat").replace("sms-marketing", "wecom-marketing")
CARE = SEND.replace("promotion", "onboarding")
FEED = SEND.replace("via: sms", "via: moments").replace("sms-marketing", "wecom-marketing")
NOTICE = SEND.replace("via: sms", "via: mp-notice").replace("sms-marketing", "mp-suggestion-once")


def found(text: str, *lines: str, step: str = SEND, packs: str = "") -> list[str]:
    files = {"sopkit.yaml": message(text, *lines, step=step)} | ({"packs/own.yaml": packs} if packs else {})
    return [one.rule.code for one in compiled(files).findings if one.rule.code.startswith("SOP6")]


@pytest.mark.parametrize(
    ("text", "step", "codes"),
    [
        (TEXT, SEND, []),
        (TEXT.replace("【广告】", ""), SEND, ["SOP601"]),
        (TEXT.replace("【广告】", ""), CARE, []),
        ("【示例】新品到店", CARE, []),
        (TEXT.replace("400-000-0000", ""), SEND, ["SOP602"]),
        (TEXT.replace("400-000-0000", "{brand.service_line}"), SEND, []),
        (TEXT.replace("【示例】", ""), SEND, ["SOP602"]),
        (TEXT.replace("拒收请回复T", "退订回T"), SEND, []),
        ("【广告】新品到店，欢迎试用", CHAT, ["SOP602"]),  # the account says who it is, not how to refuse
        ("【广告】新品到店，不想收到推荐，回复“不再打扰”", CHAT, []),
        ("【广告】新品到店，欢迎试用", FEED, []),  # a post in a feed is no message to one
        ("【广告】新品到店，欢迎试用", NOTICE, []),  # the platform shows the switch
    ],
)  # fmt: skip
def test_marketing_says_what_it_is_from_whom_and_how_to_refuse(text: str, step: str, codes: list[str]) -> None:
    assert found(text, step=step) == codes


@pytest.mark.parametrize(
    ("step", "zh", "en"),
    [
        (SEND, "拒收请回复T", "reply T to opt out"),
        (CHAT, "不想收到推荐，回复‘不再打扰’就好", "to stop these, answer ‘no more’"),
    ],
)
def test_the_way_to_refuse_that_is_advised_suits_the_channel_and_is_one(step: str, zh: str, en: str) -> None:
    text = TEXT.replace("拒收请回复T", "")
    (one,) = [one for one in compiled({"sopkit.yaml": message(text, step=step)}).findings if one.rule.code == "SOP602"]
    assert (zh in one.fix("zh-CN"), en in one.fix("en")) == (True, True)
    assert found(text + zh, step=step) == []


def test_what_calls_itself_advertising_is_labelled_whatever_it_is_sent_for() -> None:
    assert found("【示例】新品到店", "advertising: true", step=CARE) == ["SOP601"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[Demo] New in the shop. Call 400-000-0000, reply T to opt out [Ad]", []),
        ("[Demo] New in the shop. Call 400-000-0000, reply T to opt out", ["SOP601"]),
        ("[Demo] Add it to your load. Call 400-000-0000, reply T to opt out", ["SOP601"]),
        ("[Demo] Ad: new in the shop. Call 400-000-0000", ["SOP602"]),
    ],
)
def test_each_language_is_read_by_itself(text: str, codes: list[str]) -> None:
    both = f'---\nkind: catalog\nscripts:\n  news:\n    title: 新品\n    text: {{zh-CN: "{TEXT}", en: "{text}"}}\n'
    files = {
        "sopkit.yaml": playbook(SEND, before=both).replace("locale: zh-CN\n", "locale: zh-CN\nlocales: [zh-CN, en]\n")
    }
    assert [one.rule.code for one in compiled(files).findings] == codes


@pytest.mark.parametrize(
    ("words", "codes", "verdict"),
    [
        ("最佳选择", ["SOP603"], Verdict.VIOLATED),
        ("国家级实验室", ["SOP603"], Verdict.VIOLATED),
        ("全网最低价", ["SOP603"], Verdict.POSSIBLE),
        ("史上最佳", ["SOP603"], Verdict.VIOLATED),
        ("最佳，真的最佳", ["SOP603"], Verdict.VIOLATED),
        ("不敢说最佳", [], None),
        ("没有最佳，只有合适", [], None),
        ("不敢说多，只说最佳", ["SOP603"], Verdict.VIOLATED),  # the negation is of another clause
        ("最近上新，最后两天", [], None),
        ("治疗痘痘", ["SOP604"], Verdict.VIOLATED),
        ("不作治疗承诺", [], None),
        ("非处方", [], None),
        ("排毒养颜", ["SOP604"], Verdict.POSSIBLE),
        ("消炎的最佳选择", ["SOP604", "SOP603"], None),
        ("the very best serum", ["SOP603"], Verdict.POSSIBLE),
        ("not the very best serum", [], None),
    ],
)  # fmt: skip
def test_terms_are_whole_phrases_that_are_meant(words: str, codes: list[str], verdict: Verdict | None) -> None:
    done = compiled({"sopkit.yaml": message(TEXT.replace("欢迎试用", words))})
    assert [one.rule.code for one in done.findings] == codes
    if verdict:
        assert [one.verdict for one in done.findings] == [verdict]
        (finding,) = done.findings
        assert finding.span.excerpt() in words


def test_a_pack_allows_a_phrase_with_its_reason_and_adds_terms() -> None:
    head = "kind: pack\nid: own\ntitle: 企业制度\n"
    allow = head + "allow: [{phrase: 最佳拍档系列, reason: 产品系列的名称}]\n"
    assert found(TEXT.replace("新品", "最佳拍档系列新品"), packs=allow) == []
    assert found(TEXT.replace("新品", "最佳新品"), packs=allow) == ["SOP603"]
    terms = head + "terms: {own-words: {control: AD02, verdict: violated, words: [秒杀全场]}}\n"
    assert found(TEXT.replace("新品", "秒杀全场"), packs=terms) == ["SOP603"]
    assert found(TEXT.replace("新品", "秒杀全场")) == []


def test_terms_of_offers_are_read_too() -> None:
    offer = catalog("offers: {gift: {title: 全场最佳礼, type: gift, value: 10 CNY, stacks_with: []}}")
    done = compiled({"sopkit.yaml": playbook("  - {id: give, grant: gift}\n", before=offer)})
    assert [one.rule.code for one in done.findings] == ["SOP603"]


def test_without_chinese_law_nothing_is_said() -> None:
    text = message(TEXT.replace("【广告】", "最佳")).replace("jurisdictions: [cn]\n", "")
    assert compiled({"sopkit.yaml": text}).findings == ()
    assert compiled({"sopkit.yaml": text.replace("enforce", "jurisdictions: [eu]\nenforce")}).findings == ()


def test_what_is_in_order_is_said() -> None:
    said = [one.statement.en for one in compiled({"sopkit.yaml": message()}).proved if one.rule.code.startswith("SOP6")]
    assert said == [
        "every script of marketing, or that calls itself advertising, says that it is (1)",
        "every script of marketing that goes to a customer directly names sender, contact and how to refuse (1)",
        "no absolute terms in the texts that customers read, of scripts, offers and tasks (1)",
        "no medical claims in the texts that customers read, of scripts, offers and tasks (1)",
    ]
    assert not [
        one for one in compiled({"sopkit.yaml": UNDER_LAW}).proved if isinstance(one, Proof) and one.rule.code >= "SOP6"
    ]


def test_a_cadence_written_by_ai_says_so_in_its_standards() -> None:
    post = """\
    kind: cadence
    id: notes
    title: 笔记
    owner: guide
    review_by: 2027-12-31
    via: moments
    audience: members
    for: care
    every: week
    at: [tue 10:00]
    ai_written: true
    standards: [STANDARD]
    targets: [{kpi: replies, target: ≥ 15%}]
    """
    kpi = KPI.removeprefix("---\n")
    for standard, codes in (("有用", ["SOP605"]), ("文末写明“内容由AI辅助生成”", [])):
        files = {
            "sopkit.yaml": UNDER_LAW,
            "notes.yaml": post.replace("STANDARD", standard),
            "kpi.yaml": kpi,
        }
        assert [one.rule.code for one in compiled(files).findings if one.rule.code.startswith("SOP6")] == codes


def test_a_link_is_fine_where_nothing_rewards_sharing() -> None:
    assert found(TEXT.replace("欢迎试用", "https://example.com/new 欢迎试用")) == []


def test_length_counts_what_is_surely_there() -> None:
    assert (
        found("【示例】{customer.nickname|" + "您" * 600 + "}，新品到店。客服400-000-0000，拒收请回复T【广告】") == []
    )
    assert found(script(TEXT)[:0] + TEXT.replace("新品", "新" * 470)) == ["SOP607"]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("标题：5个洗脸动作，您做对了几个？", []),
        ("标题：〔数字〕个〔动作或误区〕，〔一个疑问〕？\\n例：五个", []),
        ("标题：三个洗脸动作，您做对了吗", ["SOP608"]),
        ("标题：洗脸动作做对了吗？正文：3步", ["SOP608"]),
        ("Headline: 5 ways to wash your face?", []),
        ("Headline: how to wash your face", ["SOP608"]),
        ("没有写标题的话术，3步", []),
    ],
)
def test_a_headline_has_what_its_cadence_asks_for(words: str, codes: list[str]) -> None:
    text = HEADLINE.good.replace("标题：5个洗脸动作，您做对了几个？正文：先给结论", words)
    assert words in text
    assert [one.rule.code for one in compiled({"sopkit.yaml": text}).findings] == codes

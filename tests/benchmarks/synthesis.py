"""Seeded synthetic workspaces: a folder, a number of playbooks and a seed in; a workspace of realistic YAML files out.

Every file is one playbook of about 110 lines (3 KB, Chinese text) in block style; together they hold every construct of the
language. References go to nouns of the catalog and, for hand-overs, to other playbooks. The workspace checks clean.

    python -m tests.benchmarks.synthesis DIR [--playbooks 1000] [--seed 1]
"""

from __future__ import annotations

import argparse
import base64
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

NOUNS_A_HUNDRED: Final = 10
CONSTRUCTS: Final = Path(__file__).parent / "constructs"
"""Files that hold, once, each construct that the many playbooks do not."""

TOPICS: Final = ("精华", "面霜", "口红", "防晒", "洁面", "香氛", "眼霜", "面膜", "粉底", "护手霜")
MOODS: Final = (
    "换季护理",
    "到店体验",
    "节日礼遇",
    "新品试用",
    "会员专享",
    "复购提醒",
    "肤质测试",
    "空瓶回收",
    "生日月",
    "周末小课堂",
)
GREETINGS: Final = ("您好", "亲爱的会员", "晨曦的朋友")
REFUSAL: Final = "客服{brand.service_line}，拒收请回复R"
REFUSAL_EN: Final = "Call {brand.service_line}, or reply R to opt out."


DOCUMENTS: Final = {
    "service": "受托处理合同：各服务商只按委托处理会员数据，到期删除",
    "delivery": "配送商合同：只收配送地址，送达后删除",
    "analysis": "出境标准合同：只提供关怀等级，一年不超过两万人",
    "assessment": "个人信息保护影响评估：委托处理、个性化推荐与数据出境",
    "birthday": "生日数据的保护措施与影响评估",
    "policy": "个人信息保护管理制度",
    "incident": "个人信息安全事件应急预案",
    "training": "员工个人信息保护培训记录",
}
"""What the artefacts of the workspace point to: a file for each."""

LOGO = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGPYAgAAtgC1GKYl5AAAAABJRU5ErkJggg==")
"""A picture of one grey point, as PNG."""


def write(folder: Path, playbooks: int, seed: int = 1) -> None:
    """Write a workspace with `playbooks` playbooks below `folder`; the same arguments give the same bytes."""
    rng = random.Random(seed)  # noqa: S311  # repeatable, not secret
    nouns = max(10, playbooks * NOUNS_A_HUNDRED // 100)
    files = {"sopkit.yaml": SETTINGS, "catalog/core.yaml": CORE, "kpi/core.yaml": KPIS, "sync/core.yaml": SYNCS}
    files |= {f"constructs/{path.name}": path.read_text(encoding="utf-8") for path in sorted(CONSTRUCTS.glob("*.yaml"))}
    files["catalog/scripts.yaml"] = "\n".join(["kind: catalog", "scripts:", *_scripts(nouns, rng)]) + "\n"
    for number in range(playbooks):
        kind = KINDS[number % len(KINDS)]
        lines = MAKERS[kind](number, nouns, playbooks, rng)
        files[f"{kind}/{number // 100:03d}/{kind}-{number:05d}.yaml"] = "\n".join(lines) + "\n"
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    (folder / "documents").mkdir(exist_ok=True)
    for name, words in DOCUMENTS.items():
        (folder / "documents" / f"{name}.md").write_text(f"# {words}\n", encoding="utf-8", newline="\n")
    (folder / "logo.png").write_bytes(LOGO)


def _scripts(count: int, rng: random.Random) -> Iterator[str]:
    for n in range(count):
        topic, mood = rng.choice(TOPICS), rng.choice(MOODS)
        yield f"  script-{n:04d}:"
        yield f"    title: {mood}·{topic}"
        yield "    text:"
        yield "      zh-CN: |"
        yield f"        【晨曦】{{customer.nickname|{rng.choice(GREETINGS)}}}，{mood}进行中，{topic}试用装到店可领。{REFUSAL}（广告）"
        yield f'      en: "[Aurora] Hello {{customer.nickname|there}}, our {n} offer is on. Ad. {REFUSAL_EN}"'


def _head(kind: str, number: int, rng: random.Random) -> list[str]:
    topic, mood = rng.choice(TOPICS), rng.choice(MOODS)
    return [
        f"kind: {kind}",
        f"id: {kind}-{number:05d}",
        "title:",
        f"  zh-CN: {mood}{topic}第{number}号",
        f"  en: {kind.capitalize()} number {number}",
        f"summary: 面向会员的{mood}安排，说明谁在什么时候做什么，以及做不到时怎么办",
        f"owner: {rng.choice(OWNERS)}",
        f"review_by: 2027-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
        f"source: [R-{rng.randrange(1, 30)}]",
    ]


CONSENTS: Final = {
    "sms": "sms-marketing",
    "[mp-notice, sms]": "[profiling, sms-marketing]",
    "wecom-mass": "wecom-marketing",
    "wecom-chat": "wecom-marketing",
}
"""What a send by those channels takes."""


def _send(number: int, step: str, nouns: int, rng: random.Random, indent: str = "      ") -> list[str]:
    by_person = rng.random() < 0.5
    title, script = f"{rng.choice(MOODS)}：{rng.choice(TOPICS)}", f"script-{rng.randrange(nouns):04d}"
    via = "wecom-chat" if by_person else rng.choice(("sms", "[mp-notice, sms]", "wecom-mass"))
    lines = [
        f"- id: {step}",
        f"  title: {title}",
        f"  send: {script}",
        f"  via: {via}",
        "  for: promotion",
        f"  topic: topic-{number}-{step}",
        "  if:",
        f"    consent: {CONSENTS[via]}",
    ]
    if by_person:
        lines += [
            "  by: guide",
            f"  within: {rng.randrange(2, 48)}h",
            "  recheck: wecom",
            f"  minutes: {rng.randrange(1, 9)}",
            "  why: 首次互动决定去留，及时联系的顾客更愿意再次到店",
            "  if_wrong: 顾客未回复时不再追发，在客户档案里写一条备注",
        ]
    else:
        lines += [f"  after: {rng.randrange(1, 4)}d..{rng.randrange(4, 9)}d"]
    return [indent + line for line in lines]


def _lifecycle(number: int, nouns: int, playbooks: int, rng: random.Random) -> list[str]:
    lines = _head("lifecycle", number, rng)
    lines += [
        "audience: {consent: profiling}" if number % 2 else "audience: members",
        "starts_on:",
        "  - member-joined",
        "  - {event: order-paid, where: {order-amount: ≥ 99 CNY}}",
        "ends_on: [account-closed, {withdrawn: profiling}]",
        f"reentry: {('never', 'after 90d')[number % 2]}",
        f"priority: {rng.randrange(10, 90)}",
        "runs_in: map",
        "stages:",
        "  first:",
        f"    title: 认识{rng.choice(TOPICS)}",
        "    steps:",
        *_send(number, "hello", nouns, rng),
        "      - id: ask-phone",
        "        ask: phone",
        "        via: wecom-chat",
        f"        script: script-{rng.randrange(nouns):04d}",
        "        for: onboarding",
        f"        topic: phone-{number}",
        "        by: guide",
        "        within: 10d",
        "        since: stage",
        "      - {id: reward, on: interaction-joined, grant: small-gift}",
        "    targets:",
        "      - {kpi: first-interaction, target: ≥ 12%}",
        "    next:",
        "      - {on: order-paid, go: second}",
        f"      - {{after: {rng.randrange(4, 10)}d, go: second}}",
        "  second:",
        f"    title: {rng.choice(MOODS)}",
        "    stays: at least 7d",
        "    steps:",
        f"      - {{id: check, every: {rng.randrange(7, 20)}d, do: 查看近两周互动，写一条备注, by: guide, within: 2d, minutes: 4}}",
        "      - id: fork",
        "        choose:",
        "          - if: {value-tier: high-value}",
        "            steps:",
        *_send(number, "thank", nouns, rng, "              "),
        "          - else:",
        "              - {id: mark, tag: follow-up}",
        "      - id: bought",
        "        wait: order-paid",
        "        up_to: 14d",
        "        otherwise:",
        "          - {id: no-order, go: third}",
        *_send(number, "again", nouns, rng),
        "    next:",
        "      - {when: {task: first-order}, go: third}",
        f"      - {{after: {rng.randrange(20, 40)}d, go: third}}",
        "  third:",
        "    title: 收尾",
        "    steps:",
        "      - {id: score, set: {stage-mark: done}}",
        "      - {id: clear, untag: follow-up}",
        *_send(number, "bye", nouns, rng),
        "    next:",
        "      - {after: 30d, go: end}",
        "targets:",
        "  - {kpi: conversion, target: +5% over baseline}",
    ]
    return lines


def _automation(number: int, nouns: int, playbooks: int, rng: random.Random) -> list[str]:
    lines = _head("automation", number, rng)
    lines += [
        "audience:",
        "  all:",
        "    - members",
        "    - not: {tag: follow-up}",
        "    - any:",
        "        - {order-paid: within 30d}",
        "        - {cart-added: ≥ 2 within 90d}",
        "while: {reachable: sms}",
        "starts_on:",
        "  - {becomes: {value-tier: silent}}",
        "  - {given: profiling}",
        "  - {granted: small-gift}",
        "reentry: after 30d",
        f"priority: {rng.randrange(10, 90)}",
        "runs_in: map",
        "steps:",
    ]
    for n in range(5):
        lines += _send(number, f"send-{n}", nouns, rng, "  ")
    lines += [
        "  - id: by-tier",
        "    match: value-tier",
        "    send:",
        *(f"      {tier}: script-{rng.randrange(nouns):04d}" for tier in ("high-value", "silent", "new")),
        "    via: mp-notice",
        "    for: promotion",
        "    uses: [phone]",
        "    after: 1d",
        "    if: {consent: profiling}",
        "    cap: {counts: false, reason: 会员主动查询后的答复}",
        "  - {id: rest, wait: 3d}",
        "  - {id: gift, grant: small-gift, if: {order-paid: never}}",
        "  - {id: open, start: care, for: onboarding}",
        "targets:",
        "  - {kpi: conversion, target: +5% over baseline}",
    ]
    return lines


def _procedure(number: int, nouns: int, playbooks: int, rng: random.Random) -> list[str]:
    lines = _head("procedure", number, rng)
    lines += [
        "starts_on:",
        "  - {every: month, at: [day 5 09:00]}",
        "  - manual",
        "for_each: period",
        f"due: {rng.randrange(20, 60)}d",
        "steps:",
    ]
    for n in range(6):
        lines += [
            f"  - id: task-{n}",
            f"    do: 准备{rng.choice(TOPICS)}物料并核对库存",
            f"    by: {rng.choice(OWNERS)}",
            f"    accountable: {rng.choice(OWNERS)}",
            "    consult: [analyst]",
            f"    within: {rng.randrange(1, 9)}d",
            f"    minutes: {rng.randrange(10, 240)}",
            "    how:",
            "      - 先看上月数据，再写三条改进",
            "      - 改进写明负责人与完成日期",
            "    checklist: [物料数量与清单一致, 价格标签为最新, 照片已上传]",
            f"    evidence: {{what: {rng.choice(MOODS)}记录, kept_in: crm, for: 1y}}",
            "    why: 月初备齐物料，活动当天不缺货",
        ]
    lines += [
        "  - id: sign-off",
        "    approve: task-0",
        "    by: head",
        "    within: 2d",
        "    minutes: 10",
        "    if_rejected: task-0",
        "    required: true",
        "    escalate: {to: head, after: 1d}",
        "  - {id: read, measure: conversion, by: analyst, within: 5d, minutes: 30}",
        "  - {id: wipe, erase: [phone, nickname, order-amount], in: [crm], by: analyst, within: 7d, minutes: 15}",
        "targets: [{kpi: conversion, target: +5% over baseline}]",
    ]
    return lines


def _cadence(number: int, nouns: int, playbooks: int, rng: random.Random) -> list[str]:
    lines = _head("cadence", number, rng)
    day = rng.choice(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    lines += [
        "via: official-account",
        "format: article",
        "for: follow-feed",
        "layer: value",
        "every: week",
        f"at: [{day} {rng.randrange(9, 20):02d}:{rng.choice(('00', '30'))}]",
        "on_holiday: next-workday",
        "lasts: 2h",
        "headline: [number, question]",
        "standards:",
        *(f"  - 第{n}条：标题用数字加疑问，正文讲{rng.choice(TOPICS)}的真实使用场景" for n in range(1, 30)),
        "steps:",
    ]
    for n in range(4):
        lines += [
            f"  - id: prepare-{n}",
            f"    do: 整理{rng.choice(MOODS)}素材",
            "    by: head",
            f"    before: {rng.randrange(1, 5)}d",
            f"    minutes: {rng.randrange(10, 90)}",
            "    checklist:",
            "      - 图片为本店实拍",
            "      - 文字已由第二个人读过",
            "    why: 素材提前备好，发布不赶工",
        ]
    lines += ["targets:", "  - {kpi: click-through, target: ≥ 15%}"]
    return lines


def _kpi(number: int, nouns: int, playbooks: int, rng: random.Random) -> list[str]:
    lines: list[str] = []
    formulas = (
        "{share: {customers: {order-paid: ever}}, of: {customers: {member-joined: ever}}}",
        "{count: {events: order-paid}}",
        "{sum: order-paid.order-amount}",
        "{ratio: {sum: order-paid.order-amount}, to: {events: order-paid}}",
        "{mean: {from: cart-added, to: order-paid}}",
        "{growth: {customers: {member-joined: ever}}}",
        "{share: {touches: {channel: sms}, state: delivered}, of: {touches: {channel: sms}}}",
    )
    for n, formula in enumerate(formulas):
        lines += ["---"] if n else []
        head = _head("kpi", number, rng)
        head[1] += f"-{n}"
        lines += head
        lines += [
            f"unit: {('percent', 'count', 'CNY', 'CNY', 'seconds', 'percent', 'percent')[n]}",
            f"better: {'lower' if n == 4 else 'higher'}",
            f"formula: {formula}",
            "per: month",
            "measured_in: bi",
            "review: {every: week, at: [mon 10:00], by: analyst}",
        ]
    return lines


def _sync(number: int, nouns: int, playbooks: int, rng: random.Random) -> list[str]:
    lines: list[str] = []
    for n, every in enumerate(("day", "15m", "event", "day", "2h", "week")):
        lines += ["---"] if n else []
        head = _head("sync", number, rng)
        head[1] += f"-{n}"
        source, target = rng.sample(("crm", "map", "wecom", "mini-program"), 2)
        lines += head
        lines += [
            f"from: {source}",
            f"to: {target}",
            "carries:",
            "  events: [order-paid, cart-added]",
            "  data: [phone]",
            "  consents: [sms-marketing]",
            "  touches: [wecom-chat]",
            "key: phone",
            f"every: {every}",
            *(['at: ["02:00"]'] if every == "day" else ["at: [mon 03:00]"] if every == "week" else []),
            "takes: 10m..30m",
            "if_failed: care",
        ]
    return lines


EVENTS: Final = "member-joined, account-closed, interaction-joined, cart-added, order-paid, complaint-filed"
DATA: Final = "phone, nickname, birthday, order-amount"
COUNTED: Final = "spoken-to"
"""What bi has no use for."""
SYNCS: Final = "---\n".join(
    f"""\
kind: sync
id: {source}-to-{target}
title: 实时同步
owner: analyst
review_by: 2027-12-31
from: {source}
to: {target}
carries:
  events: [{EVENTS}]
  data: [{DATA if target == "bi" else f"{DATA}, {COUNTED}"}]
  tags: [complained]
  consents: [profiling, wecom-marketing, sms-marketing]
  touches: [sms, wecom-chat]
key: phone
every: event
takes: 10s..1m
"""
    for source in ("mini-program", "crm", "wecom", "map", "sms-gateway")
    for target in ("map", "bi", "crm")
    if source != target
)
OWNERS: Final = ("head", "analyst", "guide")
KINDS: Final = (
    "lifecycle",
    "lifecycle",
    "procedure",
    "lifecycle",
    "automation",
    "cadence",
    "lifecycle",
    "kpi",
    "procedure",
    "automation",
    "sync",
)
MAKERS: Final = {
    "lifecycle": _lifecycle,
    "automation": _automation,
    "procedure": _procedure,
    "cadence": _cadence,
    "kpi": _kpi,
    "sync": _sync,
}

SETTINGS: Final = """\
kind: workspace
id: synthetic
title: 合成工作区
summary: 只用来测量
owner: head
review_by: 2026-06-30
source: [R-1]
meta: {ticket: OPS-1}
waive: [{rule: review-date-passed, at: synthetic, reason: 复审排在下月, approved_by: analyst, until: 2027-12-31}]
uses: []
locale: zh-CN
locales: [zh-CN, en]
timezone: Asia/Shanghai
customer_timezones: [Asia/Shanghai]
company: 晨曦有限公司
currency: CNY
jurisdictions: [cn]
holidays: cn
quiet_hours: {hours: 21:00-09:00, of: {category: marketing}}
duplicate_within: 24h
caps:
  - {id: weekly-marketing, title: 每周营销上限, max: 5, per: 7d, of: {category: marketing}}
  - {id: spacing, gap: 4h, of: {category: marketing}}
enforce: {in: map, gap: wait 12h, count: skip, order: priority}
one_at_a_time:
  care: {title: 关怀, journeys: [complaint-care, birthday-care], cool_down: 4d, if_busy: drop, held_in: map}
budgets: {weekly-marketing: {complaint-care: 2, care: 3}}
pricing: {floor: 70%, of: list-price, baseline: lowest-7d}
content_mix: [{audience: members, per: week, shares: {value: ≥ 40%}}]
brand:
  name: 晨曦
  logo: logo.png
  fonts: [Inter, Source Han Sans SC]
  font_files: [brand/Inter.ttf]
  colour: "#b4475a"
  header: 私域运营手册
  footer: 内部资料
  signature: 【晨曦】
  service_line: 400-000-0000
outputs: {number: SYN-001, approver: head, effective: 2026-07-01, locales: [zh-CN], url: "https://example.com"}
logs:
  touches: {of: touches, file: logs/touches.csv, columns: {customer: member_no}, values: {channel: {text: sms}}, timezone: Asia/Shanghai,
    table: sent, complete_from: 2026-01-01, at_most_bad: 1%}
"""

CORE: Final = (
    """\
kind: catalog
tools:
  map: {title: 营销自动化平台, owner: head, relation: processor, hosted_in: cn, agreement: 合同, drives: {sms-gateway: 30s, wecom: 1m}}
  sms-gateway: {title: 短信网关, owner: head, relation: processor, hosted_in: cn, agreement: 合同}
  wecom: {title: 企业微信, owner: head, relation: processor, hosted_in: cn, agreement: 合同}
  crm: {title: 客户管理, owner: head, relation: processor, hosted_in: cn, agreement: 合同}
  bi: {title: 报表, owner: analyst, relation: own, hosted_in: cn}
  mini-program: {title: 小程序, owner: head, relation: own, hosted_in: cn}
channels:
  sms: {title: 短信, tool: sms-gateway, reach: direct, selects: customer, address: phone}
  wecom-chat: {title: 企微单聊, tool: wecom, reach: direct, selects: customer}
  wecom-mass: {title: 企微群发, tool: wecom, reach: direct, selects: customer, opt_out: {how: 说不再接收, event: account-closed, do: 登记谢绝打扰}}
  mp-notice: {title: 小程序通知, tool: mini-program, reach: direct, selects: customer}
  official-account: {title: 公众号, tool: wecom, reach: feed, selects: nobody}
notices:
  privacy-notice: {title: 隐私政策, version: "1", shown_in: mini-program, tells: [identity, purposes, data, retention, rights]}
events:
  member-joined: {title: 入会, tool: mini-program, at_most: 1 per lifetime, shows: [privacy-notice], asks: [sms-marketing, wecom-marketing, profiling], asked_by: {where: mp-page, filled_in_by: customer, proof: [time, wording, device], kept_in: crm, for: 3y}}
  account-closed: {title: 注销, tool: mini-program, at_most: 1 per lifetime}
  order-paid: {title: 支付, tool: mini-program, at_most: 5 per day}
  cart-added: {title: 加购, tool: mini-program, at_most: 20 per day}
  interaction-joined: {title: 参与互动, tool: wecom, at_most: 3 per day}
  sms-unsubscribed: {title: 退订, tool: sms-gateway, at_most: 1 per day}
data:
  phone: {title: 手机号, category: user.contact.phone_number, record: crm, collected_by: [member-joined], retention: 3y after order-paid}
  nickname: {title: 昵称, category: user.name, record: crm, collected_by: [member-joined], retention: 3y after order-paid}
  order-amount: {title: 订单金额, type: money, category: user.behavior.purchase_history, record: crm, collected_by: [order-paid], retention: 3y after order-paid}
  stage-mark: {title: 阶段标记, type: [open, done], category: user.behavior, record: map, retention: 1y after order-paid}
  value-tier:
    title: 价值分层
    type: [high-value, silent, new]
    category: user.behavior.purchase_history
    retention: 1y after order-paid
    record: map
    computed: {from: [order-amount], every: week, at: [mon 03:00], first_of: [{new: {member-joined: within 30d}}, {silent: {order-paid: not within 90d}}, {high-value: else}]}
consents:
  sms-marketing: {title: 短信同意, channels: [sms], purposes: [promotion], notice: privacy-notice, withdrawn_by: [sms-unsubscribed], effective_within: 24h}
  wecom-marketing: {title: 企微同意, channels: [wecom-chat, wecom-mass], purposes: [promotion], notice: privacy-notice, withdrawn_by: [account-closed], effective_within: 24h}
  profiling: {title: 个性化同意, channels: [mp-notice], purposes: [promotion], notice: privacy-notice, withdrawn_by: [account-closed], effective_within: 24h}
purposes:
  promotion: {title: 营销, category: marketing, basis: consent, data: [phone]}
  onboarding: {title: 入会服务, category: service, basis: contract, data: [phone]}
  follow-feed: {title: 关注订阅, category: service, basis: contract}
tags:
  follow-up: {title: 待跟进, record: map}
segments:
  members: {title: 会员, when: {member-joined: ever}}
tasks:
  first-order: {title: 首单, done_on: order-paid}
offers:
  small-gift: {title: 小样礼, type: gift, value: 20 CNY, valid: 7d, per_customer: 1 per 30d, stacks_with: []}
roles:
  head: {title: 运营主管, of: headquarters}
  analyst: {title: 数据分析, of: headquarters}
  guide: {title: 导购, of: shop, headcount: 80, hours: mon-sun 10:00-22:00, minutes_a_day: 120}
artefacts:
  service-contract: {title: 受托处理合同, type: processor-contract, owner: head, date: 2026-06-01, file: documents/service.md, covers: [map, sms-gateway, wecom, crm]}
  assessment: {title: 影响评估, type: impact-assessment, owner: head, date: 2026-06-01, file: documents/assessment.md, covers: [map, sms-gateway, wecom, crm, abroad, promotion]}
  policy: {title: 管理制度, type: policy, owner: head, date: 2026-06-01, file: documents/policy.md}
  incident-plan: {title: 应急预案, type: incident-plan, owner: head, date: 2026-06-01, file: documents/incident.md}
  training: {title: 培训记录, type: training-record, owner: head, date: 2026-06-01, file: documents/training.md}
sources:
"""
    + "".join(f"  R-{n}: {{title: 第{n}条}}\n" for n in range(1, 30))
    + """\
---
kind: sync
id: mini-program-to-wecom
title: 注销与撤回
owner: analyst
review_by: 2027-12-31
from: mini-program
to: wecom
carries: {events: [account-closed]}
key: phone
every: event
takes: 10s..1m
---
kind: procedure
id: care
title: 会员关怀
owner: head
review_by: 2027-03-31
starts_on: manual
for_each: customer
steps:
  - {id: call, do: 电话问候, by: guide, within: 2d, minutes: 5}
"""
)

KPIS: Final = "---\n".join(
    f"""\
kind: kpi
id: {name}
title: {title}
owner: analyst
review_by: 2027-03-31
unit: percent
better: higher
formula: {{share: {{customers: {{{event}: ever}}}}, of: {{customers: {{member-joined: ever}}}}}}
cohort: member-joined
window: day 7
measured_in: bi
baseline: {{value: 8%, period: 2026-Q2}}
review: {{every: week, at: [mon 10:00], by: analyst}}
alert: {{when: < 5%, before: 2h, to: head}}
"""
    for name, title, event in (
        ("first-interaction", "首次互动率", "interaction-joined"),
        ("conversion", "转化率", "order-paid"),
        ("click-through", "打开率", "cart-added"),
    )
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--playbooks", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.folder, options.playbooks, options.seed)


if __name__ == "__main__":
    main()

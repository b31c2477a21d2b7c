"""The small workspace that the tests of rules on touches share."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from sopkit import pipeline
from sopkit.diagnostics import Severity
from sopkit.logs.case import LogCase
from sopkit.pipeline import Compilation
from sopkit.source import Source
from tests.logs.stores import Rows, store_of

SETTINGS: Final = """\
kind: workspace
id: demo
title: 示例
owner: guide
review_by: 2027-12-31
locale: zh-CN
timezone: Asia/Shanghai
jurisdictions: [cn]
enforce: none
"""
CAPS: Final = """\
caps:
  - {id: weekly, max: 2, per: 7d, of: {reach: [direct, group]}}
  - {id: direct, max: 2, per: 36h}
  - {id: daily, max: 1, per: day, of: {category: marketing}}
  - {id: calendar-week, max: 2, per: week}
  - {id: calendar-month, max: 3, per: month, of: {reach: [direct, group]}}
  - {id: rolling-month, max: 2, per: 1mo, of: {reach: [direct, group]}}
  - {id: apart, gap: 4h, of: {reach: [direct, group]}}
  - {id: staff, max: 1, per: 2d, of: {sent_by: staff}}
budgets: {weekly: {welcome: 1}}
"""
NOUNS: Final = """\
---
kind: catalog
roles: {guide: {title: 导购}}
tools: {crm: {title: CRM, relation: own, hosted_in: cn}, desk: {title: 客服, relation: own, hosted_in: cn}}
events:
  joined: {title: 入会, tool: crm, at_most: 1 per lifetime}
  off: {title: 退订, tool: crm, at_most: 1 per day}
channels:
  sms: {title: 短信, tool: crm, reach: direct, selects: customer}
  chat: {title: 企微, tool: crm, reach: direct, selects: customer}
  club: {title: 社群, tool: crm, reach: group, selects: nobody, joins: 2}
  line: {title: 客服, tool: desk, reach: reply, selects: customer}
purposes:
  promo: {title: 营销, category: marketing, basis: consent}
  care: {title: 服务, category: service, basis: contract}
consents:
  sms-ok: {title: 短信同意, channels: [sms], purposes: [promo], withdrawn_by: [off], effective_within: 1h, expires: 30d}
  all-ok: {title: 营销同意, purposes: [promo], withdrawn_by: [off], effective_within: 0s, expires: 1mo}
  club-ok: {title: 社群同意, channels: [club], purposes: [promo], withdrawn_by: [off], effective_within: 24h}
  care-ok: {title: 关怀同意, channels: [chat], purposes: [care], withdrawn_by: [off], effective_within: 24h}
scripts: {hello: {title: 问候, text: 【示例】您好}}
"""
PLAYBOOKS: Final = """\
---
kind: automation
id: welcome
title: 欢迎
owner: guide
review_by: 2027-12-31
starts_on: joined
runs_in: crm
steps:
  - {id: hi, send: hello, via: sms, for: promo, within: 1h}
  - {id: post, send: hello, via: club, for: promo, within: 1h}
  - {id: quiet, send: hello, via: sms, for: promo, within: 1h, cap: {counts: false, reason: 示例}}
---
kind: automation
id: caring
title: 关怀
owner: guide
review_by: 2027-12-31
starts_on: joined
runs_in: crm
steps:
  - {id: talk, send: hello, via: chat, for: care, by: guide, within: 1h}
  - {id: again, send: hello, via: sms, for: promo, within: 1h}
  - {id: reply, send: hello, via: line, for: care, by: guide, within: 1h}
"""
TODAY: Final = date(2026, 7, 1)


@lru_cache(maxsize=32)
def compiled(text: str) -> Compilation:
    """Return the compiled text; none of it is refused."""
    done = pipeline.compile([Source("sopkit.yaml", text.encode())], today=TODAY)
    refused = [one.message("en") for one in done.findings if one.rule.code < "SOP200" and one.weight is Severity.ERROR]
    assert not refused, refused
    return done


def case_of(
    folder: Path, logs: dict[str, Rows], parts: int | None = None, *, settings: str = CAPS, nouns: str = NOUNS
) -> LogCase:
    """Return what an audit asks of: the workspace, and these rows."""
    done = compiled(SETTINGS + settings + nouns + PLAYBOOKS)
    return LogCase(done, store_of(folder, logs, parts))  # type: ignore[arg-type]


HOURS: Final = """\
quiet_hours:
  - {hours: "21:30-08:00"}
  - {hours: "sat,sun 12:00-13:00", of: {channel: chat}}
"""
RICH: Final = (
    NOUNS
    .replace("{title: 短信, tool: crm,", "{title: 短信, tool: crm, preset: sms-cn,")
    .replace("{title: 企微, tool: crm,", '{title: 企微, tool: crm, hours: "mon-fri 22:00-02:00",')
    .replace(
        "{title: 客服, tool: desk, reach: reply,",
        "{title: 客服, tool: desk, preset: wechat-customer-service, "
        "opened_by: {message: wrote, tap: tapped, payment: paid}, reach: reply,",
    )
    .replace(
        "desk: {title: 客服, relation: own, hosted_in: cn}",
        "desk: {title: 客服, relation: processor, hosted_in: sg, transfer: {route: exempt, people: 300}}",
    )
    .replace("category: marketing, basis: consent}", "category: marketing, basis: consent, data: [habit]}")
    .replace("  line: {", "  notice: {title: 模板消息, tool: crm, preset: wechat-template, reach: direct, selects: customer}\n  line: {")
    .replace("  off: ", "  wrote: {title: 来信, tool: desk, at_most: 9 per day}\n"
             "  tapped: {title: 点菜单, tool: desk, at_most: 9 per day}\n"
             "  paid: {title: 付款, tool: desk, at_most: 9 per day}\n  off: ")
    .replace(
        "consents:\n",
        "consents:\n"
        "  health-ok: {title: 健康信息同意, purposes: [care], data: [allergy], withdrawn_by: [off], effective_within: 1h}\n"
        "  abroad-ok: {title: 出境同意, purposes: [care], withdrawn_by: [off], effective_within: 1h}\n",
    )
    + "data:\n  allergy: {title: 过敏史, category: user.health_and_medical, record: crm, retention: 1y, collected_by: [joined]}\n"
    "  habit: {title: 习惯, category: user.behavior, record: crm, retention: 1y, collected_by: [joined]}\n"
    "  phone: {title: 电话, category: user.contact.phone_number, record: crm, retention: 1y, collected_by: [joined]}\n"
    "---\nkind: sync\nid: to-desk\ntitle: 同步\nowner: guide\nreview_by: 2027-12-31\nfrom: crm\nto: desk\n"
    "carries: {data: [phone]}\nkey: phone\nevery: day\nconsent: abroad-ok\n"
)  # fmt: skip
"""The same with hours, a channel that customers open, data of several sorts, a tool abroad."""

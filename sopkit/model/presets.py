"""Limits that platforms set on a channel, as data: how often, who says so, when that was read, and how sure it is.

A limit that nobody could verify never makes an error. A cap of the workspace with the limit's id takes its place.
"""

from __future__ import annotations

from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.text import Phrase

Status = Literal["verified", "vendor", "unverified"]
"""Read on the platform's own page; said by those who sell it; neither."""


@dataclass(frozen=True, slots=True)
class PlatformLimit:
    """At most `max` touches to one customer in one `per`, through channels with the preset."""

    id: str
    preset: str
    """What a channel names under `preset:`."""
    max: int
    per: Literal["day", "week", "month"]
    title: Phrase
    source: str
    checked_on: str
    """Date of the page as it was read; empty where it bore none."""
    status: Status
    by_hand: bool
    """Whether what staff send by hand counts too."""


LIMITS: Final = (
    PlatformLimit(
        "wecom-mass-daily",
        "wecom-mass",
        1,
        "day",
        Phrase("企业微信群发：每位客户每天", "WeCom mass messages: a customer a day"),
        "developer.work.weixin.qq.com/document/path/96997",
        "2025-07-11",
        "verified",
        by_hand=True,
    ),
    PlatformLimit(
        "wecom-group-monthly",
        "wecom-group",
        28,  # as many as the month has days: those of the shortest
        "month",
        Phrase("企业微信客户群群发：每个群每月", "WeCom mass messages to groups: a group a month"),
        "developer.work.weixin.qq.com/document/path/92135",
        "2025-11-17",
        "verified",
        by_hand=False,
    ),
    PlatformLimit(
        "subscription-account-daily",
        "wechat-subscription-account",
        1,
        "day",
        Phrase("订阅号：每天群发", "Subscription account: broadcasts a day"),
        "微信公众平台官方文档",
        "",
        "verified",
        by_hand=True,
    ),
    PlatformLimit(
        "service-account-monthly",
        "wechat-service-account",
        4,
        "month",
        Phrase("服务号：每位用户每月群发", "Service account: broadcasts to a user a month"),
        "微信公众平台官方文档",
        "",
        "verified",
        by_hand=True,
    ),
)


@dataclass(frozen=True, slots=True)
class TextLimit:
    """At most `most` characters in one message through channels with the preset."""

    preset: str
    most: int
    source: str
    status: Status


TEXT_LIMITS: Final = (
    TextLimit("wecom-moments", 2000, "developer.work.weixin.qq.com/document/path/96351", "verified"),
    TextLimit("sms-cn", 500, "短信服务商", "vendor"),
)


@dataclass(frozen=True, slots=True)
class HoursLimit:
    """Marketing goes out through channels with the preset between two hours of the customer's day, half-open, and at no other time."""

    preset: str
    start: int
    """Minutes after midnight."""
    end: int
    source: Phrase
    checked_on: str
    status: Status

    @property
    def words(self) -> str:
        return f"{self.start // 60:02}:{self.start % 60:02}-{self.end // 60:02}:{self.end % 60:02}"


HOURS_LIMITS: Final = (
    HoursLimit(
        "sms-cn",
        480,
        1260,
        Phrase("运营商和短信服务商的放行时段", "hours in which carriers let it through"),
        "",
        "vendor",
    ),
    HoursLimit("sms-us", 480, 1260, Phrase("TCPA 47 CFR 64.1200(c)(1)", "TCPA 47 CFR 64.1200(c)(1)"), "", "verified"),
    HoursLimit("voice-us", 480, 1260, Phrase("TCPA 47 CFR 64.1200(c)(1)", "TCPA 47 CFR 64.1200(c)(1)"), "", "verified"),
)


@dataclass(frozen=True, slots=True)
class NoMarketing:
    """Channels with the preset carry no marketing at all."""

    preset: str
    source: Phrase
    status: Status


NO_MARKETING: Final = (
    NoMarketing(
        "wechat-template",
        Phrase("微信公众平台：模板消息不得用于营销", "WeChat: template messages carry no marketing"),
        "verified",
    ),
)


@dataclass(frozen=True, slots=True)
class ReplyWindow:
    """Through channels with the preset, messages go out only for a time after the customer has acted, and only so many."""

    preset: str
    act: Literal["message", "tap", "payment"]
    most: int | None
    """None: no number is stated."""
    seconds: int
    source: Phrase
    checked_on: str
    status: Status


_OFFICIAL: Final = Phrase("微信公众平台：客服消息", "WeChat: customer-service messages")
_MINI: Final = Phrase("微信小程序：客服消息", "WeChat mini-programs: customer-service messages")
REPLY_WINDOWS: Final = (
    ReplyWindow("wechat-customer-service", "message", 5, 48 * 3600, _OFFICIAL, "", "verified"),
    ReplyWindow("wechat-customer-service", "tap", 3, 60, _OFFICIAL, "", "verified"),
    ReplyWindow("wechat-customer-service", "payment", None, 48 * 3600, _OFFICIAL, "", "verified"),
    ReplyWindow("mini-program-customer-service", "message", 5, 48 * 3600, _MINI, "", "verified"),
    ReplyWindow("mini-program-customer-service", "tap", 2, 60, _MINI, "", "verified"),
)
"""An act that is not among them opens nothing there."""

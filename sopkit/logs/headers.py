"""The head of a column goes in, in Chinese or in English, as systems write it; the fields that it may be come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sopkit.logs.tables import FIELDS, Of
from sopkit.schema.near import plain

HEADS: Final[Mapping[str, str]] = {
    "customer": "customer id, customer no, cust id, user, user id, uid, member, member id, member no, buyer id, openid, unionid, "
    "external userid, contact id, 客户, 客户号, 客户id, 会员, 会员号, 会员编号, 会员卡号, 会员id, 用户, 用户id, 用户编号, 顾客, 顾客编号, "
    "外部联系人id",
    "time": "timestamp, ts, datetime, date time, date, at, sent at, send time, sent time, created at, create time, occurred at, "
    "event time, done at, finished at, completed at, given at, 日期, 发送时间, 触达时间, 推送时间, 操作时间, 创建时间, 发生时间, "
    "记录时间, 完成时间, 同意时间, 授权时间, 事件时间, 下单时间, 日期时间",
    "channel": "channel id, channel code, channel name, medium, message type, msg type, 触达渠道, 发送渠道, 通道, 触点, 消息类型",
    "step": "step id, step name, node, node id, task, task name, campaign, campaign name, template, 步骤, 步骤名称, 节点, 旅程节点, "
    "流程节点, 任务, 任务名称, 活动, 活动名称, 模板",
    "purpose": "purposes, send purpose, 用途, 发送目的, 处理目的",
    "tool": "system, source system, source, platform, 来源系统, 平台, 来源, 工具",
    "state": "status, result, send status, task status, 结果, 发送状态, 发送结果, 任务状态, 完成状态",
    "sent_by": "sender type, sent by type, 发送主体, 发送方, 谁发的, 人工或系统",
    "staff": "staff id, employee, employee id, employee no, operator, sender, agent, guide, 员工号, 员工编号, 工号, 导购, 导购id, "
    "导购编号, 操作人, 发送人, 执行人, 负责人, 客服",
    "role": "position, job title, 角色, 职位",
    "shop": "shop id, shop code, store, store id, store code, store name, branch, 门店编号, 门店编码, 门店名称, 店铺, 店号, 所属门店",
    "arm": "variant, ab group, test group, bucket, 分组, 组别, ab组, 实验分组",
    "country": "country code, 国家, 国家代码, 国家地区",
    "data": "datum, data used, 数据项, 使用的数据",
    "action": "consent status, consent state, status, state, opt in, 动作, 操作, 操作类型, 状态, 同意状态, 授权状态",
    "consent": "consent id, consent type, consent name, agreement, 同意项, 授权项, 授权类型, 同意类型, 协议",
    "expires": "expires at, expiry, valid until, expire time, 到期, 有效期, 有效期至, 失效时间",
    "given_by": "given by whom, 同意人, 授权人",
    "run": "run id, case id, ticket, ticket id, instance, instance id, 流水号, 实例, 实例id, 工单号, 流程编号, 单号",
    "due": "due at, due time, due date, deadline, 截止时间, 最晚时间, 应完成时间, 要求完成时间, 到期时间",
    "event": "event id, event name, event type, event code, 事件名称, 事件类型, 事件编号, 行为, 行为类型",
    "value": "amount, order amount, price, quantity, 金额, 订单金额, 数量, 值",
    "timezone": "tz, time zone name",
    "born": "birthday, birth date, dob, 生日, 出生日期",
    "minor": "is minor, under age, 未成年, 未成年人",
    "sync": "sync id, sync name, job, job name, pipeline, 同步, 同步任务, 同步名称",
    "changed": "changed at, updated at, modified at, source updated at, source time, 变更时间, 更新时间, 修改时间",
    "arrived": "arrived at, synced at, received at, loaded at, 到达时间, 同步时间, 入库时间",
}  # fmt: skip
"""Field → how systems call its column, the likeliest first; the field's own name and titles come before all of these."""
STEMS: Final[Mapping[Of, str]] = {
    "touches": "touch, send, sent, message, sms, push, 触达, 发送, 短信, 群发, 推送, 消息",
    "consents": "consent, optin, opt-in, permission, 同意, 授权, 退订",
    "steps": "step, task, ticket, workflow, 步骤, 任务, 工单, 执行",
    "events": "event, order, behaviour, behavior, 事件, 行为, 订单",
    "customers": "customer, member, profile, contact, 客户, 会员, 用户, 顾客",
    "syncs": "sync, 同步",
}
"""Kind of log → what its file is called."""


def fields_called(of: Of, headers: Sequence[str]) -> dict[str, str]:
    """Return field → column, for the columns that are called as fields are; the likelier name wins, then the earlier column."""
    ranks: dict[str, list[tuple[int, int, str]]] = {}
    for place, header in enumerate(headers):
        said = plain(header)
        for one in FIELDS[of]:
            words = _words(of, one.name)
            if said in words:
                ranks.setdefault(one.name, []).append((words.index(said), place, header))
    found: dict[str, str] = {}
    for field, named in sorted(ranks.items(), key=lambda each: min(each[1])[0]):
        free = [header for _, _, header in sorted(named) if header not in found.values()]
        if free:
            found[field] = free[0]
    return {one.name: found[one.name] for one in FIELDS[of] if one.name in found}


def _words(of: Of, field: str) -> list[str]:
    title = next(one.title for one in FIELDS[of] if one.name == field)
    own = (field, title.zh.partition("（")[0], title.en.partition(":")[0])
    return [plain(word) for word in (*own, *HEADS.get(field, "").split(","))]


def kind_called(stem: str) -> Of | None:
    """Return what a file is a log of, by what it is called; None where that says nothing, or two things."""
    said = plain(stem)
    for of in FIELDS:
        if said.startswith(of):
            return of
    found = [of for of, words in STEMS.items() if any(plain(word) in said for word in words.split(","))]
    return found[0] if len(found) == 1 else None

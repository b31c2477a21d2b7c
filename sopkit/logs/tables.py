"""What a log can say: the fields of each kind of log, as people name them, and the tables in which all logs are kept once they are read.

A log row becomes a narrow row of whole numbers. What repeats (channel, step, purpose …) is kept once for each combination, under the
number `kind`, so that rules look at a few hundred combinations in Python and at millions of rows in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.text import Phrase

Of = Literal["touches", "consents", "steps", "events", "customers", "syncs"]
Form = Literal["id", "time", "name", "number", "day", "flag"]
"""`id` is of a customer or a run and never shown; `name` is one of few values, as of a channel."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a row of a log says."""

    name: str
    form: Form
    title: Phrase
    required: bool = False


CUSTOMER: Final = Field("customer", "id", Phrase("客户编号", "customer"), required=True)
TIME: Final = Field("time", "time", Phrase("时间", "time"), required=True)
STEP: Final = Field("step", "name", Phrase("步骤编号", "step"))
CHANNEL: Final = Field("channel", "name", Phrase("渠道", "channel"))
PURPOSE: Final = Field("purpose", "name", Phrase("目的", "purpose"))
STAFF: Final = Field("staff", "id", Phrase("员工", "staff member"))
ROLE: Final = Field("role", "name", Phrase("岗位", "role"))
SHOP: Final = Field("shop", "name", Phrase("门店", "shop"))
ARM: Final = Field("arm", "name", Phrase("对比测试组", "arm of an experiment"))

FIELDS: Final[Mapping[Of, tuple[Field, ...]]] = {
    "touches": (
        CUSTOMER,
        TIME,
        Field("channel", "name", CHANNEL.title, required=True),
        STEP,
        PURPOSE,
        Field("tool", "name", Phrase("系统", "tool")),
        Field("state", "name", Phrase("状态", "state")),
        Field("sent_by", "name", Phrase("谁发的（人或系统）", "sent by staff or by a tool")),
        STAFF,
        ROLE,
        SHOP,
        ARM,
        Field("country", "name", Phrase("收发所在国家", "country in which the data were used")),
        Field("data", "name", Phrase("用到的数据", "datum that was used")),
    ),
    "consents": (
        CUSTOMER,
        TIME,
        Field("action", "name", Phrase("动作（同意、拒绝、撤回）", "action: given, refused or withdrawn"), required=True),
        Field("consent", "name", Phrase("同意编号", "consent")),
        PURPOSE,
        CHANNEL,
        Field("expires", "time", Phrase("到期时间", "expires")),
        Field("given_by", "name", Phrase("谁同意的（本人或监护人）", "given by the customer or a guardian")),
    ),
    "steps": (
        TIME,
        Field("step", "name", STEP.title, required=True),
        Field("state", "name", Phrase("状态（到期、开始、完成、跳过）", "state: due, started, done or skipped")),
        Field("customer", "id", CUSTOMER.title),
        Field("run", "id", Phrase("流水号（同一次流程）", "run: the same in all rows of one run")),
        Field("due", "time", Phrase("应完成的时间", "due")),
        STAFF,
        ROLE,
        SHOP,
    ),
    "events": (
        TIME,
        Field("event", "name", Phrase("事件", "event"), required=True),
        Field("customer", "id", CUSTOMER.title),
        Field("value", "number", Phrase("数值", "value")),
        SHOP,
        ARM,
    ),
    "customers": (
        CUSTOMER,
        Field("timezone", "name", Phrase("时区", "time zone")),
        Field("born", "day", Phrase("出生日期", "date of birth")),
        Field("minor", "flag", Phrase("是否未成年", "is a minor")),
        Field("country", "name", Phrase("所在国家", "country")),
        SHOP,
    ),
    "syncs": (
        Field("sync", "name", Phrase("同步编号", "sync"), required=True),
        Field("changed", "time", Phrase("源系统里变更的时间", "changed in the source"), required=True),
        Field("arrived", "time", Phrase("到达的时间（没到就空着）", "arrived; empty where it never did")),
        Field("customer", "id", CUSTOMER.title),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the store; `columns` are SQL types by name. Times are whole seconds of UTC since 1970."""

    of: Of
    columns: Mapping[str, str]
    kinds: tuple[str, ...]
    """Fields that make up a `kind`: columns of text of the table `KIND_kinds`, empty where the log says nothing."""


WHERE_FROM: Final = {"source": "SMALLINT", "line": "BIGINT"}
"""Number of the file in `sources`, and of the row in it: 1 is the first row of data."""
TABLES: Final[Mapping[Of, Table]] = {
    "touches": Table(
        "touches",
        {"who": "INTEGER", "ts": "BIGINT", "kind": "INTEGER", "staff": "INTEGER", "shop": "INTEGER", **WHERE_FROM},
        ("channel", "step", "purpose", "tool", "state", "sent_by", "role", "arm", "country", "data"),
    ),
    "consents": Table(
        "consents",
        {"who": "INTEGER", "ts": "BIGINT", "kind": "INTEGER", "expires": "BIGINT", **WHERE_FROM},
        ("action", "consent", "purpose", "channel", "given_by"),
    ),
    "steps": Table(
        "steps",
        {"who": "INTEGER", "run": "INTEGER", "ts": "BIGINT", "kind": "INTEGER", "due": "BIGINT", "staff": "INTEGER",
         "shop": "INTEGER", **WHERE_FROM},
        ("step", "state", "role"),
    ),
    "events": Table(
        "events",
        {"who": "INTEGER", "ts": "BIGINT", "kind": "INTEGER", "value": "DOUBLE", "shop": "INTEGER", **WHERE_FROM},
        ("event", "arm"),
    ),
    "customers": Table(
        "customers",
        {"who": "INTEGER", "kind": "INTEGER", "born": "INTEGER", "minor": "BOOLEAN", "shop": "INTEGER", **WHERE_FROM},
        ("timezone", "country"),
    ),
    "syncs": Table(
        "syncs",
        {"who": "INTEGER", "kind": "INTEGER", "changed": "BIGINT", "arrived": "BIGINT", **WHERE_FROM},
        ("sync",),
    ),
}  # fmt: skip
"""`who`, `run`, `staff` and `shop` are numbers from 1; 0 where a row names none. `born` is days since 1970.

Beside them stand `people(who, name)`, `runs(run, name)`, `staff(staff, name)`, `shops(shop, name)`, and `sources` in Python.
"""

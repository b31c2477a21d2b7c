"""Which logs, and which columns beyond those that every such log has, it takes to judge what by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.logs.tables import Of

Columns = tuple[tuple[str, ...], ...]
"""All of these; of each, one of several that serve alike."""
PURPOSE: Final = ("step", "purpose")
"""A step says for which purpose it is, so either tells whether a touch is marketing and what it rests on."""
CONSENTED: Final[Mapping[Of, Columns]] = {"touches": (PURPOSE,), "consents": (("consent",),)}
NEEDS: Final[Mapping[str, Mapping[Of, Columns]]] = {
    "SOP205": {"steps": (("run",),)},
    "SOP301": {"touches": (PURPOSE,)},
    "SOP305": {"touches": (("step",),)},
    "SOP309": {"touches": (PURPOSE,)},
    "SOP310": {"touches": (("purpose",),)},
    "SOP312": {"touches": (), "events": (("customer",),)},
    "SOP501": {"touches": (PURPOSE,), "consents": ()},
    "SOP502": CONSENTED,
    "SOP503": CONSENTED,
    "SOP504": CONSENTED,
    "SOP510": {"touches": (("data",),), "consents": (("consent",),)},
    "SOP543": {"touches": (PURPOSE,), "customers": (("born", "minor"),)},
    "SOP549": {"touches": (("country",),)},
    "SOP550": {"touches": (("country",),), "consents": (("consent",),)},
    "SOP703": {"touches": (("step",), ("tool",))},
    "SOP980": {"touches": (PURPOSE,)},
    "SOP981": {"touches": (("step",),)},
    "SOP982": {"touches": ()},
    "SOP985": {"steps": (("due", "run", "customer"),)},
    "SOP986": {"steps": (("state",), ("run", "customer"))},
    "SOP987": {"steps": (("run",),)},
    "SOP988": {"steps": (("run",),)},
    "SOP989": {"syncs": (("arrived",),)},
    "SOP990": {"syncs": (("arrived",),)},
    "SOP991": {"events": (("customer",),)},
    "SOP992": {"events": (("customer",), ("arm",))},
    "SOP993": {"events": (("customer",), ("arm",))},
}
"""By the code of the rule. A playbook that a customer goes through once does without `run`; a KPI may ask touches or steps instead."""

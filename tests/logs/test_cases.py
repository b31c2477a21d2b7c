"""The cases of a report: what is fetched of a customer is bounded, and what is left out is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sopkit.logs.engine import Engine
from sopkit.logs.touching import caps, consent
from sopkit.logs.touching.found import MOST_DEEDS
from tests.logs.shop import case_of

START = 1_767_585_600
EIGHTY = "caps: [{id: many, max: 80, per: 7d}]\n"


def test_an_account_for_tests_is_not_fetched_whole(tmp_path: Path, monkeypatch: Any) -> None:
    touches = [{"customer": "test", "time": START + n, "channel": "sms", "step": "hi"} for n in range(300)]
    consents = [
        {"customer": "test", "time": START - 100_000 + n, "action": "withdrawn", "consent": "sms-ok"}
        for n in range(200)
    ]
    case = case_of(tmp_path, {"touches": touches, "consents": consents}, settings=EIGHTY)
    most, run = 0, Engine.run

    def watched(self: Engine, *asked: Any) -> list[tuple[Any, ...]]:
        nonlocal most
        rows = run(self, *asked)
        most = max(most, len(rows))
        return rows

    monkeypatch.setattr(Engine, "run", watched)
    (capped,) = (one for one in caps.observe(case) if one.subject == "cap/many")
    (found,) = capped.cases
    assert [one.line for one in found.deeds] == list(range(32, 82))
    assert found.left == 31
    (without,) = (one for one in consent.observe(case) if one.broken)
    (found,) = without.cases
    assert [one.line for one in found.deeds] == [*range(151, 201), *[1] * (len(found.deeds) - MOST_DEEDS)]
    assert found.left == 150
    assert most <= MOST_DEEDS

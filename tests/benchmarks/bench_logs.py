"""What rules on logs cost beside the best bare query that is known for each, in one run, on the same rows.

    python -m tests.benchmarks.bench_logs [--rows 10_000_000] [--rounds 3] [--folder FOLDER]

Makes a seeded log of touches and a quarter as many rows of consents by the database itself, puts both into a store, and prints one
table in Markdown: over-touch beside a packed key that is sorted and lagged, consent as of the touch beside a LEAD validity join. Sides
take turns, and each figure is the least of all rounds. Needs the `logs` extra.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.engine import Engine
from sopkit.logs.observed import Observation
from sopkit.logs.store import Store
from sopkit.logs.touching import caps, consent
from tests.benchmarks.bench_check import least
from tests.logs.shop import NOUNS, PLAYBOOKS, SETTINGS, compiled

FIRST: Final = 1767225600
DAYS: Final = 90
WEEK: Final = 604_800
MOST: Final = 3
GRACE: Final = 3600
A_CUSTOMER: Final = 10
"""Touches of each customer, on average."""
CAPS: Final = f"caps: [{{id: weekly, max: {MOST}, per: 7d, of: {{reach: [direct, group]}}}}]\n"
ONE_CONSENT: Final = (
    NOUNS.replace(
        "  all-ok: {title: 营销同意, purposes: [promo], withdrawn_by: [off], effective_within: 0s, expires: 1mo}\n", ""
    )
    .replace(", expires: 30d", "")
    .replace("joins: 2", "joins: 1")
)


def fill(store: Store, rows: int) -> None:
    """Put touches by several ways, and consents that are given and withdrawn, into a store."""
    people = max(1, rows // A_CUSTOMER)
    at = f"{FIRST} + CAST(hash(i * 3 + 1) % {DAYS * 86400} AS BIGINT)"
    who = f"'c' || (hash(i * 3) % {people})"
    ways = "CASE hash(i * 7) % 10 {} END"
    steps = ("hi", "hi", "hi", "hi", "hi", "again", "again", "talk", "talk", "quiet")
    channels = ("sms", "sms", "sms", "sms", "sms", "sms", "sms", "chat", "chat", "sms")
    step, channel = (
        ways.format(" ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(names)))
        for names in (steps, channels)
    )
    store.add(
        "touches",
        f"SELECT {who} AS customer, {at} AS time, {channel} AS channel, {step} AS step, 'crm' AS tool, 'sent' AS state, NULL AS staff, "
        f"NULL AS shop, NULL AS data, 0 AS source, i AS line FROM range({rows}) r(i)",
        ("customer", "time", "channel", "step", "tool", "state"),
    )
    store.add(
        "consents",
        f"SELECT 'c' || (i % {people}) AS customer, {FIRST} + CAST(CASE WHEN i < {people} THEN 0 ELSE hash(i * 5 + 2) % {DAYS * 86400} END "
        f"AS BIGINT) AS time, CASE WHEN i >= {people} AND hash(i * 11) % 20 = 0 THEN 'withdrawn' ELSE 'given' END AS action, "
        f"'sms-ok' AS consent, NULL AS expires, 0 AS source, i AS line FROM range({rows // 4}) r(i)",
        ("customer", "time", "action", "consent"),
    )
    store.close()


def bare_over_touch(store: Store, kinds: list[int]) -> tuple[int, int]:
    """Return the touches too many, and the customers, by the best form that is known."""
    listed = ", ".join(map(str, kinds))
    found = [
        store.engine.run(
            f"SELECT count(*), count(DISTINCT key >> 32) FROM (SELECT key, key - lag(key, {MOST}) OVER (ORDER BY key) AS since FROM "
            f"(SELECT CAST(who AS BIGINT) * 4294967296 + (ts - {FIRST}) AS key FROM touches WHERE kind IN ({listed}))) WHERE since < {WEEK}"
        )[0]
        for _ in store.each()
    ]
    return sum(one[0] for one in found), sum(one[1] for one in found)


def bare_consent(store: Store, kinds: list[int], withdrawn: int) -> tuple[int, int]:
    """Return the touches for which no consent was in force, and the customers, by the best form that is known."""
    listed = ", ".join(map(str, kinds))
    found = [
        store.engine.run(
            f"SELECT count(*), count(DISTINCT t.who) FROM touches t LEFT JOIN (SELECT who, ts, coalesce(lead(ts) OVER "
            f"(PARTITION BY who ORDER BY ts, kind = {withdrawn}), {1 << 60}) AS until, kind <> {withdrawn} AS given FROM consents) c "
            f"ON c.who = t.who AND t.ts >= c.ts AND t.ts < c.until WHERE t.kind IN ({listed}) AND c.given IS NOT true"
        )[0]
        for _ in store.each()
    ]
    return sum(one[0] for one in found), sum(one[1] for one in found)


def main() -> None:
    parser = argparse.ArgumentParser(description="What rules on logs cost beside bare queries.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name, Engine(Path(name)) as engine:
        start = time.perf_counter()
        store = Store(engine, Path(name))
        fill(store, chosen.rows)
        print(
            f"{chosen.rows:,} touches in {store.parts} parts; made and stored in {time.perf_counter() - start:.1f} s\n"
        )
        measure(store, chosen.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nmost memory: {peak:,.0f} MB")


def measure(store: Store, rounds: int) -> None:
    """Print the table."""
    case = LogCase(compiled(SETTINGS + CAPS + ONE_CONSENT + PLAYBOOKS), store)
    counted = [kind for kind, said in store.kinds("touches").items() if said["step"] != "quiet"]
    resting = [kind for kind, said in store.kinds("touches").items() if said["channel"] == "sms"]
    withdrawn = next(kind for kind, said in store.kinds("consents").items() if said["action"] == "withdrawn")
    said: dict[str, object] = {}

    def keep(name: str, work: Callable[[], object]) -> Callable[[], object]:
        return lambda: said.update({name: work()})

    pairs = (
        ("over-touch", lambda: bare_over_touch(store, counted), lambda: list(caps.observe(case))),
        ("consent", lambda: bare_consent(store, resting, withdrawn), lambda: list(consent.observe(case))),
    )
    print("| rule | bare query | sopkit | ratio | target | broken (bare, sopkit) |\n|---|---|---|---|---|---|")
    for name, bare, ours in pairs:
        times = least(rounds, keep(f"{name} bare", bare), keep(name, ours))
        broken = _broken(said[name])
        print(
            f"| {name} | {times[0]:.2f} s | {times[1]:.2f} s | {times[1] / times[0]:.2f} | ≤ 1.5 | {said[f'{name} bare']}, {broken} |"
        )


def _broken(observations: object) -> list[int]:
    assert isinstance(observations, list)
    return [one.broken for one in observations if isinstance(one, Observation) and one.looked]


if __name__ == "__main__":
    main()

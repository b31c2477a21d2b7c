"""The outcome of a simulation goes in; JSON as `schemas/simulation-v1.schema.json` says comes out, the same bytes for the same outcome."""

from __future__ import annotations

import json

from sopkit import __version__
from sopkit.render.wording.names import Names
from sopkit.simulation.outcome import CapMet, Outcome


def simulation_json(outcome: Outcome, names: Names) -> bytes:
    """Return version 1 of the outcome. Times are instants in UTC, seconds since 1970; gaps are seconds."""
    question = outcome.question
    data = {
        "version": 1,
        "tool": f"sopkit {__version__}",
        "workspace": names.workspace.settings.id,
        "customers": question.customers,
        "seed": question.seed,
        "start": question.start.isoformat(),
        "days": question.days,
        "touches": {
            one.reach: {
                "mean": round(one.mean, 6), "median": one.median, "nine_in_ten": one.nine_in_ten, "most": one.most,
                "customers": [list(pair) for pair in one.customers],
            }
            for one in outcome.spreads
        },
        "caps": [_cap(one) for one in outcome.caps],
        "work": [{"role": one.role, "weeks": list(one.weeks), "capacity": one.capacity} for one in outcome.loads],
        "stages": [
            {"place": one.node, "entered": one.entered, "on": dict(one.on), "taken_out": one.ended, "inside": one.inside}
            for one in outcome.ways
        ],
        "playbooks": [
            {
                "playbook": one.node, "touches": one.touches, "held_back": one.held_back, "not_sent": one.unsent,
                "not_started": one.refused,
            }
            for one in outcome.sent
        ],
        "events": [
            {"event": one.event, "by": one.ground, "in_30_days": round(one.a_month, 6), "capped": one.capped} for one in outcome.drawn
        ],
        "left_out": list(outcome.left_out),
        "years_without_holidays": list(outcome.unknown_years),
    }  # fmt: skip
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _cap(one: CapMet) -> dict[str, str | int | None]:
    return {
        "cap": one.cap.id,
        "max": one.cap.max,
        "per": str(one.cap.per) if one.cap.per is not None else None,
        "gap": one.cap.gap.seconds if one.cap.gap is not None else None,
        "met": one.met,
        "customers_beyond": one.beyond,
        "customer": one.customer + 1 if one.customer is not None else None,
        "at": one.at,
        "held_back": one.held_back,
    }

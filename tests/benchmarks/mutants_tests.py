"""Which tests are run on mutants of which module."""

from __future__ import annotations

import re

CAPS = (
    "caps",
    "caps_budgets",
    "caps_bad_input",
    "caps_limits",
    "caps_shortcuts",
    "caps_sorts",
    "caps_zones",
    "caps_golden",
)
TOOLS = ("tools_bounds", "rules_tools", "rules_tools_more", "model_cases", "rule_examples")
CONFLICTS = ("rules_conflicts", "rules_conflicts_playbooks", "model_cases", "rule_examples", "conflicts_property")
CONSENT = ("consent_said", "rules_consent", "consent_traps", "consent_timelines", "consent_told", "consent_bases")
EVIDENCE = ("graph_evidence", "graph_flow")
TESTS = {
    "sopkit.graph.clock": ("graph_clock", "latency"),
    "sopkit.graph.consistency": ("graph_consistency",),
    "sopkit.graph.course": ("graph_course",),
    "sopkit.graph.issues": ("graph_issues",),
    "sopkit.graph.latency": ("latency",),
    "sopkit.graph.lengths": ("graph_satisfiability",),
    "sopkit.graph.openings": ("graph_openings",),
    "sopkit.graph.pacing": ("graph_pacing", "caps"),
    "sopkit.graph.prices": ("prices",),
    "sopkit.graph.replay": ("graph_replay",),
    "sopkit.graph.runs": ("graph_runs",),
    "sopkit.graph.satisfiability": ("graph_satisfiability",),
    "sopkit.graph.schedule": ("graph_worst",),
    "sopkit.graph.sorts": CAPS,
    "sopkit.graph.timing": (*CAPS, "graph"),
    "sopkit.graph.touches": ("graph_touches",),
    "sopkit.graph.worst": ("graph_worst",),
    "sopkit.rules.budgets": CAPS,
    "sopkit.rules.caps": ("caps_zones", "caps_limits", "caps_enforced", "caps_budgets", "caps_bad_input"),
    "sopkit.rules.witness": ("caps_zones", "caps_limits", "caps_enforced", "caps_budgets", "caps_bad_input"),
    "sopkit.rules.conflicts_offers": CONFLICTS,
    "sopkit.rules.conflicts_workload": CONFLICTS,
    "sopkit.rules.excess": (*CAPS, "caps_enforced"),
    "sopkit.rules.limits": CAPS,
    "sopkit.rules.tools_deadlines": TOOLS,
    "sopkit.rules.tools_duplicates": TOOLS,
    "sopkit.rules.tools_stale": TOOLS,
    "sopkit.graph.evidence": ("evidence_ways", *EVIDENCE, "rules_consent", "consent_traps", "consent_courses"),
    "sopkit.graph.flow": EVIDENCE,
    "sopkit.graph.shown": EVIDENCE,
    "sopkit.rules.consent": ("consent_uses", *CONSENT),
    "sopkit.rules.consent_asking": ("consent_asking", "rules_consent"),
    "sopkit.rules.consent_bases": ("consent_bases", "rules_consent"),
    "sopkit.rules.consent_copies": ("consent_known", "rules_consent", "consent_traps"),
    "sopkit.rules.consent_paths": (*CONSENT, "consent_courses"),
    "sopkit.rules.consent_reach": CONSENT,
    "sopkit.rules.consent_replay": (
        "consent_timelines",
        "consent_told",
        "consent_times",
        "consent_said",
        "rules_consent",
    ),
    "sopkit.rules.consent_times": ("consent_times", "consent_timelines", "consent_traps"),
    "sopkit.rules.consent_uses": ("consent_uses", *CONSENT),
}
LEFT_OUT = re.compile(r"_stub_|_fix_|reads_this\[(?!consent|conflicts|flow|tools)|_texts_|_filling|\[SOP[01689]")
"""Tests in these files that enter nothing of the analyses that others do not."""

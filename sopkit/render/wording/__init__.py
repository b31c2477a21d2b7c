"""Playbook values in words: durations, slots, conditions, triggers, time limits, formulas; as a native writer puts them."""

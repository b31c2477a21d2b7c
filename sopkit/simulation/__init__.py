"""A workspace, its graph and a customer's trace go in; a log of touches and moves comes out, by small steps and no analysis."""

from sopkit.simulation.machine import EndlessError
from sopkit.simulation.replaying import replay
from sopkit.simulation.trace import Entry, Happening, Log, Trace

__all__ = ["EndlessError", "Entry", "Happening", "Log", "Trace", "replay"]

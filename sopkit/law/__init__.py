"""Packs of law go in, built-in ones and the workspace's own; what applies on a day comes out: articles, parameters, controls."""

from sopkit.law.loading import Packs, builtin, load
from sopkit.law.packs import Allowed, Control, Law, Pack, Parameter, Terms
from sopkit.law.rules import RULES

__all__ = ["RULES", "Allowed", "Control", "Law", "Pack", "Packs", "Parameter", "Terms", "builtin", "load"]

"""A finished compilation goes in; a compliance audit comes out: each control with its status, and with what shows it."""

from sopkit.audit.judging import Audit, Result, Status, audit
from sopkit.audit.places import Looked, Place, Population

__all__ = ["Audit", "Looked", "Place", "Population", "Result", "Status", "audit"]

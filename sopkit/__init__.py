"""A compiler and compliance auditor for operations playbooks."""

__version__ = "0.1.0"

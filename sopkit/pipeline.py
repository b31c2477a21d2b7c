"""The whole compiler on one screen: sources in; a workspace, its execution graph and everything found out come out.

Contract for those who write a stage or use the result (the body follows as the stages land):

    compile(sources, options) -> Compilation
"""

from __future__ import annotations

"""A workspace goes in; one execution graph of everything that can happen in it comes out."""

from sopkit.graph.build import build
from sopkit.graph.nodes import FLOW, NO_TIME, Delay, Edge, EdgeKind, ExecutionGraph, Node, NodeKind

__all__ = ["FLOW", "NO_TIME", "Delay", "Edge", "EdgeKind", "ExecutionGraph", "Node", "NodeKind", "build"]

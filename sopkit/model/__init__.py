"""Typed, frozen documents in which every value knows its place."""

"""A course goes in, in which a customer gets what is posted to a group; the consents come out by which the customer is in that group.

Who is in a group, or follows an account, is taken by the simulator as given: whoever reads what is posted there has joined it.
"""

from __future__ import annotations

from typing import Final

from sopkit.logs.generating.course import ConsentRow, Course, TouchRow
from sopkit.logs.generating.ground import LAST, TOUCH, Ground, Way
from sopkit.simulation.clock import DAY

LONGEST: Final = 90
"""Days before the log at which the first have joined."""
SOON: Final = 600
"""Seconds before the first post that somebody sees who has joined again."""


class Members:
    """The channels whose readers have joined them."""

    def __init__(self, ground: Ground) -> None:
        self.start = ground.start
        self.ways: dict[tuple[str, str], Way] = {
            place: one
            for place, one in ground.ways.items()
            if one.purpose and one.purpose.basis == "consent" and one.covered_by and one.via.channel.selects == "nobody"
        }

    def join(self, course: Course) -> Course:
        """Write down that the customer joined, where no consent in the log says so."""
        posts = [one for one in course.touches if (one.step, one.channel) in self.ways]
        if not posts:
            return course
        rows: list[tuple[int, int, ConsentRow | TouchRow]] = [(one.time, TOUCH, one) for one in posts]
        rows += [(one.time, LAST[one.action], one) for one in course.consents]
        given: dict[str, bool] = {}
        for time, _, row in sorted(rows, key=lambda one: one[:2]):
            if isinstance(row, ConsentRow):
                given[row.consent] = row.action == "given"
                continue
            way = self.ways[row.step, row.channel]
            if not any(given.get(one.id) for one in way.covered_by):
                consent = way.covered_by[0]
                before = self.start - (course.number * 7919 % LONGEST + 1) * DAY
                when = time - SOON if consent.id in given else before
                course.consents.append(ConsentRow(course.name, when, "given", consent.id, given_by=consent.given_by))
                given[consent.id] = True
        return course

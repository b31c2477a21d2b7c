"""Faults of channels: a step by one that it does not name, marketing by one that carries none, an answer that comes too late."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Final

from sopkit.logs.generating.course import Course
from sopkit.logs.generating.faults import Fault, Planted, Target
from sopkit.logs.generating.ground import Ground, Way
from sopkit.logs.generating.planting_touches import adds, moments, planted, tried, unused
from sopkit.model.nouns import Channel, Purpose
from sopkit.model.presets import NO_MARKETING, REPLY_WINDOWS
from sopkit.simulation.clock import DAY
from sopkit.text import Phrase

BARRED: Final = frozenset(one.preset for one in NO_MARKETING)
REPLIES: Final = frozenset(one.preset for one in REPLY_WINDOWS)
LONGEST: Final = max(one.seconds for one in REPLY_WINDOWS)
ONE_CHANNEL: Final = Phrase("没有步骤可以改走别的渠道", "no step could go by another channel")
NO_BARRED: Final = Phrase("没有禁发营销的渠道，或没有营销目的", "no channel bars marketing, or no purpose is marketing")
NO_REPLIES: Final = Phrase("没有限时答复的渠道", "no channel limits the time of answers")


def other_channel(ground: Ground) -> Iterable[Target] | Phrase:
    """A touch by a channel that its step does not name."""
    direct = [one for one in ground.felt if one.step is not None and one.via.channel.reach == "direct"]
    channels = {one.via.channel.id: one.via.channel for one in direct if one.via.channel.preset not in BARRED | REPLIES}
    ways = [one for one in direct if _others(one, channels.values())]
    return [Target("", partial(_by_other, ground, ways, tuple(channels.values())))] if ways else ONE_CHANNEL


def _others(way: Way, channels: Iterable[Channel]) -> list[Channel]:
    named = [ref.id for ref in way.step.via] if way.step is not None else []
    return [one for one in channels if one.id not in named]


def _by_other(
    ground: Ground, ways: list[Way], channels: tuple[Channel, ...], course: Course, random: Random
) -> Planted | None:
    for way in tried(ways, random):
        stray = ground.stray(way, random.choice(_others(way, channels)), way.purpose)
        if stray.country == way.country:
            found = _put(ground, stray, ("other-channel", "SOP981", way.node), course, random)
            if found is not None:
                return found
    return None


def _put(ground: Ground, way: Way, what: tuple[str, str, str], course: Course, random: Random) -> Planted | None:
    """Put in a touch by a way that breaks nothing but what it says."""
    name, rule, subject = what
    for now in moments(ground, course, random, 4):
        touch = way.touch(course, now)
        if unused(course, way.node, now) and adds(ground, course, touch, None):
            return planted(name, ((rule, subject),), course, [touch])
    return None


def barred_channel(ground: Ground) -> Iterable[Target] | Phrase:
    """Marketing by a channel that carries none."""
    ways = [one for one in ground.felt if one.via.channel.preset in BARRED and one.step is not None]
    purposes = [one for one in ground.workspace.purposes.values() if one.is_marketing]
    return [Target("", partial(_barred, ground, ways, purposes))] if ways and purposes else NO_BARRED


def _barred(ground: Ground, ways: list[Way], purposes: list[Purpose], course: Course, random: Random) -> Planted | None:
    for way in tried(ways, random):
        for purpose in random.sample(purposes, len(purposes)):
            channel = way.via.channel
            stray = ground.stray(way, channel, purpose)
            found = _put(ground, stray, ("barred-channel", "SOP310", f"channel/{channel.id}"), course, random)
            if found is not None:
                return found
    return None


def late_reply(ground: Ground) -> Iterable[Target] | Phrase:
    """An answer to a customer who has not written for as long as the channel waits."""
    ways = [
        one for _, one in sorted(ground.ways.items()) if one.via.channel.preset in REPLIES and one.via.channel.opened_by
    ]
    return [Target("", partial(_unasked, ground, ways))] if ways else NO_REPLIES


def _unasked(ground: Ground, ways: list[Way], course: Course, random: Random) -> Planted | None:
    for way in tried(ways, random):
        for now in moments(ground, course, random, 6):
            asked = any(0 <= now - one.time <= LONGEST for one in course.events)
            touch = way.touch(course, now)
            if asked or now < ground.start + LONGEST + DAY or not unused(course, way.node, now):
                continue
            if adds(ground, course, touch, None):
                subject = f"channel/{way.via.channel.id}"
                return planted("late-reply", (("SOP312", subject),), course, [touch])
    return None


FAULTS: Final = (
    Fault("other-channel", Phrase("走了步骤没写的渠道", "a step by a channel that it does not name"), other_channel),
    Fault("barred-channel", Phrase("用禁发营销的渠道发营销", "marketing by a channel that carries none"), barred_channel),
    Fault("late-reply", Phrase("过了时限的答复", "an answer that comes too late for its channel"), late_reply),
)  # fmt: skip

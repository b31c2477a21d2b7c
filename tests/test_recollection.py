"""What families said before is taken over only where they would say the same: a check that recalls is the same as a whole one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unittest.mock import Mock

import pytest

from sopkit import pipeline, rules
from sopkit.comparison import verdicts
from sopkit.graph import evidence
from sopkit.model import bind
from sopkit.rules import (
    case,
    conflicts_items,
    conflicts_meeting,
    conflicts_owners,
    conflicts_workload,
    conflicts_writes,
    consent_paths,
    cycles,
)
from sopkit.rules.consent_uses import uses_of
from sopkit.rules.examples import AUTOMATION, KPI, LIFECYCLE, WORKSPACE
from sopkit.rules.pieces import Pieces, heaps
from sopkit.rules.plain_outcomes import plain
from sopkit.rules.promotions_rules import BY_SEGMENT
from sopkit.rules.recollection import Content, Kept, Past, Recollection, keep
from sopkit.rules.tools_occasions import occasions
from sopkit.source import Source
from tests.benchmarks.synthesis import write as write_synthetic
from tests.edits import Files, edited
from tests.rearranged import files_below
from tests.test_consent_known import sync
from tests.test_rules_wording import ALL
from tests.workspaces import SETTINGS, TODAY

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def the_effort_of_a_large_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a small one a step more leaves less for each question, and nothing is recalled."""
    monkeypatch.setattr(case, "ALL_EFFORT", 0)


def compiled(files: Files, *earlier: Recollection | None) -> pipeline.Compilation:
    sources = [Source(path, data) for path, data in files.items()]
    return pipeline.compile(sources, today=TODAY, earlier=tuple(filter(None, earlier)))


def compiled_like(
    files: Files, other: pipeline.Compilation, *earlier: Recollection | None, proofs: bool = True
) -> pipeline.Compilation:
    """Compile the files as a further version beside another: files that are the same are the very same ones."""
    same = {(one.path, one.data): one for one in other.clean}
    sources = [same.get((path, data)) or Source(path, data) for path, data in files.items()]
    return pipeline.compile(
        sources,
        today=TODAY,
        known=other.clean.get,
        earlier=tuple(filter(None, earlier)),
        like=other.laid,
        proofs=proofs,
    )


def judged_with(
    files: Files, now: Files, earlier: Recollection | None, last: Recollection | None
) -> list[pipeline.Compilation]:
    """Judge `now` and then `files` together, as where a revision was never checked; `earlier` and `last` are held against them."""
    sources = [Source(path, data) for path, data in now.items()]
    first = pipeline.drafted(sources, today=TODAY, earlier=filter(None, [earlier]))
    same = {(one.path, one.data): one for one in first.laid.clean}
    then = [same.get((path, data)) or Source(path, data) for path, data in files.items()]
    trees = first.laid.resolution.forest.trees
    past = Past(content(now), content(files), lambda path, _: [one for one in trees if one.source.path == path])
    other = pipeline.drafted(
        then, today=TODAY, known=first.laid.clean.get, like=first.laid, past=past, earlier=filter(None, [last]), proofs=False
    )  # fmt: skip
    return pipeline.judged(first, other)


def content(files: Files) -> Content:
    return tuple((path, Source(path, files[path]).digest) for path in sorted(files))


def recollection(files: Files, made: pipeline.Compilation, now: Files) -> Recollection | None:
    """Return what was said of `files`, to be held against `now`."""
    if not made.judgement.said:
        return None
    kept = keep(content(files), made.judgement.beside, made.judgement.said, made.judgement.pieces)
    return Recollection(
        kept, content(now), lambda path, _: [one for one in made.forest.trees if one.source.path == path]
    )


def told(made: pipeline.Compilation) -> list[str]:
    """Return all that is said, places, fixes and timelines among it."""
    return [repr(one) for one in (*made.findings, *made.proved, *made.not_assessed, *made.waived, made.held_back)]


def made_of(made: pipeline.Compilation) -> list[object]:
    """Return the graph in its order, what the documents hold, and where every name is used."""
    uses = {
        space: {name: [*marks] for name, marks in used.items()} for space, used in made.resolution.references.items()
    }
    return [[*made.graph.nodes.values()], made.graph.edges, repr(made.workspace), uses]


def workspace(name: str, tmp_path: Path) -> Files:
    if name == "synthetic":
        write_synthetic(tmp_path, 40)
        files = files_below(tmp_path)
        return files | {"sopkit.yaml": files["sopkit.yaml"].replace(b"  logo: logo.png\n", b"")}
    return SHARED if name == "shared" else files_below(HERE / name)


def recalls_the_same(name: str, seeds: range, tmp_path: Path) -> int:
    """Return how many families were recalled in all, whole or in part, after the edits of these seeds."""
    files = workspace(name, tmp_path)
    first = compiled(files)
    taken = 0
    for seed in seeds:
        rng = random.Random(seed)  # noqa: S311  repeatable, not secret
        now = edited(files, rng)
        earlier = recollection(files, first, now)
        other = edited(files, rng) if seed % 3 == 0 else files
        beside = recollection(other, compiled(other), now) if other is not files else None
        whole = compiled(now)
        assert told(compiled(now, earlier)) == told(compiled(now, beside, earlier)) == told(whole), seed
        for like in (compiled_like(now, first), compiled_like(now, first, earlier)):
            assert told(like) == told(whole), seed
            assert made_of(like) == made_of(whole), seed
        assert verdicts(compiled_like(now, first, earlier, proofs=False)) == verdicts(whole), seed
        last = recollection(other, compiled(other), files) if other is not files else None
        for of_now, of_then in ((None, None), (beside or earlier, last)):
            together, base = judged_with(files, now, of_now, of_then)
            assert told(together) == told(whole), seed
            assert verdicts(base) == verdicts(first), seed
        if earlier is not None and whole.judgement.said:
            found = earlier.recall(whole.forest, whole.judgement.beside, rules.BY_NAME, rules.READS)
            taken += len(found.said) + len(found.of_others)
    return taken


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "seeds"),
    [("synthetic", range(40)), ("as_published", range(12)), ("everything", range(30)), ("shared", range(200))],
)
def test_a_check_that_recalls_is_the_same_as_a_whole_one(name: str, seeds: range, tmp_path: Path) -> None:
    assert recalls_the_same(name, seeds, tmp_path) > 0


PLAYBOOK = "lifecycle/000/lifecycle-00000.yaml"


def test_what_is_the_same_in_another_version_is_bound_and_laid_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = workspace("synthetic", tmp_path)
    first = compiled(files)
    bound = Mock(wraps=bind.bind)
    monkeypatch.setattr(bind, "bind", bound)

    def otherwise(kind: str, change: Callable[[str], str]) -> tuple[set[str], int]:
        path = next(one for one in sorted(files) if kind in one)
        now = {**files, path: change(files[path].decode()).encode()}
        bound.reset_mock()
        made = compiled_like(now, first)
        asked = {call.args[1].trees[call.args[2]].source.path for call in bound.call_args_list}
        laid = sum(
            made.graph.laid[name] is not one for name, one in first.graph.laid.items() if name in made.graph.laid
        )
        assert made_of(made) == made_of(compiled(now))
        return asked - {path}, laid

    assert otherwise("lifecycle-", lambda text: text.replace("after: 30d", "after: 31d")) == (set(), 1)
    assert otherwise("lifecycle-", lambda text: f"# a remark\n{text}") == (set(), 1)
    beside, laid = otherwise("lifecycle-", lambda text: re.sub(r"(?m)^id: .*", "id: another", text))
    assert len(beside) == len({tree.source.path for tree in first.forest.trees}) - 1, "other names are declared"
    assert laid == len(first.graph.laid) - 1
    doubled = lambda text: f"{text}---\n{text.replace('id: ', 'id: more-', 1)}"  # noqa: E731
    assert otherwise("lifecycle-", doubled)[0], "the numbers of trees are others"


def test_what_was_worked_out_of_playbooks_is_taken_over_where_nothing_else_is_otherwise(tmp_path: Path) -> None:
    files = workspace("synthetic", tmp_path)
    first = compiled(files)

    def otherwise(kind: str, change: Callable[[str], str]) -> tuple[case.Case, case.Case]:
        path = next(one for one in sorted(files) if kind in one)
        now = compiled_like({**files, path: change(files[path].decode()).encode()}, first)
        assert now.judgement.case is not None
        assert first.judgement.case is not None
        return first.judgement.case, now.judgement.case

    then, now = otherwise("lifecycle-", lambda text: text.replace("after: 30d", "after: 31d"))
    assert len(now.changed) == 1
    (changed,) = now.changed
    assert {root for root, one in now.courses.items() if one is not then.courses[root]} == {changed}
    others = {id_ for id_, one in now.touches_at.items() if one is not then.touches_at[id_]}
    assert others <= {node.id for node in now.graph.parts[changed]}
    assert [*now.touches_at] == [*then.touches_at]
    assert {root for (root, _), net in now.plan.nets.items() if net is not then.plan.nets.get((root, _))} <= {changed}
    assert now.plan.sorts.of.keys() == then.plan.sorts.of.keys()
    assert all(one is then.plan.sorts.of[root] for root, one in now.plan.sorts.of.items() if root != changed)
    assert then.carriage is now.carriage
    assert all(now.steps(root) is then.steps(root) for root, _ in now.playbooks if root != changed)
    for made_of, place in ((uses_of, "place"), (occasions, "subject")):
        before, after = [*made_of(then)], [*made_of(now)]
        fresh = [getattr(one, place) for one in after if id(one) not in set(map(id, before))]
        assert len(after) == len(before) > len(fresh) > 0
        assert all(one.startswith(f"{changed}/") for one in fresh)
    first_steps = r"(?s)( +- id: hello\n.*?)( +- id: ask-phone\n.*?)(?= +- {id: reward)"
    now = otherwise("lifecycle-", lambda text: re.sub(first_steps, r"\2\1", text))[1]
    order = {id_: number for number, id_ in enumerate(now.graph.nodes)}
    assert [*now.touches_at] == sorted(then.touches_at, key=order.__getitem__) != [*then.touches_at]
    assert otherwise("sopkit.yaml", lambda text: f"{text}\n# a remark\n")[1].like is None, "the settings"
    assert otherwise("catalog/", lambda text: f"# a remark\n{text}")[1].like is None, "the nouns"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{id: hi, send: text-0", "{id: hi, do: 打招呼, by: guide, within: 1d}\n  - {id: pause, wait: 1d}\n  - {id: hello, send: text-0"),
        ("  - {id: hi, send: text-0, via: mp-notice, for: care}\n", ""),
        ("steps:\n", "steps:\n  - {id: begin, wait: 1d}\n"),
        ("kind: automation", "# a remark\nkind: automation"),
    ],
)  # fmt: skip
def test_what_is_sorted_by_a_key_is_as_made_anew(old: str, new: str) -> None:
    text = SHARED["play-1.yaml"].decode()
    other = {**SHARED, "play-1.yaml": text.replace(old, new).encode()}
    assert other != SHARED
    for first, now in ((SHARED, other), (other, SHARED)):
        made, whole = (one.judgement.case for one in (compiled_like(now, compiled(first)), compiled(now)))
        assert made is not None
        assert whole is not None
        assert made.like is not None
        sorts = [one.by("verb", case._verbs) for one in (made.like, made, whole)]
        then, taken_over, anew = ({kind: [*of.items()] for kind, of in one.items()} for one in sorts)
        assert taken_over == anew
        same = {id(some) for of in then.values() for _, some in of}
        assert {root for of in taken_over.values() for root, some in of if id(some) not in same} <= made.changed


def test_what_a_workflow_follows_from_is_otherwise_where_a_cadence_names_it() -> None:
    head = "title: 流程\nowner: guide\nreview_by: 2027-12-31\n"
    procedures = [
        f"kind: procedure\nid: {name}\n{head}starts_on: {starts}\nfor_each: customer\nsteps: [{{id: a, {step}}}]\n"
        for name, starts, step in (
            ("make", "{issue: any}", "tag: called"),
            ("undo", "{issue: weekly}", "untag: called"),
        )
    ]
    weekly = f"kind: cadence\nid: weekly\n{head}via: moments\nfor: promotion\nevery: week\nat: [mon 10:00]\n"
    files = {
        "sopkit.yaml": (WORKSPACE + conflicts_writes.TAG + "---\n" + "---\n".join(procedures)).encode(),
        "weekly.yaml": weekly.encode(),
    }
    named = {**files, "weekly.yaml": f"{weekly}workflow: make\n".encode()}
    for first, now in ((files, named), (named, files)):
        whole, made = compiled(now), compiled_like(now, compiled(first))
        assert conflicts_writes.WRITES.code in {
            one.rule.code for one in (whole.findings if now is named else whole.proved)
        }
        assert told(made) == told(whole)
        assert made.judgement.case is not None
        assert made.judgement.case.changed == {"cadence/weekly", "procedure/make"}


def test_whether_two_lifecycles_meet_is_worked_out_once_unless_something_that_they_name_or_that_names_them_is_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = conflicts_owners.OTHER.replace("starts_on: order-paid", "starts_on: {ended: newcomers}")
    files = {
        "sopkit.yaml": WORKSPACE.encode(),
        "replies.yaml": KPI.encode(),
        "one.yaml": (LIFECYCLE + conflicts_owners.STAGE).encode(),
        "two.yaml": (second + conflicts_owners.STAGE).encode(),
        "play.yaml": f"{AUTOMATION}  - {{id: call, do: 打电话, by: guide, within: 1d}}\n".encode(),
    }
    started = {**files, "play.yaml": files["play.yaml"] + b"  - {id: begin, start: buyers}\n"}
    later = {**files, "play.yaml": files["play.yaml"].replace(b"within: 1d", b"within: 2d")}
    for then, now, times in ((files, started, 2), (started, files, 2), (files, later, 1)):
        wholes = [compiled(one) for one in (now, then)]
        met = Mock(wraps=conflicts_meeting.meeting)
        monkeypatch.setattr(conflicts_owners, "meeting", met)
        together, base = judged_with(then, now, None, None)
        assert met.call_count == times
        assert told(together) == told(wholes[0])
        assert verdicts(base) == verdicts(wholes[1])
        assert (conflicts_owners.OWNERS in {one.rule for one in together.findings}) == (now is started)


def test_what_is_told_in_passing_is_of_these_very_playbooks_and_is_not_kept() -> None:
    first, other, last = Pieces(), Pieces(), Pieces()
    assert first.in_passing("X", "a", "b", make=lambda: 1) == 1
    other.beside(first, frozenset(("c",)))
    assert [other.in_passing("X", *names, make=lambda: 2) for names in ("ab", "ba", "ac")] == [1, 2, 2]
    last.beside(other, frozenset(("c",)))
    assert [last.in_passing("X", *names, make=lambda: 3) for names in ("ab", "ba", "ac")] == [1, 2, 3]
    assert first.stored == other.stored == last.stored == ()


def test_of_a_version_that_is_only_compared_with_the_oldest_consent_is_not_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = workspace("synthetic", tmp_path)
    first = compiled(files)
    looked = Mock(wraps=evidence.is_come_to)
    monkeypatch.setattr(consent_paths, "is_come_to", looked)
    whole = compiled_like(files, first)
    assert looked.called
    looked.reset_mock()
    assert verdicts(compiled_like(files, first, proofs=False)) == verdicts(whole)
    assert not looked.called


def test_how_the_oldest_consent_is_come_to_is_taken_over_unless_a_playbook_on_the_ways_is_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = workspace("synthetic", tmp_path)
    first = compiled(files)
    kept = [one for one in first.judgement.pieces.stored if isinstance(one, tuple) and "ways" in str(one[0])]
    (root,) = [str(name) for _, among, *_ in kept if isinstance(among, tuple) for name in among]
    (own,) = [path for path, data in files.items() if f"id: {root.partition('/')[2]}\n".encode() in data]
    (other, *_) = [path for path in files if path.startswith("automation/") and path != own]
    for path, looked_for in ((other, False), (own, True)):
        now = {**files, path: files[path].replace(b"  - {id: rest, wait: 3d}\n", b"")}
        assert now != files
        whole, looked = compiled(now), Mock(wraps=evidence.is_come_to)
        monkeypatch.setattr(consent_paths, "is_come_to", looked)
        assert told(compiled(now, recollection(files, first, now))) == told(whole)
        assert looked.called == looked_for


ASKING = "ask: news, script: please, via: mp-page, for: onboarding, proof: [time, wording], kept_in: crm"
OF_NEWS = """\
kind: catalog
scripts:
  please: {title: 询问, text: 【示例】可以发给您吗？}
  new: {title: 新品, advertising: true, text: 【示例】新品已到店。客服400-000-0000，拒收请回复T【广告】}
events: {refused: {title: 拒绝, tool: crm, at_most: 1 per day}}
consents:
  news: {title: 新品, channels: [sms], purposes: [promotion], data: [phone], withdrawn_by: [refused], effective_within: 72h}
"""


def of_news(name: str, starts: str, step: str) -> bytes:
    head = f"kind: automation\nid: {name}\ntitle: 新品\nowner: guide\nreview_by: 2027-12-31\nstarts_on: {starts}\n"
    return f"{head}runs_in: map\nsteps:\n  - {{id: tell, {step}}}\n".encode()


def test_how_the_oldest_consent_is_come_to_hangs_on_where_any_playbook_asks_for_it() -> None:
    """A tool learns of a consent as late as of the slowest place in which it is asked for, be that on no way to its use."""
    syncs = sync("given", "mini-program", "map", "consents: [news]", 'every: day\nat: ["02:00"]\ntakes: 10m..30m')
    syncs += sync("ended", "crm", "map", "events: [refused]", "every: event\ntakes: 10s..10m")
    send = "send: new, via: sms, for: promotion, if: {consent: news}"
    files = {
        "sopkit.yaml": f"{SETTINGS}jurisdictions: [cn]\n".encode(),
        "catalog.yaml": OF_NEWS.encode(),
        "inquiry.yaml": of_news("inquiry", "member-joined", ASKING),
        "launch.yaml": of_news("launch", "{given: news}", send),
        "sync.yaml": syncs.encode(),
    }
    asks_no_more = of_news("inquiry", "member-joined", "send: please, via: mp-page, for: onboarding")
    now = {**files, "inquiry.yaml": asks_no_more}
    ages = []
    for before, after in ((files, now), (now, files)):
        whole = compiled(after)
        assert told(compiled(after, recollection(before, compiled(before), after))) == told(whole)
        ages += [one.worst for proof in whole.proved for one in proof.extents if one.measure == "consent"]
    assert ages == [30, 630]


USES = (
    ("{given: news}", "send: new, via: sms, for: promotion, if: {consent: news}"),
    ("{given: news}", "send: new, via: sms, for: promotion, after: 1d, if: {consent: news}"),
    ("member-joined", "send: new, via: sms, for: promotion, if: {consent: news}"),
)
ASKS = (
    ("member-joined", ASKING),
    ("order-paid", ASKING.replace("kept_in: crm", "kept_in: mini-program")),
    ("member-joined", f"{ASKING}, after: 2d"),
    ("order-paid", f"{ASKING}, if: {{not: {{consent: news}}}}"),
    ("member-joined", "send: please, via: mp-page, for: onboarding"),
)


def asked_for(rng: random.Random) -> dict[str, bytes]:
    """Return playbooks of which the first uses a consent that others may ask for."""
    some = [rng.choice(USES), *(rng.choice(ASKS) for _ in range(2))]
    return {f"play-{number}.yaml": of_news(f"play-{number}", *one) for number, one in enumerate(some)}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_what_hangs_on_where_other_playbooks_ask_for_a_consent_is_not_taken_over(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  repeatable, not secret
    syncs = sync("given", "mini-program", "map", "consents: [news]", 'every: day\nat: ["02:00"]\ntakes: 10m..30m')
    syncs += sync("ended", "crm", "map", "events: [refused], consents: [news]", "every: event\ntakes: 10s..10m")
    around = {
        "sopkit.yaml": f"{SETTINGS}jurisdictions: [cn]\n".encode(),
        "catalog.yaml": OF_NEWS.encode(),
        "sync.yaml": syncs.encode(),
    }
    files = {**around, **asked_for(rng)}
    made = compiled(files)
    for _ in range(10):
        path = rng.choice(["play-0.yaml", "play-1.yaml", "play-2.yaml"])
        now = {**files, path: asked_for(rng)[path]}
        whole, earlier = compiled(now), recollection(files, made, now)
        again = compiled(now, earlier)
        assert told(again) == told(whole)
        together, base = judged_with(files, now, earlier, None)
        assert told(together) == told(whole)
        assert verdicts(base) == verdicts(made)
        files, made = now, again


def recalled(files: Files, edit: Callable[[str], str], tmp_path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the families that are recalled after an edit of one playbook, whole, and of others than it."""
    first = compiled(files)
    text = files[PLAYBOOK].decode()
    assert edit(text) != text
    now = dict(files) | {PLAYBOOK: edit(text).encode()}
    earlier = recollection(files, first, now)
    assert earlier is not None
    whole = compiled(now)
    assert told(compiled(now, earlier)) == told(whole)
    found = earlier.recall(whole.forest, whole.judgement.beside, rules.BY_NAME, rules.READS)

    def names(numbers: Mapping[int, object]) -> frozenset[str]:
        return frozenset(rules.FAMILIES[number].__name__.rpartition(".")[2] for number in numbers)  # type: ignore[attr-defined]

    return names(found.said), names(found.of_others)


def with_a_step(text: str) -> str:
    return text.replace(
        "      - {id: reward,", "      - {id: more, do: 电话, by: guide, minutes: 4}\n      - {id: reward,"
    )


@pytest.mark.long
def test_families_are_asked_again_by_what_is_otherwise(tmp_path: Path) -> None:
    files = workspace("synthetic", tmp_path)
    assert recalled(files, lambda text: "# a remark\n" + text, tmp_path) == (ALL, frozenset())
    assert recalled(files, lambda text: text.replace("why: ", "why: 改过"), tmp_path) == (ALL, frozenset())
    assert recalled(files, lambda text: text.replace("title: ", "title: 改过"), tmp_path)[0] == ALL - {"caps"}
    assert recalled(files, lambda text: text.replace("do: ", "do: 改过"), tmp_path)[0] == ALL - {"conflicts"}
    whole, of_others = recalled(files, lambda text: text.replace("after: 30d", "after: 31d"), tmp_path)
    assert recalled(files, with_a_step, tmp_path) == (whole, of_others)
    assert whole == {
        "governance",
        "consent_resent",
        "tools_data",
        "targets",
        "kpis",
        "experiments",
        "personal",
        "sharing",
        "content",
        "promotions",
        "papers",
    }
    assert of_others == {"reach", "guards", "times"}
    whole, of_others = recalled(files, lambda text: text.replace("topic: ", "topic: x"), tmp_path)
    assert not whole
    assert of_others == {"reach", "guards", "times"}


def test_nothing_is_recalled_where_files_came_or_went_or_artefacts_did_or_of_another_number_of_families() -> None:
    files = workspace("as_published", Path())
    made = compiled(files)
    earlier = recollection(files, made, files)
    assert earlier is not None
    assert len(earlier.recall(made.forest, made.judgement.beside, rules.BY_NAME, rules.READS).said) == len(
        rules.FAMILIES
    )
    assert not earlier.recall(
        made.forest, (made.judgement.beside[0], (("a.pdf", True),)), rules.BY_NAME, rules.READS
    ).said
    assert not earlier.recall(made.forest, (1, made.judgement.beside[1]), rules.BY_NAME, rules.READS).said
    for now in ({**files, "more.yaml": b""}, {path: data for path, data in files.items() if path != "kpis.yaml"}):
        other = recollection(files, made, now)
        assert other is not None
        assert not other.recall(made.forest, made.judgement.beside, rules.BY_NAME, rules.READS).said
    assert Kept.of(("no", "such", "thing")) is None
    assert Kept.of(earlier.kept and earlier.kept.stored) == earlier.kept


def test_what_is_said_of_a_step_moves_with_it_when_another_comes_before_it() -> None:
    files = {"sopkit.yaml": BY_SEGMENT.bad.encode()}
    step = "  - {id: call, do: 打电话, by: guide, within: 1d}\n  - id: price".encode()
    now = {"sopkit.yaml": files["sopkit.yaml"].replace(b"  - id: price", step)}
    for before, after in ((files, now), (now, files)):
        earlier, whole = recollection(before, compiled(before), after), compiled(after)
        assert earlier is not None
        found = earlier.recall(whole.forest, whole.judgement.beside, rules.BY_NAME, rules.READS)
        assert any(one.rule is BY_SEGMENT for outcomes, _ in found.said.values() for one in outcomes)
        assert told(compiled(after, earlier)) == told(whole)


SHARED: Files = {
    "sopkit.yaml": WORKSPACE.encode(),
    "scripts.yaml": b"kind: catalog\nscripts:\n"
    + "".join(f"  text-{n}: {{title: 第{n}条, text: 【示例】您好，第{n}条}}\n" for n in range(4)).encode()
    + "roles:\n  caller: {title: 回访专员, of: headquarters}\n".encode(),
    **{
        f"play-{number}.yaml": (
            AUTOMATION.replace("id: follow-up", f"id: play-{number}")
            + f"  - {{id: hi, send: text-{number // 2}, via: mp-notice, for: care}}\n"
            + f"  - {{id: call, do: 电话问候第{number // 2}批, by: {('guide', 'caller')[number % 2]}, within: 1d}}\n"
        ).encode()
        for number in range(8)
    },
}
"""Playbooks of which each two send the same, and order the same work of two roles."""
CHANGED: Mapping[str, tuple[str, str]] = {
    "when": ("via: mp-notice", "after: 3d, via: mp-notice"),
    "what": ("text-0", "text-1"),
    "whom": ("starts_on: member-joined", "starts_on: order-paid"),
    "whose": ("by: guide", "by: caller"),
    "words": ("电话问候第0批", "电话问候第1批"),
    "more": ("  - {id: call", "  - {id: then, start: play-2}\n  - {id: call"),
    "for whom": ("steps:", "audience: {in: play-4}\nsteps:"),
    "a comment": ("kind: automation", "# a remark\nkind: automation"),
}


@pytest.mark.parametrize("change", CHANGED)
def test_what_was_worked_out_of_a_few_playbooks_is_taken_over_of_others(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compiled(SHARED)
    old, new = CHANGED[change]
    now = {**SHARED, "play-0.yaml": SHARED["play-0.yaml"].replace(old.encode(), new.encode())}
    assert now != SHARED
    earlier, whole = recollection(SHARED, first, now), compiled(now)
    assert earlier is not None
    found = earlier.recall(whole.forest, whole.judgement.beside, rules.BY_NAME, rules.READS)
    assert told(compiled(now, earlier)) == told(whole)
    assert found.pieces is not None
    items = {name for name in _names_of(found.pieces) if name.startswith("SOP405")}
    touched = {"more": {"SOP405 text-0", "SOP405 text-1"}, "for whom": {"SOP405 text-0", "SOP405 text-2"}}
    assert items == {f"SOP405 text-{number}" for number in range(4)} - touched.get(change, {"SOP405 text-0"})
    judged = Mock(wraps=conflicts_items._judge)
    monkeypatch.setattr(conflicts_items, "_judge", judged)
    again = compiled(now, earlier)
    assert told(again) == told(whole)
    asked = {call.args[4] for call in judged.call_args_list}
    assert not asked & {name.removeprefix("SOP405 ") for name in items - {"SOP405 text-1"}}
    if change != "a comment":  # then no family is asked again
        asked_again = "SOP4" if change == "words" else "SOP"
        again_kept, all_kept = (
            [name for name in _names_of(one.judgement.pieces) if name.startswith(asked_again)] for one in (again, whole)
        )
        assert again_kept == all_kept


def test_sums_are_taken_over_of_heaps_of_playbooks_in_which_nothing_is_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = compiled(SHARED)
    now = {**SHARED, "play-0.yaml": SHARED["play-0.yaml"].replace(b"within: 1d", b"within: 2d")}
    earlier, whole = recollection(SHARED, first, now), compiled(now)
    assert earlier is not None
    asked: list[list[str]] = []

    def spied(make: Callable[..., object]) -> Callable[..., object]:
        def noted(case: object, playbooks: Sequence[tuple[str, object]], *more: object) -> object:
            asked.append([root for root, _ in playbooks])
            return make(case, playbooks, *more)

        return noted

    monkeypatch.setattr(conflicts_workload, "_sums_of", spied(conflicts_workload._sums_of))
    monkeypatch.setattr(cycles, "_inside", spied(cycles._inside))
    assert told(compiled(now, earlier)) == told(whole)
    (heap,) = [of for _, of in heaps([f"automation/play-{number}" for number in range(8)]) if "automation/play-0" in of]
    assert asked == [heap, heap]
    assert len(heap) < len(SHARED) - 2


def test_a_role_has_too_much_to_do_by_a_change_of_one_of_its_playbooks() -> None:
    busy = {
        f"play-{number}.yaml": (
            AUTOMATION.replace("id: follow-up", f"id: play-{number}").replace("member-joined", "asked")
            + f"  - {{id: answer, do: 回答第{number}类问题, by: adviser, within: 1d, minutes: 1}}\n"
        ).encode()
        for number in range(4)
    }
    files = {"sopkit.yaml": (WORKSPACE + "---\n" + conflicts_workload.NOUNS.removesuffix("---\n")).encode(), **busy}
    now = {**files, "play-2.yaml": busy["play-2.yaml"].replace(b"minutes: 1", b"minutes: 4")}
    first, whole = compiled(files), compiled(now)
    assert "overloaded-role" not in {one.rule.name for one in first.findings}
    assert "overloaded-role" in {one.rule.name for one in whole.findings}
    for before, made, after, then in ((files, first, now, whole), (now, whole, files, first)):
        assert told(compiled(after, recollection(before, made, after))) == told(then)


def _names_of(pieces: Pieces) -> list[str]:
    return [str(one[0]) for one in pieces.stored if isinstance(one, tuple)]


def test_a_piece_is_of_its_very_playbooks_and_hangs_on_nothing_beside_them() -> None:
    first = compiled(SHARED)
    for path, old, new in (
        ("scripts.yaml", "第1条, text", "第1条改, text"),
        ("play-0.yaml", "id: play-0", "id: play-9"),
        ("sopkit.yaml", "title: 示例", "title: 又一例"),
    ):
        now = {**SHARED, path: SHARED[path].replace(old.encode(), new.encode())}
        assert now != SHARED
        earlier, whole = recollection(SHARED, first, now), compiled(now)
        assert earlier is not None
        assert earlier.recall(whole.forest, whole.judgement.beside, rules.BY_NAME, rules.READS).pieces is None
        assert told(compiled(now, earlier)) == told(whole)
    made = Pieces()
    assert made.of("SOP405", "x", ("a", "b"), lambda: None) is None
    assert made.of("SOP405", "x", ("a", "b"), lambda: ((), (1,))) == ((), (1,))
    (stored,) = made.stored
    assert stored == ("SOP405 x", ("a", "b"), plain(((), (1,))))
    read = Pieces({"SOP405 x": (("a", "b"), None)}, lambda _: ((), (2,)))
    assert read.of("SOP405", "x", ("a", "b"), lambda: ((), (1,))) == ((), (2,))
    assert read.of("SOP405", "x", ("b", "a"), lambda: ((), (1,))) == ((), (1,))
    assert read.of("SOP403", "x", ("a", "b"), lambda: ((), (1,))) == ((), (1,))


def test_pieces_of_families_that_were_not_asked_are_kept_on() -> None:
    known = {"SOP405 x": (("a",), None), "SOP405 gone": (("a",), None), "SOP403 x": (("a",), None)}
    pieces = Pieces(known, lambda _: ((), (2,)))
    assert _names_of(pieces) == ["SOP403 x", "SOP405 gone", "SOP405 x"]
    other = Pieces(known, lambda _: ((), (2,)))
    other.of("SOP405", "x", ("a",), lambda: None)
    pieces.add(*other.new())
    assert _names_of(pieces) == ["SOP403 x", "SOP405 x"]


TIMELESS = ALL - {rules.FAMILIES[number].__name__.rpartition(".")[2] for number in rules.READS.times}  # type: ignore[attr-defined]
TIME = re.compile(
    r"(?<!escalate: {to: head, )(?<!date: birthday, )(\b(?:after|within|before|minutes|stays|due|priority): (?:at least )?)(\d+)"
)


def recalled_where_playbooks_are_otherwise(files: Files, change: Callable[[str], str]) -> frozenset[str]:
    """Return the names of the families that are recalled whole where every playbook is otherwise."""
    later = {
        path: data if re.search(b"(?m)^kind: (catalog|workspace|kpi|sync)", data) else change(data.decode()).encode()
        for path, data in files.items()
    }
    assert later != files
    earlier, whole = recollection(files, compiled(files), later), compiled(later)
    assert earlier is not None
    assert told(compiled(later, earlier)) == told(whole)
    found = earlier.recall(whole.forest, whole.judgement.beside, rules.BY_NAME, rules.READS)
    return frozenset(rules.FAMILIES[number].__name__.rpartition(".")[2] for number in found.said)  # type: ignore[attr-defined]


@pytest.mark.long
@pytest.mark.parametrize("name", ["synthetic", "everything"])
def test_families_that_are_said_to_read_no_times_say_the_same_at_all_others(name: str, tmp_path: Path) -> None:
    files = workspace(name, tmp_path)
    for more in (1, 2, 7):
        later = lambda text: TIME.sub(lambda found: f"{found[1]}{int(found[2]) + more}", text)  # noqa: B023, E731  called here
        assert recalled_where_playbooks_are_otherwise(files, later) == TIMELESS


@pytest.mark.long
@pytest.mark.parametrize("name", ["synthetic", "everything"])
def test_titles_of_playbooks_and_reasons_matter_to_families_that_tell_them_alone(name: str, tmp_path: Path) -> None:
    def later(text: str) -> str:
        return re.sub(r"((?:title|why|if_wrong|summary): [\"']?)(?=[^\s\[{|>])", r"\1改过 ", text)

    assert recalled_where_playbooks_are_otherwise(workspace(name, tmp_path), later) >= ALL - {"caps", "consent"}

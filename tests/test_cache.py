"""A run with a cache finds and makes exactly what a run without one does, whatever happens to the files of the cache."""

from __future__ import annotations

import marshal
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopkit import cache, examination, pipeline
from sopkit.cache import HEADER_BYTES, MAGIC, Cache
from sopkit.graph.manifest import manifest
from sopkit.pipeline import Compilation
from sopkit.reader import Reading, read
from sopkit.reader.files import find_sources
from sopkit.source import Source
from tests.workspaces import SETTINGS, TODAY

VERSION: Final = cache.version(b"test")
OTHER_VERSION: Final = cache.version(b"other")

ROLE: Final = "kind: catalog\nroles:\n  guide: {title: 导购, of: shop}\n"
WORK: Final = """\
kind: procedure
id: opening
title: 开店
owner: guide
review_by: 2027-12-31
starts_on: manual
for_each: shop
steps:
  - &one {id: lights, do: 开灯, by: guide, within: 10m, why: 顾客看得见}
  - {<<: *one, id: till, do: "开收银 #1"}
"""
CONTENTS: Final = (
    ROLE.encode(),
    WORK.encode(),
    WORK.replace("within: 10m", "within: 25m").encode(),
    WORK.replace("by: guide", "by: nobody").encode(),  # clean for reader and schema, not for resolution
    WORK.replace("review_by", "reviewed_by").encode(),  # the schema refuses it
    WORK.replace('"开收银 #1"', "开收银 #1").encode(),  # the end of a text is lost
    WORK.replace("\n", "\r\n").encode(),
    f"---\n{ROLE}---\n{WORK}".encode(),
    b"",
    b"# nothing\n",
    b"kind: [\n",
    b"\xff\xfe",
)
NAMES: Final = ("a.yaml", "b.yaml", "deep/c.yaml")


def compiled(folder: Path, caches: Path | None, version: bytes = VERSION) -> Compilation:
    """Compile a workspace as the command line does, with a cache in `caches` or without one."""
    found = find_sources(folder)
    if caches is None:
        return pipeline.compile(found.sources, today=TODAY, found=found.findings)
    remembered = Cache.open(folder, version, {cache.PLACE: str(caches)})
    known = remembered.recall(found.sources)
    compilation = pipeline.compile(found.sources, today=TODAY, found=found.findings, known=known.get)
    remembered.keep(compilation.clean)
    return compilation


def outcome(compilation: Compilation) -> object:
    """Return everything a run comes to, in values that can be compared across runs."""
    found = [
        (one.rule.code, one.span.sort_key, one.message("zh-CN"), one.subject, [fix.label.en for fix in one.fixes])
        for one in compilation.findings
    ]
    trees = [
        (tree.source.path, tree.value, list(tree.places), dict(tree.plain_hash), tree.plain, dict(tree.aliased))
        for tree in compilation.forest.trees
    ]
    made = manifest(compilation.workspace, compilation.graph, compilation.forest, compilation.today)
    return found, trees, made, compilation.held_back, compilation.files


def packs(caches: Path) -> list[Path]:
    return sorted(path for path in caches.rglob("*") if path.is_file()) if caches.is_dir() else []


def _workspace(folder: Path, *contents: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sopkit.yaml").write_text(SETTINGS.replace("uses: [retail-cn]\n", ""), encoding="utf-8")
    for name, data in zip(NAMES, contents, strict=False):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def caches(tmp_path: Path) -> Path:
    return tmp_path / "caches"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _workspace(tmp_path / "one", CONTENTS[0], CONTENTS[1])


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep the paths of the files that are really read."""
    seen: list[str] = []

    def noted(source: Source) -> Reading:
        seen.append(source.path)
        return read(source)

    monkeypatch.setattr(examination, "read", noted)
    return seen


def test_only_what_changed_is_read_again(folder: Path, caches: Path, reads: list[str]) -> None:
    compiled(folder, caches)
    assert reads == ["a.yaml", "b.yaml", "sopkit.yaml"]
    reads.clear()
    compiled(folder, caches)
    assert reads == []
    (folder / "b.yaml").rename(folder / "renamed.yaml")
    compiled(folder, caches)
    assert reads == []
    (folder / "a.yaml").write_bytes(CONTENTS[0] + b"# more\n")
    compiled(folder, caches)
    assert reads == ["a.yaml"]


def test_files_with_findings_are_read_again(folder: Path, caches: Path, reads: list[str]) -> None:
    (folder / "b.yaml").write_bytes(CONTENTS[4])
    compiled(folder, caches)
    reads.clear()
    assert outcome(compiled(folder, caches)) == outcome(compiled(folder, None))
    assert reads == ["b.yaml", "a.yaml", "b.yaml", "sopkit.yaml"]


Operation = tuple[str, int, int]

OPERATIONS: Final = st.lists(
    st.tuples(
        st.sampled_from(
            ("edit", "delete", "rename", "corrupt", "truncate", "swap", "version", "garbage", "lose", "folder", "stale")
        ),
        st.integers(0, 1 << 16),
        st.integers(0, 255),
    ),
    max_size=6,
)


@pytest.mark.long
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contents=st.lists(st.sampled_from(CONTENTS), min_size=3, max_size=3), operations=OPERATIONS)
def test_no_cached_run_differs_from_a_cold_one(contents: list[bytes], operations: list[Operation]) -> None:
    with TemporaryDirectory() as name:
        caches = Path(name) / "caches"
        both = [_workspace(Path(name) / "one", *contents), _workspace(Path(name) / "two", *reversed(contents))]
        version = VERSION
        for operation, at, byte in (("begin", 0, 0), *operations, ("edit", 0, 0)):
            version = OTHER_VERSION if operation == "version" else version
            _disturb(operation, at, byte, both[at % 2], caches)
            for folder in both:
                assert outcome(compiled(folder, caches, version)) == outcome(compiled(folder, None))


def _disturb(operation: str, at: int, byte: int, folder: Path, caches: Path) -> None:
    """Change a workspace or its cache in one way; where there is nothing to change, leave it."""
    files = [path for path in sorted(folder.rglob("*.yaml")) if path.name != "sopkit.yaml"]
    if operation == "edit":
        (folder / NAMES[at % len(NAMES)]).parent.mkdir(exist_ok=True)
        (folder / NAMES[at % len(NAMES)]).write_bytes(CONTENTS[byte % len(CONTENTS)])
    elif operation == "delete" and files:
        files[at % len(files)].unlink()
    elif operation == "rename" and files:
        files[at % len(files)].rename(folder / f"renamed-{byte}.yaml")
    kept = packs(caches)
    if not kept:
        return
    pack = kept[at % len(kept)]
    data = pack.read_bytes()
    if operation == "corrupt":
        place = at % len(data)
        pack.write_bytes(data[:place] + bytes([data[place] ^ (byte or 1)]) + data[place + 1 :])
    elif operation == "truncate":
        pack.write_bytes(data[: at % len(data)])
    elif operation == "swap":
        other = kept[byte % len(kept)]
        pack.write_bytes(other.read_bytes())
        other.write_bytes(data)
    elif operation == "garbage":
        pack.write_bytes(bytes([byte]) * at)
    elif operation == "lose":
        pack.unlink()
    elif operation == "folder":
        pack.unlink()
        pack.mkdir()
    elif operation == "stale":  # a pack of long ago comes back
        pack.rename(pack.with_suffix(".recent" if pack.suffix == ".base" else ".base"))


@pytest.mark.parametrize(
    "payload",
    [
        marshal.dumps(compile("raise SystemExit('run')", "cache", "exec")),
        marshal.dumps(["no", "mapping"]),
        b"cos\nsystem\n(S'touch run'\ntR.",  # what pickle would run
        b"",
    ],
    ids=["code", "list", "pickle", "nothing"],
)
def test_a_forged_pack_runs_nothing(folder: Path, caches: Path, payload: bytes) -> None:
    compiled(folder, caches)
    for pack in packs(caches):
        pack.write_bytes(MAGIC + VERSION + sha256(payload).digest() + payload)
    assert outcome(compiled(folder, caches)) == outcome(compiled(folder, None))


def test_a_pack_of_another_version_is_not_believed(folder: Path, caches: Path, reads: list[str]) -> None:
    compiled(folder, caches)
    reads.clear()
    compiled(folder, caches, OTHER_VERSION)
    assert len(reads) == 3


def test_a_pack_of_another_user_is_not_believed(
    folder: Path, caches: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(folder, caches)
    reads.clear()
    monkeypatch.setattr(os, "getuid", lambda: 4711, raising=False)
    compiled(folder, caches)
    assert len(reads) == 3


def test_packs_can_be_read_by_their_owner_only(folder: Path, caches: Path) -> None:
    compiled(folder, caches)
    assert {path.stat().st_mode & 0o077 for path in (caches, *packs(caches))} == {0}


def test_where_nothing_can_be_written_nothing_fails(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        assert outcome(compiled(folder, place)) == outcome(compiled(folder, None))
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way"


def test_a_full_disk_leaves_the_former_pack(folder: Path, caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(folder, caches)
    before = {path: path.read_bytes() for path in packs(caches)}
    (folder / "a.yaml").write_bytes(CONTENTS[0] + b"# more\n")

    def refuse(_old: object, _new: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    assert outcome(compiled(folder, caches)) == outcome(compiled(folder, None))
    assert {path: path.read_bytes() for path in packs(caches)} == before


def test_nothing_is_written_inside_the_workspace(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    compiled(folder, folder / "caches")
    (folder.parent / "link").symlink_to(folder)
    compiled(folder, folder.parent / "link" / "caches")
    assert sorted(folder.rglob("*")) == before


def test_what_is_no_longer_used_is_dropped(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]
) -> None:
    monkeypatch.setattr(cache, "FEW", 2)
    folder = _workspace(tmp_path / "many")
    for number in range(40):
        (folder / f"{number}.yaml").write_bytes(CONTENTS[0] + b"# %d\n" % number)
    compiled(folder, caches)
    full = sum(path.stat().st_size for path in packs(caches))
    for number in range(40):
        (folder / f"{number}.yaml").write_bytes(CONTENTS[0] + b"# new %d\n" % number)
        compiled(folder, caches)
        assert sum(path.stat().st_size for path in packs(caches)) < 3 * full
    reads.clear()
    compiled(folder, caches)
    assert reads == []


def test_all_packs_together_keep_to_the_bound(tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "FEW", 0)
    compiled(_workspace(tmp_path / "w0", *CONTENTS[:2]), caches)
    one = sum(path.stat().st_size for path in packs(caches))
    monkeypatch.setattr(cache, "MAX_BYTES", 3 * one + 100)
    half, theirs = caches / f"{'0' * 32}.k1lled_x.part", caches / "film.mkv.part"
    for path in (half, theirs):
        path.write_bytes(b"half")
        os.utime(path, (0, 0))
    for number in range(1, 8):
        compiled(_workspace(tmp_path / f"w{number}", *CONTENTS[:2]), caches)
    assert not half.exists()
    assert theirs.read_bytes() == b"half"
    theirs.unlink()
    kept = packs(caches)
    assert sum(path.stat().st_size for path in kept) <= 3 * one + 100
    assert len(kept) == 3


@pytest.mark.long
def test_runs_at_the_same_time_do_not_disturb_each_other(folder: Path, tmp_path: Path) -> None:
    environment = {**os.environ, cache.PLACE: str(tmp_path / "shared"), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "sopkit", "check", str(folder), "--lang", "en", "--as-of", "2026-07-01"]
    alone = subprocess.run(command, env={**environment, cache.SWITCH: "off"}, capture_output=True, check=False)
    runs = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
    ]
    results = [(*run.communicate(), run.returncode) for run in runs]
    assert results == [(alone.stdout, alone.stderr, alone.returncode)] * 4
    assert [path.suffix for path in packs(tmp_path / "shared")] in ([".base"], [".recent"])


@pytest.mark.parametrize("word", ["off", "OFF", "0", "no", "false"])
def test_the_cache_can_be_turned_off(tmp_path: Path, word: str) -> None:
    assert cache.folder({cache.SWITCH: word, cache.PLACE: str(tmp_path)}) is None


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"HOME": "/home/a"}, "/home/a/.cache/sopkit"),
        ("linux", {"HOME": "/home/a", "XDG_CACHE_HOME": "/var/tmp/c"}, "/var/tmp/c/sopkit"),  # noqa: S108  never written
        ("linux", {}, None),
        ("darwin", {"HOME": "/Users/a"}, "/Users/a/Library/Caches/sopkit"),
        ("win32", {"LOCALAPPDATA": "/c"}, "/c/sopkit"),
        ("win32", {}, None),
        ("linux", {"HOME": "/home/a", cache.PLACE: "/c"}, "/c"),
    ],
)
def test_the_folder_is_where_the_system_keeps_caches(
    platform: str, environment: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert cache.folder(environment) == (Path(expected) if expected else None)


def test_the_version_depends_on_each_part() -> None:
    assert len({cache.version(), cache.version(b"a"), cache.version(b"b"), cache.version(b"a", b"b"), VERSION}) == 5
    assert cache.version(b"test") == VERSION


def test_the_header_is_as_long_as_it_says(folder: Path, caches: Path) -> None:
    compiled(folder, caches)
    (pack,) = packs(caches)
    payload = pack.read_bytes()[HEADER_BYTES:]
    assert sha256(payload).digest() == pack.read_bytes()[HEADER_BYTES - 32 : HEADER_BYTES]
    shutil.rmtree(caches)


def test_equal_texts_stand_once_in_a_pack(folder: Path, caches: Path) -> None:
    said = "这句话在许多文件里都一样"
    for number in range(20):
        work = WORK.replace("id: opening", f"id: opening-{number}").replace("顾客看得见", said)
        (folder / f"{number}.yaml").write_text(work, encoding="utf-8")
    compiled(folder, caches)
    payload = b"".join(pack.read_bytes() for pack in packs(caches))
    assert payload.count(said.encode()) == 1
    assert payload.count(b"procedure") == 1


def test_places_in_a_long_file_are_kept_as_they_are(folder: Path, caches: Path) -> None:
    long = "# 开店\n" * 20_000 + WORK
    (folder / "b.yaml").write_text(long, encoding="utf-8")
    cold = outcome(compiled(folder, caches))
    assert outcome(compiled(folder, caches)) == cold


@pytest.mark.long
def test_the_command_prints_the_same_with_and_without_a_cache(folder: Path, tmp_path: Path) -> None:
    (folder / "b.yaml").write_bytes(CONTENTS[3])
    command = [sys.executable, "-m", "sopkit", "check", str(folder), "--lang", "zh-CN", "--as-of", "2026-07-01"]
    environment = {**os.environ, cache.PLACE: str(tmp_path / "shared"), "PYTHONIOENCODING": "utf-8"}
    printed = [
        subprocess.run(command, env={**environment, cache.SWITCH: word}, capture_output=True, check=False).stdout
        for word in ("off", "on", "on")
    ]
    assert len(set(printed)) == 1
    assert "nobody" in printed[0].decode()
    assert packs(tmp_path / "shared")

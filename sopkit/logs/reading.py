"""Logs as people keep them go in; a store to ask comes out, with what was understood of each file and what could not be read.

A row that can't be read is set aside, with the reason, and counted; its content stays where it is, in the source. Where more rows are
bad than was said beforehand, nothing is concluded at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.clock import instant
from sopkit.graph.clock import zone as zone_of
from sopkit.logs import times
from sopkit.logs.engine import Engine, EngineError, Row, identifier, quoted
from sopkit.logs.failure import LogRefusedError, SetAside, TooManyBadError
from sopkit.logs.mapping import Mapped, files_of, mapped
from sopkit.logs.mistakes import mistaken
from sopkit.logs.naming import Vocabulary
from sopkit.logs.observed import of_one
from sopkit.logs.opening import LINE, ROW, open_file, unreadable
from sopkit.logs.store import RAW, Store, TooManyKindsError
from sopkit.logs.tables import FIELDS, TABLES, Field, Of
from sopkit.model.policies import LogFile
from sopkit.pipeline import Compilation
from sopkit.text import Phrase

AT_MOST_BAD: Final = 0.01
MOST_VALUES: Final = 50_000
"""Combinations of what repeats, in one file: of more, a column does not hold what is taken for it."""
MOST_NAMED: Final = 8
LONGEST: Final = 200
"""Characters of an id or a name; what is longer is none."""
LARGEST: Final = "1e15"
"""No number of a log is as large: neither what is none, `nan`, nor one whose square is infinite can be counted with."""
TYPED, ADDED = 0.73, 0.17
"""Shares of the time of reading: files are copied to columns of our types, then handed to the store, which then writes its parts."""
MOST_TOLD: Final = 100_000
"""Rows set aside that are listed one by one."""
REASONS: Final = {
    "missing": Phrase("没有写{field}", "no {field}"),
    "time": Phrase("{field}不是能读的时间", "{field} is no time that can be read"),
    "gap": Phrase("{field}是当地钟表跳过的时刻", "{field} is an hour that the local clock skips"),
    "number": Phrase("{field}不是数字", "{field} is no number"),
    "day": Phrase("{field}不是日期", "{field} is no date"),
    "flag": Phrase("{field}不是“是”或“否”", "{field} is neither yes nor no"),
    "long": Phrase(f"{{field}}超过 {LONGEST} 个字", f"{{field}} is longer than {LONGEST} characters"),
    "unknown": Phrase("{field}的值不认识", "{field} has a value that is not known"),
    "backwards": Phrase("{field}早于记录的时间", "{field} lies before the time of the row"),
    "layout": Phrase(
        "这一行的列数或引号不对", "the line has too few or too many columns, or a quote that is out of place"
    ),
    "quote": Phrase(
        "从这一行起引号没有结束，后面的都读不出来",
        "a quote begins that does not end: the lines from here on can't be read",
    ),
}
TOO_MANY: Final = Phrase(
    "{file}（当作 {of}）：{rows} 行里有 {bad} 行读不懂，超过了 {most}，这份日志不采用。原因：{reasons}；行号不含表头。"
    "改好映射（sopkit logs map {file}），或在 logs 里写 at_most_bad",
    "{file}, taken for {of}: {bad} of {rows} rows can't be read, more than {most}, so that nothing is concluded from it: {reasons}; "
    "the header is not counted. Correct the mapping (sopkit logs map {file}), or write at_most_bad under `logs`",
)
TOO_VARIED: Final = Phrase(
    "{file}：{fields} 这些列的值太多，不像渠道、步骤这类重复的内容；请核对 columns",
    "{file}: {fields} take too many values to be channels, steps and the like; look at `columns`",
)
UNFIT: Final = Phrase(
    "{file}：列“{column}”的类型是 {kind}，不能当作{field}",
    "{file}: the column “{column}” is of the type {kind}, which can't be read as {field}",
)
REASON: Final = Phrase("{reason} {count} 行（如第 {line} 行）", "{reason}: {count} rows (row {line}, for one)")
STRAY: Final = Phrase(
    "{said}。如果它不是日志：不要写文件夹 {folder}，逐个写出里面的日志文件，或把它移走",
    "{said}. If it is no log: name the logs in {folder} one by one in place of the folder, or move it elsewhere",
)
LATER: Final = {"consents": ("expires", "time"), "syncs": ("arrived", "changed")}
"""Log → a time that can't lie before another of the same row."""
YES: Final = ("true", "t", "yes", "y", "1", "是", "有")
NO: Final = ("false", "f", "no", "n", "0", "否", "无")


@dataclass(frozen=True, slots=True)
class Aside:
    """Rows of one file that could not be read, for one reason."""

    reason: Phrase
    rows: int
    line: int
    """The first, from 1; the head is not counted, rows that are blank or can't be read are."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """What was understood of one file."""

    path: Path
    of: Of
    rows: int
    aside: tuple[Aside, ...]
    columns: tuple[tuple[str, str], ...]
    """(our field, the column)."""
    unused: tuple[str, ...]
    unknown: tuple[tuple[str, str, int], ...]
    """(field, value that names nothing declared, rows), the most first."""
    told: tuple[Phrase, ...]

    @property
    def bad(self) -> int:
        return sum(one.rows for one in self.aside)


@dataclass(frozen=True, slots=True)
class Reading:
    files: tuple[FileRead, ...]
    aside: tuple[SetAside, ...]
    """At most `MOST_TOLD` of each file."""


def open_logs(
    compilation: Compilation,
    folder: Path,
    paths: Sequence[str],
    engine: Engine,
    work: Path,
    *,
    watch: Callable[[float], None] = lambda _: None,
) -> tuple[Store, Reading]:
    """Read the logs at these paths, or those that the workspace in `folder` declares, into a store in `work`.

    `watch` is told the share that is done, from 0 to 1. Raises `LogRefusedError`; where too many rows are bad, once all files are read.
    """
    settings = compilation.workspace.settings
    zone = settings.timezone or "UTC"
    vocabulary = Vocabulary(compilation.workspace, compilation.graph)
    files = files_of(settings.logs, folder, paths)
    store, wrong = Store(engine, work), mistaken(compilation)
    sizes = _shares([path for _, path in files])
    done = 0.0
    typed = []
    given = frozenset(one.resolve() for one in map(Path, paths) if one.is_dir())
    for number, (declared, path) in enumerate(files):
        with _told_of(path), _told_of_strays(declared, path, given):
            opened = open_file(engine, path, work, number, declared.table if declared else None)
            meant = mapped(opened, declared, zone)
            typed.append(_File(engine, store, meant, vocabulary, number))
        if declared and declared.complete_from:
            begun = instant(declared.complete_from.value, 0, zone_of(meant.zone))
            store.complete[meant.of] = min(begun, store.complete.get(meant.of, begun))
        if declared and declared.id in wrong:
            store.mistaken.setdefault(meant.of, f"{declared.id} ({wrong[declared.id]})")
        done += sizes[number] * TYPED
        watch(done)
    rows: Counter[Of] = Counter()
    for one in typed:
        rows[one.meant.of] += one.rows
    store.expect(max(rows.values(), default=0))
    read: list[FileRead] = []
    aside: list[SetAside] = []
    refused: TooManyBadError | None = None
    for one in typed:
        with _told_of(one.meant.opened.path):
            try:
                read.append(one.read())
            except TooManyBadError as error:
                refused = refused or error
            aside += one.set_aside()
        one.forget()
        done += sizes[one.number] * ADDED
        watch(done)
    if refused:
        refused.aside = tuple(aside)
        raise refused
    store.close(lambda part, parts: watch(done + (1 - done) * part / parts))
    engine.confine([work])
    return store, Reading(tuple(read), tuple(aside))


def _shares(paths: Sequence[Path]) -> list[float]:
    """Return which part of all bytes each file is."""
    sizes = [path.stat().st_size + 1 if path.is_file() else 1 for path in paths]
    return [one / sum(sizes) for one in sizes]


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """Tell what is wrong with a file as an error of the user's."""
    try:
        yield
    except EngineError as error:
        raise unreadable(path, error) from None
    except TooManyKindsError as error:
        raise LogRefusedError(TOO_VARIED, file=path.as_posix(), fields=error.field) from None


@contextmanager
def _told_of_strays(declared: LogFile | None, path: Path, given: Collection[Path]) -> Iterator[None]:
    """Tell as well what to do where a file that can't be read was only found in one of the folders `given`, and may be no log at all."""
    try:
        yield
    except LogRefusedError as error:
        if declared is not None or path.resolve().parent not in given:
            raise
        said = error.reason.filled(**error.args_of_reason)
        raise LogRefusedError(STRAY, at=error.at, said=said, folder=path.parent.as_posix()) from None


class _File:
    """One file on its way into the store: first to columns of our types, kept beside it, then to the store."""

    def __init__(self, engine: Engine, store: Store, meant: Mapped, vocabulary: Vocabulary, number: int) -> None:
        self.engine, self.store, self.meant, self.vocabulary = engine, store, meant, vocabulary
        self.number = number
        self.fields = [one for one in FIELDS[meant.of] if one.name in meant.columns]
        self._refuse_types()
        self.place = store.folder / f"typed-{number}.parquet"
        self.typed = self._read_whole()
        self.rejects = "" if self.typed else meant.opened.rejects
        self.typed = self.typed or self._read_by_row()
        self.rows = int(engine.run(f"SELECT count(*) FROM {self.typed}")[0][0])
        self.ids = {one.name: self._ids(one) for one in self.fields if one.form == "name"}
        self.unread = {field: [raw for raw, id_ in ids.items() if id_ is None] for field, ids in self.ids.items()}
        self.why = self._why()
        self.has_bad = True

    # To our types

    def _refuse_types(self) -> None:
        """Refuse what can't be read as a field in any row. Raises `LogRefusedError`."""
        kinds = dict(self.meant.opened.columns)
        for one in self.fields:
            column = self.meant.columns[one.name]
            kind = kinds[column]
            fits = times.can_hold(kind) if one.form in ("time", "day") else True
            if not fits or kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
                shown = kind if len(kind) <= LONGEST else f"{kind[:LONGEST]}…"
                file = self.meant.opened.path.as_posix()
                raise LogRefusedError(UNFIT, file=file, column=column, kind=shown, field=one.title)

    def _read_whole(self) -> str:
        """Copy a text in pieces at the same time; return the table, '' where that would not come to the same as row by row."""
        whole = self.meant.opened.whole
        if whole is None:
            return ""
        place = quoted(str(self.place))
        try:
            self.engine.run_in_order(f"COPY ({self._typing(whole.query)}) TO {place} (FORMAT parquet)")
        except EngineError:  # a line that is no row: which one it is must be told
            return ""
        if self.engine.run(f"SELECT count(*) FROM read_parquet({place})")[0][0] != whole.rows:
            return ""
        said = " OR ".join(
            f"{one.name} IS NOT NULL" if one.form in ("id", "name") else f"{one.name}_said" for one in self.fields
        )
        return (
            f"(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS line "
            f"FROM read_parquet({place}, file_row_number = true) WHERE {said})"
        )

    def _read_by_row(self) -> str:
        """Copy a file, where it isn't asked as quickly by itself; return the table."""
        typed = self._typing(f"SELECT * FROM ({self.meant.opened.query}) WHERE {self._says()}", LINE)
        if self._is_asked_quickly():
            return f"({typed})"
        self.engine.run(f"COPY ({typed}) TO {quoted(str(self.place))} (FORMAT parquet)")
        self._count_what_was_passed_over()
        return f"read_parquet({quoted(str(self.place))})"

    def _count_what_was_passed_over(self) -> None:
        """Number the rows of the copy as they stand in the file: so far, only those that the engine gave are counted."""
        opened = self.meant.opened
        over = [f"SELECT line - 1 AS row FROM {opened.rejects}"] if opened.rejects else []
        if opened.blank:
            columns = f"columns = {{'{ROW}': 'BIGINT'}}, header = true, auto_detect = false"
            over.append(f"SELECT {ROW} AS row FROM read_csv({quoted(str(opened.blank))}, {columns})")
        rows = f"(SELECT DISTINCT row FROM ({' UNION ALL '.join(over)}))"
        if not over or not self.engine.run(f"SELECT row FROM {rows} LIMIT 1"):
            return
        numbered = f"SELECT row, row_number() OVER (ORDER BY row) AS so_far FROM {rows}"
        behind = f"SELECT row - so_far AS given, max(so_far) AS over FROM ({numbered}) GROUP BY 1"
        copy, self.place = self.place, self.place.with_suffix(".numbered.parquet")
        self.engine.run(
            f"COPY (SELECT t.* REPLACE (t.line + coalesce(b.over, 0) AS line) FROM read_parquet({quoted(str(copy))}) t "
            f"ASOF LEFT JOIN ({behind}) b ON t.line > b.given) TO {quoted(str(self.place))} (FORMAT parquet)"
        )
        copy.unlink()

    def _is_asked_quickly(self) -> bool:
        """Whether the file can be asked again and again: it is packed by columns, and no times have to be read from text."""
        kinds = dict(self.meant.opened.columns)
        times_ = [self.meant.columns[one.name] for one in self.fields if one.form == "time"]
        return self.meant.opened.packed and all(kinds[one] != "VARCHAR" for one in times_)

    def _typing(self, query: str, line: str = "") -> str:
        """Return the query for the fields as far as they can be read by themselves; a time is split into what it says.

        `line` is the column of `query` with the number of the row, if any.
        """
        kinds = dict(self.meant.opened.columns)
        first, second = ([f"{line} AS line"], ["line"]) if line else ([], [])
        for one in self.fields:
            column = self.meant.columns[one.name]
            said = identifier(column)
            match one.form:
                case "time":
                    first += [
                        f"{times.instant_of(said, kinds[column])} AS {one.name}_instant",
                        f"{times.wall_of(said, kinds[column])} AS {one.name}_wall",
                        f"{_is_said(said, kinds[column])} AS {one.name}_said",
                    ]
                    wall = f"{one.name}_wall"
                    second += [
                        f"coalesce({one.name}_instant, {times.from_wall(wall, self.meant.zone)}) AS {one.name}",
                        f"{one.name}_said",
                        f"{one.name}_wall IS NOT NULL AS {one.name}_local",
                        f"({one.name}_wall IS NOT NULL AND {times.is_shown_twice(wall, self.meant.zone)}) AS {one.name}_twice",
                    ]
                case "id" | "name":
                    first.append(f"{_text(said, kinds[column])} AS {one.name}")
                    second.append(one.name)
                case _:
                    first += [
                        f"{_typed(one, said, kinds[column])} AS {one.name}",
                        f"{_is_said(said, kinds[column])} AS {one.name}_said",
                    ]
                    second += [one.name, f"{one.name}_said"]
        return f"SELECT {', '.join(second)} FROM (SELECT {', '.join(first)} FROM ({query}))"

    def _says(self) -> str:
        """Return whether a row says anything: an empty one, as sheets have them, is none."""
        if self.meant.opened.packed:
            return "TRUE"
        said = [f"nullif(trim(CAST({identifier(one)} AS VARCHAR)), '')" for one in self.meant.columns.values()]
        return f"coalesce({', '.join(said)}) IS NOT NULL"

    def _ids(self, field: Field) -> dict[str, str | None]:
        """Return what each value of a field means: itself, where it names nothing and may be anything."""
        of, name = self.meant.of, field.name
        rows = self.engine.run(
            f"SELECT DISTINCT {name} FROM {self.typed} WHERE {name} IS NOT NULL LIMIT {MOST_VALUES + 1}"
        )
        if len(rows) > MOST_VALUES:
            raise LogRefusedError(TOO_VARIED, file=self.meant.opened.path.as_posix(), fields=name)
        declared = self.meant.values.get(name, {})
        found: dict[str, str | None] = {}
        for (raw,) in rows:
            id_ = self.vocabulary.read(of, name, raw, declared)
            found[raw] = id_ if id_ is not None or self.vocabulary.is_closed(of, name) else raw
        return found

    # What can't be read

    def _why(self) -> str:
        """Return the expression for why a row can't be read, as `reason field`; NULL where it can."""
        cases = []
        for one in FIELDS[self.meant.of]:
            if one.name not in self.meant.columns:
                continue
            if one.form in ("id", "name"):
                if one.required:
                    cases.append(f"WHEN {one.name} IS NULL THEN 'missing {one.name}'")
                cases.append(f"WHEN length({one.name}) > {LONGEST} THEN 'long {one.name}'")
                if unread := self.unread.get(one.name):
                    cases.append(f"WHEN {one.name} IN ({', '.join(map(quoted, unread))}) THEN 'unknown {one.name}'")
                continue
            if one.required:
                cases.append(f"WHEN NOT {one.name}_said THEN 'missing {one.name}'")
            if one.form == "time":
                cases.append(f"WHEN {one.name} IS NULL AND {one.name}_local THEN 'gap {one.name}'")
                within = f"{one.name} BETWEEN {times.EARLIEST} AND {times.LATEST}"
                cases.append(f"WHEN {one.name}_said AND ({one.name} IS NULL OR NOT ({within})) THEN 'time {one.name}'")
            else:
                cases.append(f"WHEN {one.name}_said AND {one.name} IS NULL THEN '{one.form} {one.name}'")
        later, earlier = LATER.get(self.meant.of, ("", ""))
        if later in self.meant.columns and earlier in self.meant.columns:
            cases.append(f"WHEN {later} < {earlier} THEN 'backwards {later}'")
        return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"

    def read(self) -> FileRead:
        """Hand the good rows to the store. Raises `LogRefusedError` where too many are bad."""
        asides = self._asides()
        rows = self.rows + sum(one.rows for one in asides if one.reason in (REASONS["layout"], REASONS["quote"]))
        self._refuse(rows, asides)
        self.store.add(self.meant.of, self._good(), list(self.meant.columns), self._meaning)
        return FileRead(
            path=self.meant.opened.path,
            of=self.meant.of,
            rows=rows,
            aside=tuple(asides),
            columns=tuple(self.meant.columns.items()),
            unused=self.meant.unused,
            unknown=tuple(self._unknown()),
            told=(*self.meant.opened.told, *self._told()),
        )

    def _asides(self) -> list[Aside]:
        found = self.engine.run(
            f"SELECT why, count(*), min(line) FROM (SELECT line, {self.why} AS why FROM {self.typed}) WHERE why IS NOT NULL "
            "GROUP BY why ORDER BY 2 DESC, 1"
        )
        self.has_bad = bool(found)
        asides = [Aside(self._reason(why), count, line) for why, count, line in found]
        if rejected := self._rejected():
            count = self.engine.run(f"SELECT count(DISTINCT line) FROM {self.rejects}")[0][0]
            asides.append(Aside(REASONS["layout"], count, int(rejected[0][0])))
        if lost := self.meant.opened.lost:
            asides.append(Aside(REASONS["quote"], lost[1], lost[0]))
        return asides

    def _rejected(self) -> list[Row]:
        """Return the lines that are no rows, by their number of the file less its head."""
        query = f"SELECT DISTINCT line - 1 FROM {self.rejects} ORDER BY 1 LIMIT {MOST_TOLD}"
        return self.engine.run(query) if self.rejects else []

    def _reason(self, why: str) -> Phrase:
        sort, _, field = why.partition(" ")
        title = next(one.title for one in FIELDS[self.meant.of] if one.name == field)
        return REASONS[sort].filled(field=title)

    def _refuse(self, rows: int, asides: Sequence[Aside]) -> None:
        bad = sum(one.rows for one in asides)
        declared = self.meant.declared
        most = float(declared.at_most_bad.value) / 100 if declared and declared.at_most_bad else AT_MOST_BAD
        if not bad or bad <= most * rows:
            return
        told = {}
        for lang in ("zh-CN", "en"):
            parts = [
                REASON.fill(lang, {"reason": one.reason, "count": f"{one.rows:,}", "line": f"{one.line:,}"})
                for one in asides[:3]
            ]
            told[lang] = ("；" if lang == "zh-CN" else "; ").join(parts)
        raise TooManyBadError(
            TOO_MANY, file=self.meant.opened.path.as_posix(), of=self.meant.of, rows=f"{rows:,}", bad=f"{bad:,}", most=f"{most * 100:g}%",
            reasons=Phrase(told["zh-CN"], told["en"]),
        )  # fmt: skip

    def forget(self) -> None:
        """Give back the disk that the columns take."""
        self.place.unlink(missing_ok=True)

    def set_aside(self) -> Iterator[SetAside]:
        """Yield the rows that can't be read."""
        place = self.meant.opened.path.as_posix()
        if self.has_bad:
            rows = self.engine.run(
                f"SELECT line, why FROM (SELECT line, {self.why} AS why FROM {self.typed}) WHERE why IS NOT NULL "
                f"ORDER BY line LIMIT {MOST_TOLD}"
            )
            yield from (SetAside(place, line, self._reason(why)) for line, why in rows)
        yield from (SetAside(place, line, REASONS["layout"]) for (line,) in self._rejected())
        if lost := self.meant.opened.lost:
            yield SetAside(place, lost[0], REASONS["quote"])

    # What can

    def _good(self) -> str:
        """Return the query for the rows that can be read, as the store wants them: what repeats still in the file's words."""
        joins, said = [], []
        for one in FIELDS[self.meant.of]:
            if one.name not in self.meant.columns:
                said.append(f"CAST(NULL AS {RAW[one.form]}) AS {one.name}")
            elif one.name in TABLES[self.meant.of].kinds:
                said.append(f"t.{one.name}")
            elif changed := {raw: id_ for raw, id_ in self.ids.get(one.name, {}).items() if id_ and id_ != raw}:
                table = f"ids_{self.number}_{one.name}"
                self.engine.run(f"CREATE TEMP TABLE {table} (raw VARCHAR, id VARCHAR)")
                for pair in changed.items():
                    self.engine.run(f"INSERT INTO {table} VALUES (?, ?)", pair)
                joins.append(f"LEFT JOIN {table} ON t.{one.name} = {table}.raw")
                said.append(f"coalesce({table}.id, t.{one.name}) AS {one.name}")
            else:
                said.append(f"t.{one.name}")
        good = f"(SELECT * FROM {self.typed} WHERE ({self.why}) IS NULL)" if self.has_bad else self.typed
        return f"SELECT {', '.join(said)}, {self.number} AS source, t.line FROM {good} t {' '.join(joins)}"

    def _meaning(self, said: Mapping[str, str]) -> Mapping[str, str]:
        return {field: self.ids[field][raw] or raw if raw else raw for field, raw in said.items()}

    def _unknown(self) -> Iterator[tuple[str, str, int]]:
        """Yield the values that name nothing which is declared, the commonest first."""
        for field, ids in self.ids.items():
            known = set(self.vocabulary.known(self.meant.of, field).values())
            if not known:
                continue
            strange = [raw for raw, id_ in ids.items() if id_ not in known and len(raw) <= LONGEST]
            if strange:
                listed = ", ".join(map(quoted, strange[:MOST_VALUES]))
                rows = self.engine.run(
                    f"SELECT {field}, count(*) FROM {self.typed} WHERE {field} IN ({listed}) GROUP BY 1 "
                    f"ORDER BY 2 DESC, 1 LIMIT {MOST_NAMED}"
                )
                yield from ((field, raw, count) for raw, count in rows)

    def _told(self) -> Iterator[Phrase]:
        """Yield how times were understood."""
        for one in self.fields:
            if one.form != "time":
                continue
            local, twice, all_ = self.engine.run(
                f"SELECT count(*) FILTER (WHERE {one.name}_local), count(*) FILTER (WHERE {one.name}_twice), "
                f"count({one.name}) FROM {self.typed}"
            )[0]
            if 0 < local < all_:
                yield of_one(
                    Phrase(
                        f"{one.title.zh}：{local:,} 行没有写时区，按 {self.meant.zone}；{all_ - local:,} 行写了",
                        f"{one.title.en}: {local:,} rows say no zone (taken in {self.meant.zone}); {all_ - local:,} say theirs",
                    )
                )
            if twice:
                yield of_one(
                    Phrase(
                        f"{one.title.zh}：{twice:,} 行落在当地钟表出现两次的一小时里，按前一次",
                        f"{one.title.en}: {twice:,} rows fall into an hour that the local clock shows twice; the first was taken",
                    )
                )


def _is_said(said: str, kind: str) -> str:
    return f"coalesce(trim({said}) <> '', FALSE)" if kind == "VARCHAR" else f"{said} IS NOT NULL"


def _text(said: str, kind: str) -> str:
    """Return an id or a name as text: a number without needless decimals."""
    if kind == "VARCHAR":  # trimming, where there is nothing to trim, takes twice as long as to see that
        return f"CASE WHEN {said} = '' OR starts_with({said}, ' ') OR ends_with({said}, ' ') THEN nullif(trim({said}), '') ELSE {said} END"
    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        whole = f"CASE WHEN {said} = floor({said}) THEN TRY_CAST({said} AS HUGEINT) END"
        return f"coalesce(CAST({whole} AS VARCHAR), CAST({said} AS VARCHAR))"
    return f"CAST({said} AS VARCHAR)"


def _typed(field: Field, said: str, kind: str) -> str:
    text = f"trim(CAST({said} AS VARCHAR))"
    match field.form:
        case "number":
            number = f"TRY_CAST(replace(replace({text}, ',', ''), '¥', '') AS DOUBLE)"
            return f"CASE WHEN abs({number}) < {LARGEST} THEN {number} END"
        case "day":
            wall = times.wall_of(said, kind)
            return f"CAST(floor(({wall}) / 86400.0) AS INTEGER)"
        case _:
            yes, no = (", ".join(map(quoted, words)) for words in (YES, NO))
            return f"CASE WHEN lower({text}) IN ({yes}) THEN TRUE WHEN lower({text}) IN ({no}) THEN FALSE END"

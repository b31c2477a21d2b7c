"""`sopkit graph`: selectors go in; the part of the graph that they mean comes out, drawn or for another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sopkit.cli.command import OK, OUTPUT, Choice, Command, WrongUsageError, console_of
from sopkit.cli.selection import SIGNS, document_lang, mention_day, mention_errors, selected, selector_argument, split
from sopkit.cli.since import STATE
from sopkit.cli.workspace import Loaded, load
from sopkit.graph.manifest import node_link, node_link_json
from sopkit.graph.part import Part, around, everything, flow
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.render.lanes import Wish

PICTURES: Final = ("svg", "mermaid", "dot")
FORMATS: Final = (*PICTURES, "graphml", "json")
LANES: Final = ("role", "tool", "none")
SUFFIXES: Final = {
    ".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".graphml": "graphml", ".json": "json",
}  # fmt: skip

OPTIONS = (
    Choice(
        ("--format", "output_format"),
        Phrase("输出格式；不写则看文件名的后缀，再不然是 svg", "what to make; by default what the file's name ends in, else svg"),
        values=FORMATS,
    ),
    Choice(
        ("--lanes",),
        Phrase(
            "泳道按岗位或系统分，或不分；不写则作业流程按岗位，旅程看哪样更说明问题。只用于 svg",
            "lanes by role or by tool, or none; by default procedures by role, journeys by what tells more. For svg only",
        ),
        values=LANES,
    ),
    OUTPUT,
    STATE,
)  # fmt: skip
DETAILS = Phrase(
    "不写选择式时：图片画出全部剧本的流程，graphml 和 json 给出整张图。" + SIGNS.zh,
    "Without a selector, a picture shows the flow of all playbooks; graphml and json hold the whole graph. " + SIGNS.en,
)
EXAMPLES = (
    ("sopkit graph new-member -o flow.svg", Phrase("画出 new-member 的流程", "the flow of new-member")),
    ("sopkit graph my-brand -o flows.svg", Phrase("my-brand 的全部流程", "all flows of my-brand")),
    ("sopkit graph new-member --lanes tool -o flow.svg", Phrase("按系统分泳道", "with a lane for each tool")),
    ("sopkit graph role:guide --format mermaid", Phrase("导购要做的步骤，可贴进文档", "the steps of guides, to paste into a page")),
    ("sopkit graph -o graph.graphml", Phrase("整张图，供 networkx 或 Gephi 读取", "the whole, for networkx or Gephi")),
)  # fmt: skip
NO_FORMAT = Phrase(
    "图不能存成 {suffix}；后缀可以是 {suffixes}，或用 --format 说明格式（{formats}）",
    "a graph can't be written as {suffix}; the name may end in {suffixes}, or --format says how ({formats})",
)
NO_LANES = Phrase("--lanes 只用于 svg，这里是 {format}", "--lanes is for svg only, and this is {format}")
EMPTY = Phrase("工作区里还没有剧本，图是空的", "the workspace holds no playbooks yet: the graph is empty")
UNCHANGED = Phrase("没有改过什么，图是空的", "nothing was modified: the graph is empty")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command(
        "graph", run, lang, arguments=[selector_argument()], options=OPTIONS, details=DETAILS, examples=EXAMPLES
    )


def run(
    ctx: click.Context,
    *,
    named: tuple[str, ...],
    output_format: str | None,
    lanes: Wish | None,
    output: str | None,
    changed_since: str | None,
) -> int:
    """Draw or write the part that is selected, by default everything."""
    console = console_of(ctx)
    wanted = output_format or _format_of(output)
    if lanes and wanted != "svg":
        raise WrongUsageError(NO_LANES, format=wanted)
    directory, expression = split(named)
    loaded = load(console, directory)
    part = _part(loaded, expression, wanted, changed_since)
    mention_day(console)
    mention_errors(ctx, loaded)
    if not part.nodes:
        console.tell(console.word(UNCHANGED if expression else EMPTY))
    console.deliver(_made(loaded, part, wanted, document_lang(ctx, loaded), lanes or "best"), output)
    return OK


def _format_of(output: str | None) -> str:
    """Return the format that a file's name asks for; SVG where it asks for none."""
    suffix = Path(output or "").suffix.lower()
    if suffix and suffix not in SUFFIXES:
        raise WrongUsageError(NO_FORMAT, suffix=suffix, suffixes=" ".join(SUFFIXES), formats=", ".join(FORMATS))
    return SUFFIXES.get(suffix, "svg")


def _part(loaded: Loaded, expression: str, wanted: str, changed_since: str | None) -> Part:
    graph = loaded.compilation.graph
    if expression:
        return around(selected(loaded, expression, changed_since))
    return flow(graph) if wanted in PICTURES else everything(graph)


def _made(loaded: Loaded, part: Part, wanted: str, lang: Lang, lanes: Wish) -> bytes:
    """Return the part in the format wanted; renderers are imported when they are."""
    compilation = loaded.compilation
    if wanted == "json":
        return node_link_json(part, compilation.forest, compilation.today)
    if wanted == "graphml":
        from sopkit.render.graphml import to_graphml  # noqa: PLC0415

        return to_graphml(**node_link(part, compilation.forest), lang=lang, as_of=compilation.today).encode()
    from sopkit.render.chart import chart  # noqa: PLC0415

    drawn = chart(part, compilation.workspace, lang)
    if wanted == "mermaid":
        from sopkit.render.mermaid import to_mermaid  # noqa: PLC0415

        return to_mermaid(drawn).encode()
    if wanted == "dot":
        from sopkit.render.dot import to_dot  # noqa: PLC0415

        return to_dot(drawn).encode()
    from sopkit.render.flow_svg import to_svg  # noqa: PLC0415
    from sopkit.render.panels import to_figure  # noqa: PLC0415

    return to_svg(to_figure(drawn, lanes)).encode()

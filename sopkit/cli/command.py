"""Commands of both languages: click's parsing, with our own help pages, since click's neither translate nor measure Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from importlib import import_module
from typing import Final

import click

from sopkit import __version__
from sopkit.cli.console import Console
from sopkit.frozen import dataclass
from sopkit.render.columns import pad, width, wrap
from sopkit.text import LANGS, Lang, Phrase

OK, FINDINGS, WRONG_USAGE, OUR_FAULT, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 3, 130, 141
"""Exit codes."""

COLORS: Final = ("auto", "always", "never")

USAGE: Final = Phrase("用法：", "Usage: ")
OPTIONS: Final = Phrase("选项：", "Options:")
COMMANDS: Final = Phrase("命令：", "Commands:")
EXAMPLES: Final = Phrase("例如：", "Examples:")
A_COMMAND: Final = Phrase("命令 …", "COMMAND …")
REQUIRED: Final = Phrase("（必须写）", " (required)")
LONGEST_NAME: Final = 0.4
"""The part of a line that the names of a list may take."""
ANY_OPTION: Final = Phrase("[选项]", "[OPTIONS]")


class WrongUsageError(Exception):
    """What was typed can't be carried out; says why and what to type instead."""

    def __init__(self, reason: Phrase, **args: str | Phrase) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.args_of_reason = args


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a command, described in both languages; `default=None` and `flag=False` make it an optional value."""

    names: tuple[str, ...]
    help: Phrase
    metavar: str = ""
    flag: bool = False
    many: bool = False
    values: tuple[str, ...] = ()
    default: str | None = None
    required: bool = False


class Day(click.ParamType[date]):
    """A date as `2026-12-31`."""

    name = "date"

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            phrase = Phrase(f"“{value}”不是日期，请写成 2026-12-31", f"“{value}” is not a date; write it as 2026-12-31")
            raise click.BadParameter(phrase.within(self.lang), ctx, param) from None


OUTPUT: Final = Choice(
    ("--output", "-o"),
    Phrase(
        "写到哪个文件，已有的会被替换（YAML 除外）；不写则输出到屏幕",
        "the file to write; one that is there is replaced, unless it is YAML; by default the screen",
    ),
    "FILE",
)
"""The option of commands that make one result, for `Console.deliver`."""


def option(choice: Choice, lang: Lang) -> click.Option:
    """Return the option as click wants it."""
    if choice.flag:
        return click.Option(choice.names, is_flag=True, help=choice.help.within(lang))
    kind = click.Choice(choice.values, case_sensitive=False) if choice.values else click.STRING
    made = click.Option(
        choice.names,
        type=kind,
        multiple=choice.many,
        required=choice.required,
        metavar=choice.metavar or "|".join(choice.values),
        help=choice.help.within(lang),
    )
    if choice.default is not None:
        # Given to the constructor, None would be a default like any other, and nothing would ever be missing.
        made.default = choice.default
    return made


def _keep(name: str) -> Callable[[click.Context, click.Parameter, object], None]:
    """Return a callback that writes an option every command has into the console, unless it wasn't given here."""

    def keep(ctx: click.Context, param: click.Parameter, value: object) -> None:
        source = ctx.get_parameter_source(param.name or "")
        if source is not None and source.name == "COMMANDLINE":
            setattr(console_of(ctx), name, value)
            if name == "today":
                console_of(ctx).as_of_given = True

    return keep


def common_options(lang: Lang) -> list[click.Parameter]:
    """Return the options that every command takes."""
    texts = {
        "lang": Phrase("输出语言；不写则跟随电脑的设置", "language of messages; the system's by default"),
        "color": Phrase("何时用颜色：auto、always、never", "when to use colours"),
        "as_of": Phrase(
            "把这一天当作今天（复审日、豁免期限都按它算）", "take this day for today: review dates, waivers"
        ),
        "quiet": Phrase("只输出结果，不输出说明", "print results only"),
        "debug": Phrase("程序内部出错时打印细节", "print details of an internal error"),
    }
    help_of = {name: phrase.within(lang) for name, phrase in texts.items()}
    return [
        click.Option(
            ["--lang"], type=click.Choice(LANGS, case_sensitive=False), metavar="|".join(LANGS), expose_value=False,
            help=help_of["lang"],
        ),
        click.Option(
            ["--color"], type=click.Choice(COLORS), metavar="|".join(COLORS), expose_value=False, callback=_keep("color"),
            help=help_of["color"],
        ),
        click.Option(
            ["--as-of"], type=Day(lang), metavar="DATE", expose_value=False, callback=_keep("today"), help=help_of["as_of"]
        ),
        click.Option(["--quiet", "-q"], is_flag=True, expose_value=False, callback=_keep("quiet"), help=help_of["quiet"]),
        click.Option(["--debug"], is_flag=True, expose_value=False, callback=_keep("debug"), help=help_of["debug"], hidden=True),
    ]  # fmt: skip


def _version_option(lang: Lang) -> click.Option:
    def show(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        if value:
            console_of(ctx).say(f"sopkit {__version__}")
            ctx.exit()

    text = Phrase("显示版本号", "show the version").within(lang)
    return click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help=text)


def console_of(ctx: click.Context) -> Console:
    """Return the console that the whole command line shares."""
    console = ctx.find_root().obj
    if not isinstance(console, Console):
        raise TypeError("a command ran without a console")
    return console


class _Helpful(click.Command):
    """A command whose help page is ours."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n".join(help_page(self, ctx, console_of(ctx))))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = Phrase("显示这一页", "show this page").within(console_of(ctx).lang)
        return found


class Command(_Helpful):
    """One command: what it is called, takes, does and looks like in use."""

    def __init__(
        self,
        name: str,
        run: Callable[..., int],
        lang: Lang,
        *,
        arguments: Sequence[click.Argument] = (),
        options: Sequence[Choice] = (),
        details: Phrase | None = None,
        examples: Sequence[tuple[str, Phrase]] = (),
    ) -> None:
        params = [*arguments, *(option(one, lang) for one in options), *common_options(lang)]
        super().__init__(name, callback=click.pass_context(run), params=params)
        self.details = details
        self.examples = tuple(examples)
        self.allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            # An option without its value is refused by click's parser, which doesn't say in which command.
            error.ctx = error.ctx or ctx
            raise
        if rest and not ctx.resilient_parsing:
            raise WrongUsageError(
                Phrase("多了“{rest}”，这个命令用不上", "“{rest}” is more than this command takes"), rest=" ".join(rest)
            )
        return rest


@dataclass(frozen=True, slots=True)
class Entry:
    """A command as the group lists it: where it is written, what it is for."""

    module: str
    summary: Phrase


class Group(_Helpful, click.Group):
    """The commands by name; a module is imported only when its command is called, since some take long to import."""

    def __init__(
        self, lang: Lang, entries: Mapping[str, Entry], run: Callable[[click.Context], int], *, name: str = ""
    ) -> None:
        """Make the group of all commands, or that of the commands of one `name`."""
        super().__init__(
            name or "sopkit",
            callback=click.pass_context(run),
            params=[*common_options(lang)] if name else [*common_options(lang), _version_option(lang)],
            invoke_without_command=True,
            help=Phrase(
                "运营手册的编译器与合规检查", "a compiler and compliance auditor for operations playbooks"
            ).within(lang),
        )
        self.lang = lang
        self.entries = entries

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command = import_module(entry.module).command(self.lang)
        if not isinstance(command, Command | Group):
            raise TypeError(cmd_name)
        command.help = entry.summary.within(self.lang)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.entries:
            return super().resolve_command(ctx, args)
        near = get_close_matches(args[0], self.entries, n=1)
        if near:
            raise WrongUsageError(
                Phrase("没有命令“{name}”；是不是“{near}”？", "there is no command “{name}”; did you mean “{near}”?"),
                name=args[0], near=near[0],
            )  # fmt: skip
        raise WrongUsageError(Phrase("没有命令“{name}”", "there is no command “{name}”"), name=args[0])


def nearest_option(typed: str, ctx: click.Context | None) -> str:
    """Return the option of a command that was meant by what was typed: the fewest slips away from its name, or from how it begins.

    Empty where none is near.
    """
    from sopkit.schema.near import MOST_SLIPS, slips  # noqa: PLC0415  most type what there is

    shown = (
        [one for one in ctx.command.get_params(ctx) if isinstance(one, click.Option) and not one.hidden] if ctx else []
    )
    names = [name for one in shown for name in one.opts if name.startswith("--")]
    near = min(
        (
            (slips(typed, name[:end]), slips(typed, name), name)
            for name in names
            for end in (len(typed), name.find("-", 2), len(name))
            if end > 2
        ),
        default=(MOST_SLIPS + 1, 0, ""),
    )
    return near[-1] if near[0] <= MOST_SLIPS else ""


def help_page(command: click.Command, ctx: click.Context, console: Console) -> Iterator[str]:
    """Yield the lines of a help page, wrapped to the terminal."""
    screen = console.screen()
    arguments = [one.make_metavar(ctx) for one in command.params if isinstance(one, click.Argument)]
    inner = console.word(A_COMMAND) if isinstance(command, click.Group) else " ".join(arguments)
    shown = " ".join(part for part in (ctx.command_path, inner, console.word(ANY_OPTION)) if part)
    yield console.word(USAGE) + shown
    yield ""
    for text in (command.help or "", getattr(command, "details", None)):
        if text:
            yield from (
                "  " + line
                for line in wrap(console.word(text) if isinstance(text, Phrase) else text, screen.columns - 2)
            )
    if isinstance(command, Group):
        rows = [(name, console.word(entry.summary)) for name, entry in command.entries.items()]
        yield from _listed(console, COMMANDS, rows)
    yield from _listed(
        console, EXAMPLES, [(line, console.word(what)) for line, what in getattr(command, "examples", ())]
    )
    yield from _listed(console, OPTIONS, list(_options(command, ctx, console)))


def _options(command: click.Command, ctx: click.Context, console: Console) -> Iterator[tuple[str, str]]:
    for one in command.get_params(ctx):
        record = one.get_help_record(ctx) if isinstance(one, click.Option) else None
        if record:
            names, said = record
            yield names, said.replace("  [required]", console.word(REQUIRED))


def _listed(console: Console, title: Phrase, rows: list[tuple[str, str]]) -> Iterator[str]:
    """Yield what is listed under a title; a name that would leave the descriptions no room stands above its own."""
    if not rows:
        return
    yield ""
    yield console.word(title)
    columns = console.screen().columns
    room = max((width(name) for name, _ in rows if width(name) <= columns * LONGEST_NAME), default=0)
    for name, said in rows:
        first, *more = wrap(said, columns - room - 4)
        if width(name) > room:
            yield f"  {name}"
        yield f"  {pad('' if width(name) > room else name, room)}  {first}"
        yield from (f"  {pad('', room)}  {line}" for line in more)

"""Templates: a name and data go in, text comes out; escaped for HTML whatever the template's suffix.

The only part of the program that knows Jinja2, which is imported when the first template is needed. Where a template may come from
the workspace, all are sandboxed and see plain data only (strings, numbers, booleans, lists, mappings), and no file but templates. Where
all are the package's, they read the document as it is, which is twice as quick.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, cast

from sopkit import resources

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Find = Callable[[str], str | None]
"""The text of the template of that name, None where there is none."""
Filter = Callable[..., str]

NAME: Final = re.compile(r"(?:[\w-]+/)*[\w.-]+")
SAFE_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


def built_in(name: str) -> str | None:
    """Return a template of the package."""
    path = resources.folder("templates") / name
    if not NAME.fullmatch(name) or ".." in name.split("/") or not path.is_file():
        return None
    return path.read_text(encoding="utf-8")


class Templates:
    """The templates of one build; `own` is asked first, so that a workspace may put its own in place of the package's."""

    def __init__(self, own: Find | None = None) -> None:
        self._own = own
        self.own: frozenset[str] = frozenset()
        """The names of a workspace's own."""
        self._environments: dict[bool, Environment] = {}
        self._filters: dict[str, Filter] = {}

    def add_filters(self, filters: Mapping[str, Filter]) -> None:
        """Let templates for HTML call these functions; what returns markup must have escaped it."""
        self._filters.update(filters)

    def source(self, name: str) -> tuple[str, bool]:
        """Return a template as it stands, and whether it is the workspace's own. Raises `FileNotFoundError`."""
        own = self._own(name) if self._own else None
        text = built_in(name) if own is None else own
        if text is None:
            raise FileNotFoundError(name)
        return text, own is not None

    def seen(self, value: object) -> Plain:
        """Return a value of the document model as the templates see it."""
        return plain_data(value) if self._own else cast("Plain", value)

    def html(self, name: str, values: Mapping[str, Plain]) -> str:
        """Render a template into HTML: everything that it prints is escaped unless one of our filters made it."""
        return self._template(name, escaped=True).render(**values)

    def text(self, name: str, values: Mapping[str, str | bool]) -> str:
        """Render a template into plain text, which nobody reads as markup."""
        return self._template(name, escaped=False).render(**values)

    def _template(self, name: str, *, escaped: bool) -> Template:
        return self._environment(escaped=escaped).get_template(name)

    def _environment(self, *, escaped: bool) -> Environment:
        if escaped not in self._environments:
            from jinja2 import FunctionLoader, StrictUndefined  # noqa: PLC0415  commands that render nothing do not pay for it

            environment = (_sandbox() if self._own else _reader())(
                loader=FunctionLoader(self._find),
                autoescape=escaped,
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
                keep_trailing_newline=True,
            )
            # A template must not reach randomness or memory by way of the built-in globals.
            for unwanted in ("lipsum", "cycler", "joiner", "namespace"):
                environment.globals.pop(unwanted, None)
            environment.filters.update(self._filters)
            self._environments[escaped] = environment
        return self._environments[escaped]

    def _find(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        """Return the text, and its name for tracebacks; it never changes while we run."""
        text = (self._own(name) if self._own else None) or built_in(name)
        return (text, name, lambda: True) if text is not None else None


@cache
def _sandbox() -> type[ImmutableSandboxedEnvironment]:
    from jinja2.runtime import LoopContext  # noqa: PLC0415  as above
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    class Sandbox(ImmutableSandboxedEnvironment):
        def getattr(self, obj: object, attribute: str) -> object:
            """Return what a mapping holds before it is asked for a method of that name, and where a loop is: most of what templates do."""
            if type(obj) is dict and attribute in obj:
                return obj[attribute]
            if type(obj) is LoopContext and attribute == "index0":
                return obj.index0
            return super().getattr(obj, attribute)

    return Sandbox


@cache
def _reader() -> type[Environment]:
    from jinja2 import Environment  # noqa: PLC0415  as above

    class Reader(Environment):
        def getattr(self, obj: object, attribute: str) -> object:
            """Return a field of a value of the document model, or its class as `block`."""
            if attribute == "block":
                return type(obj).__name__
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return super().getattr(obj, attribute)

    return Reader


def plain_data(value: object) -> Plain:
    """Return a value of the document model as plain data; a dataclass becomes a mapping with its class as `block`."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, tuple):
        return [plain_data(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        named: dict[str, Plain] = {"block": type(value).__name__}
        for name in _field_names(type(value)):
            named[name] = plain_data(getattr(value, name))
        return named
    raise TypeError(f"no plain form of {type(value).__name__}")


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


@lru_cache(maxsize=4096)
def safe_href(href: str) -> str:
    """Return a link's target if it is a fragment, a relative path or of a harmless scheme; else ''.

    Browsers drop tabs and newlines from a scheme and read `//host` as another site, so neither gets through.
    """
    if not href:
        return ""
    packed = re.sub(r"[\x00-\x20\x7f-\xa0]", "", href)
    scheme, colon, _ = re.split("[/?#]", packed, maxsplit=1)[0].partition(":")
    if colon:
        return packed if scheme.lower() in SAFE_SCHEMES else ""
    return "" if packed.startswith(("//", "/\\", "\\")) else packed

"""A text goes in; the customer's data that its placeholders name come out."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from sopkit.model.values import Text

PLACEHOLDER: Final = re.compile(r"\{customer\.([a-z0-9_-]+)(?:\|[^{}|]*)?\}")


@cache  # many steps send the same text
def named_in(text: Text) -> tuple[str, ...]:
    """Return the ids, in the order written, as often as they are named."""
    return tuple(name for _, words in text.variants for name in PLACEHOLDER.findall(words))

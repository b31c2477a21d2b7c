"""The training papers of one build: a plan and an edition go in; each role's papers come out, drawn once for all languages."""

from __future__ import annotations

from functools import cached_property

from sopkit.render.document import Document
from sopkit.render.manual.book import Book, Plan
from sopkit.render.manual.front import Edition
from sopkit.render.training.answers import Asked
from sopkit.render.training.pack import Pack, pack
from sopkit.render.training.questions import Question, questions, seed_of


class Papers:
    def __init__(self, plan: Plan, edition: Edition) -> None:
        self.plan = plan
        self.edition = edition
        self._drawn: dict[str, tuple[Question, ...]] = {}

    @cached_property
    def _asked(self) -> Asked:
        return Asked(self.plan)

    def of(self, book: Book, manual: Document, manual_path: str) -> Pack:
        """Return the papers of the book's role; `manual_path` leads from them to its manual, '' where that is not made."""
        if book.role not in self._drawn:
            seed = seed_of(self.plan.workspace.settings.id, book.role, self.edition.label)
            self._drawn[book.role] = questions(self._asked, book.role, seed)
        return pack(book, self._drawn[book.role], manual, self.edition, manual_path)

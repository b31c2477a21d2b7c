"""The language server of VS Code's YAML extension, over its standard streams: a workspace goes in; what an editor is told comes out.

https://microsoft.github.io/language-server-protocol/
"""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import IO, Any, Final

from tests import node

PATIENCE: Final = 60.0
"""Seconds for one answer; two cores may be busy with other tests."""

Answer = Any  # what the protocol returns has no narrower type


class LanguageServer:
    """A running server that has a workspace open as VS Code has it: with the settings that stand in `.vscode`."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        settings = json.loads((workspace / ".vscode/settings.json").read_text("utf-8"))
        self._settings = nested(settings)
        self._process = subprocess.Popen(
            node.yaml_language_server(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._heard: Queue[Answer] = Queue()
        self._asked = 0
        self._notes: list[Answer] = []
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        root = {"uri": workspace.as_uri(), "name": workspace.name}
        markdown = {"contentFormat": ["markdown"]}
        able = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
                "hover": markdown,
            },
        }
        self._ask("initialize", processId=None, rootUri=root["uri"], workspaceFolders=[root], capabilities=able)
        self._tell("initialized")
        self._tell("workspace/didChangeConfiguration", settings=self._settings)

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, path: str, text: str) -> list[Answer]:
        """Show a file, as it would be with this text, and return what is underlined in it."""
        uri = self._uri(path)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", textDocument=document)
        return list(self._note("textDocument/publishDiagnostics", uri)["diagnostics"])

    def complete(self, path: str, line: int, column: int) -> list[Answer]:
        """Return what is offered at a place; both numbers count from 0."""
        found = self._ask("textDocument/completion", **self._at(path, line, column))
        return list(found["items"] if isinstance(found, dict) else found)

    def hover(self, path: str, line: int, column: int) -> str:
        """Return what is shown when the mouse rests on a place."""
        found = self._ask("textDocument/hover", **self._at(path, line, column))
        return str(found["contents"]["value"]) if found else ""

    def _at(self, path: str, line: int, column: int) -> Answer:
        return {"textDocument": {"uri": self._uri(path)}, "position": {"line": line, "character": column}}

    def _uri(self, path: str) -> str:
        return (self.workspace / path).as_uri()

    def _ask(self, method: str, **params: Answer) -> Answer:
        self._asked += 1
        number = self._asked
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._hear()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise AssertionError(message["error"])
                return message["result"]

    def _note(self, method: str, uri: str) -> Answer:
        while True:
            for one in self._notes:
                if one["method"] == method and one["params"]["uri"] == uri:
                    self._notes.remove(one)
                    return one["params"]
            self._hear()

    def _tell(self, method: str, **params: Answer) -> None:
        self._send({"method": method, "params": params})

    def _hear(self) -> Answer:
        """Return the next message; what the server asks for in it is answered, what it tells is kept."""
        try:
            message = self._heard.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError("the language server says nothing") from None
        if "method" in message and "id" in message:
            self._send({"id": message["id"], "result": self._answer(message)})
        elif "method" in message:
            self._notes.append(message)
        return message

    def _answer(self, message: Answer) -> Answer:
        if message["method"] != "workspace/configuration":
            return None
        return [self._settings.get(one.get("section", ""), None) for one in message["params"]["items"]]

    def _send(self, message: Answer) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        stream.flush()

    def _listen(self, stream: IO[bytes] | None) -> None:
        assert stream is not None
        while head := stream.readline():
            length = int(head.partition(b":")[2])
            while stream.readline().strip():
                pass
            self._heard.put(json.loads(stream.read(length)))


def nested(settings: dict[str, Answer]) -> dict[str, Answer]:
    """Return settings as a server gets them: `yaml.format.enable` inside `format` inside `yaml`."""
    found: dict[str, Answer] = {}
    for name, value in settings.items():
        *above, last = name.split(".")
        inner = found
        for part in above:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return found

"""Chromium, driven over its DevTools pipe: an address goes in; what the page says, looks like and prints comes out.

The pipe (file descriptors 3 and 4, messages ended by NUL) needs no port and no library.
https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
PATIENCE: Final = 60.0
"""Seconds for one answer; two cores may be busy with other tests."""

Answer = dict[str, Any]  # what the protocol returns has no narrower type


class BrowserError(Exception):
    """The browser said no, or nothing."""


def program() -> str:
    """Return the path of the browser."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise BrowserError("no Chromium here; .ci/test installs it")
    return found


class Browser:
    """One headless Chromium with a fresh profile in `profile`; a context manager."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._count = 0
        self._events: list[Answer] = []
        self._left = b""

    def __enter__(self) -> Browser:
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        command = [program(), *FLAGS, f"--user-data-dir={self._profile}", "about:blank"]
        # bash moves our two pipes to the descriptors that Chromium insists on.
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", *command],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._to)  # Chromium ends when its pipe does
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._from)

    def page(self, width: int = 390, height: int = 844, *, dark: bool = False, script: bool = True) -> Page:
        """Open a tab as wide as a phone, or as told."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, str(session), str(target))
        page.ask("Page.enable")
        page.ask("Page.setLifecycleEventsEnabled", enabled=True)
        page.ask("Runtime.enable")
        page.ask("Log.enable")
        page.ask("Network.enable")
        page.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.ask("Emulation.setEmulatedMedia", media="", features=[scheme])
        page.ask("Emulation.setScriptExecutionDisabled", value=not script)
        return page

    def ask(self, method: str, session: str = "", *, patience: float = PATIENCE, **params: object) -> Answer:
        """Send one command and return its result. Raises `BrowserError`."""
        self._count += 1
        message: Answer = {"id": self._count, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read(patience)
            if answer.get("id") != self._count:
                self._events.append(answer)
            elif "error" in answer:
                raise BrowserError(f"{method}: {answer['error']}")
            else:
                return dict(answer["result"])

    def await_event(self, method: str, session: str) -> Answer:
        """Return the parameters of the next event of that kind, of those not yet taken."""
        while True:
            for event in self._events:
                if event.get("method") == method and event.get("sessionId") == session:
                    self._events.remove(event)
                    return dict(event["params"])
            self._events.append(self._read())

    def events(self, method: str, session: str) -> list[Answer]:
        """Return the parameters of the events of that kind so far."""
        return [
            event["params"]
            for event in self._events
            if event.get("method") == method and event.get("sessionId") == session
        ]

    def _read(self, patience: float = PATIENCE) -> Answer:
        end = time.monotonic() + patience
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            data = os.read(self._from, 1 << 20) if ready else b""
            if not data:
                raise BrowserError("the browser says nothing any more")
            self._left += data
        raw, _, self._left = self._left.partition(b"\0")
        return dict(json.loads(raw))


class Page:
    """A tab."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self._browser = browser
        self._session = session
        self._target = target
        self._loader = ""

    def ask(self, method: str, *, patience: float = PATIENCE, **params: object) -> Answer:
        return self._browser.ask(method, self._session, patience=patience, **params)

    def open(self, path: Path | str) -> Page:
        """Load a file, or an address, and wait until it is there."""
        url = path.resolve().as_uri() if isinstance(path, Path) else path
        answer = self.ask("Page.navigate", url=url)
        if answer.get("errorText"):
            raise BrowserError(f"{url}: {answer['errorText']}")
        self._await_load(lambda loader: loader == answer["loaderId"])
        return self

    def close(self) -> None:
        self._browser.ask("Target.closeTarget", targetId=self._target)

    def reload(self) -> None:
        former = self._loader
        self.ask("Page.reload")
        self._await_load(lambda loader: loader != former)

    def _await_load(self, wanted: Callable[[str], bool]) -> None:
        """Wait until a document is loaded; that of an earlier one, `about:blank` too, may be told late."""
        while True:
            event = self._browser.await_event("Page.lifecycleEvent", self._session)
            if event["name"] == "load" and wanted(str(event["loaderId"])):
                self._loader = str(event["loaderId"])
                return

    def before_load(self, script: str) -> None:
        """Run `script` in every page before the page's own."""
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=script)

    def resize(self, width: int, height: int) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def run(self, script: str, patience: float = PATIENCE) -> Any:
        """Return what an expression is worth in the page. Raises `BrowserError` when it throws or takes too many seconds."""
        answer = self.ask(
            "Runtime.evaluate", patience=patience, expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key, as `Tab`."""
        codes = {"Tab": 9, " ": 32, "Enter": 13}
        for kind in ("rawKeyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=codes[key])

    def complaints(self) -> list[str]:
        """Return exceptions, errors in the console, and requests to the network since the tab was opened."""
        thrown = [str(each) for each in self._browser.events("Runtime.exceptionThrown", self._session)]
        logged = [str(each["entry"]["text"]) for each in self._browser.events("Log.entryAdded", self._session)]
        sent = [
            str(each["request"]["url"]) for each in self._browser.events("Network.requestWillBeSent", self._session)
        ]
        return thrown + logged + [url for url in sent if not url.startswith(("file:", "about:", "data:"))]

    def screenshot(self, *, whole: bool = True) -> bytes:
        """Return a PNG of the whole page, or of what is in view."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        extra: Answer = {"clip": clip, "captureBeyondViewport": True} if whole else {}
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png", **extra)["data"])

    def pdf(self) -> bytes:
        """Return the page as it prints, on the paper that its style sheet asks for."""
        answer = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(answer["data"])

"""A real browser for tests of pages: Debian's Chromium without a screen, driven by playwright."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outside import absent

# Pictures are drawn in software (SwiftShader), sound goes nowhere, and the browser itself asks nobody for anything.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--mute-audio",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, PHONE = (1400, 800), (390, 844)


def find_chromium() -> str | None:
    """Return the path of the system's Chromium, None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def running_chromium() -> Iterator[Any]:
    """Yield a browser context with an empty profile; skips the test (see `outside.absent`) where it cannot run."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        absent("playwright")
    program = find_chromium() or absent("Chromium")
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=program, args=list(ARGUMENTS), ignore_default_args=["--enable-automation"]
        )
        try:
            yield context
        finally:
            context.close()


@dataclass
class Watched:
    """An open page, and what went wrong on it: `troubles` are errors, warnings and whatever it asked others for."""

    page: Any
    troubles: list[str] = field(default_factory=list)


@contextmanager
def opened(browser: Any, file: Path, size: tuple[int, int] = DESKTOP, fragment: str = "") -> Iterator[Watched]:
    """Yield a file's page as if it had been double-clicked (file://), in a window of `size` pixels."""
    page = browser.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    watched = Watched(page)
    troubles, own = watched.troubles, file.resolve().parent.as_uri()
    # A refused resource (Content-Security-Policy) is an error of the console as well.
    page.on("console", lambda said: _is_trouble(said) and troubles.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: asked.url.startswith((own, "data:", "blob:")) or troubles.append(f"request: {asked.url}"),
    )
    try:
        page.goto(file.resolve().as_uri() + fragment)
        yield watched
    finally:
        page.close()


def _is_trouble(said: Any) -> bool:
    # Taking a screenshot of a WebGL picture makes the driver complain of its own slowness.
    return said.type in ("error", "warning") and "GL Driver Message" not in said.text


def wait_until(page: Any, condition: str, seconds: float = 30.0) -> None:
    """Wait until a JavaScript expression is true. (The page's own policy forbids playwright's way of asking.)"""
    deadline = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({condition})"):
        assert time.monotonic() < deadline, f"never came: {condition}"
        page.wait_for_timeout(20)

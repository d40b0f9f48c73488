"""Browser tests: the real servers on a database of their own, and headless Chromium.

`served` is the running house with demo data, once for each test process. `new_page()` opens a page
that fails its test when the console shows an error or anything is asked from outside the house:

    def test_the_desk_hears_a_report(new_page: NewPage) -> None:
        desk = new_page(signed_in_as="dispatcher", width=1600)
        desk.goto("/desk")

Words may be waited for with playwright's `expect`; `axe(page)` names the breaches of WCAG 2.2 AA.
Playwright keeps an event loop in the thread while it runs, so a module of browser tests does not use
the in-process `app`, `session` and `client`; it asks the database of `served` instead.
"""

from __future__ import annotations

import re
import shutil
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests import databases
from tests.servers import Served, code_on_the_phone, running
from webapp.monitoring.signals import Kind

# The shell has no window to draw: it spares a third of the work. Either will do.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb")
AXE = databases.ROOT / "static/vendor/axe/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

# A busy machine is slow: a deed and what it is expected to show are waited for alike.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)

# The width and language in which a page is looked at; in the other two once more by the thorough run.
BOTH = ((390, "zh_CN"), pytest.param(1440, "en", marks=pytest.mark.thorough))

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


# What begins by itself in a demo that grows old: machines that nobody plays fall silent, and at night
# small vessels are still out. It rings in no test, whatever the minute and the hour.
BY_THE_CLOCK = (Kind.OFFLINE, Kind.VESSEL_OVERNIGHT)


@pytest.fixture(scope="session")
def served(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The running house with its demo data."""
    name = f"served_{uuid.uuid4().hex[:10]}"
    instance = tmp_path_factory.mktemp("served")
    url = databases.clone_with_demo(cluster_url, name, instance)
    databases.quieten(url, BY_THE_CLOCK)
    try:
        with running(url, instance) as house:
            yield house
    finally:
        databases.drop(cluster_url, name)


class Rooms:
    """Browsers, each with its own cookies and storage, that one test after another may use.

    A browser that has read the house before has its scripts and styles at hand, which spares a third
    of the time of a page. Whatever the test before said, stored or allowed is gone.
    """

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser = browser
        self.base = base
        self.idle: defaultdict[str, list[BrowserContext]] = defaultdict(list)
        self.taken: list[tuple[str, BrowserContext]] = []
        self.heard: list[tuple[BrowserContext, str]] = []

    def take(self, **options: Any) -> BrowserContext:
        """A browser that nobody has; the next one may have it after `tidy`."""
        key = repr(sorted(options.items()))
        idle = self.idle[key]
        context = idle.pop() if idle else self._new(**options)
        self.taken.append((key, context))
        return context

    def tidy(self) -> list[tuple[BrowserContext, str]]:
        """Every browser is as nobody had used it; answers what was complained of in each."""
        for key, context in self.taken:
            if self._cleared(context):
                self.idle[key].append(context)
            else:
                context.close()
        heard, self.taken, self.heard = self.heard, [], []
        return heard

    def _new(self, **options: Any) -> BrowserContext:
        context = self.browser.new_context(base_url=self.base, **options)
        context.set_default_timeout(PATIENCE_MS)

        def asked(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob") and not request.url.startswith(self.base):
                self.heard.append((context, f"asked from outside the house: {request.url}"))

        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                words = f"console: {message.text} ({message.location.get('url')})"
                self.heard.append((context, words))

        context.on("request", asked)
        context.on("console", said)
        context.on(
            "weberror",
            lambda error: self.heard.append((context, f"script failed: {error.error}")),
        )
        return context

    def _cleared(self, context: BrowserContext) -> bool:
        """False where the browser cannot be made as new."""
        if not context.pages:
            return False
        *others, last = context.pages
        for page in others:
            page.close()
        last.goto("about:blank")
        context.new_cdp_session(last).send(
            "Storage.clearDataForOrigin", {"origin": self.base, "storageTypes": "all"}
        )
        context.set_offline(False)
        context.clear_permissions()
        context.clear_cookies()
        last.close()
        return True


@pytest.fixture(scope="module")
def rooms(served: Served) -> Iterator[Rooms]:
    """Headless Chromium, as Debian ships it, with its browsers."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Rooms(browser, served.url)
        browser.close()


@dataclass
class NewPage:
    """Opens pages of the house and watches them."""

    served: Served
    rooms: Rooms
    # Whether service workers are `allow`ed: they fetch pages by themselves, which only a test of that wants.
    workers: Literal["allow", "block"] = "block"
    forgiven: dict[BrowserContext, tuple[str, ...]] = field(default_factory=dict)

    def __call__(
        self,
        *,
        width: int = 1280,
        height: int | None = None,
        locale: str = "zh_CN",
        signed_in_as: str | None = None,
        at: tuple[float, float] | None = None,
        forgive: Sequence[str] = (),
        **options: Any,
    ) -> Page:
        """A page in a browser of its own, signed in with a demo account if one is named.

        Widths below 700 are phones (touch, 2 pixels a point). `at` is where the phone is: (lon, lat)
        degrees WGS 84. `forgive` names words of console errors that the test provokes on purpose.
        Less motion is asked for, so that nobody looks at what is half faded; a test of what moves
        says `reduced_motion="no-preference"`.
        """
        phone = width < 700
        context = self.rooms.take(
            viewport={"width": width, "height": height or (844 if phone else 900)},
            has_touch=phone,
            is_mobile=phone,
            device_scale_factor=2 if phone else 1,
            locale=locale.replace("_", "-"),
            timezone_id="Asia/Shanghai",
            **{"reduced_motion": "reduce", "service_workers": self.workers, **options},
        )
        self.forgiven[context] = tuple(forgive)
        if at is not None:
            context.grant_permissions(["geolocation"])
            context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": 12.0})
        if locale != "zh_CN":
            self.send(context, f"/language/{locale}")
        if signed_in_as is not None:
            word = self.served.password(signed_in_as)
            self.send(context, "/sign-in", username=signed_in_as, password=word)
        return context.new_page()

    def send(self, context: BrowserContext, path: str, **fields: str) -> None:
        """A form of the house is sent, with its token, and accepted."""
        # Its line of the test before may just have been given up by the server, as idle lines are.
        found = _TOKEN.search(context.request.get("/sign-in", max_retries=1).text())
        assert found, "the sign-in page carries no token"
        answer = context.request.post(
            path, form={"csrf_token": found[1], **fields}, max_redirects=0
        )
        assert answer.status == 303, f"{path}: {answer.status} {answer.text()[:500]}"

    def faults(self) -> list[str]:
        """What went wrong in the pages, but for what was provoked; they are closed."""
        return [
            words
            for context, words in self.rooms.tidy()
            if not any(part in words for part in self.forgiven[context])
        ]


@pytest.fixture
def new_page(request: pytest.FixtureRequest, served: Served, rooms: Rooms) -> Iterator[NewPage]:
    """Opens pages; at the end of the test they are closed and must have been quiet."""
    offline = request.node.get_closest_marker("offline") is not None
    pages = NewPage(served, rooms, "allow" if offline else "block")
    yield pages
    faults = pages.faults()
    assert not faults, "\n".join(faults)


def _looked_at(page: Page, without: Sequence[str], tries: int = 3) -> Any:
    """What axe answers; where a part was renewed while axe was describing it, it looks again."""
    try:
        return page.evaluate(
            """([tags, without]) => axe.run(document, {
                runOnly: {type: "tag", values: tags},
                resultTypes: ["violations"],
                rules: Object.fromEntries(without.map((rule) => [rule, {enabled: false}])),
            })""",
            [list(RULES), list(without)],
        )
    except Error as error:
        if tries == 1 or "nthChild" not in str(error):
            raise
    return _looked_at(page, without, tries - 1)


def code_sent(page: Page, served: Served, phone: str) -> str:
    """The code asked for on a page, once the page has answered: the phone may hold an older one."""
    expect(page.locator("#main [name=code]")).to_be_visible()
    return code_on_the_phone(served, phone)


def too_wide(page: Page) -> int:
    """By how many pixels the page sticks out to the side, once its styles and scripts are there."""
    page.wait_for_load_state()
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


def axe(page: Page, *, without: Sequence[str] = ()) -> list[str]:
    """What breaks WCAG 2.2 AA on the page now: one line for each element and rule."""
    page.wait_for_load_state()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = _looked_at(page, without)
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: "
        f"{node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def deed(page: Page, ending: str, **said: Any) -> None:
    """The form of a deed is unfolded, filled in and sent: words, choices, ticks, files (bytes)."""
    form = page.locator(f'form[action$="{ending}"]').first
    form.wait_for(state="attached")
    for fold in form.locator("xpath=ancestor::details[not(@open)]").all():
        fold.locator("summary").first.click()
    for name, value in said.items():
        box = form.locator(f'[name="{name}"]').first
        if isinstance(value, bytes):
            file = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": value}
            box.set_input_files(file)  # type: ignore[arg-type]  # typed for its own dictionaries
        elif isinstance(value, bool):
            box.set_checked(value)
        elif box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(label=value)
        else:
            box.fill(str(value))
    form.locator("button:not([type=button])").first.click()
    page.wait_for_load_state()


def picture(page: Page, path: Path, **options: Any) -> None:
    """A picture of the page for the documents, once its fonts and images are there."""
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("load")
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, animations="disabled", **options)

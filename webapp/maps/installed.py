"""What a phone keeps of the house: its name and icons, and the worker that opens pages offline."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for
from flask_babel import gettext as _

from webapp.base.access import public
from webapp.maps import basemaps

bp = Blueprint("installed", __name__)

# Kept from the first visit on; what tests and large desks need is not a phone's burden.
KEPT = (
    "css",
    "js",
    "icons",
    "vendor/tabler",
    "vendor/htmx",
    "vendor/leaflet",
    "vendor/markercluster",
)
SINGLE = ("vendor/icons.svg", "icon.svg")


@bp.get("/manifest.webmanifest")
@public("the name and the icons of the app")
def manifest() -> Response:
    """The house as an app on the first screen of a phone."""
    icons = [
        {
            "src": url_for("static", filename=f"icons/{name}.png"),
            "sizes": sizes,
            "type": "image/png",
        }
        for name, sizes in (("icon-192", "192x192"), ("icon-512", "512x512"))
    ]
    mask = {**icons[1], "src": url_for("static", filename="icons/maskable-512.png")}
    answer = jsonify(
        name=_("Wangge"),
        short_name=_("Wangge"),
        id="/",
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#f5f7fa",
        theme_color="#ffffff",
        icons=[*icons, {**mask, "purpose": "maskable"}],
    )
    answer.mimetype = "application/manifest+json"
    return answer


@bp.get("/service-worker.js")
@public("the worker that opens the phone's pages without a network")
def service_worker() -> Response:
    """The worker; a new version of any kept file makes it a new worker."""
    version, names = _kept(Path(current_app.static_folder or ""))
    shell = [url_for("static", filename=name) for name in names]
    for name in basemaps.PARTS:
        part = basemaps.lean(name)
        if part is not None:
            shell.append(url_for("maps.base", name=name, v=part.tag))
    body = render_template(
        "service-worker.js", version=json.dumps(version), shell=json.dumps(shell)
    )
    return Response(body, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=1)
def _kept(folder: Path) -> tuple[str, list[str]]:
    files = [folder / name for name in SINGLE]
    for name in KEPT:
        files += sorted(each for each in (folder / name).rglob("*") if each.is_file())
    digest = hashlib.sha256()
    names = []
    for each in files:
        if each.is_file() and each.suffix != ".map":
            names.append(each.relative_to(folder).as_posix())
            digest.update(each.read_bytes())
    return digest.hexdigest()[:12], names

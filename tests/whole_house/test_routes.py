"""Every address asks for a right or says why it does not, and every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from webapp.base.access import RIGHTS
from webapp.base.flow import FLOWS
from webapp.base.live import WATCHED
from webapp.base.security import csrf

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OPEN_FOLDER = "static"


def _views(app: Flask) -> Iterator[tuple[str, object]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != OPEN_FOLDER:
            yield f"{rule.rule} ({rule.endpoint})", app.view_functions[rule.endpoint]


def test_every_address_asks_for_a_right_or_says_why_it_is_public(house: Flask) -> None:
    for name, view in _views(house):
        right, why = getattr(view, "right", None), getattr(view, "public", None)
        assert bool(right) != bool(why), f"{name} must be permitted or public, and not both"
        assert right is None or right in RIGHTS, f"{name} asks for {right}, which nobody has"
        assert why is None or len(why) > 5, f"{name} does not say why it is public"


def test_every_right_is_asked_for_somewhere(house: Flask) -> None:
    used = {getattr(view, "right", None) for _name, view in _views(house)}
    used |= {move.may for flow in FLOWS.values() for move in flow.moves.values()}
    used |= set(WATCHED.values())
    sources = [*(ROOT / "webapp").rglob("*.py"), *TEMPLATES]
    for source in sources:
        if source.name != "rules.py":
            found = re.findall(r'["\']([a-z_]+\.[a-z_]+)["\']', source.read_text(encoding="utf-8"))
            used |= set(found)
    assert set(RIGHTS) - used == set(), "these rights open nothing"


def test_no_form_is_taken_without_its_token() -> None:
    assert csrf._exempt_views == set()
    assert csrf._exempt_blueprints == set()


def test_only_faces_for_programs_know_their_asker_by_a_key(house: Flask) -> None:
    """Such a view looks at no cookie, so no page can send to it in somebody's name."""
    by_key = {name for name, view in house.view_functions.items() if getattr(view, "by_key", False)}
    theirs = {name for name in house.view_functions if name.startswith(("open311.", "feeds."))}
    # A search by OGC API is sent because no address is long enough for it; it changes nothing.
    apart = {"ogc.search", "subscriptions.calendar", "subscriptions.area"}
    # A screen on the wall has no cookie; its private address is its key.
    apart |= {"wall.by_address", "wall.now_by_address", "wall.stream_by_address"}
    # Browsers tell by themselves what they refused, and have no token.
    apart |= {"refused.take"}
    assert by_key == (theirs - {"feeds.home"}) | apart


def test_addresses_are_lower_case_words(house: Flask) -> None:
    for rule in house.url_map.iter_rules():
        if rule.endpoint != OPEN_FOLDER:
            path = re.sub(r"<[^>]+>", "", rule.rule)
            if path.startswith("/ogc/"):
                path = re.sub("tileMatrixSets|WebMercatorQuad", "", path)  # as the standard has it
            assert re.fullmatch(r"[a-z0-9/.-]*", path), rule.rule


def test_what_changes_something_is_posted(house: Flask) -> None:
    for rule in house.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert methods in ({"GET"}, {"POST"}), rule.rule


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_link_of_a_template_builds(house: Flask, template: Path) -> None:
    tree = house.jinja_env.parse(template.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args):
            continue
        if not isinstance(call.args[0], nodes.Const):
            continue
        endpoint = call.args[0].value
        given = {keyword.key for keyword in call.kwargs}
        rules = list(house.url_map.iter_rules(endpoint)) if endpoint in house.view_functions else []
        assert rules, f"{template.name}:{call.lineno} leads to {endpoint}, which is nowhere"
        fits = call.dyn_kwargs is not None or any(rule.arguments <= given for rule in rules)
        assert fits, f"{template.name}:{call.lineno} leads to {endpoint} without all it needs"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_fixed_address_in_a_template_is_one_of_ours(house: Flask, template: Path) -> None:
    adapter = house.url_map.bind("localhost")
    text = template.read_text(encoding="utf-8")
    for address in re.findall(r'(?:href|action|hx-get|hx-post|src)="(/[^"{}#?]*)', text):
        if not address.startswith("/static/"):
            method = (
                "POST" if f'action="{address}' in text or f'hx-post="{address}' in text else "GET"
            )
            assert adapter.test(address, method) or adapter.test(address, "GET"), address

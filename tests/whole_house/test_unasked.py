"""Whatever is sent along with a form beside its own fields changes nothing, and no file is taken for another kind."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

import webapp.app  # noqa: F401  # every form is known
from tests.conftest import undone
from tests.pages import NO_PAGE, kind_of
from tests.polyglots import POLYGLOTS, SCRIPT
from tests.whole_house.conftest import with_demo
from tests.whole_house.test_pages import _client, _Reader
from webapp.base import clock, files, sealing
from webapp.base.db import Base, db
from webapp.base.files import StoredFile
from webapp.base.web import Form
from webapp.services.applications import papers

# --- what forms know at all

# Columns that say who somebody is, what a thing has come to, and since when: no form of a person sets them.
NEVER = re.compile(
    r"^(id|state|verified|demo|password_hash|session_epoch|scopes|hash|previous|seq|revoked_at|used_at"
    r"|(created|updated|locked|closed|ended|decided|published|confirmed|received|erased|made|signed)_(at|by|by_id)"
    r"|reporter_id|account_id|unit_id|role|roles|by|by_id|owner_id|legacy|sealed|digest)$"
)
# Each of these is what the form is for, and its view asks whether this person may say so.
FOR_IT = {
    "cases.appeals.views.SheetForm.received_at": "when somebody called, by the sheet of the hotline",
    "cases.standards.forms.StageForm.state": "which state the limit is for",
    "monitoring.alarms.forms.RungForm.roles": "whom a ladder calls",
    "monitoring.danger.roll.forms.MarkForm.state": "found, or not",
    "people.post_views.PostForm.role": "which post is given: within one's own",
    "people.single.views.BackForm.state": "of the sign-in of an office, compared with the session",
    "people.token_views.TokenForm.scopes": "what a token may: within its account",
    "points.forms.PointForm.unit_id": "who runs the point: a choice of one's own",
    "points.forms.ShiftForm.account_id": "who stands at the window: a choice of the point",
    "points.gates.forms.AskForm.seq": "a machine counts its events",
    "points.gates.forms.EventForm.seq": "a machine counts its events",
    "projects.forms.MemberForm.role": "what somebody is in a team: within one's project",
    "services.news.views.NewsForm.unit_id": "whose news it is: a choice of one's own",
}
# These narrow lists and layers, and change nothing.
READING = re.compile(r"(ListForm|AccountsForm|DeskForm|LogForm|Wish|OrderForm|TreeForm)\.\w+$")


def _forms(base: type[Form] = Form) -> Iterator[type[Form]]:
    for each in base.__subclasses__():
        yield each
        yield from _forms(each)


def test_no_form_knows_a_field_that_nobody_may_set_unless_it_is_for_that() -> None:
    known = {
        f"{form.__module__.removeprefix('webapp.')}.{form.__name__}.{name}"
        for form in _forms()
        if form.__module__.startswith("webapp.")
        for name in form.model_fields
        if NEVER.match(name)
    }
    assert {each for each in known if not READING.search(each)} == set(FOR_IT)


# --- what is sent along

NUMBER, WORD, MOMENT = "987654321", "zz-unasked", "2001-02-03T04:05:06+08:00"
# As the database is told of them: no value of a statement may be one.
TOLD = re.compile(rf"{NUMBER}|{WORD}|2001, 2, 3|2001-02-03")
# The names of all columns that say so, and those that others are attacked by.
ALONG = {
    name: MOMENT if name.endswith("_at") else NUMBER if name.endswith("id") else WORD
    for table in Base.metadata.tables.values()
    for name in table.c.keys()  # noqa: SIM118  # columns are no keys
    if NEVER.match(name)
} | {"is_admin": "true", "admin": "true", "verified": "true", "demo": "true", "role": "admin"}
# Whoever sends them together meets every kind of form that is sent from a page.
SENDERS = (
    *("admin", "shift", "worker", "leader", "project", "safety", "port", "employer"),
    *("station", "window", "resident1", "seeker", "skipper", "handler", "street"),
)
# What it sends ends what was begun, or is another one each time.
LEFT_OUT = re.compile(r"^/(sign-out|language|type-size|policy-reports)")
FILLED = {
    "date": lambda: clock.now().date().isoformat(),
    "datetime-local": lambda: f"{clock.now():%Y-%m-%dT%H:%M}",
    "time": lambda: "09:00",
    "number": lambda: "1",
    "tel": lambda: "13800138000",
    "email": lambda: "a@b.example",
    "url": lambda: "https://example.org/",
}


@dataclass(frozen=True)
class Sent:
    """A form as somebody finds it: where it goes, and what it says, filled in where it must be."""

    action: str
    fields: tuple[tuple[str, str], ...]
    # The names of all that could be said in it, and of its files.
    names: frozenset[str]
    files: tuple[str, ...]
    # Of whoever found it.
    cookie: str

    @property
    def kind(self) -> str:
        """One thing is like another."""
        return re.sub(r"\d+|[0-9A-Z]{15}", "#", self.action) + repr(sorted(self.names))

    def with_more(self) -> dict[str, Any]:
        """The same, and whatever it has no field for."""
        return {name: value for name, value in ALONG.items() if name not in self.names}

    def several(self) -> dict[str, Any]:
        """Its fields, lists where a name comes twice."""
        found: dict[str, Any] = {}
        for name, value in self.fields:
            found[name] = [*found[name], value] if name in found else [value]
        return {name: each if len(each) > 1 else each[0] for name, each in found.items()}


def _value(box: Any) -> Iterator[str]:
    kind, given = box.get("type", "text"), box.get("value")
    if box.tag == "select":
        options = box.findall(".//option")
        chosen = [each for each in options if each.get("selected") is not None]
        first = [each for each in options if each.get("value", "").strip()]
        for each in (chosen or first)[:1]:
            yield each.get("value", "".join(each.itertext()))
    elif box.tag == "textarea":
        yield "".join(box.itertext()).strip() or "words of somebody"
    elif kind in ("checkbox", "radio"):
        if box.get("checked") is not None or (kind == "radio" and box.get("required") is not None):
            yield given or "on"
    elif kind not in ("file", "submit", "button"):
        needed = box.get("required") is not None
        yield given or (FILLED.get(kind, lambda: "some words")() if needed else "")


# So many pages of a kind are read by one sender, and by so many senders.
ALIKE = 3
# A form, and what tells it from others: where it goes, and what can be said in it.
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_NAMED = re.compile(r'\b(?:action|name)="[^"]*"')


class _Collector(_Reader):
    """Reads every page in reach, and takes along each kind of form."""

    def __init__(
        self, app: Flask, client: FlaskClient, forms: dict[str, Sent], known: Counter[str]
    ) -> None:
        super().__init__(app, client, "zh_CN")
        self.forms = forms
        self.known = known
        self.shapes: set[str] = set()

    def _wanted(self, address: str, step: str) -> bool:
        """Some pages of each kind, of each step one; what narrows a list brings no other forms."""
        parts, kind = urlsplit(address), kind_of(address)
        narrowed = not parse_qs(parts.query).keys() <= {"show"}
        if parts.scheme or parts.netloc or narrowed or NO_PAGE.search(parts.path):
            return False
        self.kinds[kind] += 1
        self.kinds[kind + step] += bool(step)
        self.known[kind] += self.kinds[kind] == 1
        wanted = self.kinds[kind] <= ALIKE or self.kinds[kind + step] == 1
        return wanted and self.known[kind] <= ALIKE

    def _read(self, address: str) -> list[str]:
        answer = self.client.get(address, headers={"Accept": "text/html"})
        if answer.status_code in (301, 302, 303):
            return [urljoin(address, answer.headers["Location"])]
        if answer.status_code != 200 or answer.mimetype != "text/html":
            return []
        text = answer.get_data(as_text=True)
        if 'method="post"' in text:
            self._collect(address, text)
        links = re.findall(r'\s(?:href|hx-get|data-src)="([^"]+)"', text)
        return [urldefrag(urljoin(address, each.replace("&amp;", "&")))[0] for each in links]

    def _collect(self, address: str, text: str) -> None:
        for written in _FORM.findall(text):
            where = "" if " action=" in written.partition(">")[0] else address
            shape = re.sub(r"\d+|[0-9A-Z]{15}", "#", " ".join([where, *_NAMED.findall(written)]))
            if shape in self.shapes:
                continue
            self.shapes.add(shape)
            (form,) = html5lib.parseFragment(written, namespaceHTMLElements=False).iter("form")
            action = urljoin(address, form.get("action") or address)
            if form.get("method", "").lower() != "post" or LEFT_OUT.match(action):
                continue
            boxes = [
                each
                for each in form.iter()
                if each.tag in ("input", "select", "textarea") and each.get("name")
            ]
            fields = [
                (box.get("name"), value)
                for box in boxes
                for value in _value(box)
                if box.get("name") != "csrf_token"
            ]
            cookie = self.client.get_cookie("session")
            made = Sent(
                action,
                tuple(fields),
                frozenset(box.get("name") for box in boxes),
                tuple(box.get("name") for box in boxes if box.get("type") == "file"),
                cookie.value if cookie else "",
            )
            self.forms.setdefault(made.kind, made)


Done = tuple[int, str, Counter[str], list[str]]


@contextmanager
def _writing(house: Flask, into: list[tuple[str, str]]) -> Iterator[None]:
    with house.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE|WITH)\b", statement, re.IGNORECASE):
            into.append((statement, repr(values)))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _done(house: Flask, sent: Sent, more: dict[str, Any], *, as_json: bool) -> Done:
    """How it is answered, what is written, and which of those values nobody asked for; then it is undone."""
    wrote: list[tuple[str, str]] = []
    body = sent.several() | more
    with undone(house), _writing(house, wrote):
        client = _again(house, sent)
        answer = (
            client.post(sent.action, json=body) if as_json else client.post(sent.action, data=body)
        )
    shapes = Counter(
        re.sub(r"__\d+|\b\d+\b|\((%\([^)]*\)s[:\w, ]*)+\)", "#", each) for each, _ in wrote
    )
    told = [values for _each, values in wrote if TOLD.search(values)]
    # A ticket has a name that nobody can guess.
    where = re.sub(r"[0-9a-f]{8}(-[0-9a-f]+){4}|\d+", "#", answer.headers.get("Location", ""))
    return answer.status_code, where, shapes, told


def _again(house: Flask, sent: Sent) -> FlaskClient:
    """A browser of whoever found the form."""
    client = house.test_client()
    client.set_cookie("session", sent.cookie)
    return client


@pytest.fixture(scope="module")
def spare(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house with demo data of its own."""
    with with_demo(cluster_url, tmp_path_factory.mktemp("spare")) as app:
        yield app


@pytest.fixture(scope="module")
def forms(spare: Flask) -> list[Sent]:
    """Each kind of form that somebody finds on a page."""
    found: dict[str, Sent] = {}
    known = Counter[str]()
    for sender in SENDERS:
        _Collector(spare, _client(spare, sender, "zh_CN"), found, known).read_all("/")
    return list(found.values())


@pytest.mark.thorough
@pytest.mark.walk
def test_what_is_sent_along_changes_nothing(spare: Flask, forms: list[Sent]) -> None:
    faults, written = [], 0
    for sent in forms:
        for as_json in (False, True):
            plain = _done(spare, sent, {}, as_json=as_json)
            along = _done(spare, sent, sent.with_more(), as_json=as_json)
            written += plain[0] < 400
            if along[3] or plain[:3] != along[:3] or plain[0] >= 500:
                faults.append(f"{sent.action} json={as_json}: {_apart(plain, along)}")
    assert not faults, "\n".join(faults)
    assert len(forms) > 300
    assert written > 150, written


def _apart(plain: Done, along: Done) -> str:
    return (
        f"{plain[0]} {plain[1]} -> {along[0]} {along[1]}; "
        f"{list(plain[2] - along[2])[:2]} -> {list(along[2] - plain[2])[:2]}; {along[3][:2]}"
    )[:900]


# --- files that are two kinds at once


@pytest.mark.thorough
@pytest.mark.walk
def test_no_door_takes_a_file_for_what_it_is_not(spare: Flask, forms: list[Sent]) -> None:
    faults, kept = [], Counter[str]()
    doors = [each for each in forms if each.files]
    for sent in doors:
        for name, body in POLYGLOTS.items():
            sent_files = {each: (io.BytesIO(body), f"{name}.jpg") for each in sent.files}
            with undone(spare):
                with spare.app_context():
                    last = db.session.scalar(select(func.max(StoredFile.id))) or 0
                answer = _again(spare, sent).post(sent.action, data=sent.several() | sent_files)
                with spare.app_context():
                    new = db.session.scalars(select(StoredFile).where(StoredFile.id > last)).all()
                    kept.update(each.media_type for each in new)
                    wrong = [each.media_type for each in new if not _harmless(each)]
            if answer.status_code >= 500 or wrong:
                faults.append(f"{sent.action} {name}: {answer.status_code} {wrong}")
    assert not faults, "\n".join(faults)
    assert len(doors) > 20, len(doors)
    assert kept["image/jpeg"] > 20, kept


def _harmless(file: StoredFile) -> bool:
    """A picture is one that we drew, sealed or not; what is kept as it came is of a kind that is never shown."""
    body = files.path_of(file).read_bytes()
    if file.media_type == papers.SEALED:
        try:
            body = sealing.unseal(body)
        except sealing.Unreadable:
            return True  # borders as they came, which are read and never given out
    elif not file.media_type.startswith(files.SHOWN):
        return True
    drawn = body.startswith((b"\xff\xd8\xff", b"{"))
    return drawn and not any(each in body for each in (SCRIPT, b"PK\x03\x04", b"%PDF"))

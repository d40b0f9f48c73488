"""The page of a thing on which something is done: shown anew after it, or with why it was refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import Response, request
from flask.typing import ResponseReturnValue

from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto

T = TypeVar("T")


@dataclass(frozen=True)
class DeedPage(Generic[T]):
    """One page, and what is needed to come back to it.

    `keys` are the parts of its address, which the addresses of its deeds have, too; `load` answers the thing by the
    first of them. `show` makes the page of the thing with a refusal beside the form that was tried.
    """

    endpoint: str
    keys: tuple[str, ...]
    load: Callable[[int], T | None]
    right: str
    show: Callable[[T, Refusal, str], Response]

    def after(self, tried: str, deed: Callable[[], Any]) -> ResponseReturnValue:
        """The way to the page once the deed is done; where it is refused, what `refused` answers."""
        try:
            deed()
        except Refusal as refusal:
            return self.refused(refusal, tried)
        return goto(self.endpoint, **self._there())

    def refused(self, refusal: Refusal, tried: str) -> Response:
        """The page as it is without what was refused, with why beside the form that was tried.

        The refusal is raised where a machine asks, where the thing is gone, or where `right` does not reach it.
        """
        key = self._there()[self.keys[0]]
        return self.show(afresh(refusal, lambda: self.load(key), right=self.right), refusal, tried)

    def _there(self) -> dict[str, Any]:
        named = request.view_args or {}
        return {key: named[key] for key in self.keys}

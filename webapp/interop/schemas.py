"""What our answers look like, for those who read the description of the interface."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from webapp.cases.rules import Source, State
from webapp.grids.api import Near


class ErrorPart(BaseModel):
    """Why a request was refused."""

    code: str = Field(description="a word for programs")
    message: str = Field(description="a sentence for people")
    fields: dict[str, str] = Field(description="a sentence for every value that cannot be used")


class ErrorOut(BaseModel):
    """A refusal."""

    error: ErrorPart


class OutsideOut(ErrorOut):
    """A refusal because the point lies in no grid."""

    nearest: Near | None


class Named(BaseModel):
    """A code and its name."""

    code: str
    name: str


class CaseOut(BaseModel):
    """A case, with nothing about persons."""

    number: str
    state: State
    state_words: str
    version: int
    class_: Named = Field(alias="class")
    words: str | None
    where: str | None
    source: Source
    lon: float | None = Field(description="degrees WGS 84")
    lat: float | None = Field(description="degrees WGS 84")
    accuracy_m: float | None
    grid: Named | None = Field(description="none: outside every grid")
    cell: str | None
    on_border: bool
    happened_at: datetime
    received_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    url: str = Field(description="the page of the case")


class CasesOut(BaseModel):
    """A page of cases."""

    cases: list[CaseOut]
    next: str | None = Field(default=None, description="where the next page is")


def inlined(schema: Any, known: Mapping[str, Any]) -> Any:
    """The schema with what it refers to put in its place."""
    if isinstance(schema, list):
        return [inlined(part, known) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return inlined(known[schema["$ref"].rpartition("/")[2]], known)
    return {key: inlined(part, known) for key, part in schema.items()}

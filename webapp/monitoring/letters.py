"""Texts of devices: letters and XML as they really come, whatever their first line declares."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']([A-Za-z0-9_-]+)""")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def text_of(body: bytes) -> str:
    """The text of a file or message: UTF-8, or GB18030 for all that calls itself a part of it.

    Devices write GB2312 and send letters that only GB18030 has. Raises `ValueError`.
    """
    if body[:2] in _MARKS:
        return body.decode(_MARKS[body[:2]])
    declared = _DECLARED.match(body)
    named = declared[1].decode().lower() if declared else "utf-8"
    for encoding in ("utf-8-sig", "gb18030") if named in ("utf-8", "utf8") else ("gb18030",):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("no letters of GB18030")


def xml_of(text: str) -> Element:
    """The root of a text in XML, whatever encoding it declares.

    Raises `ParseError`, or `DefusedXmlException` where it declares entities or asks for other files.
    """
    root: Element = ElementTree.fromstring(_DECLARATION.sub("", text), forbid_dtd=True)
    return root

"""Personal values, found by a column's name or by their look, and made unreadable. Pure.

What stays is enough to find a row again and too little to know a person by:
`a…@…`, `203.0.…`, `ab12… (24)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

WHOLE_TEXT = "(masked)"
_LEAST_SHARE = 0.5  # of a column's values that look personal: then all of them are

_IDS = {"id", "ids", "uid", "uuid", "guid", "gid", "sid", "pid", "cid", "oid"}
_WORDS = _IDS | {
    "email", "mail", "ip", "ipv4", "ipv6", "phone", "telephone", "tel", "msisdn", "fax",
    "client", "user", "username", "customer", "visitor", "member", "person", "purchaser",
    "buyer", "patient", "employee", "account", "login", "address", "addr", "street", "zip",
    "zipcode", "postcode", "postal", "iban", "bic", "card", "ssn", "passport", "birth", "dob",
    "birthday", "birthdate", "firstname", "lastname", "surname", "fullname", "token", "session",
    "cookie", "auth", "authorization", "password", "passwd", "pwd", "secret", "signature",
    "apikey", "gclid", "fbclid", "msclkid", "fbp", "fbc", "latitude", "longitude", "lat", "lon",
}  # fmt: skip
_PEOPLE_NAMES = {"first", "last", "full", "sur", "family", "given", "middle", "contact", "display"}
# A user agent is no user; the others say what kind of thing, not which.
_HARMLESS = {"agent", "type", "kind", "count", "status", "is", "has", "state"}

_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-])[\w.+-]*(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.I)
_IPV4 = re.compile(r"(?<![\w.])(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}(?![\w.])")
_VERSION = re.compile(r"(?<=[A-Za-z]/)(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}(?![\w.])")
_IPV6 = re.compile(
    r"(?<![:.\w])(?:(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}"
    r"|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6})(?![:.\w])",
    re.I,
)
_LONG_ID = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,})(?![0-9a-z])",
    re.I,
)
_PHONE = re.compile(r"(?<![\w+])\+\d[\d ().-]{6,18}\d(?!\w)")
_PHONE_ALONE = re.compile(r"^\(?\d{2,5}\)?(?:[ /-]\d{2,}){1,5}$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d")
_PARAMETER = re.compile(r"([?&#;])([\w.%\[\]-]{1,40})=([^&#;\s\"']+)")
_MEMBER = re.compile(r"([\"']{1,2})([\w.-]{1,40})\1(\s*:\s*)(\"[^\"]*\"|'[^']*'|-?\d[\w.]*)")
_CREDENTIALS = re.compile(r"(://)[^/@\s]+@")
_AGENT = re.compile(r"^(?:Mozilla|Opera|Dalvik|okhttp|curl)/")


class Mask(StrEnum):
    """How much of a column is shown."""

    INSIDE = "personal parts of a text"
    PERSONAL = "the beginning"
    WHOLE = "nothing"


def is_personal_name(name: str) -> bool:
    """Whether a column's name says that its values belong to a person or tell one from others."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name[:200]).lower()
    words = [word for word in re.split(r"[^a-z0-9]+", spaced) if word]
    if words == ["name"]:
        return True
    if "name" in words and _PEOPLE_NAMES | {"user", "customer", "client"} & set(words):
        return bool((_PEOPLE_NAMES | {"user", "customer", "client"}) & set(words))
    return bool(_WORDS & set(words)) and not _HARMLESS & set(words)


def looks_personal(value: str) -> bool:
    """Whether a whole value is an e-mail or IP address, a long id or a phone number."""
    text = value.strip()
    if any(form.fullmatch(text) for form in (_EMAIL, _IPV4, _IPV6, _LONG_ID, _PHONE)):
        return True
    digits = sum(char.isdigit() for char in text)
    return 9 <= digits <= 15 and bool(_PHONE_ALONE.match(text)) and not _DATE.match(text)


def mask_of(name: str, values: Iterable[str], configured: Sequence[str], known: bool) -> Mask:
    """How a column is masked; `values` are some of its own.

    `known`: mapped as the reason, source, time or name of the event, so that its own name
    tells nothing. `configured` columns are masked whole, whatever their spelling.
    """
    if name.strip().casefold() in {column.strip().casefold() for column in configured}:
        return Mask.WHOLE
    if known:
        return Mask.INSIDE
    there = [value for value in values if value.strip()]
    alike = sum(looks_personal(value) for value in there)
    if is_personal_name(name) or (there and alike >= _LEAST_SHARE * len(there)):
        return Mask.PERSONAL
    return Mask.INSIDE


def masked(value: str | None, mask: Mask) -> str | None:
    """One value as it may be shown. What is missing stays to be seen as missing."""
    if value is None or not value.strip():
        return value
    if mask is Mask.WHOLE:
        return WHOLE_TEXT
    if mask is Mask.PERSONAL:
        return _beginning(value)
    return masked_inside(value)


def masked_inside(text: str) -> str:
    """A text without the personal values in it: addresses, long ids, named parameters."""
    if looks_personal(text):
        return _beginning(text)
    text = _CREDENTIALS.sub(r"\1…@", text)
    text = _PARAMETER.sub(_parameter, text)
    text = _MEMBER.sub(_member, text)
    text = _LONG_ID.sub(lambda match: _short(match[0]), text)
    text = _EMAIL.sub(r"\1…@…", text)
    text = _PHONE.sub(lambda match: _short(match[0]), text)
    if text.count(":") > 1:
        text = _IPV6.sub(lambda match: f"{match[0].split(':')[0]}:…", text)
    return _without_ipv4(text)


def _without_ipv4(text: str) -> str:
    """A browser's version has the form of an IP address, and is none."""
    text = _IPV4.sub(lambda match: match[0] if _is_version(text, match) else f"{match[1]}.…", text)
    return text


def _is_version(text: str, match: re.Match[str]) -> bool:
    return bool(_AGENT.match(text) and _VERSION.match(text, match.start()))


def _parameter(match: re.Match[str]) -> str:
    if not is_personal_name(match[2]):
        return match[0]
    return f"{match[1]}{match[2]}={_beginning(match[3])}"


def _member(match: re.Match[str]) -> str:
    """A named value inside of JSON text."""
    if not is_personal_name(match[2]):
        return match[0]
    quote = match[4][0] if match[4][0] in "\"'" else ""
    inner = match[4].strip(quote) if quote else match[4]
    shown = f"{quote}{_beginning(inner)}{quote}" if inner else match[4]
    return f"{match[1]}{match[2]}{match[1]}{match[3]}{shown}"


def _beginning(value: str) -> str:
    text = value.strip()
    if email := _EMAIL.fullmatch(text):
        return f"{email[1]}…@…"
    if ip := _IPV4.fullmatch(text):
        return f"{ip[1]}.…"
    return f"{_short(text)} ({len(text)})"


def _short(text: str) -> str:
    """At most four characters and at most a quarter of them."""
    return f"{text[: min(4, len(text) // 4)]}…"

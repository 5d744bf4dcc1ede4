"""Personal values, recognised by a column's name or by their look, and masked. Pure.

What stays is enough to find a row again and too little to identify a person:
`a…@…`, `203.0.…`, `ab12… (24)`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

WHOLE_TEXT = "(masked)"
_LEAST_SHARE = 0.5  # of a column's values that look personal: then all of them are

#: Words that name an identifier of a person, device or session; alone or within a name.
_IDENTIFIERS = frozenset({
    "id", "uid", "uuid", "guid", "gid", "sid", "pid", "cid", "oid",
    "email", "mail", "ip", "ipv", "phone", "telephone", "tel", "msisdn", "fax",
    "mobile", "cellphone", "username", "login", "address", "addr", "street", "zip", "zipcode",
    "postcode", "postal", "iban", "bic", "card", "ssn", "passport", "birth", "dob", "birthday",
    "birthdate", "firstname", "lastname", "surname", "fullname", "forename", "nickname", "token",
    "session", "cookie", "auth", "authorization", "password", "passwd", "pwd", "secret",
    "signature", "apikey", "gclid", "fbclid", "msclkid", "fbp", "fbc", "latitude", "longitude",
    "lat", "lon", "lng", "passphrase", "jwt", "bearer", "credential", "cvv", "cvc", "imei", "idfa",
    "gaid", "aaid", "adid", "taxid", "nif", "dni", "bsn", "pesel", "cpf", "birthplace", "fname",
    "lname",
})  # fmt: skip
#: The same in German, French, Spanish, Italian, Dutch, Portuguese and Polish, without accents.
_FOREIGN_IDENTIFIERS = frozenset({
    "vorname", "nachname", "geburtstag", "geburtsdatum", "strasse", "hausnummer", "plz",
    "postleitzahl", "anschrift", "adresse", "kundennummer", "benutzer", "benutzername", "nutzer",
    "kennwort", "passwort", "telefon", "telefonnummer", "handy", "emailadresse", "kontonummer",
    "prenom", "naissance", "courriel", "motdepasse", "utilisateur", "codepostal", "apellido",
    "correo", "contrasena", "usuario", "direccion", "nacimiento", "telefono", "movil", "cognome",
    "utente", "indirizzo", "nascita", "cellulare", "voornaam", "achternaam", "geboortedatum",
    "wachtwoord", "gebruiker", "straat", "adres", "telefoon", "sobrenome", "senha", "endereco",
    "telefone", "celular", "nascimento", "imie", "nazwisko", "haslo", "ulica",
})  # fmt: skip
#: Credentials: masked behind a colon too, where another name would introduce a reason.
_SECRETS = frozenset({
    "password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "authorization",
    "cookie", "kennwort", "passwort", "motdepasse", "contrasena", "senha", "wachtwoord", "haslo",
})  # fmt: skip
#: Pairs of words that are personal together, while neither is alone.
_PAIRS = frozenset({
    ("api", "key"), ("private", "key"), ("access", "key"), ("post", "code"), ("date", "birth"),
    ("account", "number"), ("tax", "number"), ("licence", "plate"), ("license", "plate"),
    ("mot", "passe"), ("code", "postal"), ("nom", "famille"),
})  # fmt: skip
#: People: a value named after one of them is personal, except for `_HARMLESS` ones.
_OWNERS = frozenset({
    "client", "user", "customer", "visitor", "member", "person", "people", "purchaser", "buyer",
    "patient", "employee", "account", "subscriber", "recipient", "sender", "shopper", "guest",
    "holder", "cardholder", "payer", "payee", "contact", "owner", "author", "student", "tenant",
    "resident", "citizen", "driver", "passenger", "participant", "attendee", "staff", "worker",
    "consumer", "lead", "applicant", "candidate", "beneficiary", "spouse", "parent", "child",
    "doctor", "teacher", "agent", "consignee", "addressee", "billing", "shipping", "delivery",
})  # fmt: skip
#: Words before which only names and addresses are personal as a rule: not `shipping_cost`.
_WEAK_OWNERS = frozenset({
    "contact", "owner", "author", "driver", "staff", "worker", "consumer", "lead", "agent",
    "billing", "shipping", "delivery", "holder", "parent", "child", "sender", "tenant",
})  # fmt: skip
_NAMES = frozenset({"name", "fname", "lname", "initials"})
_PEOPLE_NAMES = frozenset(
    {"first", "last", "full", "sur", "family", "given", "middle", "display", "maiden", "nick"}
)
#: They name a kind of thing, not a thing. A user agent is no user.
_HARMLESS = frozenset({"agent", "type", "kind", "status", "state"})
#: Words of counts and of yes or no.
_COUNTED = frozenset({"count", "is", "has"})
#: Endings of a name that is written as one word, such as `buyername`.
_ENDINGS = frozenset({
    "name", "id", "uid", "email", "mail", "phone", "address", "ip", "street", "zip", "birthday",
    "birthdate", "firstname", "lastname", "surname", "fullname", "mobile", "login", "password",
    "token", "postcode",
})  # fmt: skip
#: Endings that count only behind `_BEGINNINGS` and owners that are not weak.
_LOOSE_ENDINGS = frozenset({"number", "key", "code", "id", "token", "date"})
#: Endings that count behind any owner.
_SURE_ENDINGS = frozenset({"emailaddress", "ofbirth"})
#: Beginnings of such a name, besides the owners.
_BEGINNINGS = frozenset({
    "access", "refresh", "session", "device", "phone", "card", "date", "auth", "api", "private",
    "bearer", "csrf", "postal", "mobile", "tax", "passport", "place",
})  # fmt: skip

#: No letter or digit before and after a value, and no dot beside which there is one.
_START = r"(?<![^\W_])(?<!\w\.)"
_END = r"(?![^\W_]|\.[^\W_])"
_OCTETS = r"(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}"
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-])[\w.+-]*(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.I)
#: With a quoted name before the @, which may contain anything.
_QUOTED_EMAIL = re.compile(r'"[^"\n]{1,64}"(?:@|%40)[\w-]+(?:\.[\w-]+)+')
_IPV4 = re.compile(_START + _OCTETS + _END)
_VERSION = re.compile(r"(?<=[A-Za-z]/)" + _OCTETS + _END)
_IPV6 = re.compile(
    r"((?<![^\W_])[a-z]\w*:(?!:)|(?<![^\W_])(?<!\w[.:])(?<!::))"
    r"((?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}"
    rf"|(?:[0-9a-f]{{1,4}}:){{1,6}}(?::[0-9a-f]{{1,4}}){{1,6}}){_END}(?!:[0-9a-f:])",
    re.I,
)
_LONG_ID = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,})(?![0-9a-z])",
    re.I,
)
_PHONE = re.compile(r"(?<![^\W_])(?<!\+)\+\d[\d ().-]{6,18}\d(?![^\W_])")
#: Without a plus, behind a word for a phone.
_PHONE_NAMED = re.compile(
    r"(?<![a-z])((?:(?:tele|cell)?phone|tel|telefon|mobile?|cell|handy|fax|msisdn)"
    r"(?:[ _](?:no|nr|number))?\.?[\s:=#]{1,3})(\(?\d[\d ()/.-]{5,18}\d)(?![^\W_])",
    re.I,
)
_PHONE_ALONE = re.compile(r"^\(?\d{2,5}\)?(?:[ /-]\d{2,}){1,5}$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d")
_PARAMETER = re.compile(r"(?<![\w.%\[\]-])([\w.%\[\]-]{1,40})(\s{0,3}=\s{0,3}|:\s{0,3})(?!//)")
_PARAMETER_VALUE = re.compile(r"[^&#;\s\"']+")
#: A named value inside braces, whose name has no quotes.
_BARE_MEMBER = re.compile(
    r"([{,]\s*)([\w.-]{1,40})(\s*:\s*)"
    r"(?!null\b|true\b|false\b|None\b)(\"[^\"]*\"|'[^']*'|[^\s,{}\[\]\"'][^,}\]]*)"
)
#: A named value inside JSON: text with escapes, a number, a list or an object of them; the
#: quotes may be escaped themselves, as in JSON inside JSON.
_MEMBER = re.compile(
    r"((?:\\*[\"']){1,2})([\w.-]{1,40})\1(\s*:\s*)"
    r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\\+\"(?:(?!\\+\").)*\\+\"|-?\d[\w.]*"
    r"|\[[^\]]*\]?|\{[^}]*\}?|(?!null|true|false|None)[^\s,{}\[\]\"'][^,}\]]*)",
    re.DOTALL,
)
_SECRET = re.compile(
    r"\b(Bearer|Basic|Token)\s+([\w.~+/=-]{8,})|\b(eyJ[\w-]+\.[\w-]+\.[\w-]*)"
    r"|\b((?:sk|pk|rk)_(?:live|test)_\w+|AKIA[0-9A-Z]{12,}|gh[pousr]_\w{20,}|xox[abprs]-[\w-]{10,})"
)
_CARD = re.compile(r"(?<![^\W_])(?<!\w[.-])(?:\d[ -]?){12,18}\d(?![^\W_]|[.-][^\W_])")
#: Grouped as printed on a card, whatever follows, such as the month of expiry.
_PRINTED_CARD = re.compile(
    r"(?<![^\W_])(?<!\w[.-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{5})(?![^\W_])"
)
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![^\W_])")
_CREDENTIALS = re.compile(r"(://)[^/@\s]+@")
_AGENT = re.compile(r"^(?:Mozilla|Opera|Dalvik|okhttp|curl)/")


class Mask(StrEnum):
    """How much of a column is shown."""

    INSIDE = "personal parts of a text"
    PERSONAL = "the beginning"
    WHOLE = "nothing"


def is_personal_name(name: str) -> bool:
    """Whether a column's name says that its values are about a person or identify one."""
    name_words = _words_of(name)
    if name_words in (["name"], ["names"]):
        return True
    known = {known for word in name_words for known in _known_words(word)}
    if known & _COUNTED:
        return False
    if known & _NAMES and known & (_OWNERS | _PEOPLE_NAMES):
        return True
    if known & _HARMLESS:
        return False
    if any(first in name_words and second in name_words for first, second in _PAIRS):
        return True
    return bool(known & (_IDENTIFIERS | _FOREIGN_IDENTIFIERS | (_OWNERS - _WEAK_OWNERS)))


def _words_of(name: str) -> list[str]:
    """The words of a name: of `buyerName2`, `BUYER-NAME` and `Buyer Name` buyer and name."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name[:200])
    apart = unicodedata.normalize("NFKD", spaced).casefold()
    folded = "".join(char for char in apart if not unicodedata.combining(char))
    return [word for word in re.split(r"[^a-z0-9]+", folded) if word]


def _known_words(word: str) -> Iterator[str]:
    """The list words that a word consists of, without plural and digits."""
    for form in _forms(word):
        yield form
        for ending in _ENDINGS:
            first = form.removesuffix(ending)
            if first != form and (first in _OWNERS or first in _PEOPLE_NAMES):
                yield from (first, ending)
        if _is_personal_together(form):
            yield "id"


def _is_personal_together(word: str) -> bool:
    """Whether a word is a personal compound: `accesstoken`, `cardnumber`, `useremailaddress`."""
    loose = (word.removesuffix(ending) for ending in _LOOSE_ENDINGS if word.endswith(ending))
    sure = (word.removesuffix(ending) for ending in _SURE_ENDINGS if word.endswith(ending))
    return any(first in _BEGINNINGS or first in _OWNERS - _WEAK_OWNERS for first in loose) or any(
        first in _BEGINNINGS or first in _OWNERS for first in sure
    )


def _forms(word: str) -> Iterator[str]:
    bare = word.strip("0123456789")
    yield bare
    if bare.endswith("ies"):
        yield f"{bare[:-3]}y"
    if bare.endswith("es"):
        yield bare[:-2]
    if bare.endswith("s"):
        yield bare[:-1]
    if bare == "children":
        yield "child"


def looks_personal(value: str) -> bool:
    """Whether a whole value is an e-mail or IP address, a long id or a phone number."""
    text = value.strip()
    if any(form.fullmatch(text) for form in (_EMAIL, _IPV4, _LONG_ID, _PHONE)):
        return True
    if (ipv6 := _IPV6.fullmatch(text)) and not ipv6[1]:
        return True
    digits = sum(char.isdigit() for char in text)
    return 9 <= digits <= 15 and bool(_PHONE_ALONE.match(text)) and not _DATE.match(text)


def mask_of(name: str, values: Iterable[str], configured: Sequence[str], known: bool) -> Mask:
    """How a column is masked; `values` are a sample of it.

    `known`: mapped as the reason, source, time or name of the event, so that the column's name
    is no evidence. `configured` columns are masked as a whole; case does not matter.
    """
    if is_hidden(name, configured):
        return Mask.WHOLE
    if known:
        return Mask.INSIDE
    non_blank = [value for value in values if value.strip()]
    personal_count = sum(looks_personal(value) for value in non_blank)
    if is_personal_name(name) or (non_blank and personal_count >= _LEAST_SHARE * len(non_blank)):
        return Mask.PERSONAL
    return Mask.INSIDE


def is_hidden(column: str | None, configured: Sequence[str]) -> bool:
    """Whether a column is among those that are masked as a whole; case does not matter."""
    hidden = {other.strip().casefold() for other in configured}
    return column is not None and column.strip().casefold() in hidden


def masked(value: str | None, mask: Mask) -> str | None:
    """One value as it may be shown. A missing value stays visible as missing."""
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
    text = _MEMBER.sub(_member, text)
    if "{" in text:
        text = _BARE_MEMBER.sub(_bare_member, text)
    text = _SECRET.sub(_secret, text)
    text = _without_parameters(text)
    text = _IBAN.sub(lambda match: _short(match[0]), text)
    for card in (_PRINTED_CARD, _CARD):
        text = card.sub(lambda match: _short(match[0]) if _is_card(match[0]) else match[0], text)
    text = _LONG_ID.sub(lambda match: _short(match[0]), text)
    text = _QUOTED_EMAIL.sub('"…"@…', text)
    text = _EMAIL.sub(r"\1…@…", text)
    text = _PHONE.sub(lambda match: _short(match[0]), text)
    text = _PHONE_NAMED.sub(_named_phone, text)
    if text.count(":") > 1:
        text = _IPV6.sub(lambda match: f"{match[1]}{match[2].split(':')[0]}:…", text)
    return _without_ipv4(text)


def shown_names(names: Iterable[str]) -> tuple[str, ...]:
    """Names of columns as they may be shown: a file's header may contain values."""
    return tuple(masked_inside(name) for name in names)


def _without_ipv4(text: str) -> str:
    """Masks IP addresses, but not browser versions, which look like them."""
    text = _IPV4.sub(lambda match: match[0] if _is_version(text, match) else f"{match[1]}.…", text)
    return text


def _is_version(text: str, match: re.Match[str]) -> bool:
    return bool(_AGENT.match(text) and _VERSION.match(text, match.start()))


def _named_phone(match: re.Match[str]) -> str:
    digits = sum(char.isdigit() for char in match[2])
    is_phone = 7 <= digits <= 15 and not _DATE.match(match[2])
    return f"{match[1]}{_short(match[2])}" if is_phone else match[0]


def _bare_member(match: re.Match[str]) -> str:
    before = match.string[: match.start() + 1]
    if not is_personal_name(match[2]) or before.rfind("{") < before.rfind("}"):
        return match[0]
    quote = match[4][0] if match[4][0] in "\"'" else ""
    shown = _beginning(match[4].strip(quote) if quote else match[4])
    return f"{match[1]}{match[2]}{match[3]}{quote}{shown}{quote}"


def _without_parameters(text: str) -> str:
    """Masks values of personal parameters; names may follow each other: `refused: token=...`."""
    pieces, done = [], 0
    for match in _PARAMETER.finditer(text):
        value = _PARAMETER_VALUE.match(text, match.end())
        if value and match.start() >= done and _is_personal_parameter(match):
            pieces += [text[done : match.end()], _beginning(value[0])]
            done = value.end()
    return "".join((*pieces, text[done:]))


def _is_personal_parameter(match: re.Match[str]) -> bool:
    if not is_personal_name(match[1]):
        return False
    words = {form for word in _words_of(match[1]) for form in _forms(word)}
    # `client_id: missing` gives a reason.
    return match[2] == "=" or bool(words & _SECRETS)


def _secret(match: re.Match[str]) -> str:
    """A masked token; its kind stays where that is a word of its own (`Bearer`)."""
    return f"{match[1]} …" if match[1] else f"{match[0][:4]}…"


def _is_card(text: str) -> bool:
    """Whether digits are a card's number: its last one checks the others (Luhn)."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [digit if index % 2 == 0 else digit * 2 - 9 * (digit > 4)
               for index, digit in enumerate(reversed(digits))]  # fmt: skip
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _member(match: re.Match[str]) -> str:
    """A masked named value in JSON text."""
    if not is_personal_name(match[2]):
        return match[0]
    quote = re.match(r"\\*[\"']|", match[4])
    mark = quote[0] if quote else ""
    inner = match[4][len(mark) : len(match[4]) - len(mark)] if mark else match[4]
    shown = f"{mark}{_beginning(inner)}{mark}" if inner else match[4]
    if inner and match[4][0] in "[{":
        shown = "[…]" if match[4][0] == "[" else "{…}"
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

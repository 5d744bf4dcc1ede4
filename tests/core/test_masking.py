"""Personal values are found by name and by look, and are not to be read afterwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.core import masking
from checks.core.masking import (
    Mask,
    is_personal_name,
    looks_personal,
    mask_of,
    masked,
    masked_inside,
)

BROWSER = "Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Chrome/133.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    "name",
    ["client_id", "userId", "EMAIL", "e-mail", "customer_name", "name", "first name", "ip",
     "ip_address", "clientIp", "phone", "session", "access_token", "transaction_id", "zip"],
)  # fmt: skip
def test_names_of_personal_columns(name: str) -> None:
    assert is_personal_name(name)


@pytest.mark.parametrize(
    "name",
    ["user_agent", "page_url", "event_name", "file_name", "product_name", "reason", "timestamp",
     "description", "is_client", "email_type", "shipping", "", "utm_campaign"],
)  # fmt: skip
def test_names_of_others(name: str) -> None:
    assert not is_personal_name(name)


WRITTEN = [
    lambda a, b: f"{a}_{b}",
    lambda a, b: f"{a}-{b}",
    lambda a, b: f"{a}.{b}",
    lambda a, b: f"{a} {b}",
    lambda a, b: f"{a}__{b}",
    lambda a, b: f"{a}{b.capitalize()}",
    lambda a, b: f"{a.capitalize()}{b.capitalize()}",
    lambda a, b: f"{a}_{b}".upper(),
    lambda a, b: f"{a.capitalize()} {b.capitalize()}",
    lambda a, b: f"{a}_{b}s",
    lambda a, b: f"{a}s_{b}",
    lambda a, b: f"{a}_{b}_1",
    lambda a, b: f"{a}_{b}2",
    lambda a, b: f"{a}1_{b}",
    lambda a, b: f"{a}{b.capitalize()}2",
    lambda a, b: f"raw_{a}_{b}",
    lambda a, b: f"{a}_{b}_hash",
    lambda a, b: f"dim.{a}.{b}",
    lambda a, b: f"{b}_of_{a}",
    lambda a, b: f"{b}_{a}",
    lambda a, b: f"{a}_full_{b}",
    lambda a, b: f" {a}_{b} ",
]
PERSONAL = sorted({*masking._NAMES, *masking._IDENTIFIERS})
#: Words that may never leave the lists from which the cases below are made.
NEEDED_OWNERS = {
    "client", "user", "customer", "visitor", "member", "person", "purchaser", "buyer", "employee",
    "account", "subscriber", "recipient", "shopper", "guest", "cardholder", "contact",
}  # fmt: skip
NEEDED_IDENTIFIERS = {
    "id", "uuid", "email", "ip", "phone", "username", "address", "street", "zip", "postcode",
    "iban", "card", "ssn", "passport", "birthday", "firstname", "lastname", "token", "session",
    "cookie", "password", "gclid", "fbclid",
}  # fmt: skip


def test_no_word_is_lost() -> None:
    assert masking._OWNERS >= NEEDED_OWNERS
    assert masking._IDENTIFIERS >= NEEDED_IDENTIFIERS
    assert {"name"} <= masking._NAMES


@pytest.mark.parametrize("owner", sorted(masking._OWNERS))
def test_whatever_names_an_owner_and_what_is_theirs_is_personal(owner: str) -> None:
    for personal in PERSONAL:
        for write in WRITTEN:
            name = write(owner, personal)
            if owner != "agent" or personal in masking._NAMES:
                assert is_personal_name(name), name
    for ending in masking._ENDINGS:
        assert is_personal_name(f"{owner}{ending}") or owner == "agent", f"{owner}{ending}"


@pytest.mark.parametrize("first", sorted(masking._PEOPLE_NAMES))
def test_every_name_of_a_person_is_personal(first: str) -> None:
    for write in WRITTEN:
        assert is_personal_name(write(first, "name")), write(first, "name")
    assert is_personal_name(f"{first}name")


@pytest.mark.parametrize("word", sorted(masking._IDENTIFIERS))
def test_every_identifier_is_personal_alone_and_in_a_name(word: str) -> None:
    for name in (word, word.upper(), f"{word}s", f"my_{word}", f"{word}_raw", f"the{word.title()}"):
        assert is_personal_name(name), name


SAMPLES = [
    "event", "product", "file", "campaign", "table", "browser", "page", "column", "host", "domain",
    "city", "country", "currency", "category", "brand", "source", "medium", "channel", "job",
    "pipeline", "schema", "database", "service", "device", "os", "app", "store", "shop", "team",
    "metric", "model", "plan", "coupon", "template", "feature", "screen", "query", "index", "form",
]  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES)
def test_names_of_things_stay_visible(sample: str) -> None:
    for write in WRITTEN:
        name = write(sample, "name")
        if "full" not in name.casefold():
            assert not is_personal_name(name), name
    assert not is_personal_name(f"{sample}name")


@pytest.mark.parametrize(
    "name",
    ["shipping_cost", "shipping_method", "delivery_date", "owner_team", "author_rating", "driver",
     "username_count", "customer_type", "has_email", "ip_state", "user_status", "members_count",
     "valid", "paid", "grid", "humid", "liquid", "zipped", "tokens_is_used", "contact_form",
     "billing_period", "lead_source", "child_rows", "parent_category", "price", "quantity",
     "revenue", "utm_source", "referrer", "session_count", "name_length_of_event"],
)  # fmt: skip
def test_words_that_only_look_like_it(name: str) -> None:
    assert not is_personal_name(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a.b@example.com", True),
        ("203.0.113.9", True),
        ("2001:db8::1", True),
        ("550e8400-e29b-41d4-a716-446655440000", True),
        ("0123456789abcdef", True),
        ("0123456789abcde", False),
        ("+49 170 1234567", True),
        ("0170 123 4567", True),
        ("2025-03-08", False),
        ("2025-03-08T00:14:43.395Z", False),
        ("1,234.50", False),
        ("page_viewed", False),
        ("", False),
    ],
)
def test_looks(value: str, expected: bool) -> None:
    assert looks_personal(value) is expected


@pytest.mark.parametrize(
    ("name", "values", "known", "mask"),
    [
        ("Page_URL ", ["/a"], False, Mask.WHOLE),
        ("client_id", [], False, Mask.PERSONAL),
        ("client_id", [], True, Mask.INSIDE),
        ("x", ["a@b.cd", "y"], False, Mask.PERSONAL),
        ("x", ["a@b.cd", "y", "z"], False, Mask.INSIDE),
        ("x", ["a@b.cd", "", " "], False, Mask.PERSONAL),
        ("page_url", ["/a"], True, Mask.WHOLE),
    ],
)
def test_the_mask_of_a_column(name: str, values: list[str], known: bool, mask: Mask) -> None:
    assert mask_of(name, values, ("page_url",), known) is mask


@pytest.mark.parametrize(
    ("value", "mask", "shown"),
    [
        (None, Mask.WHOLE, None),
        ("", Mask.WHOLE, ""),
        ("abc", Mask.WHOLE, "(masked)"),
        ("abcdefgh", Mask.PERSONAL, "ab… (8)"),
        ("abc", Mask.PERSONAL, "… (3)"),
        ("abcdefghijklmnopqrstuvwx", Mask.PERSONAL, "abcd… (24)"),
        ("alice@example.com", Mask.PERSONAL, "a…@…"),
        ("203.0.113.9", Mask.INSIDE, "203.0.…"),
        ("plain", Mask.INSIDE, "plain"),
    ],
)
def test_one_value(value: str | None, mask: Mask, shown: str | None) -> None:
    assert masked(value, mask) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (BROWSER, BROWSER),
        ("from 10.1.2.3 twice", "from 10.1.… twice"),
        ("http://10.1.2.3/x", "http://10.1.…/x"),
        ("mail alice.b@example.com now", "mail a…@… now"),
        ("https://x.y/?email=alice%40x.com&b=1", "https://x.y/?email=a…@…&b=1"),
        ("https://x.y/?token=abcdefgh#top", "https://x.y/?token=ab… (8)#top"),
        ("https://me:pw@x.y/", "https://…@x.y/"),
        ('{"email": "a@b.cd", "n": 3}', '{"email": "a…@…", "n": 3}'),
        ('{"user_id":12345678,"n":3}', '{"user_id":12… (8),"n":3}'),
        ("client 'deadbeefdeadbeef' is bad", "client 'dead…' is bad"),
        ("call +1 555 123 4567 now", "call +1 … now"),
        ("at 10:11:12", "at 10:11:12"),
        ("a" * 2000 + "@", "aaaa…@"),
    ],
)
def test_inside_of_a_text(text: str, shown: str) -> None:
    assert masked_inside(text) == shown


@given(st.emails(), st.text(" ,", max_size=4))
def test_no_address_is_left(address: str, around: str) -> None:
    local = address.rpartition("@")[0]
    shown = masked_inside(f"{around} {address} {around}")
    assert len(local) < 4 or not set("!#$%&'*+/=?^`{|}~").isdisjoint(local) or local not in shown


@given(st.ip_addresses(v=4))
def test_no_network_address_is_left(address: object) -> None:
    assert str(address) not in masked_inside(f"seen from {address}, and http://{address}/")


VALUES = {
    "jane.doe@example.com": "doe",
    '"jane doe"@example.com': "doe",
    "203.0.113.77": "113.77",
    "2001:db8::1": "db8",
    "2001:db8:0:0:0:0:0:1": "db8",
    "4111111111111111": "11111111",
    "4111 1111 1111 1111": "1111 1111",
    "4111-1111-1111-1111": "1111-1111",
    "DE89370400440532013000": "0532",
    "DE89 3704 0044 0532 0130 00": "0532",
    "550e8400-e29b-41d4-a716-446655440000": "e29b",
    "550e8400e29b41d4a716446655440000": "e29b",
    "+49 171 2345678": "234",
    "phone 0171 2345678": "234",
    "pwd:hunter2": "hunter2",
    "{first_name: Jane}": "Jane",
}
BEFORE = ["", ".", ",", ";", ":", "!", "?", "(", "[", "{", '"', "'", "_", "-", "<", "/", "|", " "]
AFTER = ["", ".", ",", ";", ":", "!", "?", ")", "]", "}", '"', "'", "_", "-", ">", "/", "|", "..."]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("lead", ["refused: ", "", "seen "])
def test_punctuation_around_a_value_does_not_show_it(value: str, lead: str) -> None:
    for before in BEFORE:
        for after in AFTER:
            for rest in ("", " Retry later."):
                text = f"{lead}{before}{value}{after}{rest}"
                assert VALUES[value] not in masked_inside(text), text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("login from 203.0.113.77. card 4111-1111-1111-1111.", "login from 203.0.…. card 4111…."),
        ("request from 2001:db8::1.", "request from 2001:…."),
        ("ip:2001:db8::1", "ip:2001:…"),
        ("_203.0.113.77_", "_203.0.…_"),
        ("4111 1111 1111 1111 12/27", "4111… 12/27"),
        ("secret = abcdefgh now", "secret = ab… (8) now"),
        ('{id: "12345678", n: 3}', '{id: "12… (8)", n: 3}'),
        ("refused: token=abcdefgh, retry", "refused: token=ab… (9) retry"),
        ("tel. (0171) 234567 is bad", "tel. (01… is bad"),
    ],
)
def test_what_stays_of_a_value_before_punctuation(text: str, shown: str) -> None:
    assert masked_inside(text) == shown


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (r'{"user_name":"Jo\"hn Smith","n":3}', "hn Smith"),
        (r"{\"user_name\":\"John Doe\",\"n\":1}", "John Doe"),
        ('{"token":["hunter2hunter2"],"n":2}', "hunter2hunter2"),
        ('{"user_name":{"first":"John"},"n":2}', "John"),
        ("password=hunter2secret and more", "hunter2secret"),
        ("token: hunter2secret", "hunter2secret"),
        ("Authorization: Bearer abcdefghijk.lmn", "abcdefghijk"),
        ("sent eyJhbGciOi.eyJzdWIi.c2ln", "eyJhbGciOi"),
        ("key sk_live_abcdefgh", "sk_live_abcdefgh"),
        ("paid by 4111 1111 1111 1111", "1111 1111"),
        ("DE89 3704 0044 0532 0130 00", "0532"),
    ],
)
def test_what_is_personal_inside_of_a_text_is_hidden(text: str, hidden: str) -> None:
    assert hidden not in masked_inside(text)


@pytest.mark.parametrize(
    "text",
    [
        "client_id: missing", "user: unknown", "rate: 0.05 and status: ok",
        "event 2025-03-08 12:00:00", "order 1234567890123", "no session, no client",
        "version 1.2.3.4.5 and v1.2.3.4", "1.2.3.4.rc1", "at 10:11:12.",
        "order-4222222222222", "1,234.50.", "amount 4222222222222.50", "std::face::a is wrong",
        "client_id = NULL", "id : none", "mobile 2025-03-08 12:00", "phone 12 of 3",
        "in {a} client_id: missing, user: unknown", "2025-03-08T12:00:00.123Z.",
        "mobile app 12.1", "{client: null}", "{reason: missing}", "1.2.3.", "3.14.",
    ],
)  # fmt: skip
def test_a_reason_stays_as_it_is(text: str) -> None:
    assert masked_inside(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "api_key", "accesstoken", "refreshToken", "sessionid", "deviceid", "phonenumber",
        "cardnumber", "date_of_birth", "dateofbirth", "useremailaddress", "fname", "private_key",
        "post_code", "postalcode", "vorname", "Geburtsdatum", "telefonnummer", "prénom",
        "Contraseña", "endereço", "nazwisko",
    ],
)  # fmt: skip
def test_names_of_personal_columns_in_other_spellings_and_languages(name: str) -> None:
    assert is_personal_name(name)


@pytest.mark.parametrize(
    "name", ["status_code", "error_code", "currency", "event_name", "product_code", "order_number"]
)
def test_names_of_other_columns(name: str) -> None:
    assert not is_personal_name(name)

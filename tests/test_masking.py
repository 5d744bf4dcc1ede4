"""Personal values are found by name and by look, and are not to be read afterwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.masking import Mask, is_personal_name, looks_personal, mask_of, masked, masked_inside

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

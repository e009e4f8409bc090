"""Which address does a request count for, behind proxies that are trusted, and behind any others?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.app.client_address import ClientAddresses
from server.settings import Settings
from tests.logs import Lines

PROXIES = Settings(trusted_proxies="127.0.0.1, 10.0.0.0/8, 2001:db8:ffff::/48, fe80::/10").trusted_proxies
CALLER = "203.0.113.7"
PROXY = "10.0.0.5"


def address_of(peer: str | None, *headers: tuple[str, str], trusted: tuple[Any, ...] = PROXIES) -> str:
    """The address that a request from this peer with these headers counts for."""
    scope = {
        "client": (peer, 50_000) if peer is not None else None,
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    return ClientAddresses(trusted)(scope)


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (CALLER, CALLER),
        (f" {CALLER} ", CALLER),
        (f"192.0.2.1, {CALLER}", CALLER),
        (f"192.0.2.1,{CALLER},10.9.9.9,127.0.0.1", CALLER),
        (f"192.0.2.1, {CALLER}, ,", CALLER),
        (f"{CALLER}:4711", CALLER),
        ("2001:db8::9", "2001:db8::9"),
        ("2001:DB8:0:0::9", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("2001:db8::9, 2001:db8:ffff::1", "2001:db8::9"),
        (f"::ffff:{CALLER}", CALLER),
        (f"{CALLER}, ::ffff:10.1.1.1", CALLER),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("", PROXY),
        (",", PROXY),
        ("unknown", PROXY),
        (f"{CALLER}, unknown", PROXY),
        (f"{CALLER}, unknown, 10.1.1.1", "10.1.1.1"),
        (f"{CALLER}, _hidden", PROXY),
        ("203.0.113.256", PROXY),
        ("203.0.113.07", PROXY),
        ("3405803783", PROXY),
        (f"{CALLER}:", PROXY),
        (f"{CALLER}:123456", PROXY),
        (f"{CALLER} 192.0.2.1", PROXY),
        (f'"{CALLER}"', PROXY),
        (f"for={CALLER}", PROXY),
        ("[2001:db8::9", PROXY),
        ("[203.0.113.7]x", PROXY),
        ("2001:db8:::9", PROXY),
        ("fe80::1%eth0", PROXY),
        ("1" * 5_000, PROXY),
        ("٢٠٣.0.113.7".encode().decode("latin-1"), PROXY),
    ],
)
def test_a_trusted_proxy_names_the_caller_in_x_forwarded_for(forwarded: str, address: str):
    assert address_of(PROXY, ("X-Forwarded-For", forwarded)) == address


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (f"for={CALLER}", CALLER),
        (f"For={CALLER};proto=https;by=10.0.0.5", CALLER),
        (f"proto=https ; FOR={CALLER} ; host=api.example", CALLER),
        (f"for=192.0.2.1, for={CALLER}", CALLER),
        (f"for=192.0.2.1,for={CALLER}, for=10.9.9.9;by=_edge", CALLER),
        (f'for="{CALLER}:4711"', CALLER),
        (f'for="{CALLER}:_port"', CALLER),
        ('for="[2001:db8::9]"', "2001:db8::9"),
        ('for="[2001:DB8::9]:4711";by="[2001:db8:ffff::1]"', "2001:db8::9"),
        ('for="\\2\\0\\3.0.113.7"', CALLER),
        (f'host="a,b;for=192.0.2.9\\"";for={CALLER}', CALLER),
        (f'for={CALLER};host="a, for=192.0.2.9"', CALLER),
        (f'for="x, for={CALLER}', CALLER),
        (f'", for={CALLER}', CALLER),
        (f"evil;;=, for={CALLER}", CALLER),
        ("", PROXY),
        ("for=", PROXY),
        ("for=unknown", PROXY),
        (f"for={CALLER}, for=unknown", PROXY),
        (f"for={CALLER}, for=_hidden, for=10.1.1.1", "10.1.1.1"),
        (f"for={CALLER}, proto=https", PROXY),
        (f"x for={CALLER}", PROXY),
        (f"for={CALLER} x", PROXY),
        (f'for="{CALLER}', PROXY),
        (f"for={CALLER}, for", PROXY),
        (CALLER, PROXY),
        (" " * 8_000, PROXY),
        ('"' * 8_000, PROXY),
        ('"\\' * 4_000, PROXY),
        ("for=" * 2_000, PROXY),
    ],
)
def test_a_trusted_proxy_names_the_caller_in_forwarded(forwarded: str, address: str):
    assert address_of(PROXY, ("Forwarded", forwarded)) == address


def test_several_lines_of_a_header_are_one_list():
    by_habit = address_of(PROXY, ("X-Forwarded-For", f"192.0.2.1, {CALLER}"), ("X-Forwarded-For", "10.1.1.1"))
    by_standard = address_of(PROXY, ("Forwarded", f'for="x, for={CALLER}'), ("Forwarded", "for=10.1.1.1"))

    assert (by_habit, by_standard) == (CALLER, CALLER)


def test_x_forwarded_for_counts_before_forwarded():
    both = ("Forwarded", "for=192.0.2.1"), ("X-Forwarded-For", CALLER)
    unreadable = ("Forwarded", "for=192.0.2.1"), ("X-Forwarded-For", "unknown")

    assert address_of(PROXY, *both) == CALLER
    assert address_of(PROXY, *unreadable) == PROXY


@pytest.mark.parametrize("peer", ["198.51.100.1", "2001:db8:fffe::1", "11.0.0.1", "testclient"])
def test_nobody_else_is_believed(peer: str):
    headers = ("X-Forwarded-For", CALLER), ("Forwarded", f"for={CALLER}")

    assert address_of(peer, *headers) == peer
    assert address_of(PROXY, *headers, trusted=()) == PROXY


@pytest.mark.parametrize("peer", ["::ffff:10.0.0.5", "10.255.255.255", "2001:db8:ffff:9::1", "fe80::1%eth0"])
def test_a_proxy_is_recognised_however_its_address_is_written(peer: str):
    assert address_of(peer, ("X-Forwarded-For", CALLER)) == CALLER


def test_a_connection_without_an_address_is_nobodys():
    assert address_of(None, ("X-Forwarded-For", CALLER)) == ""
    assert address_of(None) == ""


TEXTS = st.text(st.characters(min_codepoint=9, max_codepoint=255, exclude_characters="\n\r"), max_size=60)


@given(sent=st.one_of(TEXTS, st.text(alphabet='for=,;" \\1.:[]', max_size=40)))
def test_nothing_that_the_caller_sends_changes_what_the_proxy_adds(sent: str):
    assert address_of(PROXY, ("X-Forwarded-For", f"{sent}, {CALLER}")) == CALLER
    assert address_of(PROXY, ("Forwarded", f"{sent}, for={CALLER}")) == CALLER
    assert address_of(PROXY, ("Forwarded", f'{sent},for="{CALLER}:80";by="[::1]";proto=https')) == CALLER


def test_an_ignored_header_is_logged_once(log: Lines):
    find = ClientAddresses(PROXIES)
    scope = {"client": ("198.51.100.1", 1), "headers": [(b"x-forwarded-for", CALLER.encode())]}

    for _ in range(3):
        find(scope)

    lines = [line for line in log() if line["event"] == "forwarded_ignored"]
    assert [(line["level"], line["logger"]) for line in lines] == [("warning", "server.http")]
    assert "198.51.100.1" not in str(lines)
    assert CALLER not in str(lines)


@pytest.mark.parametrize(
    "wrong",
    ["x", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.1 10.0.0.2", "unix:", "::ffff:10.0.0.0/104", "0.0.0.0/0", "::/0"],
)
def test_a_wrong_setting_is_refused(wrong: str):
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(trusted_proxies=wrong)


def test_the_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RESELLER_TRUSTED_PROXIES", " 10.0.0.5,2001:db8::/64 ,")

    assert [str(network) for network in Settings().trusted_proxies] == ["10.0.0.5/32", "2001:db8::/64"]

"""How long do people wait after wrong passwords, and what is one source?"""

from datetime import timedelta

import pytest

from server.domain.errors import Refused
from server.domain.people.sign_ins import check_wait, delay_after, source_network

LONGEST = timedelta(minutes=15)
INSTANT = timedelta(microseconds=1)


def wait_message(wait: timedelta) -> str:
    """The message for somebody who has to wait this long."""
    with pytest.raises(Refused) as caught:
        check_wait(wait)
    [refusal] = caught.value.refusals
    assert (refusal.code, refusal.field) == ("TOO_MANY_ATTEMPTS", ())
    return refusal.message.format_map(refusal.values).removeprefix("Too many failed attempts. Try again in ")


@pytest.mark.parametrize("wait", [timedelta(0), -INSTANT, -timedelta(days=1)])
def test_an_attempt_whose_time_has_come_is_heard(wait):
    check_wait(wait)


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (INSTANT, "a second."),
        (timedelta(seconds=1), "a second."),
        (timedelta(seconds=1) + INSTANT, "2 seconds."),
        (timedelta(seconds=59), "59 seconds."),
        (timedelta(seconds=60) - INSTANT, "60 seconds."),
        (timedelta(seconds=60), "a minute."),
        (timedelta(seconds=61), "2 minutes."),
        (timedelta(minutes=15), "15 minutes."),
        (timedelta(hours=1), "60 minutes."),
    ],
)
def test_people_read_how_long_to_wait_rounded_up(wait, words):
    assert wait_message(wait) == words


def test_the_wait_doubles_with_each_failure_up_to_the_longest():
    delays = [delay_after(failures, 5, LONGEST).total_seconds() for failures in range(18)]

    assert delays == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_the_wait_is_the_longest_however_many_failures_there_are():
    assert delay_after(2**31, 1, LONGEST) == LONGEST
    assert delay_after(2**31, 1, timedelta(seconds=1)) == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
        ("no:address", "no:address"),
    ],
)
def test_what_counts_as_one_source(address, source):
    assert source_network(address) == source

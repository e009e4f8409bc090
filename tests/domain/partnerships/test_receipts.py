"""Is every change to a file of receipts noticed, whatever it is?"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.domain.partnerships.receipts import (
    FIRST_PREVIOUS_HASH,
    InvalidReceipt,
    canonical_json,
    receipt_hash,
    receipt_line,
    verify_chain,
)


def chain(length: int, partnership: str = "pship_1") -> list[bytes]:
    """A whole file, as lines."""
    lines, previous = [], FIRST_PREVIOUS_HASH
    for sequence in range(1, length + 1):
        body = canonical_json(
            {"partnership": partnership, "previous": previous, "sequence": sequence, "what": "été", "after": None}
        )
        previous = receipt_hash(body)
        lines.append(receipt_line(body, previous).encode())
    return lines


LINES = chain(5)


def wrong(lines: list[bytes], head: str | None = None) -> tuple[int, str]:
    with pytest.raises(InvalidReceipt) as found:
        verify_chain(lines, head)
    return found.value.line, found.value.reason


def test_a_whole_file_is_counted_to_its_head():
    assert verify_chain(LINES) == (5, json.loads(LINES[-1])["hash"])


def test_json_has_one_canonical_form():
    assert canonical_json({"b": [1, None, True], "a": 'é"\n'}) == '{"a":"é\\"\\n","b":[1,null,true]}'


@settings(deadline=None)
@given(line=some.integers(0, 4), place=some.integers(0, 1_000), other=some.integers(0, 255))
def test_every_other_byte_is_noticed_at_its_line(line, place, other):
    lines = [bytearray(each) for each in LINES]
    place %= len(lines[line])
    if lines[line][place] == other:
        return

    lines[line][place] = other

    assert wrong([bytes(each) for each in lines])[0] == line + 1


@pytest.mark.parametrize("line", range(4))
def test_a_line_that_is_left_out_is_noticed(line):
    assert wrong(LINES[:line] + LINES[line + 1 :]) == (line + 1, "it is out of sequence")


@pytest.mark.parametrize("line", range(4))
def test_two_lines_that_change_places_are_noticed(line):
    lines = [*LINES]
    lines[line], lines[line + 1] = lines[line + 1], lines[line]

    assert wrong(lines) == (line + 1, "it is out of sequence")


@pytest.mark.parametrize("line", range(5))
def test_a_line_that_stands_twice_is_noticed(line):
    assert wrong(LINES[: line + 1] + LINES[line:]) == (line + 2, "it is out of sequence")


def test_a_chain_begins_at_its_first_receipt():
    body = canonical_json({"partnership": "pship_1", "previous": receipt_hash("of another chain"), "sequence": 1})

    assert wrong([receipt_line(body, receipt_hash(body)).encode()]) == (1, "it does not follow the one before it")


def test_a_missing_end_is_noticed_only_by_the_head():
    head = json.loads(LINES[-1])["hash"]

    assert verify_chain(LINES[:-1])[0] == 4
    assert wrong(LINES[:-1], head) == (4, "the chain does not end with the expected hash")
    assert verify_chain(LINES, head)[0] == 5


def test_a_receipt_written_again_breaks_the_chain_behind_it():
    body = json.loads(LINES[1])["body"] | {"what": "other"}
    forged = receipt_line(canonical_json(body), receipt_hash(canonical_json(body))).encode()

    assert wrong([LINES[0], forged, *LINES[2:]]) == (3, "it does not follow the one before it")


@pytest.mark.parametrize("sequence", ["true", "1.0", '"1"', "null"])
def test_a_value_that_only_equals_a_sequence_number_is_refused(sequence):
    body = f'{{"partnership":"pship_1","previous":"{FIRST_PREVIOUS_HASH}","sequence":{sequence}}}'

    assert wrong([receipt_line(body, receipt_hash(body)).encode()]) == (1, "it is out of sequence")


def test_a_receipt_that_names_no_partnership_is_noticed():
    body = canonical_json({"previous": FIRST_PREVIOUS_HASH, "sequence": 1})
    then = canonical_json({"partnership": "pship_1", "previous": receipt_hash(body), "sequence": 2})

    lines = [receipt_line(each, receipt_hash(each)).encode() for each in (body, then)]

    assert wrong(lines) == wrong(lines[:1]) == (1, "it does not name a partnership")


def test_a_receipt_of_another_partnership_is_noticed():
    assert wrong([LINES[0], chain(2, "pship_2")[1]]) == (2, "it belongs to another partnership")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "it is not JSON in UTF-8"),
        (b"\xff", "it is not JSON in UTF-8"),
        (b"1e999", "it is not JSON in UTF-8"),
        (b"[" * 100_000, "it is not JSON in UTF-8"),
        (LINES[0].replace(b":", b": ", 1), "it is not in canonical form"),
        (LINES[0].replace("é".encode(), b"\\u00e9"), "it is not in canonical form"),
        (LINES[0].replace(b'{"body"', b'{"body":1,"body"'), "it is not in canonical form"),
        (b'{"body":1,"hash":"x"}', "it is not a receipt"),
        (b'{"body":{},"hash":null}', "its hash does not match its body"),
        (b"[]", "it is not a receipt"),
    ],
)
def test_something_other_than_a_receipt_is_noticed(line, reason):
    assert wrong([line]) == (1, reason)


def test_an_empty_file_is_not_a_chain():
    assert wrong([]) == (1, "there are no receipts")

"""Are the numbers in the sentences of docs/api.md those of the code and of the default settings?

The numbers in its tables are tried one by one in test_api_limits.py.
"""

import re

import pytest

from server.domain.people import tokens, users
from server.resolvers.oversight.export_formats import _MAX_CHARACTERS as MAX_CELL_CHARACTERS
from server.resolvers.paging import DEFAULT_SIZE, LARGEST_SIZE
from server.resolvers.work_budget import COST_OF_A_RESOLVER, COST_OF_A_ROW, MAX_WORK
from server.schema.input_coercion import LONGEST_LIST, LONGEST_TEXT
from server.settings import Settings
from tests.contract.api_page import PAGE

SETTINGS = Settings(_env_file=None)
TEXT = " ".join(PAGE.split())
SENTENCES: dict[str, tuple[int, ...]] = {
    "`nodes(ids)` returns up to # objects": (LARGEST_SIZE,),
    "You get # rows by default and # at most.": (DEFAULT_SIZE, LARGEST_SIZE),
    "take up to # items.": (LONGEST_LIST,),
    "confirms or refuses, in person, within # days.": (SETTINGS.pending_action_days,),
    "A cell has at most # characters.": (MAX_CELL_CHARACTERS,),
    "works for one GET within # minutes": (SETTINGS.export_link_minutes,),
    "Files are kept for # hours.": (SETTINGS.export_hours,),
    "lasts # days by default and a year at most": (tokens.DEFAULT_LIFETIME.days,),
    "works once, for # days by default": (SETTINGS.member_invitation_days,),
    "up to # minutes. If it comes too early": (SETTINGS.sign_in_longest_delay_seconds // 60,),
    "for an hour, for the network address: # at most": (SETTINGS.sign_in_failures_per_address,),
    "for an hour, for the account: # at most": (SETTINGS.sign_in_failures_per_account,),
    "A new password has # to # characters": (users.LEAST_PASSWORD_CHARACTERS, users.MAX_PASSWORD_CHARACTERS),
    "did not arrive within # seconds": (int(SETTINGS.header_seconds),),
    "hold about # values at most. A row counts for #;": (MAX_WORK, COST_OF_A_ROW),
    "a field that is another object, counts for #.": (COST_OF_A_RESOLVER,),
    "has the same limits: # items in a list, and # characters in a text": (LONGEST_LIST, LONGEST_TEXT),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_number_in_a_sentence_is_the_one_of_the_code(sentence: str):
    found = re.search(re.escape(sentence).replace(r"\#", r"([\d,]*\d)"), TEXT)

    assert found, "this sentence is not in the page any more"
    assert tuple(int(number.replace(",", "")) for number in found.groups()) == SENTENCES[sentence]


def test_words_for_numbers_are_those_of_the_code():
    assert "After five failed sign-ins" in TEXT
    assert SETTINGS.sign_in_failures_without_delay == 5
    assert "Its last six characters are a checksum" in TEXT
    assert (tokens._CHECKSUM_LENGTH, tokens.LONGEST_LIFETIME.days, tokens.UNUSED_LIFETIME.days) == (6, 365, 365)
    assert SETTINGS.body_seconds == SETTINGS.header_seconds

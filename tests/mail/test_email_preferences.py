"""Which e-mails follow a member's preferences, and which always arrive? In test_recipients.py, M and N have preferences."""

import re

from server.domain.people.memberships import EmailPreference
from server.mail.topics import NOTICES
from tests.mail.topics import PROGRAMME

FOLLOWS = {
    EmailPreference.PRODUCTS: {
        "access.product_added",
        "access.product_removed",
        "access.rights_changed",
        "product.terminated",
    }
    | {"access.product_given_back"},
    EmailPreference.BILLING: {"payment_mode.changed", "partnership.products_without_payer"},
}
"""The templates that follow each preference; all others arrive."""


def test_each_email_is_about_what_the_table_says():
    about = {letter.template: letter.preference for letters in NOTICES.values() for letter in letters}

    assert {wish: {name for name, one in about.items() if one is wish} for wish in EmailPreference} == FOLLOWS


def test_the_programme_says_which_emails_follow_which_preference():
    text, told = PROGRAMME.read_text(), dict[EmailPreference, set[str]]()
    for wish, about in ((EmailPreference.BILLING, "billing"), (EmailPreference.PRODUCTS, "product")):
        (row,) = re.findall(rf"^\| {about} e-mails \|.*", text, re.MULTILINE)
        told[wish] = set(re.findall(r"`([\w.]+)`", row))

    assert told == FOLLOWS

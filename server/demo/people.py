"""People of the demo: who works where, and in which role."""

from collections.abc import Iterator
from random import Random
from typing import Final

from server.demo.accounts import DEMO_ACCOUNTS, KNOWN_ACCOUNTS, Person
from server.demo.cultures import address_word
from server.demo.organisations import Company
from server.demo.seed import Calendar, random_stream, row_ids
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import LEADING_ROLES, Role
from server.models import Membership, User

_ACTIVE, _INVITED, _REMOVED = MembershipStatus.ACTIVE, MembershipStatus.INVITED, MembershipStatus.REMOVED

Post = tuple[Role, MembershipStatus]

_PARTNER_POSTS: Final[tuple[Post, ...]] = (
    (Role.LEGAL_REPRESENTATIVE, _ACTIVE),
    (Role.ADMINISTRATOR, _ACTIVE),
    (Role.EMPLOYEE, _ACTIVE),
    (Role.EMPLOYEE, _ACTIVE),
    (Role.EMPLOYEE, _ACTIVE),
)
_SOME_POSTS: Final[tuple[tuple[int, int, Post], ...]] = (
    (4, 1, (Role.ADMINISTRATOR, _ACTIVE)),
    (5, 2, (Role.EMPLOYEE, _ACTIVE)),
    (20, 3, (Role.EXTERNAL, _ACTIVE)),
    (20, 6, (Role.EMPLOYEE, _INVITED)),
    (20, 11, (Role.EMPLOYEE, _REMOVED)),
)
"""The members that every nth customer has in addition to a legal representative, and from which customer on."""


class Population:
    """Invents the people of one company after the other."""

    def __init__(self, calendar: Calendar, password_hash: str) -> None:
        self._calendar = calendar
        self._password_hash = password_hash
        self._random = random_stream("people")
        self._user_ids = row_ids("user_account")
        self._membership_ids = row_ids("membership")

    def members(self, company: Company) -> list[tuple[User, Membership]]:
        """The members of a company, its legal representative first. E-mail addresses are unique in the world."""
        members = list[tuple[User, Membership]]()
        accounts = [account for account in KNOWN_ACCOUNTS if account.organisation == company.name]
        taken = {account.email for account in KNOWN_ACCOUNTS}
        for role, status in _PARTNER_POSTS if company.is_partner else _customer_posts(company.slot):
            person = next((account for account in accounts if account.role is role), None)
            if person:
                accounts.remove(person)
            user = self._user(company, role, person or _invent_person(company, self._random, taken))
            members.append((user, self._membership(company, user, role, status)))
        return members

    def _user(self, company: Company, role: Role, person: Person) -> User:
        may_sign_in = role in LEADING_ROLES or person in DEMO_ACCOUNTS
        return User(
            id=next(self._user_ids),
            created_at=company.founded_at,
            updated_at=company.founded_at,
            version=1,
            email=person.email,
            email_verified_at=company.founded_at,
            first_name=person.first_name,
            last_name=person.last_name,
            locale=company.culture.locale,
            password_hash=self._password_hash if may_sign_in else None,
        )

    def _membership(self, company: Company, user: User, role: Role, status: MembershipStatus) -> Membership:
        since = self._calendar.days_ago(5) if status is _INVITED else company.founded_at
        return Membership(
            id=next(self._membership_ids),
            created_at=since,
            updated_at=self._calendar.days_ago(90) if status is _REMOVED else since,
            version=2 if status is _REMOVED else 1,
            user_id=user.id,
            organisation_id=company.id,
            role=role,
            status=status,
            joined_at=None if status is _INVITED else since,
        )


def _customer_posts(slot: int) -> Iterator[Post]:
    """The roles at a customer: always a legal representative; the others vary."""
    yield Role.LEGAL_REPRESENTATIVE, _ACTIVE
    for every, first, post in _SOME_POSTS:
        if slot % every == first:
            yield post


def _invent_person(company: Company, random: Random, taken: set[str]) -> Person:
    """A person of the company's culture. `taken` are the company's e-mail addresses; the new one is added."""
    culture = company.culture
    while True:
        first_name, last_name = random.choice(culture.first_names), random.choice(culture.last_names)
        email = f"{address_word(first_name)}.{address_word(last_name)}@{company.mail_domain}"
        if email not in taken:
            taken.add(email)
            return Person(email, first_name, last_name)

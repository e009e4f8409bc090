"""Users: creating an account."""

from dataclasses import dataclass

from server.domain.errors import N_, CommonCode, Problems, Refusal, Refused
from server.domain.people import users as rules
from server.domain.people.error_codes import PeopleCode
from server.domain.people.sign_ins import source_network
from server.domain.text import single_line
from server.models import User
from server.resolvers.context import Context
from server.resolvers.people import passwords


@dataclass(frozen=True)
class NewPerson:
    """A person without an account."""

    password: str
    first_name: str
    last_name: str
    locale: str | None = None


def check_signed_out(context: Context) -> None:
    """Refuse to create an account for someone who is signed in."""
    if context.viewer is not None:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("You are signed in, so leave out the new person."),
                ("new_person",),
            )
        )


async def new_account(context: Context, email: str, person: NewPerson, locale: str) -> User:
    """The account of a new person at the address of their link, not stored yet.

    Refuses `newPerson` with all errors at once. Only the holder of the link learns that there is already an account
    (E25). It waits for its turn to hash, so call it outside a transaction.
    """
    if await User.exists(email=email):
        raise Refused(
            Refusal(
                PeopleCode.ACCOUNT_EXISTS,
                N_("There is already an account with this address. Sign in first."),
                ("new_person",),
            )
        )
    problems = Problems()
    most = rules.MAX_NAME_CHARACTERS
    password = problems.check(rules.normal_password, person.password, ("new_person", "password"))
    first = problems.check(single_line, person.first_name, most, ("new_person", "first_name"))
    last = problems.check(single_line, person.last_name, most, ("new_person", "last_name"))
    spoken = problems.check(rules.supported_locale, person.locale or locale, ("new_person", "locale"))
    problems.raise_if_any()
    async with passwords.wait_in_line(source_network(context.address), context.settings, is_expected=True):
        stored = await passwords.hash_password(password or "", is_expected=True)
    # The link reached them at this address, so it is verified.
    return User(
        email=email,
        first_name=first,
        last_name=last,
        locale=spoken,
        password_hash=stored,
        email_verified_at=context.now,
    )

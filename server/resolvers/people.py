"""People: how an account comes into being."""

from server.domain import people as rules
from server.domain.errors import Mistakes
from server.domain.text import line
from server.models import User
from server.resolvers import passwords
from server.resolvers.context import Context


async def checked_person(
    context: Context, *, password: str, first_name: str, last_name: str, locale: str | None, under: tuple[str, ...] = ()
) -> User:
    """An account that is not stored yet, without an address. Refuses all that is wrong at once.

    `under` is where in the input its fields are. Hashing takes a tenth of a second: call it outside of a
    transaction.
    """
    mistakes = Mistakes()
    mistakes.noted(rules.password, password, (*under, "password"))
    first = mistakes.noted(line, first_name, rules.MOST_NAME_CHARACTERS, (*under, "first_name"))
    last = mistakes.noted(line, last_name, rules.MOST_NAME_CHARACTERS, (*under, "last_name"))
    spoken = mistakes.noted(rules.locale, locale, (*under, "locale"))
    mistakes.refuse()
    async with passwords.TURNS:
        stored = await passwords.hashed(password)
    # The link reached them by this address: that it is theirs is known.
    return User(first_name=first, last_name=last, locale=spoken, password_hash=stored, email_verified_at=context.now)

"""The commands `staff add` and `staff remove`."""

from server.cli.database import open_current_database
from server.cli.failures import Failure
from server.cli.settings import read_settings
from server.cli.tokens import command_context
from server.domain.events import AuditAction
from server.domain.people.users import normal_email
from server.models import User
from server.models.base import store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import journal


async def set_staff(email: str, *, is_staff: bool) -> None:
    """Make a person a member of the staff, or remove them."""
    context = command_context(read_settings())
    async with open_current_database(context.settings), transaction():
        found = await User.get_or_none(email=normal_email(email))
        if found is None:
            raise Failure(f"Nobody has the address {email}.")
        user = await lock_row(User, found.id)
        if user.is_staff is not is_staff:
            before = journal.column_values(user, "is_staff")
            await store_changes(user, is_staff=is_staff)
            after = journal.column_values(user, "is_staff")
            await journal.record(context, AuditAction.STAFF_CHANGED, user, acting=None, before=before, after=after)
    print(f"{user.email} {'is' if is_staff else 'is not'} a member of the staff.")

"""Authorisation of mutations: most of it before anything is locked, a right on a partnership on the locked row (E7).

Someone who loses the right while they wait for the lock is denied like someone who never had it, and before they learn
anything else about the partnership.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from server.domain.errors import CHANGED_MEANWHILE, Refused
from server.models import Partnership
from server.resolvers.context import Context
from server.resolvers.permissions import Permission, RightOn

# `Any` below: arguments are of whatever type.


class Authorisation:
    """Checks the permissions of a mutation. A right on a partnership is checked only once, when it is locked."""

    def __init__(self, permissions: Sequence[Permission]) -> None:
        self.right = next((one for one in permissions if isinstance(one, RightOn) and one.model is Partnership), None)
        place = len(permissions) if self.right is None else list(permissions).index(self.right)
        self.before = permissions[:place]
        self.on_locked = permissions[place:]

    async def begin(self, context: Context, arguments: Mapping[str, Any]) -> None:
        """Check what needs no lock. Raises the error that says why the caller may not ask."""
        for permission in self.before:
            await permission.check(context, None, arguments)
        if self.right is not None:
            self.right.check_credential(context)
        context.authorise = partial(self._check_locked, context, arguments) if self.right else None
        context.is_authorised = self.right is None

    async def _check_locked(self, context: Context, arguments: Mapping[str, Any]) -> None:
        for permission in self.on_locked:
            await permission.check(context, None, arguments)
        context.is_authorised = True

    async def finish(self, context: Context, refused: Refused | None = None) -> None:
        """Make sure that everything was checked, also for a change that was refused before it locked anything."""
        if context.is_authorised:
            return
        assert refused is not None, "a partnership was changed without a lock on it"
        assert context.authorise is not None
        if refused.refusals != (CHANGED_MEANWHILE,):  # the wait for the lock was too long: nothing can be read any more
            await context.authorise()

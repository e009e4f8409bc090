"""Deadlines of invitations of members: the work of every minute, by name."""

from typing import Final

from server.resolvers.people.member_invitations import expire_member_invitations

DEADLINES: Final = {
    "expire member invitations": expire_member_invitations,
}

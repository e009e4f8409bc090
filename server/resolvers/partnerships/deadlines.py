"""Deadlines of proposals and partnerships: the work of every minute, by name."""

from typing import Final

from server.resolvers.partnerships.access_change_requests import expire_access_changes
from server.resolvers.partnerships.partnership_expiry import end_partnerships, warn_of_ends
from server.resolvers.partnerships.proposal_expiry import expire_proposals, remind_of_proposals

DEADLINES: Final = {
    "expire proposals": expire_proposals,
    "remind of proposals": remind_of_proposals,
    "expire access changes": expire_access_changes,
    "warn of ends": warn_of_ends,
    "end partnerships": end_partnerships,
}

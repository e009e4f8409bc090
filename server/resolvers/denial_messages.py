"""Messages of denials because of the credential, no matter what the role is."""

from typing import Final

from server.domain.errors import RightMissing
from server.domain.rights import NEVER_BY_TOKEN, SCOPE_OF, Right

FOR_PEOPLE: Final = "This is not available to API tokens."


def beyond_the_credential(right: Right) -> RightMissing:
    """The denial of a token that lacks the scope, or that no scope would allow."""
    return RightMissing(right, SCOPE_OF[right]) if right not in NEVER_BY_TOKEN else beyond_the_token(right)


def beyond_the_token(right: Right) -> RightMissing:
    """The denial of a token for something that only a person may do."""
    return RightMissing(right, reason=FOR_PEOPLE)

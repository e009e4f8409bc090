"""What is somebody told whose credential does not allow a right, whatever their role?"""

from typing import Final

from server.domain.errors import RightMissing
from server.domain.rights import NEVER_BY_TOKEN, SCOPE_OF, Right

FOR_PEOPLE: Final = "This is for people, never for API tokens."


def beyond_the_credential(right: Right) -> RightMissing:
    """A token was sent that lacks the scope, or that no scope would help."""
    return RightMissing(right, SCOPE_OF[right]) if right not in NEVER_BY_TOKEN else beyond_the_token(right)


def beyond_the_token(right: Right) -> RightMissing:
    """A token was sent for what a person does."""
    return RightMissing(right, reason=FOR_PEOPLE)

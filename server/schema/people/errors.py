"""Error codes of people and organisations, in the schema."""

from typing import Final

from server.domain.people.error_codes import PeopleCode
from server.schema.enums import complete_meanings

MEANINGS: Final = complete_meanings(
    PeopleCode,
    ACCOUNT_EXISTS="The invited address already has an account: sign in, then accept.",
    ALREADY_A_MEMBER="The person is already a member of the organisation.",
    INVALID_CREDENTIALS="The e-mail address or the password is wrong.",
    INVITATION_EXPIRED="The invitation or request was not answered in time.",
    INVITATION_PENDING="There is already an open invitation for this address.",
    INVITATION_USED="The invitation or request has been answered or withdrawn, or has expired.",
    LAST_LEGAL_REPRESENTATIVE="The organisation would have no legal representative left.",
    LEGAL_REPRESENTATIVE_ONLY="Only a legal representative may do this.",
    NAME_TAKEN="The organisation already uses this name.",
    NOT_A_COMPANY="The organisation is not a registered company.",
    NOT_A_CUSTOMER="The organisation is not one of the partner's customers.",
    NOT_A_MEMBER="The person is not an active member of the organisation.",
    NOT_INVITED="The invitation was sent to another address.",
    PARTNER_IS_AFFILIATE="The organisation is an affiliate, and an affiliate cannot be a partner.",
    PARTNER_NOT_APPROVED="The organisation is not an approved partner.",
    TOKEN_LIMIT_REACHED="The organisation has reached its limit of API tokens.",
)

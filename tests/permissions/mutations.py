"""How the mutations of the permission matrix are asked."""

from collections.abc import Callable
from typing import Any

from tests.permissions.reads import Operation
from tests.world import INVITED, World


def mutation(name: str, input_: Callable[[World], dict[str, Any]]) -> Operation:
    type_ = f"{name[0].upper()}{name[1:]}Input!"
    document = f"mutation($input: {type_}) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
    return Operation(document, lambda world: {"input": input_(world)}, (f"Mutation.{name}",), (name,))


def mutation_of_many(name: str, input_: Callable[[World], dict[str, Any]]) -> Operation:
    """A mutation of many, asked about one."""
    type_ = f"{name[0].upper()}{name[1:]}Input!"
    document = f"mutation($input: {type_}) {{ {name}(input: $input) {{ results {{ userErrors {{ code }} }} }} }}"
    answer = (name, "results", 0)
    return Operation(document, lambda world: {"input": input_(world)}, (f"Mutation.{name}",), answer)


MUTATIONS: dict[str, Operation] = {
    "signIn": mutation(
        "signIn", lambda world: {"email": world.dL.user.email, "password": "correct horse battery staple"}
    ),
    "signUp": mutation(
        "signUp",
        lambda world: {
            "token": world.secret_too,
            "newPerson": {"password": "correct horse battery staple", "firstName": "Nova", "lastName": "Comer"},
            "organisation": {
                "name": "Newcomer",
                "legalName": "Newcomer Ltd",
                "legalEntityType": "COMPANY",
                "street": "Long street 1",
                "postcode": "1200",
                "city": "Town",
                "country": "CH",
            },
        },
    ),
    "signOut": mutation("signOut", lambda world: {}),
    "createApiToken": mutation(
        "createApiToken",
        lambda world: {"organisationId": world.id("alpina"), "name": "mine", "scopes": ["PRODUCTS_READ"]},
    ),
    "revokeApiToken": mutation("revokeApiToken", lambda world: {"apiTokenId": world.id("token_cL")}),
    "excludeApiToken": mutation(
        "excludeApiToken", lambda world: {"customerId": world.id("alpina"), "apiTokenId": world.id("token_pE")}
    ),
    "invitePartner": mutation(
        "invitePartner",
        lambda world: {
            "customerId": world.id("alpina"),
            "partnerId": world.id("third"),
            "access": {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}},
        },
    ),
    "requestCustomer": mutation(
        "requestCustomer",
        lambda world: {
            "partnerId": world.id("nova"),
            "customerId": world.id("rival"),
            "wanted": {"accessType": "LIMITED"},
        },
    ),
    "requestCustomerByEmail": mutation(
        "requestCustomerByEmail",
        lambda world: {"partnerId": world.id("nova"), "email": "new@example.com", "wanted": {"accessType": "LIMITED"}},
    ),
    "acceptInvitation": mutation("acceptInvitation", lambda world: {"partnershipId": world.id("invitation")}),
    "declineInvitation": mutation("declineInvitation", lambda world: {"partnershipId": world.id("invitation")}),
    "acceptRequest": mutation(
        "acceptRequest",
        lambda world: {
            "partnershipId": world.id("asked"),
            "access": {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}},
        },
    ),
    "declineRequest": mutation("declineRequest", lambda world: {"partnershipId": world.id("asked")}),
    "cancelInvitation": mutation("cancelInvitation", lambda world: {"partnershipId": world.id("wooed")}),
    "resendInvitation": mutation("resendInvitation", lambda world: {"partnershipId": world.id("wooed")}),
    "acceptCustomerInvitation": mutation(
        "acceptCustomerInvitation",
        lambda world: {
            "customerId": world.id("borea"),
            "token": world.secret,
            "access": {"complete": {"paymentMode": "CUSTOMER"}},
            "replaceExisting": True,
        },
    ),
    "declineCustomerInvitation": mutation("declineCustomerInvitation", lambda world: {"token": world.secret}),
    "cancelCustomerInvitation": mutation(
        "cancelCustomerInvitation", lambda world: {"customerInvitationId": world.id("by_email")}
    ),
    "resendCustomerInvitation": mutation(
        "resendCustomerInvitation", lambda world: {"customerInvitationId": world.id("by_email")}
    ),
    "changeAccessType": mutation(
        "changeAccessType",
        lambda world: {
            "partnershipId": world.id("limited"),
            "access": {"complete": {"paymentMode": "CUSTOMER"}},
            "endOtherPartnerships": [world.id("at_rival")],
        },
    ),
    "changePaymentMode": mutation(
        "changePaymentMode", lambda world: {"partnershipId": world.id("complete"), "paymentMode": "PARTNER"}
    ),
    "setPartnershipDates": mutation(
        "setPartnershipDates",
        lambda world: {"partnershipId": world.id("limited"), "expiresAt": "2999-01-01T00:00:00Z"},
    ),
    "requestAccessChange": mutation(
        "requestAccessChange",
        lambda world: {"partnershipId": world.id("limited"), "wanted": {"accessType": "LIMITED"}},
    ),
    "grantAccessChange": mutation(
        "grantAccessChange",
        lambda world: {
            "accessChangeRequestId": world.id("change"),
            "access": {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}},
        },
    ),
    "refuseAccessChange": mutation("refuseAccessChange", lambda world: {"accessChangeRequestId": world.id("change")}),
    "terminatePartnership": mutation(
        "terminatePartnership",
        lambda world: {
            "partnershipId": world.id("limited"),
            "confirmation": world.alpina.name,
            "reason": "NO_LONGER_NEEDED",
        },
    ),
    "grantProductAccess": mutation(
        "grantProductAccess",
        lambda world: {
            "partnershipId": world.id("limited"),
            "productId": world.id("kept"),
            "rights": ["STATISTICS"],
        },
    ),
    "revokeProductAccess": mutation("revokeProductAccess", lambda world: {"productAccessId": world.id("access")}),
    "revokeProductAccesses": mutation_of_many("revokeProductAccesses", lambda world: {"ids": [world.id("access")]}),
    "changeProductAccess": mutation(
        "changeProductAccess", lambda world: {"productAccessId": world.id("access"), "rights": ["STATISTICS"]}
    ),
    "changeProductAccesses": mutation_of_many(
        "changeProductAccesses", lambda world: {"items": [{"id": world.id("access"), "rights": ["STATISTICS"]}]}
    ),
    "assignEmployee": mutation(
        "assignEmployee",
        lambda world: {"partnershipId": world.id("limited"), "membershipId": world.id("pU"), "rights": ["ORDER"]},
    ),
    "updateCustomerNote": mutation(
        "updateCustomerNote", lambda world: {"partnershipId": world.id("limited"), "alias": "The Alps"}
    ),
    "unassignEmployee": mutation("unassignEmployee", lambda world: {"assignmentId": world.id("assignment")}),
    "setFutureCustomers": mutation(
        "setFutureCustomers",
        lambda world: {"membershipId": world.id("pE"), "includeFutureCustomers": True, "rights": ["MANAGE_PRODUCTS"]},
    ),
    "terminateProduct": mutation(
        "terminateProduct",
        lambda world: {"productId": world.id("granted"), "confirmation": world.granted.customer_name},
    ),
    "the end of a customer's": mutation(
        "terminateProduct",
        lambda world: {"productId": world.id("corvine"), "confirmation": world.corvine.customer_name},
    ),
    "confirmPendingAction": mutation("confirmPendingAction", lambda world: {"pendingActionId": world.id("pending")}),
    "refusePendingAction": mutation("refusePendingAction", lambda world: {"pendingActionId": world.id("pending")}),
    "withdrawPendingAction": mutation("withdrawPendingAction", lambda world: {"pendingActionId": world.id("pending")}),
    "requestExport": mutation(
        "requestExport", lambda world: {"organisationId": world.id("alpina"), "kind": "AUDIT_LOG"}
    ),
    "createExportLink": mutation("createExportLink", lambda world: {"exportId": world.id("export")}),
    "approvePartner": mutation(
        "approvePartner", lambda world: {"organisationId": world.id("delta"), "reason": "Looked at"}
    ),
    "suspendPartner": mutation(
        "suspendPartner", lambda world: {"organisationId": world.id("nova"), "reason": "Turnover"}
    ),
    "suspendPartnership": mutation(
        "suspendPartnership", lambda world: {"partnershipId": world.id("limited"), "reason": "A complaint"}
    ),
    "resumePartnership": mutation(
        "resumePartnership", lambda world: {"partnershipId": world.id("limited"), "reason": "Settled"}
    ),
    "recoverOrganisation": mutation(
        "recoverOrganisation",
        lambda world: {"organisationId": world.id("delta"), "email": world.kL.user.email, "reason": "Documents"},
    ),
    "grantSupportAccess": mutation("grantSupportAccess", lambda world: {"kind": "KDRIVE"}),
    "revokeSupportAccess": mutation(
        "revokeSupportAccess", lambda world: {"supportAccessGrantId": world.id("support_access")}
    ),
    "inviteMember": mutation(
        "inviteMember",
        lambda world: {
            "organisationId": world.id("alpina"),
            "email": "other@alpina.example",
            "firstName": "An",
            "lastName": "Other",
            "role": "EMPLOYEE",
        },
    ),
    "resendMemberInvitation": mutation(
        "resendMemberInvitation", lambda world: {"memberInvitationId": world.id("newcomer")}
    ),
    "cancelMemberInvitation": mutation(
        "cancelMemberInvitation", lambda world: {"memberInvitationId": world.id("newcomer")}
    ),
    "acceptMemberInvitation": mutation(
        "acceptMemberInvitation",
        lambda world: {
            "token": INVITED,
            "newPerson": {"password": "a long new password", "firstName": "New", "lastName": "Comer"},
        },
    ),
    "declineMemberInvitation": mutation("declineMemberInvitation", lambda world: {"token": INVITED}),
    "changeMemberRole": mutation(
        "changeMemberRole", lambda world: {"membershipId": world.id("cE"), "role": "EXTERNAL"}
    ),
    "updateMember": mutation("updateMember", lambda world: {"membershipId": world.id("cE"), "canManageBilling": True}),
    "removeMember": mutation("removeMember", lambda world: {"membershipId": world.id("cE")}),
    "setEmailWishes": mutation(
        "setEmailWishes", lambda world: {"organisationId": world.id("alpina"), "notifyProducts": False}
    ),
    "leaveOrganisation": mutation("leaveOrganisation", lambda world: {"organisationId": world.id("alpina")}),
    "replaceLegalRepresentative": mutation(
        "replaceLegalRepresentative",
        lambda world: {
            "outgoingMembershipId": world.id("cL"),
            "incomingMembershipId": world.id("cA"),
            "outgoingRole": "EMPLOYEE",
        },
    ),
    "createTeam": mutation("createTeam", lambda world: {"organisationId": world.id("alpina"), "name": "Mail"}),
    "updateTeam": mutation("updateTeam", lambda world: {"teamId": world.id("team"), "name": "Mail"}),
    "deleteTeam": mutation("deleteTeam", lambda world: {"teamId": world.id("team")}),
    "addTeamMember": mutation(
        "addTeamMember", lambda world: {"teamId": world.id("team"), "membershipId": world.id("cX")}
    ),
    "removeTeamMember": mutation(
        "removeTeamMember", lambda world: {"teamId": world.id("team"), "membershipId": world.id("cX")}
    ),
    "grantOwnProducts": mutation(
        "grantOwnProducts",
        lambda world: {
            "organisationId": world.id("alpina"),
            "to": {"membershipId": world.id("cE")},
            "of": {"productId": world.id("kept")},
            "rights": ["TECHNICAL"],
        },
    ),
    "revokeOwnProducts": mutation("revokeOwnProducts", lambda world: {"ownProductGrantId": world.id("own_grant")}),
}

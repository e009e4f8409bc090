"""Roles, rights and scopes, in the schema."""

from server.domain.rights import AssignmentRight, ProductRight, Right, Role, Scope
from server.schema.enums import describe

__all__ = ["AssignmentRight", "ProductRight", "Right", "Role", "Scope"]

describe(
    Role,
    "A member's role in an organisation. Legal representatives and administrators lead it.",
    LEGAL_REPRESENTATIVE="Represents the organisation legally. Every organisation has at least one.",
    ADMINISTRATOR="Sees and manages everything, but cannot commit the organisation.",
    EMPLOYEE="Sees what they have been given access to.",
    EXTERNAL="Someone from outside the organisation, with limited rights.",
)

describe(
    Right,
    "Something you may do on an organisation, a partnership or a product.",
    VIEW_ORGANISATION_DETAILS="See the organisation's address and registration.",
    VIEW_MEMBERS="See the organisation's members.",
    VIEW_PRODUCTS="List the organisation's products. Only the products visible to you are listed.",
    VIEW_PARTNERSHIPS="See the organisation's partners.",
    VIEW_MANAGED_CUSTOMERS="See the customers that the partner manages. An employee sees only those they serve.",
    INVITE_PARTNER="Invite a partner on behalf of the organisation.",
    REQUEST_CUSTOMER="Ask a customer for access on behalf of the partner.",
    MANAGE_MEMBERS="Invite members, and change roles and e-mail preferences, except those of legal representatives.",
    REMOVE_MEMBERS="Remove members, except legal representatives.",
    MANAGE_LEGAL_REPRESENTATIVES="Appoint, change and remove legal representatives.",
    MANAGE_TEAMS="Create teams and choose their members.",
    GRANT_OWN_PRODUCTS="Give members and teams access to the organisation's own products.",
    LEAVE_ORGANISATION="Leave the organisation.",
    SET_EMAIL_WISHES="Choose which of the organisation's e-mails you receive.",
    ASSIGN_FUTURE_CUSTOMERS="Assign employees of the partner to future customers, from the customer's first day.",
    VIEW_API_TOKENS="See the organisation's API tokens.",
    CREATE_API_TOKEN="Create API tokens for the organisation.",
    REVOKE_API_TOKEN="Revoke the organisation's API tokens.",
    ADMINISTER_PROGRAMME="Act as staff of the partner programme.",
    GRANT_SUPPORT_ACCESS="Give support access to your own mail or drive, and end it.",
    VIEW_AUDIT_LOG="See actions on behalf of the organisation. An employee sees only their own.",
    VIEW_PARTNER_ACTIVITY="See actions by partners on behalf of the organisation, "
    "and those of the programme's staff that concern it.",
    REVIEW_ACCESS="See who has access to the organisation, and through which partner, employee and API token.",
    EXCLUDE_API_TOKEN="Exclude a partner's API token from the organisation.",
    CREATE_EXPORT="Export as files the lists that you may read.",
    ACCEPT_INVITATION="Accept the customer's invitation.",
    DECLINE_INVITATION="Decline the customer's invitation.",
    ACCEPT_REQUEST="Accept the partner's request, or grant something else instead.",
    DECLINE_REQUEST="Decline the partner's request.",
    MANAGE_INVITATION="Withdraw or resend your own side's invitation or request.",
    GRANT_PRODUCT_ACCESS="Give the partner access to another product.",
    CHANGE_PRODUCT_ACCESS="Change what the partner may do with a product.",
    REVOKE_PRODUCT_ACCESS="Withdraw a product from the partner, or hand it back as the partner.",
    CHANGE_ACCESS_TYPE="Switch between limited and complete access.",
    CHANGE_PAYMENT_MODE="Choose who pays for the partner's orders.",
    SET_PARTNERSHIP_DATES="Set the date on which the partnership ends automatically, and the date of its next review.",
    REQUEST_ACCESS_CHANGE="Ask the customer to change the partner's access.",
    ANSWER_ACCESS_CHANGE="Grant or refuse a change of access that the partner requested.",
    TERMINATE_PARTNERSHIP="End the partnership.",
    VIEW_ASSIGNMENTS="See which employees serve the customer. An employee sees only their own assignment.",
    ASSIGN_EMPLOYEES="Choose which employees serve the customer.",
    VIEW_RECEIPTS="See and download the partnership's receipts.",
    VIEW_CUSTOMER_NOTE="Read the partner's note about the customer. The customer never sees it.",
    MANAGE_CUSTOMER_NOTE="Write the partner's note about the customer.",
    VIEW_PRODUCT="See the product.",
    MANAGE_PRODUCT="Manage the product technically.",
    VIEW_STATISTICS="See the product's statistics.",
    TERMINATE_PRODUCT="End the product. If a partner does so, the customer must confirm it.",
    ANSWER_PENDING_ACTION="Confirm or refuse an action that a partner requests on the product.",
    WITHDRAW_PENDING_ACTION="Withdraw an action that your side requested on the product. "
    "Employees can withdraw only their own.",
)

describe(
    Scope,
    "What an API token may be used for. `…_MANAGE` includes `…_READ`. A token never has more rights than its owner.",
    ORGANISATION_READ="See organisations and their details.",
    MEMBERS_READ="See members.",
    MEMBERS_MANAGE="Invite and change members, and manage their teams and products.",
    PRODUCTS_READ="See products.",
    PRODUCTS_MANAGE="Manage products.",
    PARTNERSHIPS_READ="See partnerships and managed customers.",
    PARTNERSHIPS_MANAGE="Invite partners, request access, answer invitations, grant and revoke access to products, "
    "and write notes about customers.",
    ASSIGNMENTS_READ="See the assignments of employees.",
    ASSIGNMENTS_MANAGE="Assign employees.",
    AUDIT_READ="See the audit log, including the activity of partners.",
    EXPORTS_CREATE="Export as files the lists that the token may read.",
)

describe(
    ProductRight,
    "What a customer lets a partner do with a product, or an organisation its own members.",
    TECHNICAL="Manage it technically.",
    STATISTICS="See its statistics.",
)

describe(
    AssignmentRight,
    "What a partner lets an employee do for a customer, within the rights the customer granted.",
    VIEW="See the customer's products. Always included.",
    MANAGE_PRODUCTS="Manage products technically.",
    ORDER="Order and renew.",
    VIEW_INVOICES="See the invoices the partner pays for the customer.",
)

"""E-mails about support access: who gets which, and its words."""

from typing import Final

from server.domain.errors import N_
from server.domain.events import Topic
from server.mail import audiences as to
from server.mail.notices import Notice, Notices, Template, Templates

_SUPPORT: Final = "/support-access"
_OPENED: Final = ("opened", "ticket")

NOTICES: Final[Notices] = {
    Topic.SUPPORT_ACCESS_GRANTED: (Notice("support.access_granted", to.person, (*_OPENED, "expires_at"), _SUPPORT),),
    Topic.SUPPORT_ACCESS_EXPIRING: (Notice("support.access_expiring", to.person, (*_OPENED, "expires_at"), _SUPPORT),),
    Topic.SUPPORT_ACCESS_REVOKED: (Notice("support.access_revoked", to.person, _OPENED, _SUPPORT),),
}

_SUPPORT_ACCESS: Final = N_("See what support can access")

TEMPLATES: Final[Templates] = {
    "support.access_granted": Template(
        N_("Support can now access something of yours"),
        N_(
            "You have given support access to what is listed below. You can end this access at any time. "
            "Otherwise it ends automatically."
        ),
        _SUPPORT_ACCESS,
    ),
    "support.access_expiring": Template(
        N_("Support will soon lose its access"),
        N_(
            "The access that you have given to support ends automatically. If more time is needed, give it again "
            "afterwards."
        ),
        _SUPPORT_ACCESS,
    ),
    "support.access_revoked": Template(
        N_("Support no longer has access"),
        N_("The access that you had given to support has ended. From now on, nobody in support can see this."),
        _SUPPORT_ACCESS,
    ),
}

"""E-mails about exports: who gets which, and its words."""

from typing import Final

from server.domain.errors import N_
from server.domain.events import Topic
from server.mail import audiences as to
from server.mail.notices import Notice, Notices, Template, Templates

_EXPORTS: Final = "/organisations/{organisation_id}/exports"
_NO_FILE: Final = (Notice("export.failed", to.member, ("organisation",), _EXPORTS),)

NOTICES: Final[Notices] = {
    Topic.EXPORT_FAILED: _NO_FILE,
    Topic.EXPORT_REFUSED: _NO_FILE,
    Topic.EXPORT_READY: (Notice("export.ready", to.person, ("organisation", "expires_at"), _EXPORTS),),
}


TEMPLATES: Final[Templates] = {
    "export.ready": Template(
        N_("Your export from {organisation} is ready"),
        N_("Open it in the application. Only you can get the file, which is kept until the date below."),
        N_("See the exports"),
    ),
    "export.failed": Template(
        N_("Your export from {organisation} has failed"),
        N_(
            "The file could not be created. The application shows why. Request a new export there, with a "
            "shorter list if needed."
        ),
        N_("See the exports"),
    ),
}

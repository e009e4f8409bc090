"""Topics: who gets which e-mail on which event, and its words. Each wing brings its part.

An event whose topic is in no wing is sent to nobody. The variables are those of `events.py`: the names of the
organisations, what is stored, and the event's payload.
"""

from typing import Final

from server.mail import oversight, partnerships, people, products, support
from server.mail.notices import Notices, Templates

NOTICES: Final[Notices] = {
    **people.NOTICES,
    **partnerships.NOTICES,
    **oversight.NOTICES,
    **products.NOTICES,
    **support.NOTICES,
}

TEMPLATES: Final[Templates] = {
    **people.TEMPLATES,
    **partnerships.TEMPLATES,
    **oversight.TEMPLATES,
    **products.TEMPLATES,
    **support.TEMPLATES,
}

"""What do we need to know of a person who signs in?"""

from typing import Final

from email_validator import EmailNotValidError, validate_email

from server.domain.errors import N_, ErrorCode, Refusal, Refused

MOST_NAME_CHARACTERS: Final = 80
LEAST_PASSWORD_CHARACTERS: Final = 12
MOST_PASSWORD_CHARACTERS: Final = 256
LOCALES: Final = ("de_DE", "en_GB", "es_ES", "fr_FR", "it_IT")
DEFAULT_LOCALE: Final = "en_GB"


def email_address(value: str, field: tuple[str, ...]) -> str:
    """The address as it is stored and compared: in lower case. Looks at its form alone, nobody is asked."""
    try:
        return validate_email(value.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("This is not an e-mail address."), field)) from None


def password(value: str, field: tuple[str, ...]) -> str:
    """A password somebody chose: long enough, that is all that helps."""
    if not LEAST_PASSWORD_CHARACTERS <= len(value) <= MOST_PASSWORD_CHARACTERS:
        raise Refused(
            Refusal(
                ErrorCode.VALIDATION_FAILED,
                N_("A password has from {least} to {most} characters."),
                field,
                {"least": LEAST_PASSWORD_CHARACTERS, "most": MOST_PASSWORD_CHARACTERS},
            )
        )
    return value


def locale(value: str | None, field: tuple[str, ...]) -> str:
    """Language and country of a person, one of those that messages exist in."""
    if value is None:
        return DEFAULT_LOCALE
    if value not in LOCALES:
        raise Refused(
            Refusal(ErrorCode.VALIDATION_FAILED, N_("Choose one of {locales}."), field, {"locales": ", ".join(LOCALES)})
        )
    return value

"""Users: e-mail addresses, passwords, names and locales."""

import unicodedata
from contextlib import suppress
from typing import Final

from email_validator import EmailNotValidError, validate_email

from server.domain.errors import N_, CommonCode, Refusal, Refused

MAX_NAME_CHARACTERS: Final = 80
LEAST_PASSWORD_CHARACTERS: Final = 12
MAX_PASSWORD_CHARACTERS: Final = 256
MAX_EMAIL_CHARACTERS: Final = 254
LOCALES: Final = ("de_DE", "en_GB", "es_ES", "fr_FR", "it_IT")
DEFAULT_LOCALE: Final = "en_GB"

_MAX_TYPED_PASSWORD_CHARACTERS: Final = 4 * MAX_PASSWORD_CHARACTERS
"""A letter typed in pieces has up to four characters. Composing more than that could take long."""
_MAX_PASSWORD_BYTES: Final = 4 * MAX_PASSWORD_CHARACTERS
_MAX_TYPED_EMAIL_CHARACTERS: Final = 1_000
_NOT_IN_PASSWORDS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def email_address(value: str, field: tuple[str, ...]) -> str:
    """The address as it is stored and looked up. Only its form is checked."""
    normal = normal_email(value)
    try:
        validate_email(normal, check_deliverability=False)
    except EmailNotValidError:
        normal = ""
    if not 0 < len(normal) <= MAX_EMAIL_CHARACTERS:
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("This is not an e-mail address."), field))
    return normal


def normal_email(value: str) -> str:
    """The one form in which an address is stored and looked up, however it was typed.

    In lower case and composed (NFC), an international domain in letters: `RENE\u0301@xn--exmple-cua.ch` is
    `rené@exämple.ch`. What is not an address gets the same case and composition, and is then nobody's.
    """
    typed = value.strip()
    if len(typed) > _MAX_TYPED_EMAIL_CHARACTERS:
        return ""
    with suppress(EmailNotValidError):
        typed = validate_email(typed, check_deliverability=False).normalized
    return _compose(_compose(typed).lower())


def normal_password(value: str, field: tuple[str, ...]) -> str:
    """A new password in the form in which it is hashed. Its only requirement is length, which is all that helps."""
    prepared = _normalise(value) if len(value) <= _MAX_TYPED_PASSWORD_CHARACTERS else value
    if not LEAST_PASSWORD_CHARACTERS <= len(prepared) <= MAX_PASSWORD_CHARACTERS:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("A password must have {least} to {most} characters."),
                field,
                {"least": LEAST_PASSWORD_CHARACTERS, "most": MAX_PASSWORD_CHARACTERS},
            )
        )
    if any(unicodedata.category(character) in _NOT_IN_PASSWORDS for character in prepared):
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("This must not contain control characters."), field))
    return prepared


def forms_of_password(typed: str) -> tuple[str, ...]:
    """The forms in which a typed password may have been hashed. None if it cannot be a password.

    The first is the current form. The second, if it differs, is the password as typed, which is how they were hashed
    before.
    """
    if not 0 < len(typed) <= _MAX_TYPED_PASSWORD_CHARACTERS or "Cs" in map(unicodedata.category, typed):
        return ()
    prepared = _normalise(typed)
    if len(prepared.encode()) > _MAX_PASSWORD_BYTES:
        return ()
    return (prepared,) if prepared == typed else (prepared, typed)


def _normalise(value: str) -> str:
    """The same password from any keyboard (RFC 8265, OpaqueString): plain spaces, composed letters."""
    if value.isascii():
        return value
    plain = (" " if unicodedata.category(character) == "Zs" else character for character in value)
    return _compose("".join(plain))


def _compose(value: str) -> str:
    return unicodedata.normalize("NFC", value)


def supported_locale(value: str | None, field: tuple[str, ...]) -> str:
    """A person's language and country: one of those that messages exist in."""
    if value is None:
        return DEFAULT_LOCALE
    if value not in LOCALES:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("Choose one of {locales}."),
                field,
                {"locales": ", ".join(LOCALES)},
            )
        )
    return value

"""Registration numbers: the form of each country's register, and the stored form.

A number is accepted as a company prints it, with surrounding words (`R.C.S. Luxembourg B 52.123`, `Amtsgericht München
HRB 12345`), and stored without them. Forms are as the registers publish them. Where a form is uncertain, the wider one
counts, because refusing a real company is worse than accepting an odd number. Check digits are verified only if every
number has them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stdnum import get_cc_module
from stdnum.be import vat as be_number
from stdnum.ch import uid as ch_uid
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus as fi_number
from stdnum.fr import siren as fr_siren
from stdnum.fr import siret as fr_siret
from stdnum.no import orgnr as no_number
from stdnum.se import orgnr as se_number

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.text import single_line

MAX_CHARACTERS: Final = 30
"""The longest stored number. A printed one may have words around it."""

_MAX_PRINTED: Final = 100
_SIREN_LENGTH: Final = 9
_HYPHENS: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_NUMBER_SIGN: Final = re.compile("N[.]?[°º]|№")
_LOOK_ALIKE: Final = str.maketrans("ΑΒΕΗΟ", "ABEHO")  # noqa: RUF001 - Greek capitals of the Cypriot register


@dataclass(frozen=True)
class Form:
    """The form of a register's numbers.

    `pattern` matches the number in capitals without blanks, points and colons. Its groups, joined by `between`,
    preceded by `lead` and padded with zeros to `digits`, are stored. `check` raises ValidationError.
    """

    example: str
    pattern: str
    check: Callable[[str], object] | None = None
    lead: str = ""
    between: str = ""
    digits: int = 0

    def normalise(self, printed: str) -> str | None:
        """The number in its stored form. None if it does not match."""
        found = re.fullmatch(self.pattern, printed)
        if found is None:
            return None
        parts = [part for part in found.groups() if part]
        number = self.lead + self.between.join(parts).zfill(self.digits)
        try:
            if self.check:
                self.check(number)
        except ValidationError:
            return None
        return number if len(number) <= MAX_CHARACTERS else None


def _validate_swiss(number: str) -> object:
    return ch_uid.validate(number)


def _validate_french(number: str) -> object:
    return fr_siret.validate(number) if len(number) > _SIREN_LENGTH else fr_siren.validate(number)


_WORD: Final = r"[^\W\d_'-]"
_COMPANY: Final = r"(?:(?:COMPANY|REGISTERED|REGISTRATION|REG|CO)*(?:NUMBER|NO)?)"

_ITALIAN_PERSON: Final = (
    "[A-Z]{6}[0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]"  # letters for digits where two would look alike
)

FORMS: Final = {
    "AT": Form("FN 123456 a", r"(?:FIRMENBUCH(?:NUMMER|NR)?)?(?:FN)?([0-9]{1,6}[A-Z])", lead="FN"),
    "BE": Form("0403.019.261", r"(?:(?:RPM|RPR|RJP)\D*|BCE|KBO|ZDU|BE)?([01]?[0-9]{9})", be_number.validate, digits=10),
    "BG": Form("121817309", r"(?:ЕИК|БУЛСТАТ|EIK|UIC)?([0-9]{9}(?:[0-9]{4})?)"),
    "CH": Form(
        "CHE-123.456.788", r"(?:UID|IDE|IDI)?-?(?:CHE)?-?([0-9]{9})(?:HR|MWST|TVA|IVA|/)*", _validate_swiss, lead="CHE"
    ),
    "CY": Form("HE 123456", r"(?!N[OR])([A-Z]{0,2})([0-9]{1,7})"),
    "CZ": Form("25123891", r"(?:IČO?|ICO?)?([0-9]{6,8})", digits=8),
    "DE": Form(
        "HRB 12345",
        r"[^0-9]*?(HRA|HRB|GNR|GSR|VR|PR)(?:-?(?:NR|NUMMER))?([0-9]{1,6})([A-Z]{0,3})(?:\(?(?:AMTSGERICHT|AG|REGISTERGERICHT).*)?",
    ),
    "DK": Form("13585628", r"(?:CVR|SE|DK)?-?(?:NR|NO)?([0-9]{8})"),
    "EE": Form("12345678", r"(?:REGISTRIKOOD|REG)?(?:NR|KOOD|CODE)?([0-9]{8})"),
    "ES": Form(
        "B12345678",
        r"(?:ES|NIF|CIF)?(?:([A-Z])-?([0-9]{2})/?([0-9]{5})-?([0-9A-Z])|([0-9]{8})-?([A-Z]))"
        r"|(?:HOJA)?([A-Z]{1,2})-?([0-9]{1,6})",
    ),
    "FI": Form("2077474-0", r"(?:Y-?TUNNUS|FO-?NUMMER|FI)*-?([0-9]{6,7})-?([0-9])", fi_number.validate, between="-"),
    "FR": Form(
        "732 829 320",
        rf"(?:SIREN|SIRET|RCS.*?)?[A-D]?([0-9]{{9}}(?:[0-9]{{5}})?)(?:RCS(?:{_WORD}|['-])*)?",
        _validate_french,
    ),
    "GB": Form("01234567", rf"{_COMPANY}([0-9]{{1,8}})", digits=8),
    "GG": Form("CMP12345", rf"{_COMPANY}([A-Z]{{0,4}}[0-9]{{1,7}})"),
    "GR": Form("123456789000", r"(?:ΑΡ)?(?:ΓΕΜΗ|GEMI)?([0-9]{4,12})", digits=12),  # noqa: RUF001 - as it is printed
    "HR": Form("080012345", r"(?:MBS|MB|OIB)?([0-9]{7,9}|[0-9]{11})"),
    "HU": Form("01-09-123456", r"(?:CG|CÉGJEGYZÉKSZÁM)?([0-9]{2})-?([0-9]{2})-?([0-9]{6})", between="-"),
    "IE": Form("123456", rf"(?:CRO)?{_COMPANY}([0-9]{{1,7}})"),
    "IM": Form("123456C", rf"{_COMPANY}([0-9]{{1,6}}[A-Z])", digits=7),
    "IS": Form("450401-3150", r"(?:KT|KENNITALA)?([0-9]{6})-?([0-9]{4})", between="-"),
    "IT": Form(
        "MI-1234567",
        rf"(?:CF|CODICEFISCALE)?([0-9]{{11}}|{_ITALIAN_PERSON})|(?:N?REA)?([A-Z]{{2}})-?([0-9]{{2,7}})",
    ),
    "JE": Form("123456", rf"{_COMPANY}([A-Z]{{0,4}}[0-9]{{1,7}})"),
    "LI": Form("FL-0002.123.456-7", r"FL-?([0-9]{4})([0-9]{3})([0-9]{3})-?([0-9])", lead="FL"),
    "LT": Form("123456789", r"(?:[ĮI]M(?:ONĖS)?)?(?:K|KODAS)?([0-9]{7}|[0-9]{9})"),
    "LU": Form("B 123456", r"(?:RCSL?(?:UXEMBOURG)?)?([A-Z])-?([0-9]{1,7})"),
    "LV": Form("40003032949", r"(?:REĢ?(?:NR)?|LV)?([0-9]{11})"),
    "MC": Form("12S01234", r"(?:RCI)?([0-9]{2}[A-Z]{1,2}[0-9]{4,5})"),
    "MT": Form("C 12345", r"(?:COMPANY)?(?!N[OR])([A-Z]{1,3})[-/]?([0-9]{1,6})"),
    "NL": Form("12345678", r"(?:KVK|COC)?-?(?:NUMMER|NR|NO)?([0-9]{8}(?:[0-9]{4})?)"),
    "NO": Form("923 609 016", r"(?:FORETAKSREGISTERET|ORGNR|NO)*([0-9]{9})(?:MVA)?", no_number.validate),
    "PL": Form("0000123456", r"(?:KRS|REGON)?(?:NR)?([0-9]{9,10}|[0-9]{14})"),
    "PT": Form("501964843", r"(?:NIPC|NIF|PT)?([0-9]{9})"),
    "RO": Form("J40/1234/2005", r"([CFJ])([0-9]{13})|([CFJ][0-9]{1,2}/[0-9]{1,6}/)(?:[0-9]{4})?([0-9]{4})"),
    "SE": Form(
        "556036-0793", r"(?:ORG)?(?:NR|NUMMER)?(?:SE|16)?([0-9]{6})-?([0-9]{4})", se_number.validate, between="-"
    ),
    "SI": Form("9331310000", r"(?:MATIČNAŠTEVILKA|MŠ)?([0-9]{7}(?:[0-9]{3})?)"),
    "SK": Form("35757442", r"(?:IČO?|ICO?)?([0-9]{6,8})", digits=8),
}
"""By country: the EU, EFTA, the United Kingdom and its islands, Monaco."""

_WITH_LETTERS: Final = {
    "GB": Form("SC123456", rf"{_COMPANY}([A-Z]{{2}}[0-9]{{6}}|[A-Z]{{2}}[0-9]{{4,5}}[A-Z]{{0,2}}|[A-Z][0-9]{{7}})"),
}
_SHORT_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "AG AND AU BCE BEI BTW COM CRN DE DER DES DI DU HG HR ID IMP IN IVA KBO LG LUX MAN MVA N NO NR OF ORC RC RCI "
        "RCS REA REG RM RNE RPM RPR SZ TVA UND VAT ÖR ŠT",
    )
)
"""Words around a number that are not part of it. Any other short word could be: `SC`, `HRB`, `B`."""

_FEWEST_OF_A_WORD: Final = 4
_MAX_WORDS: Final = 6
"""The most words on each side of the digits that may be part of the number: `Company Reg. No. S C 123456`."""

_OF_OTHER_NUMBERS: Final = frozenset({"CHARITY", "TAX"})
_OTHER_FORM: Final = Form("12345", r"(?=.*[0-9])([\w./&()+-]{2,30})")


def registration_number(country: str, value: str, field: tuple[str, ...] = ("registration_number",)) -> str:
    """The number in the form in which it is stored and compared. Refuses what no register of the country uses."""
    text = single_line(value, _MAX_PRINTED, field).upper().translate(_HYPHENS)
    text = _NUMBER_SIGN.sub(" ", text)
    found = _normal_number(country, text)
    if found is None and not _is_vat_number(country, text):
        found = _number_among_words(country, text)
    if found is None:
        raise _number_refusal(country, text, field)
    return found


def _normal_number(country: str, printed: str) -> str | None:
    form = FORMS.get(country)
    if form is None:
        return _OTHER_FORM.normalise(re.sub(r"[\s:,·]", "", printed))
    number = re.sub(r"[\s.:,·]", "", printed).translate(_LOOK_ALIKE if country == "CY" else {})
    other = _WITH_LETTERS.get(country)
    return form.normalise(number) or (other.normalise(number) if other else None)


def _number_among_words(country: str, text: str) -> str | None:
    """The number among other words, such as the court's name. As few of them as possible are left out."""
    words = list(re.finditer(r"[^\W_]+", text))
    numeric = [place for place, word in enumerate(words) if re.search("[0-9]", word[0])]
    if country not in FORMS or not numeric:
        return None
    # From the widest range with all the digits to the narrowest.
    begins = range(max(0, numeric[0] - _MAX_WORDS), numeric[0] + 1)
    ends = range(numeric[-1], min(len(words), numeric[-1] + 1 + _MAX_WORDS))
    stretches = [(first, last) for first in begins for last in ends]
    for first, last in sorted(stretches, key=lambda stretch: stretch[0] - stretch[1]):
        around = [word[0] for word in (*words[:first], *words[last + 1 :])]
        beside = [word[0] for word in (*words[first - 1 : first], *words[last + 1 : last + 2])]
        if _OF_OTHER_NUMBERS.isdisjoint(around) and all(map(_is_word, beside)):
            number = _normal_number(country, text[words[first].start() : words[last].end()])
            if number is not None:
                return number
    return None


def _is_word(beside: str) -> bool:
    return len(beside) >= _FEWEST_OF_A_WORD or beside in _SHORT_WORDS


def _number_refusal(country: str, text: str, field: tuple[str, ...]) -> Refused:
    """The refusal, with the expected form, and the kind of number sent instead if it is recognised."""
    form = FORMS.get(country)
    if form is None:
        return Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("A registration number has 2 to 30 letters and digits, such as {example}."),
                field,
                {"example": _OTHER_FORM.example},
            )
        )
    message = (
        N_("This is a VAT number. Enter the number in the register of companies, such as {example}.")
        if _is_vat_number(country, text)
        else N_("This is not a valid registration number. It should look like {example}.")
    )
    return Refused(Refusal(CommonCode.VALIDATION_FAILED, message, field, {"example": form.example}))


def _is_vat_number(country: str, text: str) -> bool:
    module = get_cc_module(country, "vat")
    return bool(module and module.is_valid(text))

"""Which registration numbers does a country have, how may they be written, and how are they stored?"""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.domain.errors import Refused
from server.domain.people.registration_numbers import FORMS, MAX_CHARACTERS, registration_number
from tests.domain.refusals import refusals

INVALID = [("VALIDATION_FAILED", "registration_number")]
FORM = "This is not a valid registration number. It should look like {example}."
VAT = "This is a VAT number. Enter the number in the register of companies, such as {example}."
ANY = "A registration number has 2 to 30 letters and digits, such as {example}."


@pytest.mark.parametrize(
    ("country", "written", "stored"),
    [
        ("LU", "B 52", "B52"),
        ("LU", "R.C.S. Luxembourg B 52.123", "B52123"),
        ("LU", "RCS Luxembourg: F 1234", "F1234"),
        ("MT", "C 1", "C1"),
        ("MT", "SV 123", "SV123"),
        ("JE", "123", "123"),
        ("GG", "1", "1"),
        ("GG", "CMP 61012", "CMP61012"),
        ("IM", "1C", "000001C"),
        ("IM", "012345V", "012345V"),
        ("CH", "CHE-100.155.212", "CHE100155212"),
        ("CH", "CHE-107.787.577", "CHE107787577"),
        ("CH", "CHE 100 155 212", "CHE100155212"),
        ("CH", "CHE100155212", "CHE100155212"),
        ("CH", "che‑100.155.212", "CHE100155212"),
        ("CH", " 100.155.212 ", "CHE100155212"),
        ("FR", "732829320", "732829320"),
        ("FR", "732 829 320", "732829320"),
        ("FR", "732\u202f829\u202f320", "732829320"),
        ("FR", "303265045", "303265045"),
        ("FR", "73282932000074", "73282932000074"),
        ("FR", "732.829.320.00074", "73282932000074"),
        ("FR", "356 000 000 00048", "35600000000048"),
        ("FR", "RCS Nancy B 323 159 715", "323159715"),
        ("FR", "732 829 320 R.C.S. Orléans", "732829320"),
        ("DE", "HRB 12345", "HRB12345"),
        ("DE", "hrb 12345 b", "HRB12345B"),
        ("DE", "HRB 710 SG", "HRB710SG"),
        ("DE", "Amtsgericht München, HRB 123456", "HRB123456"),
        ("DE", "HRB 12345, Amtsgericht Charlottenburg (Berlin)", "HRB12345"),
        ("DE", "Frankfurt/Oder GnR 11223", "GNR11223"),
        ("DE", "HRB\u200b12345", "HRB12345"),
        ("AT", "FN 122119m", "FN122119M"),
        ("AT", "122119 M", "FN122119M"),
        ("BE", "0403.019.261", "0403019261"),
        ("BE", "BE 0403.019.261", "0403019261"),
        ("BE", "RPM Bruxelles 403.019.261", "0403019261"),
        ("BG", "ЕИК 175074752", "175074752"),
        ("CY", "ΗΕ 123456", "HE123456"),
        ("CY", "HE123456", "HE123456"),
        ("CZ", "IČO: 25123891", "25123891"),
        ("DK", "CVR-nr. 13 58 56 28", "13585628"),
        ("EE", "12345678", "12345678"),
        ("ES", "B-58378431", "B58378431"),
        ("ES", "Hoja M-12345", "M12345"),
        ("FI", "Y-tunnus 2077474-0", "2077474-0"),
        ("FI", "FI20774740", "2077474-0"),
        ("GB", "1234567", "01234567"),
        ("GB", "Company No. SC123456", "SC123456"),
        ("GB", "IP12345R", "IP12345R"),
        ("GR", "ΑΡ. ΓΕΜΗ: 3467301000", "003467301000"),
        ("HR", "MBS: 080012345", "080012345"),
        ("HU", "Cg. 01-09-123456", "01-09-123456"),
        ("HU", "0109123456", "01-09-123456"),
        ("IE", "Company number 123456", "123456"),
        ("IS", "kt. 450401-3150", "450401-3150"),
        ("IT", "REA MI - 1234567", "MI1234567"),
        ("IT", "00743110157", "00743110157"),
        ("LI", "FL-0002.123.456-7", "FL00021234567"),
        ("LT", "302676840", "302676840"),
        ("LV", "Reģ. Nr. 40003032949", "40003032949"),
        ("MC", "12 S 01234", "12S01234"),
        ("NL", "KvK-nummer: 33014286", "33014286"),
        ("NO", "NO 988 077 917 MVA", "988077917"),
        ("PL", "KRS 0000123456", "0000123456"),
        ("PT", "PT 501 964 843", "501964843"),
        ("RO", "J40/1234/12.05.2005", "J40/1234/2005"),
        ("RO", "J2012000750528", "J2012000750528"),
        ("SE", "Org.nr 5560360793", "556036-0793"),
        ("SI", "9331310000", "9331310000"),
        ("SK", "IČO 35 757 442", "35757442"),
        ("RS", "MB: 07745711", "MB07745711"),
        ("US", "12-3456789", "12-3456789"),
        ("US", "1 " * 30, "1" * 30),
    ],
)
def test_a_number_is_taken_as_it_is_printed_and_stored_in_one_form(country, written, stored):
    assert registration_number(country, written) == stored
    assert registration_number(country, stored) == stored


@pytest.mark.parametrize(
    ("country", "printed", "stored"),
    [
        ("AT", "FN 123456 a, Handelsgericht Wien", "FN123456A"),
        ("AT", "Firmenbuch-Nr. FN 33282 b", "FN33282B"),
        ("AT", "FN123456a LG Salzburg", "FN123456A"),
        ("BE", "0403.019.261 RPM Bruxelles", "0403019261"),
        ("BE", "BTW BE 0403.019.261 - RPR Gent, afdeling Brugge", "0403019261"),
        ("BE", "N° d’entreprise : 0403.019.261", "0403019261"),
        ("CH", "UID-Nr.: CHE-100.155.212", "CHE100155212"),
        ("CH", "CHE-100.155.212 MWST", "CHE100155212"),
        ("CH", "N° IDE : CHE-100.155.212 TVA", "CHE100155212"),
        ("CY", "Company Reg. No. HE 123456", "HE123456"),
        ("DE", "HRB-Nr. 12345", "HRB12345"),
        ("DE", "HRB 12345 | Amtsgericht Stuttgart", "HRB12345"),
        ("DE", "HRB 12345 B beim Amtsgericht Charlottenburg", "HRB12345B"),
        ("DK", "CVR-nummer 13585628", "13585628"),
        ("EE", "Registry code: 12345678", "12345678"),
        ("ES", "C.I.F. A-28/015865", "A28015865"),
        ("ES", "NIF 12345678-Z", "12345678Z"),
        ("ES", "Hoja nº M-12345", "M12345"),
        ("ES", "R. M. de Madrid, Hoja M-12345", "M12345"),
        ("FI", "Business ID: 0112038-9", "0112038-9"),
        ("FR", "Immatriculée au RCS de Paris sous le numéro 552 100 554", "552100554"),
        ("FR", "N° SIREN : 552 100 554", "552100554"),
        ("FR", "Paris B 552 100 554", "552100554"),
        ("FR", "552 100 554 (RCS Les Sables-d’Olonne)", "552100554"),
        ("GB", "Registered in England and Wales No. 1234567", "01234567"),
        ("GB", "Registered in Scotland: SC 123456", "SC123456"),
        ("GG", "Guernsey company number 61012", "61012"),
        ("GR", "Αριθμός Γ.Ε.ΜΗ.: 3467301000", "003467301000"),
        ("HR", "MBS: 080012345, Trgovački sud u Zagrebu", "080012345"),
        ("HU", "Cégjsz.: 01-09-123456", "01-09-123456"),
        ("IE", "Registered in Ireland, No. 123456", "123456"),
        ("IM", "Registered in the Isle of Man 123456C", "123456C"),
        ("IT", "R.E.A. n. MI-1234567", "MI1234567"),
        ("IT", "C.F. e P.IVA 00743110157", "00743110157"),
        ("JE", "Registered in Jersey, number 123", "123"),
        ("LI", "Öffentlichkeitsregister-Nr. FL-0002.123.456-7", "FL00021234567"),
        ("LT", "Juridinio asmens kodas 302676840", "302676840"),
        ("LT", "Įm. k. 302676840", "302676840"),
        ("LU", "N° R.C. Luxembourg B 123.456", "B123456"),
        ("LV", "Vienotais reģistrācijas numurs 40003032949", "40003032949"),
        ("MC", "RCI Monaco : 95 S 3051", "95S3051"),
        ("MT", "Company Registration No. C 12345", "C12345"),
        ("NL", "KvK Amsterdam, nr. 33014286", "33014286"),
        ("NO", "Organisasjonsnummer 988 077 917", "988077917"),
        ("PL", "Sąd Rejonowy dla m.st. Warszawy, nr KRS: 0000123456", "0000123456"),
        ("PT", "Contribuinte n.º 501 964 843", "501964843"),
        ("RO", "Nr. Reg. Com.: J40/1234/2005", "J40/1234/2005"),
        ("SE", "Organisationsnummer 556036-0793", "556036-0793"),
        ("SI", "Matična št.: 5300231000", "5300231000"),
        ("SK", "IČO: 35757442, Obchodný register Okresného súdu Bratislava I", "35757442"),
    ],
)
def test_the_words_that_companies_print_around_their_number_are_left_out(country, printed, stored):
    assert registration_number(country, printed) == stored
    assert registration_number(country, stored) == stored


@pytest.mark.parametrize("country", FORMS)
def test_the_example_of_a_country_is_valid_there(country):
    stored = registration_number(country, FORMS[country].example)

    assert registration_number(country, stored) == stored


@pytest.mark.parametrize(
    ("country", "written", "message"),
    [
        ("CH", "CHE-100.155.213", FORM),  # check digit
        ("CH", "CHE-100.155.21", FORM),
        ("CH", "CHE-100.155.2121", FORM),
        ("CH", "DEU-100.155.212", FORM),
        ("CH", "CHE-ABC.DEF.GHI", FORM),
        ("CH", "CHE١٠٠١٥٥٢١٢", FORM),
        ("CH", "732829320", FORM),
        ("FR", "732829321", FORM),  # check digit
        ("FR", "73282932", FORM),
        ("FR", "7328293200", FORM),  # longer than a SIREN, shorter than a SIRET
        ("FR", "732 829 320 00075", FORM),  # check digit of the SIRET
        ("FR", "732 829 321 00074", FORM),  # check digit of the SIREN within
        ("FR", "732 829 320 000740", FORM),
        ("FR", "FR40303265045", VAT),
        ("FR", "ABCDEFGHI", FORM),
        ("FR", "٧٣٢٨٢٩٣٢٠", FORM),
        ("FR", "CHE-100.155.212", FORM),
        ("DE", "DE136695976", VAT),
        ("DE", "12345", FORM),
        ("BE", "0403.019.262", FORM),  # check digit
        ("LU", "LU15027442", VAT),
        ("LU", "52", FORM),
        ("MT", "MT11679112", VAT),
        ("IT", "IT00743110157", VAT),
        ("IT", "REA Milano 1234567", FORM),  # the province's letters are missing
        ("GB", "XXX 123456", FORM),  # short letters may be a part of the number: none are left out
        ("GB", "123456 X", FORM),
        ("GB", "Registered charity 1234567", FORM),
        ("PL", "NIP 5260001246", FORM),
        ("AT", "Steuernummer 12 345/6789", FORM),
        ("FR", "552 100 554 - APE 6201Z", FORM),  # two numbers
        ("GB", "GB980780684", VAT),
        ("NL", "NL123456782B90", VAT),
        ("US", "1", ANY),
        ("US", "abc", ANY),
        ("US", "1" * 31, ANY),
        ("US", "1" * 15 + "ß" * 8, ANY),  # 31 characters in capitals
    ],
)
def test_a_wrong_number_is_refused_with_what_is_expected(country, written, message):
    with pytest.raises(Refused) as error:
        registration_number(country, written)

    (refusal,) = error.value.refusals
    example = FORMS[country].example if country in FORMS else "12345"
    assert (refusal.message, refusal.field, refusal.values) == (message, ("registration_number",), {"example": example})


@pytest.mark.parametrize("country", ["DE", "US"])
@pytest.mark.parametrize("written", ["", "  ", "\u200b", "HRB\x1b123", "HRB\u202e123", "HRB 123" + " 4" * 60])
def test_the_rules_for_every_text_hold(country, written):
    assert refusals(registration_number, country, written) == INVALID


@given(some.sampled_from([*FORMS, "US"]), some.from_regex(r"[A-Z0-9 ./&()-]{1,40}", fullmatch=True))
def test_a_stored_text_is_stored_again_unchanged(country, written):
    try:
        stored = registration_number(country, written)
    except Refused:
        return
    assert registration_number(country, stored) == stored
    assert len(stored) <= MAX_CHARACTERS

"""Does every message exist in each language, and does each person get theirs?"""

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import example, given, settings
from hypothesis import strategies as some

import server
from server.domain.errors import N_
from server.languages import LANGUAGES, preferred_language, translate

SERVER = Path(server.__file__).parent
REFUSALS, EMAILS = SERVER / "translations", SERVER / "mail" / "translations"
FOLDERS = [REFUSALS, EMAILS]
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def calls_of(name: str, file: Path) -> list[ast.Call]:
    """Every call of this function in a module."""
    source = file.read_text()
    if f"{name}(" not in source:
        return []
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


@cache
def messages(folder: Path) -> set[str]:
    """Every English message that is marked for translation: of the e-mails, or of all the rest of the server."""
    found = set[str]()
    for file in SERVER.rglob("*.py"):
        if file.is_relative_to(EMAILS.parent) != (folder == EMAILS):
            continue
        for call in calls_of(N_.__name__, file):
            [argument] = call.args
            message = ast.literal_eval(argument)  # anything but a literal is not a gettext id, and fails here
            assert isinstance(message, str), (file, message)
            found.add(message)
    return found


@cache
def catalogue(folder: Path, language: str) -> Catalog:
    with (folder / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


@cache
def entries(folder: Path, language: str) -> dict[str, str]:
    return {entry.id: entry.string for entry in catalogue(folder, language) if entry.id}


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_messages_are_found_in_every_room_that_refuses():
    found = messages(REFUSALS)

    assert "This must not be longer than {most} characters." in found  # domain, over several lines
    assert "The e-mail address or the password is wrong." in found  # resolvers
    assert "Someone else changed this at the same time. Check it, then try again." in found  # models


def test_no_refusal_has_words_that_are_not_marked_for_translation():
    unmarked = [
        f"{file.relative_to(SERVER)}:{call.lineno}"
        for file in SERVER.rglob("*.py")
        for call in calls_of("Refusal", file)
        if isinstance(call.args[1], ast.Constant | ast.JoinedStr | ast.BinOp)
    ]

    assert unmarked == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_there_is_a_catalogue_for_each_language_and_no_other(folder):
    assert LANGUAGES == ("en", "fr", "de", "it", "es")
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{language}.po" for language in TRANSLATED)


CATALOGUES = [(folder, language) for folder in FOLDERS for language in TRANSLATED]


def test_a_catalogue_holds_every_message_and_nothing_else():
    different = {
        (folder, language): missing_or_left
        for folder, language in CATALOGUES
        if (missing_or_left := messages(folder) ^ set(entries(folder, language)))
    }

    assert different == {}


def test_every_message_is_translated_and_none_is_doubtful():
    wrong = [
        (folder, language, entry.id)
        for folder, language in CATALOGUES
        for entry in [*catalogue(folder, language), *catalogue(folder, language).obsolete.values()]
        if entry.id and (entry.fuzzy or entry.string in ("", entry.id) or entry.id not in catalogue(folder, language))
    ]

    assert wrong == []


def test_a_catalogue_is_of_the_language_in_its_name():
    headers = {pair: dict(catalogue(*pair).mime_headers) for pair in CATALOGUES}

    assert {pair: header["Language"] for pair, header in headers.items()} == {pair: pair[1] for pair in CATALOGUES}
    assert {header["Content-Type"].lower() for header in headers.values()} == {"text/plain; charset=utf-8"}


def test_translations_have_typographic_apostrophes_and_one_blank_line_between_them():
    files = [folder / f"{language}.po" for folder, language in CATALOGUES]

    assert [text for pair in CATALOGUES for text in entries(*pair).values() if "'" in text] == []
    assert [file for file in files if re.search(r'(?<=")\n(?=msgid)|\n{3}', file.read_text())] == []


def test_translations_take_the_same_values_as_the_message():
    different = [
        (language, message, translation)
        for folder, language in CATALOGUES
        for message, translation in entries(folder, language).items()
        if placeholders(message) != placeholders(translation)
    ]

    assert different == []


def test_messages_say_what_the_catalogue_says():
    different = [
        (language, message)
        for folder, language in CATALOGUES
        for message in messages(folder)
        for values in [dict.fromkeys(placeholders(message), 7)]
        if translate(message, language, values, folder) != entries(folder, language)[message].format_map(values)
    ]

    assert different == []


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "This must not be longer than 80 characters."),
        ("fr", "Ce champ ne doit pas dépasser 80 caractères."),
        ("de", "Dieses Feld darf höchstens 80 Zeichen lang sein."),
        ("it", "Questo campo non può contenere più di 80 caratteri."),
        ("es", "Este campo no puede tener más de 80 caracteres."),
        ("rm", "This must not be longer than 80 characters."),
    ],
)
def test_values_are_filled_in(language, told):
    assert translate("This must not be longer than {most} characters.", language, {"most": 80}) == told


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_not_messages(language):
    assert (
        translate("{name}", language, {"name": "{most} %s This must not be empty."})
        == "{most} %s This must not be empty."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_message_is_shown_in_english(language):
    assert translate("Nobody translated this.", language, {}) == "Nobody translated this."


HEADERS = [
    ("en", "en"),
    ("fr", "fr"),
    ("de", "de"),
    ("it", "it"),
    ("es", "es"),
    ("FR", "fr"),
    (" fr ", "fr"),
    # Regions and scripts
    ("fr-CH", "fr"),
    ("de-AT", "de"),
    ("de-CH-1996", "de"),
    ("it-it", "it"),
    ("es-419", "es"),
    ("de-Latn-DE", "de"),
    # Weights; the first of equals
    ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
    ("fr;q=0.5,de;q=0.8", "de"),
    ("fr;q=0.5,de", "de"),
    ("fr; q=0.9, de; q=0.8", "fr"),
    ("fr ;Q=0.9, de;q=0.2", "fr"),
    ("de,fr", "de"),
    ("fr,de", "fr"),
    ("it;q=0.4,es;q=0.4,de;q=0.3", "it"),
    ("de;q=0.001", "de"),
    ("de;q=1.000", "de"),
    # None of ours
    ("", "en"),
    ("   ", "en"),
    ("*", "en"),
    ("*;q=0.5, de;q=0.4", "de"),
    ("rm", "en"),
    ("rm, pt-BR;q=0.9, it;q=0.1", "it"),
    ("zh-Hant-TW", "en"),
    ("xx", "en"),
    # A tag of which nothing more than the language is known
    ("de-FR", "de"),
    ("fr-IT", "fr"),
    ("it-DE", "it"),
    ("es-CH", "es"),
    ("en-FR", "en"),
    ("de-DE-u-co-phonebk", "de"),
    ("de-Latn-AT-1996-x-private", "de"),
    ("DE-lu", "de"),
    ("deu", "de"),
    ("fre-CH", "fr"),
    ("de-FR;q=0.4, it-DE;q=0.6, en;q=0.5", "it"),
    ("gsw-FR, fr-IT;q=0.3", "fr"),
    # Not acceptable
    ("en;q=0", "fr"),
    ("*, en;q=0, fr;q=0", "de"),
    ("de;q=0, de-AT, it;q=0.1", "it"),
    ("de-CH;q=0, de", "de"),
    ("de-CH;q=0, de-CH, it;q=0.1", "it"),
    ("en;q=0, fr;q=0, de;q=0, it;q=0, es;q=0", "en"),
    ("fr;q=0", "en"),
    ("fr;q=0.000,de;q=0.1", "de"),
    # Malformed: that entry counts for nothing, the others for what they say
    ("fr;q=high,de;q=0.1", "de"),
    ("fr;q=2,de;q=0.1", "de"),
    ("fr;q=-1,de;q=0.1", "de"),
    ("fr;q=nan,de;q=0.1", "de"),
    ("fr;q=inf,de;q=0.1", "de"),
    ("fr;q=-inf,de;q=0.1", "de"),
    ("fr;q=1e999,de;q=0.1", "de"),
    ("fr;q=0.5;q=0.9,de;q=0.1", "de"),
    ("fr--,-,--,,;,;q=1,=,de;q=0.1", "de"),
    ("\x00,\u2028,é,日本語,🏔,de;q=0.1", "de"),
    ("../fr,{most},%s,de;q=0.1", "de"),
    ("root,i-klingon,x-private,de;q=0.1", "de"),
    ("de_DE,it;q=0.1", "it"),
    ("d3,de-,de-123456789,abcdefghi,it;q=0.1", "it"),
    ("fr;q=0.1234,fr;q=.5,fr;q=,de;q=0.1", "de"),
    ("\u0131t, DE\u0130;q=0.5, es;q=0.1", "es"),
    # Over-long: only the beginning is read
    ("it;q=0.9," + "x" * 187 + ",deutsch", "it"),
    ("x" * 196 + ",fr", "fr"),
    ("x" * 200 + ",fr", "en"),
    ("de," + "x" * 1_000_000, "de"),
    ("," * 1_000_000 + "fr", "en"),
]
"""What a browser sends, and the language of the answer."""


def test_people_get_the_best_of_our_languages():
    wrong = [
        (header[:50], found, language)
        for header, language in HEADERS
        if (found := preferred_language(header)) != language
    ]

    assert wrong == []


PIECES = [*"fr de-AT * xx ;q= ; = q 0.5 nan inf 1e999 - _ @ . ,".split(), " ", "\x00"]


@settings(deadline=None)
@given(some.text() | some.lists(some.sampled_from(PIECES)).map("".join))
@example("fr;q=nan,de;q=nan")
@example("@")
@example("fr@euro.")
@example("\ud800")
@example("de;q=" + "9" * 10_000)
def test_any_accept_language_is_answered_in_one_of_our_languages(header):
    assert preferred_language(header) in LANGUAGES

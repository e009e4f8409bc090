"""Is the committed explorer page the one its sources build, and does it stay on this server?"""

import hashlib
import json
import os
import re
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from server.app.explorer import explorer_routes

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "explorer"
BUILT = ROOT / "server" / "explorer"

CONTENT_NETWORKS = re.compile(rb"unpkg|jsdelivr|esm\.sh|esm\.run|cdnjs|skypack|jspm|googleapis|gstatic|bootstrapcdn")
# What makes a browser load an address by itself. A link, a namespace or an error text does not.
LOADED_FROM_ELSEWHERE = re.compile(
    rb"""
      (?:\bfrom|\bimport|\bimport\(|\bimportScripts\(|\bfetch\(|Worker\(|WebSocket\(|EventSource\()
      \s*["'`](?:https?|wss?):
    | (?:url\(|@import)\s*["']?(?:https?:|//)
    """,
    re.VERBOSE,
)


def built_files() -> list[Path]:
    return sorted(path for path in BUILT.rglob("*") if path.is_file())


def source_hash() -> str:
    """The sum that explorer/source-hash.mjs writes, computed without Node."""
    paths: list[str] = []
    for folder, folders, names in os.walk(SOURCES):
        folders[:] = [name for name in folders if name != "node_modules"]
        paths += [(Path(folder) / name).relative_to(SOURCES).as_posix() for name in names]
    lines = (f"{hashlib.sha256((SOURCES / path).read_bytes()).hexdigest()}  {path}\n" for path in sorted(paths))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_page_was_built_from_the_sources_as_they_are() -> None:
    built_from = (BUILT / "SOURCE_HASH").read_text().strip()

    assert built_from == source_hash(), "explorer/ changed: cd explorer && npm ci && npm run build"


def test_the_page_loads_nothing_but_files_of_the_build() -> None:
    page = (BUILT / "index.html").read_text()

    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)

    names = [address.removeprefix("/graphiql/") for address in addresses if address != "data:,"]
    assert any(name.endswith(".js") for name in names)
    assert [name for name in names if not (BUILT / name).is_file()] == []
    assert "://" not in page


def test_the_page_has_no_inline_script() -> None:
    page = (BUILT / "index.html").read_text()

    assert re.findall(r"<script[^>]*>(?!</script>)", page) == []
    assert re.findall(r"\son\w+=", page) == []


def test_no_built_file_names_a_content_network() -> None:
    found = {
        path.name: match.group() for path in built_files() if (match := CONTENT_NETWORKS.search(path.read_bytes()))
    }

    assert found == {}


def test_no_built_file_loads_from_another_server() -> None:
    found = {
        path.name: match.group() for path in built_files() if (match := LOADED_FROM_ELSEWHERE.search(path.read_bytes()))
    }

    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        b'import{a}from"https://cdn.example/a.js"',
        b"import('https://cdn.example/a.js')",
        b'import "https://cdn.example/a.js"',
        b"new Worker(`https://cdn.example/a.js`)",
        b"src:url(//cdn.example/a.woff2)",
        b'@import "https://cdn.example/a.css";',
    ],
)
def test_each_way_to_load_from_another_server_is_recognised(line: bytes) -> None:
    assert LOADED_FROM_ELSEWHERE.search(line)


def test_the_build_has_no_source_maps() -> None:
    assert [path.name for path in built_files() if path.suffix == ".map"] == []
    assert [path.name for path in built_files() if b"sourceMappingURL=" in path.read_bytes()] == []


def test_the_lock_pins_contents_and_names_no_registry() -> None:
    text = (SOURCES / "package-lock.json").read_text()

    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}

    assert '"resolved"' not in text
    assert len(packages) > 1
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


def test_the_project_asks_for_exact_versions() -> None:
    project = json.loads((SOURCES / "package.json").read_text())

    versions = {**project["dependencies"], **project["devDependencies"]}

    inexact = {n: v for n, v in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", v)}
    assert inexact == {}


HEADERS = {
    "content-security-policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; "
        "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'none'; object-src 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ttf": "font/ttf",
}


def explorer_client() -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=Starlette(routes=explorer_routes()))
    return httpx2.AsyncClient(transport=transport, base_url="http://api.example")


async def test_a_browser_requests_the_page_again_and_caches_its_files() -> None:
    async with explorer_client() as client:
        page = await client.get("/graphiql")
        answers = {path: await client.get(f"/graphiql/assets/{path.name}") for path in (BUILT / "assets").iterdir()}

    assert page.status_code == 200
    assert page.content == (BUILT / "index.html").read_bytes()
    assert page.headers["cache-control"] == "no-cache"
    assert {name: page.headers[name] for name in HEADERS} == HEADERS
    for path, answer in answers.items():
        assert answer.status_code == 200
        assert answer.content == path.read_bytes()
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == TYPES[path.suffix]
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("name", ["", "missing.js", "..%2FSOURCE_HASH", "..%2F..%2Fapp%2Fexplorer.py", "%00", "a/b"])
async def test_a_file_that_is_not_of_the_page_is_not_found(name: str) -> None:
    async with explorer_client() as client:
        answer = await client.get(f"/graphiql/assets/{name}")

    assert answer.status_code == 404
    assert answer.text == "Not Found"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS

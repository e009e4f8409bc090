"""Which tests are nearest to a file, and which are left for what these do not notice?"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.mutants.faults import ROOT, Fault

OF_A_FILE = {
    "server/models/visibility/": "tests/models/test_random_worlds.py tests/models tests/permissions tests/engine/test_who_sees_what.py",
    "server/models/terms.py": "tests/models tests/engine",
    "server/models/claims.py": "tests/reliability/test_outbox_workers.py tests/reliability/test_outbox.py",
    "server/domain/": "tests/domain tests/api tests/models/test_random_worlds.py tests/permissions/test_matrix.py",
    "server/resolvers/": "tests/api tests/permissions",
    "server/engine/": "tests/engine tests/api/test_connections.py tests/api/test_cursors.py",
    "server/app/": "tests/security tests/contract",
    "server/authentication/": (
        "tests/security/test_bearer_tokens.py tests/security/test_browser_sessions.py tests/reliability"
        " tests/permissions/test_viewer_changes.py"
    ),
    "server/mail/": "tests/mail tests/reliability/test_undeliverable.py tests/api",
    "server/outbox.py": "tests/reliability tests/mail",
    "server/jobs.py": "tests/reliability/test_jobs.py tests/contract tests/api",
}
"""By the beginning of a file's name: folders and files of tests, the nearest first."""
CLOSEST = {
    "server/engine/dispatch.py": "tests/security/test_malformed_headers.py",
    "server/engine/engine.py": "tests/engine/test_bounds.py tests/engine/test_selections.py",
    "server/engine/lru_cache.py": "tests/engine/test_bounds.py",
    "server/engine/mutations.py": "tests/engine/test_paths_and_changes.py tests/contract/test_fast_path_mutations.py",
    "server/engine/planning/dialects.py": "tests/engine/test_values.py tests/engine/test_aggregates.py tests/engine/test_timestamps.py",
    "server/engine/planning/guards.py": "tests/engine/test_who_sees_what.py",
    "server/engine/planning/pages.py": "tests/engine/test_arguments_and_pages.py",
    "server/engine/planning/prefetch.py": "tests/models/test_rights_in_statements.py tests/api/oversight/test_access_review.py",
    "server/engine/planning/rows.py": "tests/engine/test_who_sees_what.py",
    "server/engine/planning/values.py": "tests/engine/test_values.py tests/engine/test_unfit_declarations.py",
    "server/engine/reading/arguments.py": "tests/engine/test_arguments_and_pages.py tests/engine/test_once_found.py",
    "server/engine/reading/operations.py": "tests/engine/test_selections.py tests/contract/test_http.py",
    "server/engine/running/connections.py": "tests/engine/test_readers.py tests/engine/test_long_answers.py",
    "server/engine/running/null_propagation.py": "tests/engine/test_values.py tests/engine/test_slices.py",
    "server/engine/running/results.py": "tests/engine/test_long_answers.py tests/engine/test_slices.py",
    "server/app/answers.py": "tests/security/test_secrets.py tests/reliability/test_outages.py",
    "server/app/bodies.py": "tests/security/test_malformed_bodies.py tests/security/test_malformed_headers.py",
    "server/app/client_address.py": "tests/security/test_trusted_proxies.py",
    "server/app/connections.py": "tests/security/test_many_connections.py",
    "server/app/cookies.py": "tests/security/test_browser_sessions.py",
    "server/app/exports.py": "tests/api/oversight/test_export_links.py",
    "server/app/graphql.py": "tests/security/test_browser_sessions.py tests/contract/test_http.py",
    "server/app/protocol.py": "tests/security/test_hostile_connections.py tests/security/test_slow_connections.py",
    "server/app/requests.py": "tests/security/test_malformed_bodies.py tests/security/test_malformed_headers.py",
    "server/domain/partnerships/access_change_requests.py": "tests/api/test_dates.py",
    "server/domain/partnerships/proposals.py": "tests/api/partnerships/test_replacements.py",
    "server/mail/audiences.py": "tests/mail/test_recipients.py tests/mail/test_topics.py",
    "server/resolvers/expiry.py": "tests/api/test_expiry.py tests/reliability/test_jobs.py",
    "server/resolvers/listings.py": "tests/api/test_connections.py tests/api/oversight/test_audit_log.py",
    "server/resolvers/locking.py": "tests/permissions/test_late_mutations.py",
    "server/resolvers/paging.py": "tests/api/test_connections.py tests/api/test_cursors.py",
    "server/resolvers/partnerships/access_types.py": "tests/api/products/test_pending_action_ends.py tests/api/test_expiry.py",
    "server/resolvers/partnerships/assignments.py": "tests/api/products/test_pending_action_ends.py",
    "server/resolvers/partnerships/customer_invitation_answers.py": "tests/api/test_dates.py",
    "server/resolvers/partnerships/customer_invitations.py": "tests/api/test_undeliverable.py tests/permissions/test_matrix.py",
    "server/resolvers/partnerships/partnership_expiry.py": "tests/api/test_looking_again.py tests/api/test_expiry.py",
    "server/resolvers/partnerships/proposal_answers.py": "tests/api/test_dates.py",
    "server/resolvers/partnerships/terminations.py": "tests/api/test_what_had_ended.py",
    "server/resolvers/people/offboarding.py": "tests/api/people/test_elsewhere.py tests/api/people/test_member_removals.py tests/api/test_what_had_ended.py",
    "server/resolvers/people/membership_changes.py": "tests/reliability/test_own_changes.py",
    "server/resolvers/people/sessions.py": "tests/security/test_browser_sessions.py tests/security/test_passwords_at_sign_in.py",
    "server/resolvers/people/sign_in_attempts.py": (
        "tests/security/test_sign_in_limits.py tests/security/test_account_limits.py"
        " tests/security/test_sign_ins_at_once.py"
    ),
    "server/resolvers/people/teams.py": "tests/reliability/test_late_requests.py",
    "server/resolvers/people/tokens.py": "tests/api/people/test_exclusions.py tests/reliability/test_late_requests.py",
    "server/resolvers/permissions.py": "tests/permissions/test_matrix.py",
    "server/resolvers/viewer_rights.py": "tests/permissions/test_viewer_changes.py",
}
"""By the whole name, for files whose tests have other names."""
RACES = "tests/reliability/test_locks.py tests/reliability/test_lock_sites.py tests/reliability tests/engine tests/api tests/permissions"
"""For faults that only PostgreSQL shows."""
FOLDERS = (
    "tests/domain tests/api tests/models tests/permissions tests/mail tests/engine tests/reliability tests/security"
)
WHOLE = f"{FOLDERS} tests/contract tests/browser"
"""The whole suite, with what notices most first."""

ABOUT_THE_SOURCE = tuple(
    f"tests/contract/test_{name}.py" for name in "house wings languages plain_english paths shared_tables".split()
)
"""Tests that read the source. They could notice that something was changed, but not that it is wrong."""
_MOST = 36
"""How many files count as near."""


def neighbours_of(fault: Fault) -> list[str]:
    """The files of tests that a fault is tried with first."""
    is_of_locks = fault.is_on_postgres and fault.file.startswith(("server/resolvers/", "server/models/"))
    closest = "" if is_of_locks else CLOSEST.get(fault.file, "")
    files = dict.fromkeys(_files([*fault.tests, *closest.split()]))
    if fault.is_on_postgres:
        files |= dict.fromkeys(_files(RACES.split()))
    else:
        folders = next(names for start, names in OF_A_FILE.items() if fault.file.startswith(start)).split()
        files |= dict.fromkeys(sorted(_files(folders), key=lambda file: _distance(file, fault.file)))
    return [file for file in files if file not in ABOUT_THE_SOURCE][:_MOST]


def _files(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        path = ROOT / name
        found = [path] if path.suffix else sorted(path.rglob("test_*.py"))
        yield from (str(file.relative_to(ROOT)) for file in found)


def _distance(test: str, file: str) -> tuple[bool, bool, int]:
    """First the tests with the same noun in their name, then those of the same wing, then those about all wings."""
    noun, wing, path = Path(file).stem.strip("_").rstrip("s"), Path(file).parent.name, Path(test)
    return noun not in path.stem, wing not in path.parts, len(path.parts)

"""Do SQL and the rules in Python agree on what people see, and on what they may do? In random worlds, new ones each run."""

import re
from typing import Any

import pytest

from server.domain.rights import Right
from server.models import Organisation, Partnership
from server.models.visibility.policies import POLICIES, SHOWN_BY
from server.settings import Settings
from tests.databases import BACKEND, Databases
from tests.long import amount
from tests.models.looks import Finding, Look, Looks, look_into_worlds
from tests.models.rules import RULES
from tests.models.sight import MANAGED

pytestmark = [pytest.mark.postgres, pytest.mark.scaled]

WORLDS = amount(105, long=2_000) if BACKEND == "sqlite" else amount(45, long=500)


UUIDS = re.compile(r"UUID\('[-0-9a-f]+'\)")


@pytest.fixture(scope="module")
async def looks(all_databases: Databases, settings: Settings) -> Looks:
    return await look_into_worlds(all_databases, settings, WORLDS)


# Rule D1
def test_every_viewer_sees_exactly_what_the_rules_say(looks: Looks) -> None:
    for look in looks.everybody:
        for model, rule in RULES.items():
            seen, expected = look.seen[model.__name__], rule(look.world, look.viewer)
            assert seen == expected, explain(look, model.__name__, too_many=seen - expected, missing=expected - seen)


def test_what_a_visible_row_shows_is_visible(looks: Looks) -> None:
    for look in looks.everybody:
        seen_links = [link for link in look.world.links if link.id in look.seen["Partnership"]]
        for (model, column), scope in SHOWN_BY.items():
            assert model is Partnership
            if look.viewer.has_scope(scope):
                hidden = {getattr(link, column) for link in seen_links} - look.seen["Organisation"]
                assert not hidden, explain(look, f"{column} of a visible partnership", missing=hidden)


def test_a_managed_customer_is_one_whose_partnership_is_visible(looks: Looks) -> None:
    for look in looks.everybody:
        hidden = look.seen[MANAGED] - look.seen["Partnership"]
        assert not hidden, explain(look, MANAGED, too_many=hidden)


def test_every_model_with_a_row_policy_has_a_rule_to_compare_it_with() -> None:
    missing = ", ".join(sorted(model.__name__ for model in set(POLICIES) - set(RULES)))

    assert not missing, f"{missing}: say who sees it in RULES of tests/models/rules.py, and store some in worlds.py"


# Rule D6
def test_an_explanation_says_yes_exactly_where_the_right_exists(looks: Looks) -> None:
    for look in looks.few:
        for found in look.findings:
            too_many, missing = found.explained - found.by_the_rules, found.by_the_rules - found.explained
            assert not too_many | missing, explain(look, repr(found.row), too_many=too_many, missing=missing)


def test_nothing_is_explained_of_what_a_viewer_does_not_see(looks: Looks) -> None:
    for look in looks.few:
        assert len(set(map(repr, look.refusals))) <= 1, explain(look, f"refusals {look.refusals}")


def test_a_statement_gives_everybody_the_rights_that_the_rules_give(looks: Looks) -> None:
    for look in looks.few:
        for found in look.findings:
            expected = answer_by_the_rules(look, found)
            assert found.answered == expected, explain(look, f"{found.row!r}: {found.answered}, but {expected}")


def answer_by_the_rules(look: Look, found: Finding) -> dict[str, Any]:
    rights = [right for right in Right if right in found.by_the_rules]
    if not isinstance(found.row, Organisation):
        return {"viewerRights": rights}
    membership = look.viewer.membership_in(found.row.id)
    return {"viewerRights": rights, "viewerRole": membership.role if membership else None}


def explain(look: Look, of: str, *, too_many: Any = (), missing: Any = ()) -> str:
    """What is wrong, and what is known of the viewer and the rows. Each id is a number, the wrong ones first."""
    wrong = [of, f"too many: {too_many or 'none'}", f"missing: {missing or 'none'}"]
    near = UUIDS.findall("".join(look.world.facts(UUIDS.findall("".join(wrong)))))
    text = "\n".join(["", look.about, *wrong, repr(look.viewer), *look.world.facts(near)])
    numbers = dict[str, str]()
    return UUIDS.sub(lambda found: numbers.setdefault(found[0], f"#{len(numbers)}"), text)

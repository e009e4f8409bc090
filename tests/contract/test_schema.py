"""Does the schema keep the conventions of docs/api.md, and is it the one that is committed?"""

from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
)

from server.resolvers.permissions import permissions_of
from server.schema import schema, sdl
from server.schema.build import check_fields
from server.schema.enums import describe

ROOT = Path(__file__).parents[2]
TYPES = {name: type_ for name, type_ in schema._schema.type_map.items() if not name.startswith("__")}
OBJECTS = {name: type_ for name, type_ in TYPES.items() if isinstance(type_, GraphQLObjectType)}


def test_the_committed_schema_is_the_printed_one() -> None:
    assert (ROOT / "schema.graphql").read_text() == sdl()


def test_the_printed_schema_is_valid() -> None:
    built = build_schema(sdl())

    assert set(built.type_map) >= set(TYPES)


def test_the_schema_says_where_to_begin() -> None:
    description = build_schema(sdl()).description or ""

    assert description == schema._schema.description
    assert [
        word for word in ("`viewer`", "`signIn`", "`userErrors`", "`id`", "`first`") if word not in description
    ] == []


def test_everything_is_described() -> None:
    nameless = list[str]()
    for name, type_ in TYPES.items():
        nameless += [name] * (not type_.description)
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            for field_name, field in type_.fields.items():
                nameless += [f"{name}.{field_name}"] * (not field.description)
                for argument_name, argument in getattr(field, "args", {}).items():
                    nameless += [f"{name}.{field_name}({argument_name})"] * (not argument.description)
        if isinstance(type_, GraphQLEnumType):
            nameless += [f"{name}.{value}" for value, meant in type_.values.items() if not meant.description]
    builtin = {"Boolean", "Float", "ID", "Int", "String"}

    assert [name for name in nameless if name not in builtin] == []


def test_every_mutation_has_one_input_and_a_payload_with_user_errors() -> None:
    for name, field in OBJECTS["Mutation"].fields.items():
        capital = name[0].upper() + name[1:]
        assert {argument: str(given.type) for argument, given in field.args.items()} == {"input": f"{capital}Input!"}
        assert str(field.type) == f"{capital}Payload!"
        payload = OBJECTS[f"{capital}Payload"].fields
        assert str(payload["userErrors"].type) == "[UserError!]!"
        changed = {key: value for key, value in payload.items() if key != "userErrors"}
        assert not [key for key, value in changed.items() if isinstance(value.type, GraphQLNonNull)]


def test_every_connection_is_one_of_relays_with_nodes_and_a_count() -> None:
    connections = {name: type_ for name, type_ in OBJECTS.items() if name.endswith("Connection")}

    assert connections
    for name, type_ in connections.items():
        fields = {field: str(given.type) for field, given in type_.fields.items()}
        assert set(fields) == {"edges", "nodes", "pageInfo", "totalCount"}, name
        assert fields["pageInfo"] == "PageInfo!"
        assert fields["totalCount"] == "Int!"
        edge: Any = get_named_type(type_.fields["edges"].type)
        assert fields["edges"] == f"[{edge.name}!]!"
        assert str(edge.fields["cursor"].type) == "String!"


def test_every_list_that_can_grow_takes_a_page() -> None:
    for name, type_ in OBJECTS.items():
        for field_name, field in type_.fields.items():
            if get_named_type(field.type).name.endswith("Connection"):
                assert {"first", "after", "last", "before"} <= set(field.args), f"{name}.{field_name}"


def test_every_node_has_an_id_and_can_be_asked_for_by_it() -> None:
    interface: Any = TYPES["Node"]

    nodes = {type_.name for type_ in schema._schema.get_possible_types(interface)}

    assert nodes == {
        "AccessChangeRequest", "ApiToken", "AuditEvent", "CatalogueItem", "CustomerInvitation", "EmployeeAssignment", "Export",
        "MemberInvitation", "Membership", "Organisation", "OwnProductGrant", "Partnership", "PendingAction",
        "Product", "ProductAccess", "Receipt", "SupportAccessGrant", "Team", "TeamMember", "User",
    }  # fmt: skip
    assert {str(OBJECTS[name].fields["id"].type) for name in nodes} == {"ID!"}
    assert str(OBJECTS["Query"].fields["node"].type) == "Node"


def test_enum_values_are_screaming() -> None:
    values = [value for type_ in TYPES.values() if isinstance(type_, GraphQLEnumType) for value in type_.values]

    assert [value for value in values if not value.replace("_", "").isupper()] == []


def test_no_money_is_a_float() -> None:
    fields = {
        f"{name}.{field}": get_named_type(given.type).name
        for name, type_ in OBJECTS.items()
        for field, given in type_.fields.items()
    }

    assert "Float" not in fields.values()
    assert fields["Money.amount"] == "Decimal"


def test_the_right_a_mutation_needs_is_in_its_directive_and_its_description() -> None:
    printed = sdl()

    assert '@requires(right: "INVITE_PARTNER", scope: "PARTNERSHIPS_MANAGE")' in printed
    assert "Requires the right `INVITE_PARTNER`. API tokens need the scope `PARTNERSHIPS_MANAGE`." in printed


def test_no_description_repeats_or_contradicts_who_may_ask() -> None:
    for name, type_ in OBJECTS.items():
        for field_name, field in type_.fields.items():
            description = field.description or ""
            about_tokens = description.count("available to API tokens") + description.count("API tokens need the scope")

            assert about_tokens <= 1, f"{name}.{field_name}"
            assert description.count("Requires ") <= 1, f"{name}.{field_name}"


def test_a_mutation_for_people_only_names_no_scope() -> None:
    accept = OBJECTS["Mutation"].fields["acceptCustomerInvitation"].description or ""

    assert accept.endswith("Requires the right `INVITE_PARTNER`. Not available to API tokens.")


def test_a_resolver_that_does_not_say_who_may_call_it_does_not_load() -> None:
    async def open_door(context: Any) -> str:
        return "in"

    with pytest.raises(TypeError, match="open_door does not say who may call it"):
        permissions_of(open_door)


def test_a_field_that_asks_without_saying_who_may_ask_does_not_load() -> None:
    @strawberry.type
    class Careless:
        @strawberry.field
        def secret(self) -> str:
            return "secret"

    with pytest.raises(TypeError, match="Careless.secret does not say who may ask for it"):
        check_fields(Careless.__strawberry_definition__)


def test_a_root_field_without_a_permission_class_does_not_load() -> None:
    @strawberry.type(name="Query")
    class Bare:
        open: str = strawberry.field(resolver=lambda: "open", metadata={"kind": "root"})

    with pytest.raises(TypeError, match="Query.open has no permission class"):
        check_fields(Bare.__strawberry_definition__)


def test_an_enum_value_without_a_meaning_does_not_load() -> None:
    from enum import Enum

    class Colour(Enum):
        RED = "RED"

    with pytest.raises(TypeError, match="Colour"):
        describe(Colour, "A colour.")

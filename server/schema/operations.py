"""Declares operations: the roots of queries, and mutations."""

import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

import strawberry
from strawberry import Info
from strawberry.permission import PermissionExtension
from strawberry.utils.str_converters import to_camel_case

from server.domain.errors import Refusal, Refused
from server.engine.declarations import ByFunction, MutationField
from server.languages import translate
from server.models.database import joined_transaction
from server.resolvers.authorisation import Authorisation
from server.resolvers.context import Context, context_of
from server.resolvers.permissions import Permission, permissions_of
from server.schema.errors import UserError
from server.schema.fields import field, sign
from server.schema.input_coercion import Arguments

# `Any` below: Strawberry reads signatures and annotations, and they are put together here.

Resolver = Callable[..., Awaitable[Any]]


def root(resolver: Resolver, **arguments: str) -> Any:
    """A root field whose object a function gives. Its description and permissions are the resolver's own.

    `arguments` describe each argument.
    """
    hints = _hints(resolver)
    permissions = _bound_permissions(resolver, hints, ())

    async def check(context: Context, given: Mapping[str, Any]) -> Arguments:
        return await _authorise(context, permissions, Arguments(given, hints, ()))

    async def answer(context: Context, arguments: Arguments) -> Any:
        return await resolver(context, **arguments)

    async def resolve(info: Info[Any, Any], **given: Any) -> Any:
        context = context_of(info)
        return await answer(context, await check(context, given))

    sign(resolve, {name: (_graphql_type(hint), arguments[name]) for name, hint in hints.items()})
    return field("root", resolve, _sentence(resolver), permissions, _Printed, plan=ByFunction(check, answer))


class _Printed(PermissionExtension):
    """Prints the permissions of an operation, which both paths check with the arguments that they are asked with."""

    async def resolve_async(self, next_: Any, source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        return await next_(source, info, **kwargs)


def _bound_permissions(resolver: Resolver, hints: Mapping[str, Any], path: tuple[str, ...]) -> list[Permission]:
    return [permission.bind(resolver.__name__, hints, path) for permission in permissions_of(resolver)]


async def _authorise(context: Context, permissions: Sequence[Permission], arguments: Arguments) -> Arguments:
    """The arguments, if this caller may ask with them. Raises what says why not."""
    for permission in permissions:
        await permission.check(context, None, arguments)
    return arguments


def mutation(resolver: Resolver, input_type: type, *, together: bool = True) -> Any:
    """A mutation. A refusal of the business becomes `userErrors`, and nothing is changed.

    With `together` the change and the reading of its payload are one transaction.
    """
    hints = _hints(resolver)
    permissions = _bound_permissions(resolver, hints, ("input",))
    authorisation = Authorisation(permissions)
    _check_input(resolver, hints, input_type)

    async def check(context: Context, input: Any) -> Arguments:
        arguments = Arguments(cast("Mapping[str, Any]", vars(input)), hints, ("input",))
        await authorisation.begin(context, arguments)
        return arguments

    async def change(context: Context, arguments: Arguments) -> Changed:
        try:
            values = await resolver(context, **arguments)
            await authorisation.finish(context)
            if warnings := values.get("warnings"):
                values["warnings"] = user_errors(context, warnings)
            if results := cast("Sequence[Any]", values.get("results", ())):
                values["results"] = [
                    SimpleNamespace(**vars(one), user_errors=user_errors(context, one.refusals)) for one in results
                ]
            return Changed(values, [])
        except Refused as refused:
            await authorisation.finish(context, refused)
            raise
        finally:
            context.forget()

    def refuse(context: Context, refused: Exception) -> Changed | None:
        return Changed({}, user_errors(context, refused.refusals)) if isinstance(refused, Refused) else None

    async def resolve(info: Info[Any, Any], input: Any) -> Any:
        context = context_of(info)
        try:
            return await change(context, await check(context, input))
        except Refused as refused:
            return refuse(context, refused)

    sign(resolve, {"input": (input_type, "The input of the mutation.")})
    plan = MutationField(check, change, refuse, joined_transaction if together else nullcontext)
    return field("mutation", resolve, _sentence(resolver), permissions, _Printed, plan=plan)


class Changed:
    """What a payload resolves from: the changed objects, or null, and the user errors."""

    def __init__(self, values: Mapping[str, object], user_errors: list[UserError]) -> None:
        self.values = values
        self.user_errors = user_errors

    def __getattr__(self, name: str) -> object:
        return self.values.get(name)


def _hints(resolver: Resolver) -> dict[str, Any]:
    """The resolver's arguments other than the context, with their annotations."""
    hints = get_type_hints(resolver, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in ("context", "return")}


def _check_input(resolver: Resolver, hints: Mapping[str, Any], input_type: type) -> None:
    """Raise TypeError unless the input has the resolver's arguments as its fields, and no others."""
    promised = {field.name for field in dataclasses.fields(input_type)}
    if differing := promised ^ set(hints):
        raise TypeError(f"{input_type.__name__} and {resolver.__name__} differ in {sorted(differing)}")


def _graphql_type(hint: Any) -> Any:
    """The GraphQL type of a resolver's argument: `ID` for every key."""
    if get_origin(hint) is Annotated:
        return strawberry.ID
    if get_origin(hint) is list:
        return list[_graphql_type(get_args(hint)[0])]
    return hint


def _sentence(resolver: Resolver) -> str:
    return " ".join((inspect.getdoc(resolver) or "").split())


def user_errors(context: Context, refusals: Sequence[Refusal]) -> list[UserError]:
    """Refusals as user errors, in the caller's language."""
    return [
        UserError(
            code=refusal.code,
            message=translate(refusal.message, context.language, refusal.values),
            field=["input", *map(to_camel_case, refusal.field)] if refusal.field else None,
        )
        for refusal in refusals
    ]

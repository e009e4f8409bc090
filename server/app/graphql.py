"""The endpoint `/graphql`: turns an HTTP request into a GraphQL operation, and its result into a response."""

from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from server.app import answers, bodies
from server.app.bodies import BadRequest, GraphQLRequest
from server.app.client_address import ClientAddresses
from server.app.cookies import session_cookie, set_session_cookie
from server.app.refusals import RefusedDocuments
from server.app.requests import accepted_language
from server.authentication import Credentials, authenticate
from server.authentication.viewer_cache import ViewerCache
from server.domain.errors import MalformedInput, NotSignedIn, Unavailable
from server.domain.viewer import Viewer
from server.engine.dispatch import answer_by_plan
from server.engine.engine import Engine
from server.engine.errors import DOCUMENT_REFUSED
from server.engine.running.time_slices import TimeSlices
from server.engine.running.traces import Trace
from server.models.database import Commits, commits
from server.resolvers.context import Context
from server.schema import documents, query_cost, schema
from server.schema.build import log_errors
from server.schema.documents import is_cached, parse_document
from server.schema.engine_host import description_asked
from server.schema.introspection import CachedAnswers
from server.schema.variable_limits import bounds_of, holds_many, variable_excess
from server.settings import Settings

_QUERY_OR_MUTATION: Final = {OperationType.QUERY, OperationType.MUTATION}


class GraphQLEndpoint:
    """`/graphql`, as the GraphQL-over-HTTP specification defines it."""

    def __init__(self, settings: Settings, engine: Engine | None = None) -> None:
        self.settings = settings
        self.engine = engine
        self.viewer_cache = ViewerCache()
        self.bounds = bounds_of(settings)
        self.refusals = RefusedDocuments()
        self.descriptions = CachedAnswers(schema._schema)
        self.time_slices = engine.time_slices if engine else TimeSlices()
        self.client_address = ClientAddresses(settings.trusted_proxies)

    async def answer(self, request: Request) -> Response:
        request_id: str = request.state.request_id
        accepted = answers.media_type(request.headers.get("accept", ""))
        try:
            if accepted is None:
                raise BadRequest(f"This endpoint answers only in {answers.GRAPHQL_JSON} or {answers.JSON}.", 406)
            viewer = await self._find_viewer(request)
            return await self._answer_request(request, viewer, await self._read_request(request), accepted)
        except BadRequest as error:
            content = answers.problem_body(error.message, request_id, error.code)
            status = 200 if error.is_well_formed and accepted == answers.JSON else error.status
            return _build_response(content, accepted or answers.JSON, status, error.headers)
        except NotSignedIn as error:
            content = answers.problem_body(error.message, request_id, error.code)
            return _build_response(content, accepted or answers.JSON, 401, {"WWW-Authenticate": "Bearer"})
        except Unavailable as error:
            content = answers.problem_body(error.message, request_id, error.code)
            return _build_response(content, accepted or answers.JSON, 503, answers.RETRY_AFTER)

    async def _find_viewer(self, request: Request) -> Viewer | None:
        """The viewer, identified before the body is read. Cookies count only for POST, and only from our own pages."""
        authorization = request.headers.get("authorization")
        cookie = None
        if request.method == "POST" and authorization is None:
            _check_origin(request, self.settings)
            cookie = session_cookie(request, self.settings)
        return await authenticate(Credentials(authorization, cookie), datetime.now(UTC), self.viewer_cache)

    async def _answer_request(
        self, request: Request, viewer: Viewer | None, asked: GraphQLRequest, accepted: str
    ) -> Response:
        context = Context(
            viewer=viewer,
            now=datetime.now(UTC),
            request_id=request.state.request_id,
            settings=self.settings,
            language=accepted_language(request),
            address=self.client_address(request.scope),
        )
        try:
            content, was_executed = await self._run_operation(request, asked, context)
        finally:
            self._drop_changed_viewers(context)
        status = 400 if accepted == answers.GRAPHQL_JSON and not was_executed else 200
        response = _build_response(content, accepted, status)
        set_session_cookie(response, context, self.settings)
        return response

    async def _run_operation(self, request: Request, asked: GraphQLRequest, context: Context) -> tuple[bytes, bool]:
        """The body of the answer, and whether anything was executed for it."""
        if refusal := variable_excess(asked.variables, self.bounds):
            return _refuse_variables(refusal, asked, context), False
        if refused := self.refusals.find(asked, context, request.method):
            request.scope["state"]["trace"] = Trace("resolvers", DOCUMENT_REFUSED)
            return refused.body(context.request_id), False
        await self._parse_in_turn(asked.query)
        described = await self.answer_introspection(asked, context, request.scope["state"])
        if described is not None:
            return answers.planned_body(described, [], context.request_id), True
        may_change = request.method == "POST"
        found = await self.answer_by_engine(asked, context, request.scope["state"], may_change=may_change)
        if found is not None:
            return found, True
        await self.time_slices.wait()
        counted = _count_commits()
        result = await _execute(asked, context, request.method)
        result.errors = _report_errors(result.errors or [], counted) or None
        if context.is_document_refused:
            self._keep_refusal(asked, context, request.method, result.errors or [])
        was_executed = not isinstance(result, PreExecutionError) and not answers.is_request_error(
            result.errors, result.data
        )
        return answers.result_body(result, context.request_id, was_executed=was_executed), was_executed

    def _keep_refusal(
        self, asked: GraphQLRequest, context: Context, method: str, errors: Sequence[GraphQLError]
    ) -> None:
        """Cache the answer to a refused document, and drop everything else that is known of it."""
        self.refusals.keep(asked, context, method, errors)
        documents.forget_document(asked.query)
        query_cost.forget_costs(asked.query)
        if self.engine is not None:
            self.engine.forget_refused(asked.query)

    async def _parse_in_turn(self, text: str) -> None:
        """Parse a new document when its turn comes: one at a time.

        However many new ones arrive at once, other callers are answered between two of them.
        """
        if not is_cached(text):
            await self.time_slices.wait()
            with suppress(GraphQLError):
                parse_document(text)
            await self.time_slices.wait()

    async def _read_request(self, request: Request) -> GraphQLRequest:
        if request.method != "POST":
            return bodies.from_query_string(request.scope["query_string"])
        bodies.check_content_type(request.headers.get("content-type", ""))
        bodies.check_content_encoding(request.headers.get("content-encoding", ""))
        body = await request.body()
        if len(body) > bodies.LARGE_BODY_BYTES:
            await self.time_slices.wait()
        return bodies.from_body(body)

    async def answer_by_engine(
        self, asked: GraphQLRequest, context: Context, state: MutableMapping[str, Any], *, may_change: bool = True
    ) -> bytes | None:
        """The engine's answer. None if the resolver path has to give it. `state` receives the trace.

        Raises Unavailable if the database is unavailable and nothing was stored.
        """
        if self.engine is None:
            return None
        if holds_many(asked.variables):
            await self.time_slices.wait()
        counted = _count_commits()
        found, state["trace"] = await answer_by_plan(
            self.engine, asked.query, asked.operation_name, asked.variables, context, may_change=may_change
        )
        if found is None:
            return None
        if found.errors:
            found.errors = _report_errors(found.errors, counted)
            with structlog.contextvars.bound_contextvars(request_id=context.request_id):
                log_errors(found.errors, asked.query)
        return answers.planned_body(found.data, found.errors, context.request_id)

    async def answer_introspection(
        self, asked: GraphQLRequest, context: Context, state: MutableMapping[str, Any]
    ) -> bytes | None:
        """The answer to an introspection query. None for any other query, and if introspection is not allowed."""
        if context.viewer is None and not self.settings.introspection:
            return None
        name = asked.operation_name
        found = self.descriptions.find(asked.query, name)
        if found is None and (document := description_asked(asked.query, name, context)) is not None:
            found = await self.descriptions.answer(asked.query, name, document)
        if found is not None:
            state["trace"] = Trace("kept")
        return found

    def _drop_changed_viewers(self, context: Context) -> None:
        """Drop the cached viewers after a change to memberships or credentials, so that the next request sees it.

        This also happens if the caller does not wait for the answer: the change may be stored by then.
        """
        if context.has_changed_viewers:
            self.viewer_cache.drop()


def _refuse_variables(refusal: MalformedInput, asked: GraphQLRequest, context: Context) -> bytes:
    """The answer to variables that are refused unread."""
    errors = [GraphQLError(refusal.message, original_error=refusal)]
    log_errors(errors, asked.query)
    return answers.result_body(PreExecutionError(data=None, errors=errors), context.request_id, was_executed=False)


async def _execute(asked: GraphQLRequest, context: Context, method: str) -> ExecutionResult:
    try:
        return await schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=_QUERY_OR_MUTATION if method == "POST" else {OperationType.QUERY},
        )
    except CannotGetOperationTypeError:
        return PreExecutionError(data=None, errors=[GraphQLError("The document has no operation with this name.")])
    except InvalidOperationTypeError as error:
        if method != "POST" and error.operation_type is OperationType.MUTATION:
            raise BadRequest("Send mutations by POST.", 405, {"Allow": "POST"}) from None
        raise BadRequest("This endpoint supports only queries and mutations.") from None


def _count_commits() -> Commits:
    """Count the commits made for this request."""
    counted = Commits()
    commits.set(counted)
    return counted


def _report_errors(errors: list[GraphQLError], counted: Commits) -> list[GraphQLError]:
    """The errors to report. Raises Unavailable if that is the only one."""
    if (outage := answers.outage_error(errors, counted.number)) is not None:
        raise outage
    return answers.replace_outages_after_commits(errors) if counted.number else errors


def _check_origin(request: Request, settings: Settings) -> None:
    """Refuse a foreign page that uses its visitor's cookies."""
    schemes = ("https",) if settings.is_https else ("https", "http")
    hosts = (urlsplit(settings.public_url).netloc, request.headers.get("host", ""))
    own = {f"{scheme}://{host}" for scheme in schemes for host in hosts}
    if request.headers.get("origin") not in {None, *own}:
        raise BadRequest("Requests from other sites are refused.", 403)


def _build_response(content: bytes, media_type: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(content, status, {"Content-Type": f"{media_type}; charset=utf-8"} | (headers or {}))

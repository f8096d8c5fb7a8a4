"""The public Open Referral UK 3.0 read API of our catalogue: anonymous, open to other sites, errors as JSON."""

from __future__ import annotations

from aiohttp import web

from common.database import Database
from common.settings import Settings
from service_catalogue.local import Words, local_data
from service_catalogue.points import Points
from service_catalogue.publishing import parameters, shelf
from service_catalogue.publishing.coverage import Coverage
from service_catalogue.publishing.nearness import within
from service_catalogue.publishing.other_answers import OrganizationAnswers, TermAnswers
from service_catalogue.publishing.refusal import Refused
from service_catalogue.publishing.replies import PREFLIGHT, Answer, Batch, Replies, error
from service_catalogue.publishing.service_answers import ServiceAnswers
from service_catalogue.publishing.services import ServiceView

BASE = "/open-referral/v3"
METADATA = {
    "version": "HSDS-UK-3.0",
    "profile": "https://github.com/OpenReferralUK/uk-profile",
    "openapi_url": "https://raw.githubusercontent.com/OpenReferralUK/uk-profile/main/schema/openapi.json",
}
WORDS = "open_referral_words.yml"


def routes(db: Database, settings: Settings) -> list[web.RouteDef]:
    """The routes under /open-referral/v3 (docs/open-referral.md lists them with their filters).

    Errors are `{"error": {"code", "message"}}`: 400 bad_page or bad_parameter, 404 not_found, 405 read_only,
    503 unavailable. Raises LocalDataError when a local data file cannot be used.
    """
    api = _Api(db, settings)
    paths = {
        "": api.metadata,
        "/": api.metadata,
        "/services": api.services,
        "/services/{id}": api.service,
        "/service_at_locations": api.places,
        "/service_at_locations/{id}": api.place,
        "/organizations": api.organizations,
        "/organizations/{id}": api.organization,
        "/taxonomies": api.taxonomies,
        "/taxonomies/{id}": api.taxonomy,
        "/taxonomy_terms": api.terms,
        "/taxonomy_terms/{id}": api.term,
    }
    return [
        *(web.get(BASE + path, handler) for path, handler in paths.items()),
        web.route("*", f"{BASE}{{rest:(/.*)?}}", api.anything_else),
    ]


class _Api:
    """One handler a route: parameters checked, then answered from one session."""

    def __init__(self, db: Database, settings: Settings) -> None:
        local, path = local_data(settings.data_dir), settings.data_dir / WORDS
        words, points = Words(path), Points.load(settings.data_dir)
        view, terms = ServiceView(local.words, words), shelf.Terms(local.needs.known)
        self._services = ServiceAnswers(
            view,
            terms,
            Coverage.load(settings.data_dir),
            lambda session, postcode, metres: within(session, points, postcode, metres),
        )
        self._organizations = OrganizationAnswers(view)
        self._terms = TermAnswers(terms, words)
        self._replies = Replies(db, salt=path.read_text() + (settings.data_dir / "catalogue_words.yml").read_text())

    async def metadata(self, request: web.Request) -> web.StreamResponse:
        return await self._replies.json(request, lambda query: lambda session: METADATA)

    async def services(self, request: web.Request) -> web.StreamResponse:
        def whole(query: parameters.Query) -> Batch:
            filters, page = parameters.filters(query), parameters.page(query)
            return lambda session, mark: self._services.lines(session, filters, page, mark)

        def paged(query: parameters.Query) -> Answer:
            filters, page = parameters.filters(query), parameters.page(query)
            return lambda session: self._services.listed(session, filters, page)

        if request.query.get("format", "").casefold() == "ndjson":
            return await self._replies.lines(request, whole)
        return await self._replies.json(request, paged)

    async def service(self, request: web.Request) -> web.StreamResponse:
        return await self._replies.json(request, lambda _: lambda session: self._services.one(session, _id(request)))

    async def places(self, request: web.Request) -> web.StreamResponse:
        def asked(query: parameters.Query) -> Answer:
            filters, page = parameters.filters(query), parameters.page(query)
            return lambda session: self._services.places(session, filters, page)

        return await self._replies.json(request, asked)

    async def place(self, request: web.Request) -> web.StreamResponse:
        return await self._replies.json(request, lambda _: lambda session: self._services.place(session, _id(request)))

    async def organizations(self, request: web.Request) -> web.StreamResponse:
        def asked(query: parameters.Query) -> Answer:
            search, page = parameters.search_words(query), parameters.page(query)
            return lambda session: self._organizations.listed(session, search, page)

        return await self._replies.json(request, asked)

    async def organization(self, request: web.Request) -> web.StreamResponse:
        def asked(query: parameters.Query) -> Answer:
            full = parameters.flag(query, "full_service")
            return lambda session: self._organizations.one(session, _id(request), full)

        return await self._replies.json(request, asked)

    async def taxonomies(self, request: web.Request) -> web.StreamResponse:
        def asked(query: parameters.Query) -> Answer:
            search, page = parameters.search_words(query), parameters.page(query)
            return lambda session: self._terms.taxonomies(session, search, page)

        return await self._replies.json(request, asked)

    async def taxonomy(self, request: web.Request) -> web.StreamResponse:
        return await self._replies.json(request, lambda _: lambda session: self._terms.taxonomy(session, _id(request)))

    async def terms(self, request: web.Request) -> web.StreamResponse:
        def asked(query: parameters.Query) -> Answer:
            search, page = parameters.search_words(query), parameters.page(query)
            taxonomy, parent = (parameters.identifier(query, name) for name in ("taxonomy_id", "parent_id"))
            return lambda session: self._terms.terms(session, search, taxonomy, parent, page)

        return await self._replies.json(request, asked)

    async def term(self, request: web.Request) -> web.StreamResponse:
        return await self._replies.json(request, lambda _: lambda session: self._terms.term(session, _id(request)))

    async def anything_else(self, request: web.Request) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return web.Response(status=204, headers=PREFLIGHT)
        if request.method not in ("GET", "HEAD"):
            return error(Refused(405, "read_only", "This API can only be read. Use GET."))
        return error(Refused(404, "not_found", f"There is nothing here. Start at {BASE}/services."))


def _id(request: web.Request) -> str:
    return request.match_info["id"].lower()

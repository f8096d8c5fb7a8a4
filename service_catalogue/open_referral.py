"""The public Open Referral UK 3.0 read API of our catalogue: anonymous, open to other sites, errors as JSON."""

from __future__ import annotations

import logging
from typing import Any

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, joinedload, selectinload

from common.database import Database
from common.settings import Settings
from service_catalogue.local import LocalCatalogueData, local_data
from service_catalogue.model import LIVE, Service
from service_catalogue.open_referral_view import Json, full, summary
from service_catalogue.snapshot import snapshot_of

BASE = "/open-referral/v3"
PER_PAGE, MOST_PER_PAGE = 50, 500
METADATA = {
    "version": "HSDS-UK-3.0",
    "profile": "https://github.com/OpenReferralUK/uk-profile",
    "openapi_url": "https://raw.githubusercontent.com/OpenReferralUK/uk-profile/main/schema/openapi.json",
}
_CORS = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {**_CORS, "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS", "Access-Control-Allow-Headers": "*"}
_log = logging.getLogger(__name__)


class _Refused(Exception):
    """An answer other than 200: HTTP status, code for programs, message for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def routes(db: Database, settings: Settings) -> list[web.RouteDef]:
    """The routes under /open-referral/v3: metadata, `services` (page, per_page, search) and `services/{id}`.

    Errors are `{"error": {"code", "message"}}`: 400 bad_page, 404 not_found, 405 read_only, 503 unavailable.
    """
    api = _Api(db, local_data(settings.data_dir))
    return [
        web.get(BASE, api.metadata),
        web.get(f"{BASE}/", api.metadata),
        web.get(f"{BASE}/services", api.services),
        web.get(f"{BASE}/services/{{id}}", api.service),
        web.route("*", f"{BASE}{{rest:(/.*)?}}", api.anything_else),
    ]


class _Api:
    def __init__(self, db: Database, local: LocalCatalogueData) -> None:
        self._db = db
        self._local = local

    async def metadata(self, request: web.Request) -> web.Response:
        return _json(METADATA)

    async def services(self, request: web.Request) -> web.Response:
        try:
            page = _whole_number(request, "page", 1, 10**6)
            per_page = _whole_number(request, "per_page", PER_PAGE, MOST_PER_PAGE)
            return _json(await self._db.read(self._page, page, per_page, request.query.get("search", "").strip()))
        except (_Refused, SQLAlchemyError) as error:
            return _error(error)

    async def service(self, request: web.Request) -> web.Response:
        try:
            return _json(await self._db.read(self._one, request.match_info["id"]))
        except (_Refused, SQLAlchemyError) as error:
            return _error(error)

    async def anything_else(self, request: web.Request) -> web.Response:
        if request.method == "OPTIONS":
            return web.Response(status=204, headers=_PREFLIGHT)
        if request.method not in ("GET", "HEAD"):
            return _error(_Refused(405, "read_only", "This API can only be read. Use GET."))
        return _error(_Refused(404, "not_found", f"There is nothing here. Start at {BASE}/services."))

    def _page(self, session: Session, page: int, per_page: int, search: str) -> Json:
        listed = select(Service).where(Service.state == LIVE)
        if search:
            found = snapshot_of(session, self._local).text.scores(search)
            listed = listed.where(Service.id.in_(list(found)))
        total = session.scalar(select(func.count()).select_from(listed.subquery())) or 0
        services = session.scalars(
            listed.options(joinedload(Service.organization))
            .order_by(Service.name, Service.id)
            .offset((page - 1) * per_page)
            .limit(per_page)
        ).all()
        pages = -(-total // per_page)
        return {
            "total_items": total,
            "total_pages": pages,
            "page_number": page,
            "size": len(services),
            "first_page": page == 1,
            "last_page": page >= pages,
            "empty": not services,
            "contents": [summary(service, self._local.words) for service in services],
        }

    def _one(self, session: Session, id: str) -> Json:
        children = (Service.phones, Service.schedules, Service.areas, Service.costs, Service.languages, Service.needs)
        service = session.scalar(
            select(Service)
            .where(Service.id == id.lower(), Service.state == LIVE)
            .options(joinedload(Service.organization), *(selectinload(child) for child in children))
        )
        if service is None:
            raise _Refused(404, "not_found", "There is no service with this id in the catalogue.")
        return full(service, self._local.words)


def _whole_number(request: web.Request, name: str, default: int, most: int) -> int:
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
        raise _Refused(400, "bad_page", f"{name} must be a whole number from 1 to {most}.")
    return int(text)


def _json(content: Any, status: int = 200) -> web.Response:
    return web.json_response(content, status=status, headers=_CORS)


def _error(error: Exception) -> web.Response:
    if not isinstance(error, _Refused):
        _log.error("the catalogue cannot be read: %s", type(error).__name__)
        error = _Refused(503, "unavailable", "The catalogue cannot be read just now. Please try again later.")
    return _json({"error": {"code": error.code, "message": error.message}}, error.status)

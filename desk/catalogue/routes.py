"""The addresses of the catalogue's pages."""

from __future__ import annotations

from aiohttp import web

from desk.catalogue.checking import checked_today, take_check_back
from desk.catalogue.correcting import correct_field, correct_page, uncorrect_field
from desk.catalogue.duplicates import decide, duplicates_page
from desk.catalogue.import_runs import one_run_page, runs_page
from desk.catalogue.importing import import_begin, import_page
from desk.catalogue.listing import list_page
from desk.catalogue.one_service import bring_back_service, service_page, withdraw
from desk.catalogue.settling import reports_page, settle_reports
from desk.catalogue.sources import sources_page, vouch_for
from desk.catalogue.spreadsheet import spreadsheet_in, spreadsheet_out, spreadsheet_page
from desk.catalogue.unmet import unmet_csv, unmet_page


def add_catalogue(app: web.Application) -> None:
    """Put the pages under /catalogue into the desk."""
    router = app.router
    router.add_get("/catalogue", list_page, name="catalogue")
    one = "/catalogue/services/{service:[0-9a-f-]{36}}"
    router.add_get(one, service_page, name="service")
    router.add_post(f"{one}/withdraw", withdraw, name="withdraw")
    router.add_post(f"{one}/bring-back", bring_back_service, name="bring_back")
    router.add_post(f"{one}/checked", checked_today, name="checked")
    router.add_post(f"{one}/unchecked", take_check_back, name="unchecked")
    form = router.add_resource(f"{one}/correct/{{field:[a-z_]{{1,40}}}}", name="correct")
    form.add_route("GET", correct_page)
    form.add_route("POST", correct_field)
    router.add_post(f"{one}/uncorrect/{{field:[a-z_]{{1,40}}}}", uncorrect_field, name="uncorrect")
    told = router.add_resource("/catalogue/reports", name="reports")
    told.add_route("GET", reports_page)
    told.add_route("POST", settle_reports)
    router.add_get("/catalogue/duplicates", duplicates_page, name="duplicates")
    router.add_post("/catalogue/duplicates/{pair:[0-9]{1,9}}", decide, name="decide")
    router.add_get("/catalogue/unmet", unmet_page, name="unmet")
    router.add_get("/catalogue/unmet.csv", unmet_csv, name="unmet_csv")
    router.add_get("/catalogue/sources", sources_page, name="sources")
    router.add_post("/catalogue/sources/{source:[0-9a-f-]{36}}/vouch", vouch_for, name="vouch")
    feed = router.add_resource("/catalogue/import", name="feeds")
    feed.add_route("GET", import_page)
    feed.add_route("POST", import_begin)
    router.add_get("/catalogue/imports", runs_page, name="imports")
    router.add_get("/catalogue/imports/{run:[0-9a-f-]{36}}", one_run_page, name="import_run")
    sheet = router.add_resource("/catalogue/spreadsheet", name="spreadsheet")
    sheet.add_route("GET", spreadsheet_page)
    sheet.add_route("POST", spreadsheet_in)
    router.add_get("/catalogue/services.csv", spreadsheet_out, name="spreadsheet_out")

"""A database and one function that imports whatever it is given."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.database import Database
from common.settings import Settings, load
from service_catalogue.feeds.limits import Limits
from service_catalogue.importing import ImportReport, import_feed
from service_catalogue.model import Service
from tests.service_catalogue.conftest import NOON, ROOT

QUICK = Limits(first_wait=0.01, connect_seconds=2, silence_seconds=1, answer_seconds=3, attempts=3, longest_wait=2)
DAY = timedelta(days=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"VAR_DIR": str(tmp_path / "var"), "DATA_DIR": str(ROOT / "data" / "leicestershire")})


@pytest.fixture
def take_in(db: Database, settings: Settings, tmp_path: Path) -> Callable[..., ImportReport]:
    """take_in(content, now=NOON, name="feed", **options): content is text, bytes, or anything that JSON can say."""

    def run(content: Any, now: datetime = NOON, name: str = "feed.json", **options: Any) -> ImportReport:
        path = tmp_path / name
        data = (
            content
            if isinstance(content, bytes)
            else content.encode()
            if isinstance(content, str)
            else json.dumps(content).encode()
        )
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        report = import_feed(db, str(path), settings=settings, now=now, **options)
        if not report.error:
            assert report.seen == report.new + report.changed + report.unchanged + report.quarantined
            assert report.records == report.seen + report.merged
        return report

    return run


@pytest.fixture
def one(db: Database) -> Callable[..., Service]:
    """one(name="..."): the service with these columns, children loaded."""

    def find(**columns: Any) -> Service:
        with db.reading() as session:
            service = session.scalars(select(Service).filter_by(**columns)).one()
            touch_all(session, service)
            return service

    return find


def touch_all(session: Session, service: Service) -> None:
    for child in ("phones", "schedules", "areas", "costs", "languages", "locations", "terms", "needs"):
        list(getattr(service, child))
    assert service.organization.name and service.source.name


def codes(report: ImportReport) -> set[str]:
    return set(report.issues_by_code)


def samples() -> Path:
    """The folder of real samples. Skips the test where it is not to be had."""
    folder = Path(os.environ.get("ORUK_SAMPLES") or ROOT.parent / "shared" / "oruk")
    if not (folder / "samples").is_dir():
        pytest.skip(f"no samples under {folder} (set ORUK_SAMPLES)")
    return folder / "samples"

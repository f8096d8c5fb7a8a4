"""GET /metrics on a port of its own, on loopback only: never reachable through the public door."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from front_door.metrics import Metrics
from front_door.metrics_database import DatabaseFigures

logger = logging.getLogger(__name__)
HOST = "127.0.0.1"


async def scrape(metrics: Metrics, figures: DatabaseFigures) -> str:
    """All metrics in Prometheus's text form."""
    await figures.refresh()
    return generate_latest(metrics.registry).decode()


@asynccontextmanager
async def serving(metrics: Metrics, figures: DatabaseFigures, port: int | None) -> AsyncIterator[None]:
    """While this lasts the metrics are served on `port` (None: not at all). A port that is taken is logged: no resident must
    wait for an answer because nobody can watch.
    """
    metrics.registry.register(figures)
    runner = None
    if port is not None:
        runner = await _start(metrics, figures, port)
    try:
        yield
    finally:
        if runner:
            await runner.cleanup()
        figures.close()


async def _start(metrics: Metrics, figures: DatabaseFigures, port: int) -> web.AppRunner:
    async def answer(_: web.Request) -> web.Response:
        # The header as it is: aiohttp splits type and charset, and Prometheus wants its version in between.
        body = await scrape(metrics, figures)
        return web.Response(body=body.encode(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/metrics", answer)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError as error:
        logger.error("metrics are not served: port %d cannot be used (%s)", port, error.strerror)
    return runner

"""Asking a provider's REST API, so that nothing it answers or fails to answer becomes an exception of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp


async def json_object(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The JSON object of an answer; empty when there is none."""
    try:
        answer = await response.json(content_type=None)
    except (ValueError, aiohttp.ClientPayloadError):
        return {}
    return answer if isinstance(answer, dict) else {}


async def get_object(
    http: aiohttp.ClientSession,
    url: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    timeout: aiohttp.ClientTimeout,
) -> dict[str, Any] | None:
    """The JSON object at `url`, or None when it cannot be had now. A redirect is not followed: our key goes nowhere else."""
    try:
        async with http.get(url, params=params, headers=headers, timeout=timeout, allow_redirects=False) as response:
            return await json_object(response) if response.status == 200 else None
    except (aiohttp.ClientError, OSError):
        return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` header asks for, as a number or as a date (RFC 9110, 10.2.3); None without one."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked)
    try:
        at = parsedate_to_datetime(asked)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return max(0.0, (at - datetime.now(timezone.utc)).total_seconds())

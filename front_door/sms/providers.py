"""The company that carries our texts, as the settings choose it."""

from __future__ import annotations

import aiohttp

from common.settings import Settings
from front_door.sms.notify import Notify
from front_door.sms.provider import SmsProvider
from front_door.sms.twilio import Twilio


def provider_for(settings: Settings, seconds: float) -> SmsProvider | None:
    """The provider that SMS_PROVIDER names, or None when its settings are missing. Call it on the loop that serves.

    seconds: how long one call to its API may take.
    """
    if not settings.sms_configured:
        return None
    if settings.sms_provider == "notify":
        return Notify(settings.notify, aiohttp.ClientSession(), seconds)
    return Twilio(settings, aiohttp.ClientSession(), seconds)

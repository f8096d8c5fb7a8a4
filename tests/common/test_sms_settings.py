"""Who carries text messages is a setting; half a set of settings is found out at the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from common.settings import Settings, SettingsError, load
from tests.fakes.notify import CALLBACK_TOKEN, KEY, NUMBER, SECRET, SERVICE, TEMPLATE

Load = Callable[..., Settings]
NOTIFY = {
    "SMS_PROVIDER": "notify",
    "NOTIFY_API_KEY": KEY,
    "NOTIFY_TEMPLATE_ID": TEMPLATE,
    "NOTIFY_CALLBACK_TOKEN": CALLBACK_TOKEN,
    "NOTIFY_NUMBER": NUMBER,
}
TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_NUMBER": "+447700900001"}


@pytest.fixture
def read(tmp_path: Path) -> Load:
    """Settings of a process with these variables."""
    key = "a key for tests only, 32 characters!"
    return lambda **env: load({"VAR_DIR": str(tmp_path), "SECRET_KEY": key, **env})


def test_twilio_carries_texts_unless_another_is_named(read: Load) -> None:
    """Notify's settings alone change nothing."""
    assert read(**TWILIO).sms_provider == "twilio" and read(**TWILIO).sms_configured
    assert not read(**{**NOTIFY, "SMS_PROVIDER": ""}).sms_configured
    with pytest.raises(SettingsError, match="SMS_PROVIDER must be twilio or notify"):
        read(SMS_PROVIDER="pigeon")


def test_the_key_is_taken_apart(read: Load) -> None:
    """Its name may hold dashes; service and secret are its two last parts."""
    settings = read(**NOTIFY, NOTIFY_API_BASE_URL="http://127.0.0.1:9/")
    assert settings.sms_configured
    assert (settings.notify.service, settings.notify.secret) == (SERVICE, SECRET)
    assert settings.notify.base_url == "http://127.0.0.1:9"
    assert read(**NOTIFY).notify.base_url == "https://api.notifications.service.gov.uk"
    two = read(**{**NOTIFY, "NOTIFY_CALLBACK_TOKEN": "new, old,"})
    assert two.notify.tokens == ("new", "old")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTIFY_API_KEY", SECRET),
        ("NOTIFY_API_KEY", f"name-{SERVICE}"),
        ("NOTIFY_TEMPLATE_ID", "the template"),
        ("NOTIFY_API_BASE_URL", "api.notifications.service.gov.uk"),
    ],
)
def test_a_setting_of_the_wrong_form_is_named_and_not_repeated(read: Load, name: str, value: str) -> None:
    """It may be a secret."""
    with pytest.raises(SettingsError, match=name) as caught:
        read(**{**NOTIFY, name: value})
    assert value not in str(caught.value) or name == "NOTIFY_API_BASE_URL"


@pytest.mark.parametrize("whole", [NOTIFY, TWILIO], ids=["notify", "twilio"])
def test_production_refuses_half_a_set(read: Load, whole: dict[str, str]) -> None:
    """The message names what is missing. Development starts, with texts off."""
    assert read(ENVIRONMENT="production", **whole).sms_configured
    for missing in set(whole) - {"SMS_PROVIDER"}:
        some = {**whole, missing: ""}
        with pytest.raises(SettingsError, match=missing):
            read(ENVIRONMENT="production", **some)
        assert not read(**some).sms_configured


def test_production_without_texts_starts(read: Load) -> None:
    """A council may begin with the web page alone; `.env.example` names the default provider."""
    assert not read(ENVIRONMENT="production", SMS_PROVIDER="twilio").sms_configured


def test_twilios_own_list_of_words_is_not_for_notify(read: Load) -> None:
    """Notify acts on no word: END would be obeyed by nobody."""
    with pytest.raises(SettingsError, match="SMS_KEYWORDS"):
        read(**NOTIFY, SMS_KEYWORDS="default")

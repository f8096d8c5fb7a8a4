"""Settings are read from the environment, and a wrong one stops the start with a message that says what to do."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from common.settings import Settings, SettingsError, load

KEY = "a key for tests only, 32 characters!"
Load = Callable[..., Settings]


@pytest.fixture
def read(tmp_path: Path) -> Load:
    """Settings of a process with these variables: `read(PORT="80")`."""
    return lambda **env: load({"VAR_DIR": str(tmp_path / "var"), "SECRET_KEY": KEY, **env})


def test_everything_has_a_default(read: Load, tmp_path: Path) -> None:
    """Nothing needs to be set to try the assistant: development, local ports, SQLite, no mail and no SMS."""
    settings = read()
    assert not settings.production and not settings.sms_configured
    assert (settings.port, settings.rasa_port, settings.actions_port) == (8080, 5005, 5055)
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'assistant.db'}"
    assert settings.data_dir == Path("data/leicestershire").resolve()
    assert settings.public_base_url == "http://localhost:8080"
    assert settings.bot_urls == ("http://127.0.0.1:5005",) and settings.actions_url == "http://127.0.0.1:5055"
    assert settings.twilio_api_base_url == "https://api.twilio.com"
    assert settings.smtp_url is settings.team_mailbox is settings.clock is settings.twilio_number is None
    assert settings.allow_test_numbers and settings.sms_keywords == "advanced"


def test_empty_values_count_as_not_set(read: Load) -> None:
    """`.env` files hold names without values."""
    settings = read(PORT="", ENVIRONMENT=" ", DATABASE_URL="", TWILIO_AUTH_TOKEN="", SMS_KEYWORDS="", CLOCK="")
    assert settings.port == 8080 and settings.environment == "development" and settings.twilio_auth_tokens == ()


def test_given_values_are_taken(read: Load, tmp_path: Path) -> None:
    """Each value as given; spaces around it and the slash at the end of an address do not matter."""
    settings = read(
        PORT=" 9000 ",
        RASA_PORT="9001",
        ACTIONS_PORT="9002",
        DATABASE_URL="postgresql://host/db",
        DATA_DIR=str(tmp_path),
        PUBLIC_BASE_URL="https://help.example.org/",
        TWILIO_API_BASE_URL="http://127.0.0.1:9/",
        SMTP_URL="smtp://mail",
        TEAM_MAILBOX="team@example.org",
        MAIL_FROM="from@example.org",
        SMS_KEYWORDS="default",
        CLOCK="2026-11-24T10:30",
    )
    assert (settings.port, settings.rasa_port, settings.actions_port) == (9000, 9001, 9002)
    assert settings.database_url == "postgresql://host/db" and settings.data_dir == tmp_path
    assert settings.public_base_url == "https://help.example.org"
    assert settings.twilio_api_base_url == "http://127.0.0.1:9"
    assert (settings.smtp_url, settings.team_mailbox) == ("smtp://mail", "team@example.org")
    assert (settings.mail_from, settings.sms_keywords, settings.clock) == (
        "from@example.org",
        "default",
        "2026-11-24T10:30",
    )


def test_the_public_address_follows_the_port(read: Load) -> None:
    """Without PUBLIC_BASE_URL links point at the port that is served."""
    assert read(PORT="9000").public_base_url == "http://localhost:9000"


@pytest.mark.parametrize("given", [{"BOTS": "51"}, {"BOTS": "4", "PORT": "5008"}, {"ACTIONS_PORT": "5005"}])
def test_no_bot_takes_the_port_of_another_process(read: Load, given: dict[str, str]) -> None:
    """The bots stand on RASA_PORT and the ports after it; one more than there is room for is refused by name."""
    with pytest.raises(SettingsError, match="BOTS"):
        read(**given)
    assert read(BOTS="50").bots == 50


@pytest.mark.parametrize("name", ["PORT", "RASA_PORT", "ACTIONS_PORT"])
@pytest.mark.parametrize("value", ["0", "-1", "65536", "80.0", "eighty", "8 0", "0x50"])
def test_a_port_is_a_number_from_1_to_65535(read: Load, name: str, value: str) -> None:
    """The message names the variable and the value."""
    with pytest.raises(SettingsError, match=f"{name} .*{value}"):
        read(**{name: value})


@pytest.mark.parametrize("value", ["1", "65535"])
def test_the_outermost_ports_are_taken(read: Load, value: str) -> None:
    """1 and 65535 are ports."""
    assert read(PORT=value).port == int(value)


@pytest.mark.parametrize("value", ["prod", "Production", "test"])
def test_the_environment_is_one_of_two(read: Load, value: str) -> None:
    """A typing error must not turn production into development."""
    with pytest.raises(SettingsError, match="ENVIRONMENT"):
        read(ENVIRONMENT=value)


def test_g10_production_refuses_a_moved_clock(read: Load) -> None:
    """CLOCK is for development and tests."""
    with pytest.raises(SettingsError, match="CLOCK"):
        read(ENVIRONMENT="production", CLOCK="2026-11-24T10:30")


@pytest.mark.parametrize("value", ["help.example.org", "ftp://help.example.org", "/chat", "//help.example.org"])
def test_the_public_address_is_a_web_address(read: Load, value: str) -> None:
    """Links in texts and mails are built from it."""
    with pytest.raises(SettingsError, match="PUBLIC_BASE_URL"):
        read(PUBLIC_BASE_URL=value)


def test_the_keyword_handling_is_one_of_two(read: Load) -> None:
    """Twilio handles STOP and HELP in one of two ways, and we must know which."""
    with pytest.raises(SettingsError, match="SMS_KEYWORDS"):
        read(SMS_KEYWORDS="none")


@pytest.mark.parametrize("environment", ["development", "production"])
def test_g10_a_short_secret_is_refused(read: Load, environment: str) -> None:
    """32 characters at least; the message does not repeat the secret."""
    with pytest.raises(SettingsError, match="32 characters") as caught:
        read(ENVIRONMENT=environment, SECRET_KEY="k" * 31)
    assert "kkk" not in str(caught.value)
    long_enough = "0123456789" * 3 + "ab"
    assert read(ENVIRONMENT=environment, SECRET_KEY=long_enough).secret_key == long_enough


def test_g10_production_needs_a_secret(read: Load, tmp_path: Path) -> None:
    """A key made up at the start would lose all data with the disk it lies on."""
    with pytest.raises(SettingsError, match="SECRET_KEY is needed"):
        read(ENVIRONMENT="production", SECRET_KEY="")
    assert not (tmp_path / "var").exists()


def test_g10_development_makes_its_secret_once(read: Load, tmp_path: Path) -> None:
    """It is kept under VAR_DIR, readable by its owner only, and the same at every start."""
    first, second = read(SECRET_KEY=""), read(SECRET_KEY="")
    assert first.secret_key == second.secret_key and len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("environment", "given", "required"),
    [
        ("development", "", False),
        ("production", "", True),
        ("development", "required", True),
        ("production", "offered", False),
    ],
)
def test_g11_a_second_factor_is_required_in_production_unless_said_otherwise(
    read: Load, environment: str, given: str, required: bool
) -> None:
    """In development the login that the first start prints works with name and password alone."""
    found = read(ENVIRONMENT=environment, SECRET_KEY="0123456789abcdef" * 4, DESK_SECOND_FACTOR=given)
    assert found.second_factor_required is required


def test_the_second_factor_is_required_or_offered(read: Load) -> None:
    with pytest.raises(SettingsError, match="DESK_SECOND_FACTOR"):
        read(DESK_SECOND_FACTOR="yes")


def test_test_numbers_count_unless_in_production(read: Load) -> None:
    """Ofcom's fictional mobiles are for trying out; production must say so to have them."""
    assert read().allow_test_numbers and not read(ENVIRONMENT="production").allow_test_numbers
    assert read(ENVIRONMENT="production", ALLOW_TEST_NUMBERS="yes").allow_test_numbers
    assert not read(ALLOW_TEST_NUMBERS="0").allow_test_numbers


def test_sms_needs_account_token_and_number(read: Load) -> None:
    """With one of the three missing the SMS route stays shut; several tokens may be valid while one is replaced."""
    twilio = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "new, old,", "TWILIO_NUMBER": "+447700900001"}
    assert read(**twilio).sms_configured and read(**twilio).twilio_auth_tokens == ("new", "old")
    for missing in twilio:
        assert not read(**{**twilio, missing: ""}).sms_configured


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without an argument the variables of the process count."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("PORT", "9000")
    assert load().port == 9000


def test_every_setting_is_explained() -> None:
    """`.env.example` lists every name that is read, and none that is not."""
    asked: set[str] = set()

    class Recorded(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            asked.add(name)
            return KEY if name == "SECRET_KEY" else default

    load(Recorded())
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#?\s*([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    assert listed == asked

"""Every state that the web pages can be in, and how a browser gets there: for the accessibility tests and the screenshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from front_door.web.leaving import end_session
from front_door.web.sessions import Sessions
from tests.front_door.browser_script import ARABIC, DANGER, FIRST_WORDS, PERSON_PRESSED, QUESTION, YES
from tests.front_door.browser_support import Door, press, send


@dataclass(frozen=True)
class State:
    """`reach` starts at an empty page. `script`: whether JavaScript is on; `scheme`: light or dark colours."""

    name: str
    reach: Callable[[Page, Door], None]
    script: bool = True
    scheme: str = "light"
    media: str = "screen"


def landing(page: Page, door: Door) -> None:
    page.goto("/")


def start(page: Page, door: Door) -> None:
    page.goto("/chat")


def options(page: Page, door: Door) -> None:
    start(page, door)
    send(page, FIRST_WORDS)


def after_reply(page: Page, door: Door) -> None:
    options(page, door)
    press(page, YES)


def services(page: Page, door: Door) -> None:
    after_reply(page, door)
    press(page, QUESTION)
    expect(page.get_by_role("link", name="Call 0116 496 0123")).to_be_visible()


def confirmation(page: Page, door: Door) -> None:
    services(page, door)
    press(page, PERSON_PRESSED)


def error(page: Page, door: Door) -> None:
    start(page, door)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#notice")).to_be_visible()


def too_long(page: Page, door: Door) -> None:
    start(page, door)
    page.fill("#message", "So much has happened. " * 500)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="too long")).to_be_visible()


def ended(page: Page, door: Door) -> None:
    """Left in another tab; the message that comes too late is given back."""
    options(page, door)
    token = next(c["value"] for c in page.context.cookies() if c["name"] == "chat")
    assert door.house.db is not None
    door.call(door.house.db.run, end_session, Sessions.digest(token))
    page.fill("#message", "Are you still there?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="This chat has closed")).to_be_visible()


def expired(page: Page, door: Door) -> None:
    options(page, door)
    door.later(61)
    page.goto("/chat")
    expect(page.locator("#notice")).to_be_visible()
    door.later(0)


def idle(page: Page, door: Door) -> None:
    options(page, door)
    door.later(56)
    page.goto("/chat")
    expect(page.get_by_role("dialog")).to_be_visible()
    door.later(0)


def not_sent(page: Page, door: Door) -> None:
    options(page, door)
    page.context.set_offline(True)
    page.fill("#message", "That is right, and I have a dog.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def crisis(page: Page, door: Door) -> None:
    start(page, door)
    send(page, DANGER)


def owed(page: Page, door: Door) -> None:
    """The bot is down: an apology, and a reply that is still to come."""
    start(page, door)
    door.house.rasa.mode = "503"
    send(page, FIRST_WORDS)


def start_again(page: Page, door: Door) -> None:
    options(page, door)
    page.get_by_role("link", name="Start again").click()


def printed(page: Page, door: Door) -> None:
    services(page, door)
    page.get_by_role("link", name="Print or save this chat").click()
    expect(page.get_by_role("heading", name="Your chat")).to_be_visible()


def not_found(page: Page, door: Door) -> None:
    page.goto("/nothing-here")


def forbidden(page: Page, door: Door) -> None:
    """A page that is older than its cookie."""
    start(page, door)
    page.context.clear_cookies()
    page.fill("#message", "Please help me.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Please open the chat again")).to_be_visible()


def right_to_left(page: Page, door: Door) -> None:
    start(page, door)
    send(page, ARABIC)


def to_text(page: Page, door: Door) -> None:
    options(page, door)
    page.get_by_role("link", name="Carry on by text").click()
    expect(page.locator("h1")).to_be_visible()


def to_text_code(page: Page, door: Door) -> None:
    to_text(page, door)
    page.locator("main form button").first.click()
    expect(page.locator(".big").first).to_be_visible()


def from_text(page: Page, door: Door) -> None:
    page.goto("/chat/move")


def wrong_code(page: Page, door: Door) -> None:
    from_text(page, door)
    page.fill("main input[type=text]", "000-111-222")
    page.locator("main form button").first.click()
    expect(page.get_by_role("alert")).to_be_visible()


STATES = (
    State("landing", landing),
    State("start", start),
    State("options", options),
    State("after-reply", after_reply),
    State("services", services),
    State("services-no-script", services, script=False),
    State("confirmation", confirmation),
    State("error", error),
    State("too-long", too_long),
    State("ended", ended),
    State("expired", expired),
    State("idle-warning", idle),
    State("not-sent", not_sent),
    State("crisis", crisis),
    State("reply-owed", owed),
    State("reply-owed-no-script", owed, script=False),
    State("start-again", start_again),
    State("print-page", printed),
    State("on-paper", printed, media="print"),
    State("to-text", to_text),
    State("to-text-code", to_text_code),
    State("from-text", from_text),
    State("from-text-wrong", wrong_code),
    State("not-found", not_found),
    State("forbidden", forbidden),
    State("right-to-left", right_to_left),
    State("dark-start", start, scheme="dark"),
    State("dark-services", services, scheme="dark"),
    State("dark-crisis", crisis, scheme="dark"),
    State("dark-not-sent", not_sent, scheme="dark"),
    State("dark-confirmation", confirmation, scheme="dark"),
    State("dark-landing", landing, scheme="dark"),
)

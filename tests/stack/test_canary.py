"""G8: words, a name, a number and a postcode that nobody else has go through both channels, and are then looked for everywhere."""

from __future__ import annotations

import email
import email.policy
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.processes import Stack, wait_for
from tests.stack.web_chat import WebChat

pytestmark = pytest.mark.alone

REFERENCE = re.compile(r"Your reference is ([A-Z0-9-]+)")
NAME, WORD, POSTCODE, NUMBER = "Zelda Quillfinch", "zebrafinch", "LE12 9QZ", "07700 900777"
CANARIES = [re.sub(r"[^a-z0-9]", "", canary.lower()).encode() for canary in ("quillfinch", WORD, POSTCODE, NUMBER[1:])]
TEXTING = "+447700900777"
FIRST_WORDS = (
    f"my rent is two months behind and im that lonely, nobody knocks but the {WORD}. i live in Shepshed, {POSTCODE}"
)


def held(data: bytes) -> list[bytes]:
    """The canaries in some bytes, however they are spaced, cased, quoted or encoded for an address."""
    plain = re.sub(rb"[^a-z0-9]", b"", data.lower())
    return [canary for canary in CANARIES if canary in plain]


def refer(chat: WebChat) -> str:
    """From first words to the reference, giving every canary on the way."""
    chat.say(FIRST_WORDS)
    chat.choose("Yes, that's right")
    for _ in range(6):
        if "I'd like a person" in chat.choices:
            break
        chat.choose(list(chat.choices)[-1])
    for label in ("I'd like a person", "Yes, 18 or over"):
        chat.choose(label)
    chat.say(f"being able to feed the {WORD}")
    chat.say("my sister in Syston")
    chat.say("nothing yet")
    for _ in range(3):
        if "I agree" not in chat.choices:
            chat.choose("I'd rather not say")
    chat.choose("I agree")
    chat.say(NAME)
    chat.say(NUMBER)
    chat.choose("Ring only")
    chat.choose("Afternoons")
    chat.choose("Send it")
    found = REFERENCE.search(chat.said)
    assert found, chat.said
    return found[1]


@pytest.fixture(scope="module")
def visited(stack: Stack) -> Iterator[tuple[WebChat, str]]:
    """A whole referral on the web and some texts, with the bot well and with it gone; then the e-mail about it is there."""
    chat = WebChat(stack.url)
    reference = refer(chat)
    stack.exchange(f"im {NAME} of {POSTCODE} and the {WORD} wont eat, im lonely", TEXTING)
    stack.text(f"ring me on {NUMBER} about the {WORD}", TEXTING, sid=f"SM{'7' * 32}")
    assert wait_for(lambda: any(reference in mail for mail in mails(stack)), 20), "no e-mail about the referral"
    yield chat, reference


def mails(stack: Stack) -> list[str]:
    """Every e-mail as people read it: headers and decoded parts."""
    found = []
    for path in Path(stack.var_dir).rglob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        found.append("\n".join([str(message.items()), *parts]))
    return found


def test_g8_no_file_of_the_run_holds_a_canary(stack: Stack, visited: tuple[WebChat, str]) -> None:
    """Logs of all processes (Rasa's and the actions' too), e-mails, and even the database as bytes, where they are encrypted."""
    kept = stack.everything_kept()
    assert {Path(name).name for name in kept} >= {"rasa.log", "actions.log", "front_door.log", "assistant.db"}
    assert {name: found for name, data in kept.items() if (found := held(data))} == {}
    assert [found for mail in mails(stack) if (found := held(mail.encode()))] == []


def test_g8_no_metric_and_no_address_holds_a_canary(stack: Stack, visited: tuple[WebChat, str]) -> None:
    """Metrics; every address that the page asked for or links to."""
    chat, _ = visited
    metrics = stack.metrics()
    assert "assistant_messages_total" in metrics and held(metrics.encode()) == []
    page = chat.html("/chat")
    assert held(page.encode()), "the resident's own page shows what they said"
    # What a server would see; a link that rings a number on the page is none.
    addresses = re.findall(r'(?:href|src|action)="(?!tel:)([^"]*)"', page)
    assert addresses and held("\n".join([*addresses, *chat.urls]).encode()) == []


@pytest.mark.parametrize(
    "path", [f"/{WORD}", f"/chat/{WORD}?q={WORD}", f"/desk/referrals/{WORD}", f"/static/{WORD}.css"]
)
def test_g8_no_error_page_holds_a_canary(stack: Stack, visited: tuple[WebChat, str], path: str) -> None:
    """An address that is none of ours is not repeated on the page, in a header or in a log."""
    try:
        with urllib.request.urlopen(stack.url + path, timeout=10) as answer:  # the desk leads to its sign-in page
            page, headers = answer.read(), str(answer.headers)
    except urllib.error.HTTPError as error:
        page, headers = error.read(), str(error.headers)
    if not path.startswith("/desk"):  # the sign-in form carries where somebody wanted to go
        assert held(page) == []
    assert held(headers.encode()) == []
    assert [name for name, data in stack.everything_kept().items() if name.endswith(".log") and held(data)] == []

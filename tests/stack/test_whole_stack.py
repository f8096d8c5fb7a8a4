"""Real processes, a real browser, a fake Twilio: each channel from first words to the staff desk, and what happens when parts die."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conversation.world import ROOT
from tests.stack.processes import Stack, wait_for
from tests.stack.web_chat import WebChat

pytestmark = pytest.mark.alone

REFERENCE = re.compile(r"Your reference is ([A-Z0-9-]+)")
FIRST_WORDS = "my rent is two months behind and im that lonely since we moved to Shepshed, nobody knocks"


def send(page: Page, text: str) -> None:
    """Type a message and wait until it is answered."""
    count = page.locator('[data-from="assistant"]').count()
    page.locator('[name="message"]').fill(text)
    page.locator('form:has([name="message"]) button[type="submit"]').first.click()
    answered(page, count)


def choose(page: Page, label: str) -> None:
    count = page.locator('[data-from="assistant"]').count()
    page.get_by_role("button", name=label, exact=True).last.click()
    answered(page, count)


def answered(page: Page, count: int) -> None:
    for _ in range(100):
        if page.locator('[data-from="assistant"]').count() > count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.inner_text("body")[-1500:])


def labels(page: Page) -> list[str]:
    return [text.strip() for text in page.locator('button[name="choice"]').all_inner_texts()]


def refer_on_the_web(page: Page, stack: Stack, name: str) -> str:
    """The whole journey on the page; returns the reference."""
    page.goto(f"{stack.url}/")
    page.locator('a[href*="/chat"]').first.click()
    expect(page.locator('[data-from="assistant"]').first).to_contain_text("999")
    send(page, FIRST_WORDS)
    choose(page, "Yes, that's right")
    for _ in range(4):
        if "I'd like a person" in labels(page):
            break
        choose(page, labels(page)[-1])
    assert page.locator("text=Shepshed").count()
    choose(page, "I'd like a person")
    choose(page, "Yes, 18 or over")
    send(page, "being able to stay in my own home")
    assert "Who is around you?" in page.inner_text("body")
    send(page, "my sister in Syston")
    send(page, "nothing yet")
    for _ in range(2):
        if "I agree" not in labels(page):
            choose(page, "I'd rather not say")
    choose(page, "I agree")
    send(page, name)
    send(page, "07700 900321")
    choose(page, "Ring only")
    choose(page, "Afternoons")
    assert name in page.inner_text("body")
    choose(page, "Send it")
    found = REFERENCE.search(page.inner_text("body"))
    assert found, page.inner_text("body")[-800:]
    return found[1]


@pytest.mark.parametrize("script", [False, True], ids=["without-javascript", "with-javascript"])
def test_w1_web_from_first_words_to_the_desk(stack: Stack, browser: Browser, script: bool) -> None:
    """A resident refers themselves on a phone-sized page, with and without JavaScript; staff see and finish the referral."""
    name = "Web Tester" if script else "Plain Tester"
    context = browser.new_context(java_script_enabled=script, viewport={"width": 360, "height": 740})
    page = context.new_page()
    reference = refer_on_the_web(page, stack, name)
    context.close()

    desk = browser.new_context(java_script_enabled=False).new_page()
    desk.goto(f"{stack.url}/desk/")
    desk.locator('input[name="name"], input[name="username"]').first.fill(stack.login[0])
    desk.locator('input[name="password"]').fill(stack.login[1])
    desk.locator('button[type="submit"]').first.click()
    desk.get_by_text(reference, exact=False).first.click()
    body = desk.inner_text("body")
    assert "nobody knocks" in body and "First Contact Plus" in body
    assert "07700 900321" not in body  # the contact rules are read first
    desk.context.close()


def test_sms_from_first_words_to_a_reference(stack: Stack) -> None:
    """The same by text message: one text for each turn, numbered choices, one reference; a repeated MessageSid does nothing."""
    sender = "+447700900111"
    first = stack.exchange("cant pay the leccy and me mum keeps falling, were in Hinckley", sender)
    assert "not a person" in first and "999" in first and "1" in first
    said = stack.exchange("1", sender)
    for _ in range(4):
        if "I'd like a person" in said:
            break
        skip = re.findall(r"^(\d)[. ].*(?:rather not|Rather not)", said, re.MULTILINE)
        said = stack.exchange(skip[0] if skip else "id rather not say", sender)
    number = re.search(r"^(\d)[. ]+I'd like a person", said, re.MULTILINE)
    assert number, said
    said = stack.exchange(number[1], sender)
    said = stack.exchange("yes im 45", sender)
    number = re.search(r"^(\d)[. ]+Skip these questions", said, re.MULTILINE)
    assert number, said
    said = stack.exchange(number[1], sender)
    assert "happy for me to send" in said or "agreed to me sending" in said
    said = stack.exchange("1", sender)
    said = stack.exchange("Text Tester", sender)
    said = stack.exchange("1", sender)  # the number I am texting from
    assert "Is it safe" in said
    stack.exchange("3", sender)
    said = stack.exchange("any time", sender)
    assert "Name: Text T" in said and "Tester" not in said  # never a full name by text
    said = stack.exchange("1", sender)
    assert REFERENCE.search(said), said
    texts = len(stack.texts_to(sender))
    assert stack.text("hello?", sender, sid="SM00000000000000000000000000000001") == 200
    wait_for(lambda: len(stack.texts_to(sender)) > texts)
    for _ in range(3):
        assert stack.text("hello?", sender, sid="SM00000000000000000000000000000001") == 200
    # A text that comes after them is answered, and nothing came in between.
    stack.exchange("hello again", sender)
    assert len(stack.texts_to(sender)) == texts + 2


def test_the_terminal_talks_through_the_front_door(stack: Stack) -> None:
    """`make chat` with piped input answers each line and ends at the end of input."""
    done = subprocess.run(
        [sys.executable, "-m", "front_door.terminal", stack.url],
        cwd=ROOT,
        env=stack.env,
        input="i keep falling over and im lonely, live in Syston\n1\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Have I got that right?" in done.stdout


def test_p3_a_crisis_is_answered_within_two_seconds_with_rasa_stopped_on_both_channels(
    stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    """kill -9 of Rasa, and at once danger by text and on the web: the crisis numbers, each within two seconds. By then Rasa is started
    again too.
    """
    chat, sender = WebChat(stack.url), "+447700900113"
    killed, began = stack.kill("bot"), time.monotonic()
    assert stack.text("ive taken all my tablets i want to die", sender) == 200
    assert wait_for(lambda: stack.texts_to(sender), 5, every=0.02)
    by_text = time.monotonic() - began
    assert stack.pids().get("bot", killed) != killed
    began = time.monotonic()
    chat.say("ive taken all my tablets i want to die")
    on_the_web = time.monotonic() - began
    record_property("crisis seconds", f"text {by_text:.2f}, web {on_the_web:.2f}")
    assert by_text <= 2.0 and on_the_web <= 2.0
    assert "999" in stack.texts_to(sender)[0] and "999" in chat.said


def test_a_dead_part_is_started_again(stack: Stack) -> None:
    """kill -9 of the actions, while Rasa still starts after its own: started again within two seconds, a text sent meanwhile is answered,
    and readiness tells the truth before and after.
    """
    old, began = stack.kill("actions"), time.monotonic()
    status, body = stack.get("/readyz")
    assert status == 200 and "actions" in json.loads(body)["degraded"]
    assert wait_for(lambda: stack.pids().get("actions", old) != old, 5)
    assert time.monotonic() - began < 2.0
    sender = "+447700900112"
    assert stack.text("im behind with my council tax", sender) == 200
    assert wait_for(lambda: any("Have I got that right?" in text for text in stack.texts_to(sender)), 60)
    assert wait_for(lambda: json.loads(stack.get("/readyz")[1])["degraded"] == [], 10)


def test_bad_requests_get_clear_answers(stack: Stack) -> None:
    """A wrong signature is 403, an unknown page is our own 404, health and readiness answer JSON."""
    assert stack.get("/sms")[0] in (404, 405)
    status, page = stack.get("/no-such-page")
    assert status == 404 and "Traceback" not in page
    status, body = stack.get("/healthz")
    assert status == 200 and json.loads(body)
    status, body = stack.get("/open-referral/v3/services?per_page=2")
    assert status == 200 and len(json.loads(body)["contents"]) == 2


def test_interrupt_ends_every_process_and_the_second_start_is_quick(stack: Stack) -> None:
    """Ctrl-C leaves no process behind; the second start is ready within 15 seconds and prints no login again."""
    pids = list(stack.pids().values())
    stack.stop(signal.SIGINT)
    for pid in pids:
        assert not Path(f"/proc/{pid}").exists()
    taken = stack.start()
    assert "login:" not in stack.printed.split("\n--\n")[-1]
    assert taken <= 15.0 or sys.gettrace() is not None, taken


def test_g6_sigterm_ends_everything_within_30_seconds(stack: Stack) -> None:
    """With a turn just begun: every process is gone in time (what it had in hand: tests/front_door/test_stopping.py)."""
    pids = list(stack.pids().values())
    assert stack.text("im cold and i cant pay for the gas", "+447700900115") == 200
    assert stack.stop(signal.SIGTERM) < 30
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]

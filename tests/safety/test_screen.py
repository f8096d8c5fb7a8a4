"""The screen as a whole: never fails, reads everything, is quick."""

from __future__ import annotations

import threading
import time

import pytest

HOSTILE = [
    "",
    " ",
    "\n\n\n",
    "\x00\x01\x02",
    "\ud800 lone surrogate",
    "\U0001f600" * 3000,
    "\u0aae\u0ac7 \u0aa8\u0aa5\u0ac0 \u0a9c\u0aa3\u0ac0\u0aaf\u0ac1 " * 400,
    "\u0627\u0644\u0633\u0644\u0627\u0645 \u0639\u0644\u064a\u0643\u0645 " * 400,
    "\u4f60\u597d\uff0c\u6211\u9700\u8981\u5e2e\u52a9\u3002" * 800,
    "<script>alert('x')</script>" * 300,
    "<" * 10_000,
    "(((((" * 2000,
    "a" * 10_000,
    "not " * 2500,
    "he " * 3000,
    "kill " * 2000,
    "k i l l " * 1200,
    "i want to " * 1000,
    "*" * 10_000,
    "su*" * 3000,
    "'" * 10_000,
    "1" * 10_000,
    "'; DROP TABLE residents; --",
    "{me} [x] (a|b) ... ~ *",
    "\u200b" * 5000,
    "\ufdfa" * 2000,
    "a\u0301" * 4000,
    "my husband " * 900,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_makes_the_screen_fail_or_hang(screen, text):
    """Emoji, other scripts, HTML, SQL, noise of 10,000 characters: an answer, in good time."""
    started = time.perf_counter()
    assert isinstance(screen.check(text), list)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("length", [4_500, 20_000, 60_000])
def test_a_flag_in_the_last_line_counts(flags, length):
    """The whole message is read, also what stands in the last line of a very long one."""
    ramble = "I went to the shop in Quorn and the bus was late, then I made a cup of tea and fed the cat. "
    assert flags(ramble * (length // len(ramble)) + "\ni want to die") == {"suicide_self_harm"}


def test_a_flag_in_a_long_text_without_full_stops_counts(flags):
    """No punctuation at all hides nothing."""
    ramble = "and then i went to the shop and the bus was late and i made tea and fed the cat "
    assert flags(ramble * 30 + "and my husband hits me " + ramble * 30) == {"abuse_now"}


def test_several_dangers_are_all_named(flags):
    """A message may raise several flags."""
    found = flags(
        "I've taken 30 paracetamol. I want to die. He hits me and the kids saw it and we've nowhere to sleep tonight"
    )
    assert {"medical_emergency", "suicide_self_harm", "abuse_now", "child_at_risk", "homeless_tonight"} <= found


def test_findings_are_in_order_and_once_for_each_pattern(screen):
    """Findings come by place, and a pattern is reported once."""
    found = screen.check("I want to die. I can smell gas. I want to die. I want to die.")
    assert [finding.start for finding in found] == sorted(finding.start for finding in found)
    assert len({finding.pattern for finding in found}) == len(found)


def test_the_screen_may_be_shared_between_threads(screen):
    """The same screen answers several threads at once, alike."""
    answers: list[object] = []

    def ask() -> None:
        answers.append([screen.check("my husband hits me and I want to die") for _ in range(50)])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)


def test_speed(screen, record_property):
    """An ordinary message takes about a millisecond, 5,000 characters a few hundredths of a second (budget 2 and 30 ms; the
    assertion is loose, because test machines are shared)."""
    message = "Hi, I'm in Syston, my mum fell last month and I look after her, we could do with rails and I'm lonely, any groups?"
    long = (message + " ") * (5000 // len(message))

    def milliseconds(text: str, times: int) -> float:
        spent = []
        for _ in range(times):
            started = time.perf_counter()
            screen.check(text)
            spent.append(time.perf_counter() - started)
        return sorted(spent)[times // 2] * 1000

    short_ms, long_ms = milliseconds(message, 51), milliseconds(long, 11)
    record_property("ordinary_message_ms", round(short_ms, 2))
    record_property("five_thousand_characters_ms", round(long_ms, 1))
    assert short_ms < 20
    assert long_ms < 300

"""What a text costs, and one text from the replies of a turn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from front_door.sms import render, segments
from tests.front_door import gsm_oracle


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 152 + "€" + "a" * 152, 3),  # 306 septets, but the pair may not straddle two parts
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("é" * 160, 1),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("ê" * 66 + "😀" + "ê" * 66, 3),  # 134 units, but the emoji is not cut in half
        ("a" * 160 + "é", 2),
        ("a" * 69 + "\t", 1),  # a tab is outside the alphabet: 70 units
        ("a" * 70 + "\t", 2),
        ("a" * 70 + "\u00a0", 2),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
    ],
)
def test_o2_segments_are_counted_as_a_network_cuts_them(text: str, parts: int) -> None:
    """GSM 160 alone and 153 a part, other alphabets 70 and 67, pairs kept whole."""
    assert segments.count(text) == parts == gsm_oracle.parts(text)


_COSTLY = "aA1 \n@£é€[]|^~ê\t\u00a0’…😀🏠મદЖ\u200d"


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(alphabet=_COSTLY, max_size=480))
def test_o2_the_count_is_that_of_an_encoder_that_fills_each_part(text: str) -> None:
    """Euro signs and emoji on the border of two parts, letters in and out of the alphabet: as the standard's own tables say."""
    assert segments.count(text) == gsm_oracle.parts(text)


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(140, 165), st.sampled_from("€[é"), st.integers(140, 170), st.sampled_from("ab€"))
def test_o2_every_place_of_a_border_is_counted_right(before: int, middle: str, after: int, last: str) -> None:
    """An escape pair that would straddle two parts moves whole to the next one."""
    text = "a" * before + middle + "b" * after + last
    assert segments.count(text) == gsm_oracle.parts(text)


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(60, 72), st.sampled_from("😀ê"), st.integers(60, 72))
def test_o2_no_emoji_is_cut_in_half(before: int, middle: str, after: int) -> None:
    """Two units that stay together, wherever the border falls."""
    text = "ê" * before + middle + "ê" * after
    assert segments.count(text) == gsm_oracle.parts(text)


def test_o3_punctuation_is_made_plain_and_letters_never_change() -> None:
    """Curly quotes, dashes, ellipsis, bullets, no-break spaces and tabs; names and other scripts stay."""
    assert segments.downgrade("“It’s” – a\u00a0b\tc…•") == '"It\'s" - a b c...-'
    assert segments.downgrade("Zoë Bê Łukasz મને مدد") == "Zoë Bê Łukasz મને مدد"


def test_o3_joiners_stay_where_they_change_words_and_go_where_they_do_not() -> None:
    """In Indic and Arabic text they matter; in Latin text they only cost."""
    assert segments.downgrade("ક્\u200dષ") == "ક્\u200dષ"
    assert segments.downgrade("می\u200cخواهم") == "می\u200cخواهم"
    assert segments.downgrade("a\u200db\ufeff") == "ab"


_LETTERS = st.characters(categories=("L", "M", "N"), codec="utf-8")


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(alphabet=_LETTERS, max_size=200))
def test_o3_letters_marks_and_digits_of_any_language_are_unchanged(text: str) -> None:
    """No letter becomes another one, and none a question mark."""
    assert segments.downgrade(text) == text


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=200))
def test_o3_what_was_made_plain_stays_as_it_is(text: str) -> None:
    """Made plain twice is made plain once, no question mark appears, and it never costs more than before."""
    plain = segments.downgrade(text)
    assert segments.downgrade(plain) == plain
    assert plain.count("?") == text.count("?")
    if segments.is_gsm(text.replace("\r", "")):
        assert plain == text.replace("\r\n", "\n").replace("\r", "\n")


def test_o1_choices_are_numbered_one_a_line_after_the_words() -> None:
    """The replies of a turn are one text."""
    text = render.whole(["First.\n\nSecond.", "Do you agree?"], [{"label": "Yes"}, {"label": "No"}])
    assert text == "First.\nSecond.\nDo you agree?\n1 Yes\n2 No"


def test_o1_a_long_text_ends_at_a_sentence_and_says_how_to_get_the_rest() -> None:
    """Never more than three segments; no word is lost between the parts."""
    text = " ".join(f"This is sentence number {n} of a long answer." for n in range(40))
    fitted = render.fit(text, "Reply 9 for more.")
    assert fitted.segments <= 3 and segments.count(fitted.body) == fitted.segments
    first = fitted.body.removesuffix("\nReply 9 for more.")
    assert first.endswith(".") and f"{first} {fitted.rest}" == text


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=1500))
def test_o1_no_text_ever_costs_more_than_the_limit_and_nothing_is_lost(text: str) -> None:
    """Whatever the characters: every part fits, and the parts together are the text."""
    whole = segments.downgrade(text).strip()
    parts, rest = [], whole
    for _ in range(200):
        fitted = render.fit(rest, "Reply 9 for more.")
        assert segments.count(fitted.body) <= 3
        parts.append(fitted.body.removesuffix("\nReply 9 for more.") if fitted.rest else fitted.body)
        rest = fitted.rest
        if not rest:
            break
    assert "".join("".join(parts).split()) == "".join(whole.split())

"""What is said about moving, from `moving` in front_door.yml."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError

# How a message that brings a code is kept, and so what is said first on the channel that it moves to.
# "_over": another conversation on that channel has ended with it.
TO_TEXT, TO_TEXT_OVER = "moved_text", "moved_text_over"
TO_WEB, TO_WEB_OVER = "moved_web", "moved_web_over"
KINDS = frozenset({TO_TEXT, TO_TEXT_OVER, TO_WEB, TO_WEB_OVER})


@dataclass(frozen=True)
class MovingWords:
    """See the file. {page}: the address of the page for codes; {code}: a code."""

    web_words: frozenset[str]  # any of them alone, by text, asks for the web page
    web_answers: frozenset[str]  # slots of the questions that such a word may be an answer to
    arrived: dict[str, str]
    code_sent: str
    code_given: str
    web_code: str
    web_page: str
    wrong_code: str
    number_stopped: str
    after_move: str
    last_answer: str
    not_a_code: str
    wrong_on_page: str
    wrong_on_page_too_often: str

    @classmethod
    def read(cls, path: Path, raw: Any) -> MovingWords:
        """Raises LocalDataError naming the key that is missing or wrong."""
        raw = raw if isinstance(raw, dict) else {}
        arrived, lists = raw.get("arrived"), {key: raw.get(key) for key in ("web_words", "web_answers")}
        if not isinstance(arrived, dict) or set(arrived) != KINDS:
            raise LocalDataError(f"{path}: moving: arrived must have {', '.join(sorted(KINDS))}")
        for key, found in lists.items():
            if not isinstance(found, list) or not found or not all(isinstance(word, str) for word in found):
                raise LocalDataError(f"{path}: moving: {key} must be a list of words")
        texts = {field.name: raw.get(field.name) for field in fields(cls) if field.name not in ("arrived", *lists)}
        for key, text in texts.items():
            if not isinstance(text, str) or not text.strip():
                raise LocalDataError(f"{path}: moving: {key} must be text")
        ready: dict[str, Any] = {key: str(text).strip() for key, text in texts.items()}
        ready |= {key: frozenset(word.casefold() for word in found or ()) for key, found in lists.items()}
        return cls(arrived={kind: str(text).strip() for kind, text in arrived.items()}, **ready)

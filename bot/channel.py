"""The bot's own channel: one message in, structured replies out, and no message run twice.

`credentials.yml` names `FrontDoorChannel` (POST /webhooks/front_door/turn) and `ParseChannel` (POST /model/parse,
development only).
"""

from __future__ import annotations

import hmac
import json
import logging
import os
from collections.abc import Sequence
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import smoke
from bot.errors import TurnFailed
from bot.secret import Cipher, secret_key
from bot.smoke import Known
from bot.tracker_store import ConversationStore

logger = logging.getLogger(__name__)

MAX_TEXT = 10_000  # characters; the front door refuses longer ones first
CHANNELS = ("web", "sms", "terminal")


class WholeReplies(CollectingOutputChannel):
    """Collects each reply as one message; Rasa's own channels split it at blank lines and flatten its choices.

    Its name is the resident's channel, so that a response in the domain may have wording of its own for `sms`.
    """

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> str:  # type: ignore[override]
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)


def as_reply(message: dict[str, Any]) -> dict[str, Any]:
    """A bot message of Rasa as the front door wants it: text, choices (label and value), data."""
    return {
        "text": message.get("text") or "",
        "choices": [{"label": button["title"], "value": button["payload"]} for button in message.get("buttons") or []],
        "data": message.get("custom") or {},
    }


class BadRequest(ValueError):
    """The request is not of the form that this channel takes; the message says why."""


class FrontDoorChannel(InputChannel):
    """Takes one message of one conversation at a time from the front door."""

    def __init__(self, known: Sequence[Known] = ()) -> None:
        self._key = Cipher(secret_key()).sign("internal", "rasa")
        self._known = known
        self._smoke_test_passed = False

    @classmethod
    def name(cls) -> str:
        return "front_door"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        return cls(smoke.load())

    def get_output_channel(self) -> OutputChannel | None:
        return None  # replies travel in the answer; nothing is pushed

    def blueprint(self, on_new_message: Any) -> Blueprint:
        routes = Blueprint("front_door_channel")

        @routes.get("/")
        async def ready(request: Request) -> HTTPResponse:
            problem = await self._problem(request.app)
            return response.json({"ready": problem is None, "problem": problem}, 503 if problem else 200)

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not hmac.compare_digest(request.headers.get("X-Internal-Key", "").encode(), self._key.encode()):
                return response.json({"error": "forbidden"}, 403)
            try:
                message = read_turn(request.body)
            except BadRequest as problem:
                return response.json({"error": "bad_request", "detail": str(problem)}, 400)
            return await self._turn(request.app, message)

        return routes

    async def _problem(self, app: Sanic) -> str | None:
        """Why the bot must not be given messages yet, or None. The model has to pass a smoke test once."""
        agent: Agent | None = getattr(app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return "model not loaded"
        if not isinstance(agent.tracker_store, ConversationStore):
            return "wrong tracker store"
        if not self._smoke_test_passed:
            if problem := await smoke.problem(agent.parse_message, self._known):
                return problem
            self._smoke_test_passed = True
        return None

    async def _turn(self, app: Sanic, message: UserMessage) -> HTTPResponse:
        if problem := await self._problem(app):
            return response.json({"error": "not_ready", "detail": problem}, 503)
        agent: Agent = app.ctx.agent
        try:
            async with agent.lock_store.lock(message.sender_id):
                said = agent.tracker_store.replies_to(message.sender_id, message.message_id)
                repeated = said is not None
                if said is None:
                    await agent.processor.handle_message(message)
                    said = message.output_channel.messages
        except TurnFailed as failure:
            logger.warning("turn failed: conversation %s, %s", message.sender_id, failure)
            return response.json({"error": "turn_failed"}, 503)
        except Exception as error:
            # Never the text or a trace with local variables: both would put personal data into a log.
            logger.error("turn failed: conversation %s, %s", message.sender_id, type(error).__name__)
            return response.json({"error": "turn_failed"}, 503)
        return response.json({"replies": [as_reply(m) for m in said], "repeated": repeated})


def read_turn(body: bytes) -> UserMessage:
    """The message in the body of POST /turn. Raises BadRequest."""
    try:
        data = json.loads(body)
        conversation, message_id, text = data["conversation"], data["message_id"], data["text"]
    except (ValueError, KeyError, TypeError):
        raise BadRequest("JSON with conversation, message_id and text is needed") from None
    channel, choice = data.get("channel", "web"), data.get("choice")
    if (
        not all(isinstance(value, str) for value in (conversation, message_id, text))
        or not conversation
        or not message_id
    ):
        raise BadRequest("conversation, message_id and text are texts")
    if len(conversation) > 64 or len(message_id) > 64:
        raise BadRequest("conversation and message_id have at most 64 characters")
    if len(text) > MAX_TEXT:
        raise BadRequest(f"text has at most {MAX_TEXT} characters")
    if channel not in CHANNELS:
        raise BadRequest(f"channel is one of {', '.join(CHANNELS)}")
    if choice is not None and not isinstance(choice, str):
        raise BadRequest("choice is a text or null")
    metadata = data.get("metadata") if isinstance(data.get("metadata"), dict) else {}
    return UserMessage(
        text=text,
        output_channel=WholeReplies(channel),
        sender_id=conversation,
        parse_data=_chosen(text, choice) if choice else None,
        input_channel=channel,
        message_id=message_id,
        metadata=metadata,
    )


def _chosen(text: str, choice: str) -> dict[str, Any]:
    """What Rasa is told when a choice was made: the choice itself, no guess about the words on the button."""
    return {
        "text": text,
        "intent": {"name": "choose", "confidence": 1.0},
        "intent_ranking": [],
        "entities": [{"entity": "choice", "value": choice, "start": 0, "end": len(text)}],
    }


class ParseChannel(InputChannel):
    """POST /model/parse: how a text is understood. Development only: without it nobody learns what a model makes of a text."""

    @classmethod
    def name(cls) -> str:
        return "parse"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        return cls()

    def url_prefix(self) -> str:
        return "/model"

    def blueprint(self, on_new_message: Any) -> Blueprint:
        routes = Blueprint("parse_channel")

        @routes.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            if os.environ.get("ENVIRONMENT") == "production":
                return response.json({"error": "not_found"}, 404)
            try:
                text = json.loads(request.body)["text"]
                if not isinstance(text, str):
                    raise TypeError
            except (ValueError, KeyError, TypeError):
                return response.json({"error": "bad_request", "detail": "JSON with text is needed"}, 400)
            agent: Agent | None = getattr(request.app.ctx, "agent", None)
            if agent is None or not agent.is_ready():
                return response.json({"error": "not_ready"}, 503)
            return response.json(await agent.parse_message(text))

        return routes

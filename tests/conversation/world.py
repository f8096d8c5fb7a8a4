"""A real Rasa (its own process, started once) and the real actions (in this process), for conversations in plain text."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from actions.server import Webhook, create_app
from actions.services import Services
from bench.assistant import free_port
from common.encryption import Cipher
from common.local_data import read_yaml
from front_door.choices import resolve

ROOT = Path(__file__).resolve().parents[2]
RASA_PYTHON = ROOT / "bot/.venv/bin/python"
MODEL = ROOT / "models/assistant.tar.gz"

_ENDING = ("action_submit_referral", "action_declined", "action_own_door", "action_stop")


class World:
    """The two servers, and switches for the actions: other services, or a fault."""

    def __init__(self, services: Services, cipher: Cipher, var_dir: Path, secret: str, database_url: str) -> None:
        self.services = services
        self._cipher = cipher
        self._webhook = Webhook(services, cipher)
        self.fault: str | None = None
        self.calls: list[str] = []
        self.slots: dict[str, dict[str, Any]] = {}  # of each conversation, as the newest action left them
        self.ended: dict[str, str] = {}  # conversation -> the action that ended it
        self._actions_port, self.rasa_port = free_port(), free_port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve_actions, daemon=True)
        self._thread.start()
        env = {
            **os.environ,
            "SECRET_KEY": secret,
            "VAR_DIR": str(var_dir),
            "DATABASE_URL": database_url,
            "ACTIONS_URL": f"http://127.0.0.1:{self._actions_port}/webhook",
            "RASA_TELEMETRY_ENABLED": "false",
        }
        self._log = (var_dir / "rasa.log").open("wb")
        command = [str(RASA_PYTHON), "-m", "bot", "run", "--model", str(MODEL), "--port", str(self.rasa_port)]
        self._rasa = subprocess.Popen(command, cwd=ROOT, env=env, stdout=self._log, stderr=subprocess.STDOUT)

    def _serve_actions(self) -> None:
        asyncio.set_event_loop(self._loop)

        async def start() -> None:
            runner = web.AppRunner(create_app(self._answer))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self._actions_port).start()

        self._loop.run_until_complete(start())
        self._loop.run_forever()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = json.loads(await request.read())
        name = asked["next_action"]
        self.calls.append(name)
        if self.fault in (name, "all"):
            raise ConnectionResetError  # what a killed server looks like from outside: no usable answer
        answer = await self._webhook(request)
        if isinstance(answer, web.Response) and answer.status == 200 and answer.text:
            self._note(asked["tracker"], name, json.loads(answer.text))
        return answer

    def _note(self, tracker: dict[str, Any], action: str, answer: dict[str, Any]) -> None:
        known = dict(tracker["slots"])
        for event in answer["events"]:
            if event["event"] == "reset_slots":
                known = {}
            elif event["event"] == "slot":
                known[event["name"]] = event["value"]
        self.slots[tracker["sender_id"]] = known
        if action in _ENDING and (action != "action_submit_referral" or known.get("reference")):
            self.ended[tracker["sender_id"]] = action

    @contextmanager
    def broken(self, action: str = "all") -> Iterator[None]:
        """While this lasts, the named action (or every one) gives no answer."""
        self.fault = action
        try:
            yield
        finally:
            self.fault = None

    @contextmanager
    def using(self, **changed: Any) -> Iterator[None]:
        """While this lasts, the actions stand on other services (a confirmed team, LAC coverage, another clock)."""
        before = self._webhook
        self._webhook = Webhook(dataclasses.replace(self.services, **changed), self._cipher)
        try:
            yield
        finally:
            self._webhook = before

    def wait_until_ready(self, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._rasa.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.rasa_port}/webhooks/front_door/", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise RuntimeError(f"Rasa did not become ready; see {self._log.name}")

    def post(self, path: str, body: Any, key: str | None = None) -> tuple[int, Any]:
        """POST JSON (or raw bytes) to Rasa: status and JSON answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if key is None:
            key = self._cipher.sign("internal", "rasa")
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.rasa_port}{path}", data, {**headers, "X-Internal-Key": key}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def failures(self) -> str:
        """The last lines in which Rasa said why a turn failed."""
        lines = Path(self._log.name).read_text(encoding="utf-8", errors="replace").splitlines()
        return " / ".join([line for line in lines if "turn failed" in line][-3:])

    def close(self) -> None:
        self._rasa.terminate()
        try:
            self._rasa.wait(20)
        except subprocess.TimeoutExpired:
            self._rasa.kill()
            self._rasa.wait()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._log.close()


class TurnFailed(AssertionError):
    """The bot answered 503 twice: nothing was saved."""


class Talk:
    """One conversation. `say` sends a text (or the number or label of a choice, as the front door would) and returns what the bot said."""

    def __init__(self, world: World, channel: str = "web") -> None:
        self.world = world
        self.channel = channel
        self.id = f"c{uuid.uuid4().hex}"
        self.replies: list[dict[str, Any]] = []
        self.transcript: list[str] = []
        self.turns: list[list[dict[str, Any]]] = []

    @property
    def said(self) -> str:
        """All texts of the last turn, joined."""
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def choices(self) -> list[dict[str, str]]:
        return self.replies[-1]["choices"] if self.replies else []

    @property
    def labels(self) -> list[str]:
        return [choice["label"] for choice in self.choices]

    def say(self, text: str, message_id: str | None = None, **metadata: Any) -> str:
        message_id = message_id or uuid.uuid4().hex
        status, answer = self.send(text, message_id, **metadata)
        if status == 503:  # as the front door does: nothing was saved, so the same message is given again
            status, answer = self.send(text, message_id, **metadata)
        if status != 200:
            raise TurnFailed(f"{status} {answer}; {self.world.failures()}")
        self.replies = answer["replies"]
        self.turns.append(self.replies)
        self.transcript += [f"> {text}", self.said, " | ".join(self.labels)]
        return self.said

    def send(self, text: str, message_id: str | None = None, **metadata: Any) -> tuple[int, Any]:
        return self.world.post(
            "/webhooks/front_door/turn",
            {
                "conversation": self.id,
                "message_id": message_id or uuid.uuid4().hex,
                "text": text,
                "choice": resolve(text, self.choices),
                "channel": self.channel,
                "metadata": metadata,
            },
        )


def wording(name: str) -> str:
    """The (first) text of a response in domain.yml up to its first placeholder, to recognise it by."""
    return str(read_yaml(ROOT / "domain.yml")["responses"][name][0]["text"]).split("{")[0].strip()


def wordings(name: str) -> list[str]:
    """Every text of a response up to its first placeholder."""
    return [str(each["text"]).split("{")[0].strip() for each in read_yaml(ROOT / "domain.yml")["responses"][name]]

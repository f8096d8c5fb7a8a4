"""Live chats: the list of those that are open, one of them as it goes on, and an adviser who joins, writes and leaves.

The list shows nobody's words. Opening a chat, joining, each line, leaving and showing numbers are written down in the desk's
own record, as codes.
"""

from __future__ import annotations

from functools import cache

from aiohttp import web

from assessment.coverage import Coverage
from desk.keys import DESK
from desk.live_acts import join, release, say, show_numbers
from desk.live_pages import LIVE, Live, chat_page, lines_part, list_page, talks_part
from front_door.confirmed import confirmed_number
from front_door.saying import Voice
from front_door.screening import CrisisReplies
from front_door.sms.text_rules import TextRules
from front_door.words import Words
from safety.contacts import Contacts
from safety.replies import Replies
from service_catalogue.hours import is_open


def add_live(app: web.Application) -> None:
    """Put the pages into the desk. Raises LocalDataError or SafetyDataError when live_chat.yml or its neighbours cannot be used."""
    settings = app[DESK].settings
    contacts = Contacts.load(settings.data_dir)
    words = Words.load(settings.data_dir, lambda name: confirmed_number(contacts, name), app[DESK].team.contact_line())
    rules = TextRules.load(settings.data_dir, settings.public_base_url)

    @cache  # takes its time, and the front door has checked the same files at the start
    def crisis() -> CrisisReplies:
        return CrisisReplies(Replies.load(settings.data_dir, contacts), app[DESK].clock, is_open, words.danger)

    voice = Voice(words, lambda flags, area, channel, text: crisis().reply(flags, area, channel, text), rules)
    app[LIVE] = Live(voice, Coverage.load(settings.data_dir))
    one = "/live/{conversation:[0-9a-f]{32}}"
    app.router.add_get("/live", list_page, name="live")
    app.router.add_get("/live/talks", talks_part, name="live_talks")
    app.router.add_get(one, chat_page, name="live_chat")
    app.router.add_get(f"{one}/lines", lines_part, name="live_lines")
    app.router.add_post(f"{one}/join", join, name="live_join")
    app.router.add_post(f"{one}/say", say, name="live_say")
    app.router.add_post(f"{one}/release", release, name="live_release")
    app.router.add_post(f"{one}/numbers", show_numbers, name="live_numbers")

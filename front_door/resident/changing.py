"""New contact details on the page: typed, read back, saved."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from sqlalchemy.orm import Session

from front_door.resident.chatting import PATH
from front_door.resident.checking import told_of_abuse
from front_door.resident.contact_form import ContactForm, Wrong, masked, read, readable
from front_door.resident.door import ReferralDoor, Seen
from referrals import handling
from referrals.contact_change import Contact, Told, change, differences
from referrals.model import CLOSED
from referrals.packet import Packet
from referrals.staff_text_rules import StaffTextRules


class ChangingRoutes:
    """GET and POST /referral/change. rules: the hours of texts; None where none can be sent."""

    def __init__(self, door: ReferralDoor, rules: StaffTextRules | None) -> None:
        self._door = door
        self._rules = rules

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/change", self.ask), web.post(f"{PATH}/change", self.post)]

    async def ask(self, request: web.Request) -> web.Response:
        """The form, with what is known but the number."""
        seen = await self._door.seen(request)
        if (elsewhere := self._not_here(seen)) is not None:
            return elsewhere
        assert seen.referral is not None
        form = ContactForm.as_stored(Packet.from_dict(seen.referral.packet))
        return self._form(request, seen, form)

    async def post(self, request: web.Request) -> web.Response:
        """First what was typed is read back; only the button under that saves it."""
        door = self._door
        _, fields = await door.posted(request)
        seen = await door.seen(request)
        if (elsewhere := self._not_here(seen)) is not None:
            return elsewhere
        assert seen.referral is not None
        if not door.is_about(seen, fields):
            return door.back("old")
        form, packet = ContactForm.of(fields), Packet.from_dict(seen.referral.packet)
        crisis = await door.danger(seen, f"{form.best_time}\n{form.note}")
        if fields.get("step") == "edit":
            return self._form(request, seen, form, crisis=crisis)
        try:
            new = read(form, packet, door.checks.test_numbers)
        except Wrong as wrong:
            return self._form(request, seen, form, str(getattr(door.words, str(wrong))), crisis, 422)
        if fields.get("step") == "save":
            changed = await door.run(self._save, seen.referral.reference, new, door.now)
            return door.back("closed" if changed is None else "changed" if changed else "same")
        moved = "contact_value" in differences(packet, new)
        if not differences(packet, new) and not crisis:
            return door.back("same")
        return door.show(
            request,
            "referral_check.html",
            seen,
            form=form,
            new=new,
            value=readable(new) if moved else masked(new),
            moved=moved,
            crisis=crisis,
        )

    def _form(
        self,
        request: web.Request,
        seen: Seen,
        form: ContactForm,
        notice: str = "",
        crisis: str = "",
        status: int = 200,
    ) -> web.Response:
        assert seen.referral is not None
        now = masked(Contact.of(Packet.from_dict(seen.referral.packet)))
        return self._door.show(
            request, "referral_change.html", seen, status, form=form, notice=notice, crisis=crisis, contact=now
        )

    def _not_here(self, seen: Seen) -> web.Response | None:
        if seen.referral is None or seen.referral.state in CLOSED:
            return self._door.back()
        return None if seen.trusted else self._door.back("person")

    def _save(self, session: Session, reference: str, new: Contact, now: datetime) -> tuple[str, ...] | None:
        referral = handling.find(session, reference)
        if referral is None:
            return None
        text = self._door.words.changed_number.format(reference=reference)
        return change(
            session,
            referral,
            new,
            by="web",
            careful=told_of_abuse(session, referral),
            now=now,
            told=Told(text, self._rules.next_time(now)) if self._rules else None,
            test_numbers=self._door.checks.test_numbers,
        )

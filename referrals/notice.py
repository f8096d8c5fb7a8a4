"""The e-mails about a waiting referral: reference, priority, due time and link, and nothing about the person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from referrals.alert_rules import AlertRules
from referrals.model import EMAIL, GONE_EMAIL
from referrals.promise import due_words
from referrals.words import ReferralWords


@dataclass(frozen=True)
class Notice:
    """One notice to hand over. `message_id` stays the same at every try, so that a receiver can drop a repeat.

    `kind` is that of its delivery. `packet` is for a webhook whose receiver may have it; no e-mail ever holds any of it.
    """

    delivery_id: int
    attempt: int
    kind: str
    message_id: str
    reference: str
    destination: str
    team: str
    priority: str
    promised: bool
    received_at: datetime
    due_at: datetime
    queued_at: datetime
    packet: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class NoticeWriter:
    """Turns a notice into a message for one mailbox. `desk_url` is the address of the staff desk, without a slash."""

    words: ReferralWords
    alerts: AlertRules
    mail_from: str
    desk_url: str

    def write(self, notice: Notice, mailbox: str) -> EmailMessage:
        places = {
            "reference": notice.reference,
            "priority": self.words.priorities.get(notice.priority, notice.priority),
            "due": due_words(notice.due_at),
        }
        link = f"{self.desk_url}/referrals/{notice.reference}"
        if notice.kind == EMAIL:
            subject, body, says = self.words.notice["subject"], self.words.notice["body"], ""
        elif notice.kind == GONE_EMAIL:
            subject, body, says = self.words.notice["gone_subject"], self.words.notice["gone_body"], ""
        else:
            subject, body, says = self.alerts.subject[notice.kind], self.alerts.body, self.alerts.says[notice.kind]
        message = EmailMessage()
        message["From"] = self.mail_from
        message["To"] = mailbox
        message["Subject"] = subject.format(**places)
        message["Date"] = format_datetime(notice.queued_at)
        message["Message-ID"] = f"<{notice.message_id}@{self.mail_from.rpartition('@')[2].strip('>') or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to this, please
        message.set_content(body.format(**places, link=link, says=says).rstrip() + "\n")
        return message

"""The e-mail notice of a waiting referral: reference, priority, due time and link, and nothing about the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from referrals.promise import due_words
from referrals.words import ReferralWords


@dataclass(frozen=True)
class Notice:
    """One notice to send. `message_id` stays the same at every try, so that a receiver can drop a repeat."""

    delivery_id: int
    attempt: int
    message_id: str
    reference: str
    priority: str
    due_at: datetime
    queued_at: datetime


@dataclass(frozen=True)
class NoticeWriter:
    """Turns a notice into a message for one mailbox. `desk_url` is the address of the staff desk, without a slash."""

    words: ReferralWords
    mail_from: str
    mailbox: str
    desk_url: str

    def write(self, notice: Notice) -> EmailMessage:
        places = {
            "reference": notice.reference,
            "priority": self.words.priorities.get(notice.priority, notice.priority),
            "due": due_words(notice.due_at),
        }
        message = EmailMessage()
        message["From"] = self.mail_from
        message["To"] = self.mailbox
        message["Subject"] = self.words.notice["subject"].format(**places)
        message["Date"] = format_datetime(notice.queued_at)
        message["Message-ID"] = f"<{notice.message_id}@{self.mail_from.rpartition('@')[2].strip('>') or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to this, please
        message.set_content(
            self.words.notice["body"].format(**places, link=f"{self.desk_url}/referrals/{notice.reference}") + "\n"
        )
        return message

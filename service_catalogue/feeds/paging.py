"""One page of a live API, and what can be told from it about the others."""

from __future__ import annotations

from dataclasses import dataclass, field

from yarl import URL

from service_catalogue.feeds.decode import decode
from service_catalogue.feeds.items import Envelope, Item
from service_catalogue.feeds.naming import external_id

_PER_PAGE = 100


@dataclass
class Page:
    items: list[Item] = field(default_factory=list)
    envelope: Envelope = field(default_factory=lambda: Envelope(None, None, None, None, None))
    is_list: bool = False
    cut_off: bool = False


def numbered(base: URL, number: int) -> URL:
    return base.update_query(page=str(number), per_page=str(_PER_PAGE))


def is_last(page: Page, number: int) -> bool:
    """By the envelope's word, else by its number of pages, else an empty page."""
    if page.envelope.last is not None:
        return page.envelope.last
    return not page.items or (page.envelope.pages is not None and number >= page.envelope.pages)


def is_service(page: Page) -> bool:
    """One record at its own address, not the description of an API or of an error."""
    if len(page.items) != 1 or page.items[0].problem:
        return False
    record = decode(page.items[0].text)
    return "name" in record and ("id" in record or "description" in record)


def key_of_item(item: Item) -> str:
    return item.text if item.problem else external_id(decode(item.text))[0]

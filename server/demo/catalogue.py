"""The demo's catalogue: what a company buys, in which order, and what it is called."""

from collections.abc import Mapping
from typing import Final

from server.demo.organisations import Company
from server.domain.products.products import ProductCategory as Category

_FIRST_BOUGHT: Final = (Category.DOMAIN, Category.WEB_HOSTING, Category.MAIL)
_LATER_BOUGHT: Final = (
    *(Category.DOMAIN, Category.MAIL, Category.KDRIVE, Category.DOMAIN, Category.SSL, Category.WEB_HOSTING),
    *(Category.DOMAIN, Category.SWISS_BACKUP, Category.KSUITE, Category.DOMAIN, Category.NEWSLETTER, Category.MAIL),
    *(Category.DOMAIN, Category.CLOUD_SERVER, Category.WORDPRESS_HOSTING, Category.DOMAIN, Category.PUBLIC_CLOUD),
    *(Category.STREAMING, Category.DOMAIN, Category.TICKETING, Category.MAIL, Category.DOMAIN, Category.SUPPORT),
    Category.WORDPRESS_HOSTING,
)

_SERVICES: Final[Mapping[Category, tuple[str, str, str]]] = {
    Category.WEB_HOSTING: ("Web hosting", "web", "sites"),
    Category.WORDPRESS_HOSTING: ("WordPress", "wp", "sites"),
    Category.MAIL: ("Mail", "mail", ""),
    Category.KSUITE: ("kSuite", "suite", "files"),
    Category.KDRIVE: ("kDrive", "drive", "files"),
    Category.CLOUD_SERVER: ("Cloud server", "srv", "sites"),
    Category.PUBLIC_CLOUD: ("Public cloud", "cloud", "sites"),
    Category.SWISS_BACKUP: ("Swiss backup", "backup", "files"),
    Category.SSL: ("SSL certificate", "ssl", ""),
    Category.STREAMING: ("Streaming", "stream", "events"),
    Category.NEWSLETTER: ("Newsletter", "news", "letters"),
    Category.TICKETING: ("Ticketing", "ticket", "events"),
    Category.SUPPORT: ("Premium support", "support", ""),
}
"""The service's name, the start of its internal name, and the subject of the customer's name for it, if any."""


def category_of(company: Company, turn: int) -> Category:
    """The category of the company's product of that number: a domain first, and later various others."""
    if turn < len(_FIRST_BOUGHT):
        return _FIRST_BOUGHT[turn]
    return _LATER_BOUGHT[(turn + company.slot * 5) % len(_LATER_BOUGHT)]


def product_names(category: Category, company: Company, turn: int, address: str) -> tuple[str, str, str]:
    """The service's name, the customer's name for it, and the internal name. `turn` counts the customer's products.

    A domain has only its address as a name; other products belong to the customer's latest domain.
    """
    if category is Category.DOMAIN:
        return address, address, address
    service, prefix, subject = _SERVICES[category]
    words = company.culture.vocabulary[subject] if subject else (address,)
    return f"{service} {address}", words[turn % len(words)], f"{prefix}{turn + 1:02}.{company.stem}"

"""Products: categories, states and billing periods."""

from enum import StrEnum


class ProductCategory(StrEnum):
    """The kinds of product that the company sells."""

    DOMAIN = "DOMAIN"
    WEB_HOSTING = "WEB_HOSTING"
    WORDPRESS_HOSTING = "WORDPRESS_HOSTING"
    MAIL = "MAIL"
    KSUITE = "KSUITE"
    KDRIVE = "KDRIVE"
    CLOUD_SERVER = "CLOUD_SERVER"
    PUBLIC_CLOUD = "PUBLIC_CLOUD"
    SWISS_BACKUP = "SWISS_BACKUP"
    SSL = "SSL"
    STREAMING = "STREAMING"
    NEWSLETTER = "NEWSLETTER"
    TICKETING = "TICKETING"
    SUPPORT = "SUPPORT"
    OTHER = "OTHER"


class ProductState(StrEnum):
    """State of a product."""

    ACTIVE = "ACTIVE"
    EXPIRING = "EXPIRING"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


class Period(StrEnum):
    """The billing period that one price covers."""

    MONTH = "MONTH"
    YEAR = "YEAR"

"""Enums of products, in the schema."""

from server.domain.products.products import Period, ProductCategory, ProductState
from server.schema.enums import describe

__all__ = ["Period", "ProductCategory", "ProductState"]

describe(
    ProductCategory,
    "A kind of product.",
    DOMAIN="A domain name.",
    WEB_HOSTING="Web hosting.",
    WORDPRESS_HOSTING="Hosting for WordPress.",
    MAIL="E-mail service.",
    KSUITE="The kSuite collaboration tools.",
    KDRIVE="kDrive file storage.",
    CLOUD_SERVER="A managed server.",
    PUBLIC_CLOUD="Public cloud resources.",
    SWISS_BACKUP="Backup space.",
    SSL="An SSL certificate.",
    STREAMING="Radio or video streaming.",
    NEWSLETTER="The newsletter tool.",
    TICKETING="Ticket sales for events.",
    SUPPORT="A support level.",
    OTHER="Anything else.",
)

describe(
    ProductState,
    "The state of a product.",
    ACTIVE="In service.",
    EXPIRING="About to end because it has not been renewed.",
    SUSPENDED="Out of service, but can be restored.",
    TERMINATED="Ended permanently.",
)

describe(
    Period,
    "The period that a price covers.",
    MONTH="One month.",
    YEAR="One year.",
)

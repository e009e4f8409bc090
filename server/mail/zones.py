"""Time zones in which recipients read dates.

People have no zone of their own: it is that of the organisation's country. For a country with several zones it is the
one where most people live. Every time is shown with its zone, so that nobody misreads it.
"""

from functools import cache
from typing import Any, Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

UTC: Final = "UTC"
_USUAL_ZONES: Final = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
"""For countries with several zones, the one where most people live."""


@cache
def zone_of_country(country: str) -> str:
    """The usual time zone of a country, by its two letters. UTC if none is known."""
    # `Any`: Babel's data about countries is untyped.
    zones = cast("Any", get_global)("territory_zones").get(country, [])
    name = _USUAL_ZONES.get(country) or (zones[0] if zones else UTC)
    return name if _is_known(name) else UTC


@cache
def zone_info(name: str) -> ZoneInfo:
    """The zone of this name. UTC if this machine does not know it."""
    return ZoneInfo(name if _is_known(name) else UTC)


def _is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True

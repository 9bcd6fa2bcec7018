"""Where messages may be sent that a person typed the address of: out into the world, and not into the own network.

Otherwise whoever may add an address could knock at every door behind the firewall, and read what answers. Where the
operator lists hosts (`OUTGOING_HOSTS`), nothing is sent to any other.
"""

import ipaddress
import socket

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext as _

# Prefixes that carry another address inside them, which may be one of the own network.
CARRIERS = tuple(
    ipaddress.ip_network(prefix) for prefix in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


class OutOfReach(OSError):
    """Nothing is sent to this host; the reason is for people."""


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host, all of which may be reached. Connect to these: a second look-up could differ.

    Raises:
        OutOfReach: there is no such host, it is not among those that are listed, or it is inside the network and
            REACH_PRIVATE_NETWORK is off.
    """
    require_listed(host)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutOfReach(_nowhere(host)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.REACH_PRIVATE_NETWORK and any(is_inside(address) for address in addresses):
        raise OutOfReach(_nowhere(host))
    return addresses


def require_listed(host: str) -> None:
    """Refuse a host that the operator has not listed, if hosts are listed at all; `.example.com` lists all of that.

    A service of alerts whose hosts are its own affair is listed by the beginning of its addresses, such as `slack`.

    Raises:
        OutOfReach: it is not among them.
    """
    listed = settings.OUTGOING_HOSTS
    if listed and not validate_host(host.lower().rstrip("."), listed):
        raise OutOfReach(_("Nothing is sent to %(host)s: whoever runs this portal has not listed it.") % {"host": host})


def _nowhere(host: str) -> str:
    # The same words for both: nobody outside learns which names there are inside.
    return f"Nothing is sent to {host}: there is no such host outside the own network."


def is_inside(address: str) -> bool:
    """Return whether an address is no public one: this machine, the own network, or reserved for something else."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in prefix for prefix in CARRIERS):
            return True
    return not ip.is_global or ip.is_multicast

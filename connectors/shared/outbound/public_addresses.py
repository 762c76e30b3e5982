"""Which IP addresses belong to the public internet, and which to the machines beside us."""

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

# `ipaddress` counts these as public, or did in early releases of the Pythons we run on.
# https://www.iana.org/assignments/iana-ipv4-special-registry
_UNPUBLIC_V4: Final = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    # The agent beside each Azure machine:
    # https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16
    IPv4Network("168.63.129.16/32"),
)
# https://www.iana.org/assignments/iana-ipv6-special-registry
_UNICAST_V6: Final = IPv6Network("2000::/3")
_UNPUBLIC_V6: Final = (IPv6Network("2001::/23"), IPv6Network("3fff::/20"))
# How a machine with IPv6 alone reaches IPv4: https://datatracker.ietf.org/doc/html/rfc6052
_NAT64: Final = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether anyone on the internet could reach this address; what is no address is not public."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _is_public_v4(ip) if isinstance(ip, IPv4Address) else _is_public_v6(ip)


def _is_public_v4(ip: IPv4Address) -> bool:
    special = ip.is_multicast or ip.is_reserved or any(ip in network for network in _UNPUBLIC_V4)
    return ip.is_global and not special


def _is_public_v6(ip: IPv6Address) -> bool:
    if ip.scope_id:
        return False
    embedded = _embedded_v4(ip)
    if embedded is not None:
        return _is_public_v4(embedded)
    return ip.is_global and ip in _UNICAST_V6 and not any(ip in network for network in _UNPUBLIC_V6)


def _embedded_v4(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address where a packet to `ip` ends up, for the forms that carry one."""
    if ip in _NAT64:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour

"""What DNS says of the domain mail is sent from: may it be believed, can it be answered?"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from digest.core.urls import registrable_domain

if TYPE_CHECKING:
    from dns.resolver import Resolver

_MOST_SPF_LOOKUPS = 10  # RFC 7208, 4.6.4
_SHORTEST_RSA_KEY = 160  # bytes of a public key of 1,024 bits, in DER

_SPF_TERM = re.compile(
    r"[+?~-]?(?:all|(?:include|exists):\S+|(?:a|mx)(?::[^\s/]+)?(?:/\d+)?(?://\d+)?|ptr(?::\S+)?"
    r"|ip4:[\d.]+(?:/\d+)?|ip6:[\da-f:.]+(?:/\d+)?)|[a-z][a-z0-9._-]*=\S*",
    re.IGNORECASE,
)
_SPF_LOOKUP = re.compile(r"[+?~-]?(?:include:|exists:|a\b|mx\b|ptr\b)|redirect=", re.IGNORECASE)

Records = tuple[str, ...] | None  # None: DNS gave no answer


class Finding(NamedTuple):
    """One thing looked up: ``works`` is None where DNS gave no answer."""

    what: str
    works: bool | None
    sentence: str


def sender_domain(
    domain: str,
    selector: str = "",
    *,
    signing_domain: str = "",
    bounce_domain: str = "",
    nameservers: Sequence[str] = (),
    port: int = 53,
    patience: float = 5.0,
) -> list[Finding]:
    """Return what DNS says of SPF, DKIM (with a ``selector``), DMARC and MX, and what to mend.

    ``domain`` is that of the From address. Signatures may name another, ``signing_domain``, and
    bounces may go to another, ``bounce_domain``, whose SPF record it is that counts then.
    Without ``nameservers`` the machine's own are asked. All is asked at once, and takes no more
    than ``patience`` seconds. Never raises.
    """
    domain = _plain(domain)
    bounces, signs = _plain(bounce_domain) or domain, _plain(signing_domain) or domain
    parent = registrable_domain(domain) or domain
    names = {
        "spf": (bounces, "TXT"),
        "dmarc": (f"_dmarc.{domain}", "TXT"),
        "parent": (f"_dmarc.{parent}", "TXT"),
        "mx": (domain, "MX"),
        "a": (domain, "A"),
        "aaaa": (domain, "AAAA"),
    }
    if selector:
        names["dkim"] = (f"{selector}._domainkey.{signs}", "TXT")
    found = _looked_up(names, nameservers, port, patience)
    findings = [_spf(bounces, found["spf"])]
    if selector:
        findings.append(_dkim(names["dkim"][0], found["dkim"]))
    findings.append(_dmarc(domain, found["dmarc"], parent, found["parent"]))
    findings.append(_mx(domain, found["mx"], found["a"], found["aaaa"]))
    return findings


def _plain(domain: str) -> str:
    return domain.strip().rstrip(".").lower()


def _looked_up(
    names: dict[str, tuple[str, str]], nameservers: Sequence[str], port: int, patience: float
) -> dict[str, Records]:
    from dns.resolver import NoResolverConfiguration, Resolver

    try:
        resolver = Resolver(configure=not nameservers)
    except (NoResolverConfiguration, OSError):
        return dict.fromkeys(names)
    if nameservers:
        resolver.nameservers = list(nameservers)
    resolver.port = port
    resolver.lifetime = patience
    resolver.timeout = min(2.0, patience / 2)  # so that a lost packet is sent once more
    with ThreadPoolExecutor(len(names)) as pool:
        answers = pool.map(lambda name: _records(resolver, *name), names.values())
        return dict(zip(names, answers, strict=True))


def _records(resolver: Resolver, name: str, kind: str) -> Records:
    """Return the records as text, none where the name or the kind is not there."""
    from dns.exception import DNSException
    from dns.resolver import NXDOMAIN, NoAnswer

    try:
        answer = resolver.resolve(name, kind, search=False)
    except (NXDOMAIN, NoAnswer):
        return ()
    except (DNSException, OSError, ValueError):
        return None
    if kind == "TXT":
        return tuple(b"".join(each.strings).decode("utf-8", "replace") for each in answer)
    if kind == "MX":
        return tuple(each.exchange.to_text() for each in answer)
    return tuple(each.to_text() for each in answer)


def _unknown(what: str, name: str) -> Finding:
    return Finding(what, None, f"{name} could not be looked up here")


def _spf(domain: str, records: Records) -> Finding:
    def wrong(sentence: str) -> Finding:
        return Finding("SPF", False, sentence)

    if records is None:
        return _unknown("SPF", domain)
    ours = [each for each in records if re.match(r"v=spf1(?: |$)", each, re.IGNORECASE)]
    if not ours:
        return wrong(
            f"{domain} has no SPF record; add a TXT record that names the servers you send "
            'through, such as "v=spf1 include:… -all"'
        )
    if len(ours) > 1:
        return wrong(f"{domain} has {len(ours)} SPF records, so none counts; make them one")
    terms = ours[0].split()[1:]
    for term in terms:
        if not _SPF_TERM.fullmatch(term) or not _is_network(term):
            return wrong(f"the SPF record of {domain} holds {_shown(term)}, which means nothing")
    if any(term.lower() in ("all", "+all") for term in terms):
        return wrong(f"the SPF record of {domain} lets everyone send; end it with -all or ~all")
    lookups = sum(bool(_SPF_LOOKUP.match(term)) for term in terms)
    if lookups > _MOST_SPF_LOOKUPS:
        return wrong(
            f"the SPF record of {domain} asks for {lookups} further names, and after "
            f"{_MOST_SPF_LOOKUPS} it is given up; name fewer"
        )
    closed = any(term.lower() in ("-all", "~all") or "redirect=" in term.lower() for term in terms)
    advice = "" if closed else ", but leaves open who else may send; end it with -all or ~all"
    return Finding("SPF", True, f"{domain} has an SPF record{advice}")


def _is_network(term: str) -> bool:
    """Is the address of an ip4 or ip6 term one? Any other term passes."""
    match = re.match(r"[+?~-]?ip([46]):(.*)", term, re.IGNORECASE)
    if match is None:
        return True
    try:
        return ipaddress.ip_network(match[2], strict=False).version == int(match[1])
    except ValueError:
        return False


def _dkim(name: str, records: Records) -> Finding:
    def wrong(sentence: str) -> Finding:
        return Finding("DKIM", False, sentence)

    if records is None:
        return _unknown("DKIM", name)
    keys = [tags for each in records if "p" in (tags := _tags(each))]
    if not keys:
        said = "holds no key" if records else "is not there"
        return wrong(f'{name} {said}; add the TXT record "v=DKIM1; k=rsa; p=…" with the public key')
    if len(keys) > 1:
        return wrong(f"{name} holds {len(keys)} keys, and servers take any of them; leave one")
    tags = keys[0]
    if tags.get("v", "DKIM1") != "DKIM1":
        return wrong(f"{name} does not begin with v=DKIM1")
    if not tags["p"]:
        return wrong(f"{name} says that this key is revoked; publish the new one’s public half")
    try:
        key = base64.b64decode("".join(tags["p"].split()), validate=True)
    except ValueError:
        return wrong(f"the key in {name} is damaged; copy it again, without line breaks or quotes")
    if tags.get("k", "rsa").lower() != "rsa":
        return wrong(f"{name} holds a key of kind {_shown(tags['k'])}; this program signs with rsa")
    if len(key) < _SHORTEST_RSA_KEY:
        return wrong(f"the key in {name} is cut short, or has fewer than 1,024 bits")
    testing = "y" in tags.get("t", "").lower().split(":")
    advice = ", marked as a test (t=y), so that some servers overlook it" if testing else ""
    return Finding("DKIM", True, f"{name} holds a key{advice}")


def _dmarc(domain: str, own: Records, parent: str, parents: Records) -> Finding:
    def wrong(sentence: str) -> Finding:
        return Finding("DMARC", False, sentence)

    if own is None or (not _dmarcs(own) and parents is None):
        return _unknown("DMARC", f"_dmarc.{domain}")
    where, ours = domain, _dmarcs(own)
    if not ours and parents and parent != domain:
        where, ours = parent, _dmarcs(parents)
    if not ours:
        return wrong(
            f"{domain} has no DMARC record, which large mailbox providers ask for; add a TXT "
            f'record at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:…"'
        )
    if len(ours) > 1:
        return wrong(f"_dmarc.{where} holds {len(ours)} DMARC records, so none counts; leave one")
    tags = _tags(ours[0])
    policy = tags.get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        said = f"p={_shown(policy)}" if policy else "no p="
        return wrong(f"_dmarc.{where} has {said}; it takes p=none, p=quarantine or p=reject")
    if where != domain:
        policy = tags.get("sp", policy).lower()
    advice = {
        "none": "p=none: forgeries are reported, not stopped; p=quarantine once reports look right"
        if "rua" in tags
        else "p=none without rua=: it stops nothing and reports to nobody; add rua=mailto:…",
    }.get(policy, f"p={policy}")
    return Finding("DMARC", True, f"_dmarc.{where} has {advice}")


def _dmarcs(records: Records) -> list[str]:
    return [each for each in records or () if re.match(r"v\s*=\s*DMARC1\s*(?:;|$)", each)]


def _mx(domain: str, servers: Records, *addresses: Records) -> Finding:
    if servers is None or (not servers and not any(addresses) and None in addresses):
        return _unknown("MX", domain)
    if "." in servers:
        return Finding("MX", False, f"{domain} says it takes no mail; replies and bounces are lost")
    if servers:
        return Finding("MX", True, f"{domain} takes mail at {_shown(servers[0].rstrip('.'))}")
    if any(addresses):
        return Finding("MX", True, f"{domain} has no MX record; mail to it goes to its own address")
    return Finding(
        "MX", False, f"{domain} has neither MX nor address; replies and bounces to it are lost"
    )


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a record like ``v=DKIM1; k=rsa``, names in lower case."""
    pairs = (each.partition("=") for each in record.split(";") if "=" in each)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _shown(text: str) -> str:
    plain = "".join(char if char.isprintable() else "?" for char in text)
    return plain if len(plain) <= 60 else plain[:59] + "…"

"""Polite, bounded HTTP: the Fetcher of the ports.

`fetcher` follows one URL to its answer, `turns` spaces requests to a domain, `network` opens
connections to checked addresses only, `body` reads and decodes with a bound, `courtesy` minds what
sites ask for.
"""

from digest.adapters.http.fetcher import HttpFetcher

__all__ = ["HttpFetcher"]

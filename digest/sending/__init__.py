"""An edition by e-mail: to each reader once, and to none of them lost.

One thread owns the ledger. Each sender thread has one connection. A sender asks for a claim on
its next message and begins to hand it over; it ends the message, which is what makes the server
take it, once the claim is on the disk. Results of earlier messages and claims of all senders are
stored together, in one transaction, while the network is busy. So at any moment at most one
message of each connection has left without a mark in the ledger, and none without a claim.
"""

from __future__ import annotations

from digest.sending.output import Compose, EmailOutput, Letter

__all__ = ["Compose", "EmailOutput", "Letter"]

"""Titles of invented events, to see what a model's cosines say: two titles of each event.

Models differ in where their cosines lie: one gives 0.1 to two unlike titles and 0.6 to two of one
event, another 0.75 and 0.9. What the pair model learnt of one (see ``pairweights``) holds for
another only after its cosines were brought to the same two points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Names are left out, as ``traits.masked`` leaves out those that stand. The two of an event
# share few words: else letters alone, which mean nothing, would pass.
EVENTS: Final = (
    ("raises $400M to build humanoid robots", "Robot maker closes a huge funding round"),
    ("sues startup over copied song lyrics", "Music publishers take chatbot firm to court"),
    ("cuts 1,200 jobs in sales and support", "Layoffs hit hundreds of staff at software firm"),
    ("unveils chip for cheaper inference", "New processor promises lower cost of running models"),
    ("names former bank executive as finance chief", "Hires new CFO from Wall Street"),
    ("opens data center powered by a gas plant", "Server farm with its own turbines goes online"),
    ("Regulators fine firm over children's data", "Privacy watchdog penalizes app used by minors"),
    ("model solves olympiad geometry problems", "Software reaches gold-medal level in mathematics"),
    ("Hospital trial finds tool spots tumors early", "Cancer detection by algorithm helps doctors"),
    ("Lawmakers pass bill on deepfakes in elections", "Senate votes to ban faked campaign videos"),
    ("outage leaves assistant down for hours", "Users locked out as chatbot goes dark"),
    ("buys maker of drug-discovery tools", "Pharma software firm acquired in latest takeover"),
    ("releases open-weight model for coding", "Free programming model published for download"),
    ("Leaked memo shows doubts about safety team", "Internal note reveals worry over risk staff"),
    ("signs power deal with nuclear operator", "Reactor to supply electricity for servers"),
    ("Teachers' union adopts rules for chatbots", "Schools get guidelines for use in classrooms"),
    ("voice feature can now sing and laugh", "Speech mode becomes more expressive"),
    ("files for stock market listing", "IPO papers submitted as company goes public"),
    ("Hackers used assistant to write malware", "Criminals turned to chatbot for attack code"),
    ("driverless taxis begin rides at the airport", "Autonomous cabs now pick up air travelers"),
    ("Export limits on accelerators are tightened", "Government restricts sales of chips abroad"),
    ("co-founder leaves to start a rival lab", "Departing research head launches own venture"),
    ("image generator adds text in many scripts", "Picture tool learns to draw foreign letters"),
    ("price of subscription doubles for businesses", "Corporate plan becomes far more expensive"),
)

SAME: Final = 0.396  # mean cosine of an event’s two titles, all-MiniLM-L6-v2 (quantised)
APART: Final = 0.083  # and of titles of two events, likewise
LEAST_TOLD: Final = 0.85  # share of comparisons in which one event's titles have to be nearer
LEAST_APART: Final = 0.02  # between the two means; stretched further, noise would speak


@dataclass(frozen=True)
class Scale:
    """What brings a model's cosines to the scale the pair model knows: slope · cosine + shift."""

    slope: float
    shift: float


def titles() -> list[str]:
    """Return every title, both of each event."""
    return [title for event in EVENTS for title in event]


def told(vectors: Mapping[str, NDArray[np.float32]]) -> float:
    """Return how often one event's two titles are nearer than titles of two events: 0 to 1.

    0.5 is what a coin would say. ``vectors`` holds a unit vector for each of ``titles``.
    """
    same, apart = _cosines(vectors)
    return float((same[:, None] > apart[None, :]).mean())


def scale(vectors: Mapping[str, NDArray[np.float32]]) -> Scale | None:
    """Return a model's scale, None where its vectors do not tell one event from two."""
    same, apart = _cosines(vectors)
    near, far = float(same.mean()), float(apart.mean())
    if told(vectors) < LEAST_TOLD or near - far < LEAST_APART:
        return None
    slope = (SAME - APART) / (near - far)
    return Scale(slope, APART - slope * far)


def _cosines(
    vectors: Mapping[str, NDArray[np.float32]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cosines within the events, and across each two of them."""
    import numpy as np

    first, second = (np.array([vectors[e[k]] for e in EVENTS], dtype=np.float64) for k in (0, 1))
    across = first @ second.T
    others = ~np.eye(len(EVENTS), dtype=bool)
    return np.diag(across), across[others]

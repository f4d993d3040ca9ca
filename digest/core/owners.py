"""Who stands behind a site: titles of one house are one witness, and so are a lab's own sites.

Both tables are from general knowledge and are no judgement: houses buy and sell titles, and one
that is missing counts by its domain.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from digest.models import Article


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HOUSES: Final = """
Condé Nast: wired.com arstechnica.com newyorker.com vanityfair.com vogue.com gq.com wired.co.uk
Vox Media: theverge.com vox.com nymag.com recode.net thecut.com
Ziff Davis: cnet.com zdnet.com mashable.com pcmag.com ign.com lifehacker.com extremetech.com
Future: techradar.com tomshardware.com tomsguide.com windowscentral.com androidcentral.com
  pcgamer.com livescience.com space.com laptopmag.com itpro.com creativebloq.com t3.com
  theweek.com
News Corp: wsj.com barrons.com marketwatch.com nypost.com thetimes.com thetimes.co.uk
  thesun.co.uk theaustralian.com.au news.com.au
Fox: foxnews.com foxbusiness.com
Axel Springer: businessinsider.com politico.com politico.eu welt.de bild.de morningbrew.com
  emarketer.com
Nikkei: ft.com nikkei.com
Bloomberg: bloomberg.com
Thomson Reuters: reuters.com
New York Times: nytimes.com theathletic.com
Guardian: theguardian.com
BBC: bbc.com bbc.co.uk
Comcast: nbcnews.com today.com sky.com
Versant: cnbc.com msnbc.com ms.now
Paramount: cbsnews.com thefp.com
Disney: abcnews.com go.com
Penske: variety.com hollywoodreporter.com rollingstone.com deadline.com billboard.com
Mansueto: fastcompany.com inc.com
Foundry: pcworld.com macworld.com infoworld.com computerworld.com cio.com csoonline.com
  networkworld.com
Informa: techtarget.com computerweekly.com darkreading.com aibusiness.com informationweek.com
  lightreading.com
Situation: theregister.com theregister.co.uk nextplatform.com blocksandfiles.com
Valnet: androidpolice.com xda-developers.com makeuseof.com howtogeek.com polygon.com
Static Media: slashgear.com bgr.com
Heise: heise.de
Spiegel: spiegel.de manager-magazin.de
Handelsblatt: handelsblatt.com wiwo.de
Burda: chip.de focus.de
Nine: smh.com.au theage.com.au afr.com
Postmedia: nationalpost.com financialpost.com
Keleops: gizmodo.com journaldugeek.com presse-citron.net
MarkTechPost: marktechpost.com
The Decoder: the-decoder.com the-decoder.de
X: x.com twitter.com
"""
_LABS: Final = """
OpenAI: openai.com chatgpt.com
Anthropic: anthropic.com claude.com claude.ai
Google: google.com blog.google deepmind.google deepmind.com googleblog.com research.google
  withgoogle.com google.dev abc.xyz
Microsoft: microsoft.com azure.com github.blog
Meta: meta.com fb.com
Amazon: amazon.com aboutamazon.com amazon.science
Apple: apple.com
Nvidia: nvidia.com
xAI: x.ai
Mistral: mistral.ai
DeepSeek: deepseek.com
Alibaba: alibaba.com alibabacloud.com qwen.ai qwenlm.ai
Cohere: cohere.com
Hugging Face: huggingface.co
IBM: ibm.com
AMD: amd.com
Intel: intel.com
Qualcomm: qualcomm.com
Stability AI: stability.ai
Perplexity: perplexity.ai
Databricks: databricks.com
ElevenLabs: elevenlabs.io
"""
# They pass on what others report.
PASSING_ON: Final = _words(
    """
    techmeme.com mediagazer.com memeorandum.com slashdot.org hckrnews.com msn.com flipboard.com
    lobste.rs tldr.tech feedly.com smartnews.com alltop.com yahoo.com apple.news
    """
)
# Anybody's posts: a person may report there, and seldom does.
OPEN_TO_ALL: Final = _words(
    """
    x.com twitter.com github.com github.io gitlab.com medium.com substack.com youtube.com youtu.be
    reddit.com ycombinator.com linkedin.com dev.to hashnode.dev bsky.app tumblr.com blogspot.com
    wordpress.com producthunt.com arxiv.org facebook.com threads.net tiktok.com notion.site
    pages.dev vercel.app netlify.app
    """
)


def owner(domain: str) -> str:
    """Return the house or the lab behind a registrable domain; the domain itself if unknown."""
    return _owners().get(domain, domain)


def lab(domain: str) -> str:
    """Return the lab whose own site this is, "" for any other site."""
    found = _owners().get(domain, "")
    return found if found in _labs() else ""


def witnesses(articles: Iterable[Article]) -> frozenset[str]:
    """Return the owners that report independently.

    What only passes on others' reports, or stands where anybody may post, is a witness only where
    nobody else is.
    """
    domains = {a.domain for a in articles}
    own = {owner(d) for d in domains if d not in PASSING_ON and d not in OPEN_TO_ALL}
    return frozenset(own or {owner(d) for d in sorted(domains)[:1]})


@lru_cache(maxsize=1)
def _owners() -> dict[str, str]:
    return {domain: name for name, domains in _listed(_HOUSES + _LABS) for domain in domains}


@lru_cache(maxsize=1)
def _labs() -> frozenset[str]:
    return frozenset(name for name, _ in _listed(_LABS))


def _listed(table: str) -> list[tuple[str, list[str]]]:
    """Return each name of a table with its domains; a line that begins with blanks goes on."""
    lines = table.strip().replace("\n  ", " ").splitlines()
    return [(name, domains.split()) for name, _, domains in (x.partition(": ") for x in lines)]

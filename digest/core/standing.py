"""Names that stand longer than any event: labs, companies, their products, places, institutions.

Two reports that share one need not tell one event; two that share none seldom do.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from digest.core.text import content_words

NAMES: Final = """
openai chatgpt gpt codex sora dall-e altman whisper anthropic claude opus sonnet haiku amodei
google gemini deepmind alphabet pichai hassabis gemma veo imagen notebooklm android pixel chrome
youtube waymo gmail tensor nest fitbit workspace microsoft copilot azure windows bing github
linkedin xbox nadella phi meta facebook instagram whatsapp llama zuckerberg threads oculus quest
ray-ban messenger amazon aws alexa bedrock bezos jassy twitch kindle trainium nova prime apple
siri iphone ipad mac macos ios cook vision watch airpods safari xcode nvidia huang cuda
blackwell rubin nemotron geforce dgx amd intel qualcomm arm tsmc broadcom micron samsung sk
hynix asml marvell cerebras groq sambanova xai grok musk tesla spacex spacexai starlink
neuralink optimus twitter x grokipedia colossus deepseek qwen alibaba tencent baidu ernie
bytedance tiktok doubao huawei moonshot kimi zhipu minimax xiaomi unitree manus mistral cohere
perplexity comet aleph stability midjourney runway suno udio elevenlabs inflection adept reka
character replika huggingface hugging databricks snowflake oracle ellison ibm watson salesforce
benioff agentforce sap adobe firefly photoshop figma canva notion slack zoom shopify stripe
paypal spotify netflix disney uber lyft airbnb doordash reddit discord snap snapchat pinterest
bluesky mastodon wikipedia telegram signal duolingo cloudflare akamai fastly vercel netlify
docker coreweave nebius lambda crusoe equinix scale surge palantir anduril cursor windsurf
cognition devin replit lovable bolt cline openrouter langchain llamaindex pinecone weaviate
ollama vllm pytorch tensorflow kubernetes linux ubuntu softbank son stargate sequoia andreessen
a16z khosla thrive kleiner accel benchmark lightspeed catalyst blackstone blackrock goldman
jpmorgan y combinator ycombinator trump biden congress senate house white pentagon ftc doj sec
nist aisi eu europe european commission brussels uk britain london us u.s america american china
chinese beijing japan korea taiwan india france germany russia israel canada australia
california texas york francisco silicon valley wall street nasdaq washington hinton lecun bengio
karpathy sutskever murati ssi thinking machines nadella dean suleyman brockman waymo zoox cruise
rivian ford gm toyota volkswagen bmw mercedes byd figure boston dynamics sony lg panasonic dell
hp lenovo cisco crowdstrike okta fortinet sentinelone mozilla firefox brave opera duckduckgo
wordpress automattic intuit workday servicenow atlassian jira asana datadog mongodb elastic
confluent harvey glean sierra abridge ai agi llm
"""


@lru_cache(maxsize=1)
def stems() -> frozenset[str]:
    """Return the names' stems."""
    return frozenset(content_words(NAMES))

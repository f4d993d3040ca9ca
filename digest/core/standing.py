"""Names that stand longer than any event: labs, companies, their products, places, institutions.

Two reports that share one need not tell one event; two that share none seldom do. Written down from
general knowledge of the industry, section by section. A name that is an ordinary word too (Scale,
Prime, Figure) is left out, and so is or what a single event made known.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from digest.core.text import content_words

LABS: Final = """
openai anthropic deepmind xai mistral cohere deepseek moonshot zhipu minimax baichuan stepfun
ai21 eleutherai allenai huggingface hugging midjourney stability runway pika luma suno
udio elevenlabs perplexity adept inflection reka sakana ssi nvidia nous nomic
imbue poolside bfl
"""
MODELS: Final = """
chatgpt gpt codex sora dall-e whisper claude opus sonnet haiku gemini gemma veo imagen notebooklm
bard palm llama copilot grok qwen ernie doubao hunyuan kimi glm yi manus nemotron codestral mixtral
pixtral granite phi alexa siri bixby cortana firefly alphafold alphago
alphazero mathstral devstral olmo starcoder
"""
BIG_TECH: Final = """
google alphabet android pixel chrome youtube gmail waymo fitbit chromebook microsoft azure windows
bing github linkedin xbox outlook skype meta facebook instagram whatsapp messenger threads oculus
amazon aws bedrock kindle twitch apple iphone ipad mac macos ios ipados airpods safari xcode
tesla spacex starlink neuralink optimus twitter x ibm watson oracle sap adobe salesforce agentforce
slack intuit workday servicenow cisco hp dell lenovo sony samsung galaxy lg panasonic huawei xiaomi
alibaba tencent wechat baidu bytedance tiktok meituan jd pinduoduo kuaishou netease yandex naver
kakao rakuten softbank tata infosys foxconn accenture deloitte mckinsey
"""
CHIPS: Final = """
intel amd qualcomm snapdragon arm tsmc asml broadcom micron hynix sk marvell mediatek cerebras groq
sambanova graphcore tenstorrent etched cuda blackwell rubin hopper geforce rtx dgx gpu tpu trainium
inferentia cambricon smic globalfoundries kioxia nand hbm
"""
CLOUDS: Final = """
coreweave nebius crusoe equinix digitalocean cloudflare akamai fastly vercel netlify
databricks snowflake mongodb confluent datadog palantir stargate nscale iren vultr hetzner
ovh ovhcloud openrouter replicate supabase kubernetes docker
linux ubuntu pytorch tensorflow vllm ollama langchain llamaindex pinecone weaviate mcp
"""
APPLICATIONS: Final = """
cursor anysphere windsurf cognition devin replit lovable cline notion figma canva photoshop
grammarly duolingo zoom shopify stripe paypal klarna spotify netflix disney uber lyft airbnb
doordash reddit
discord snap snapchat pinterest bluesky mastodon wikipedia wikimedia telegram roblox
character.ai replika jasper synthesia heygen descript otter zapier airtable asana atlassian jira
hubspot zendesk dropbox mozilla firefox duckduckgo wordpress automattic crowdstrike okta
fortinet sentinelone wiz cyberark glean abridge tempus walmart ikea coursera khan chegg quora
"""
ROBOTS_AND_CARS: Final = """
unitree apptronik ubtech agibot zoox rivian ford gm toyota honda hyundai kia
volkswagen vw bmw mercedes audi volvo stellantis byd nio xpeng pony.ai wayve aurora mobileye
boeing airbus anduril helsing skydio dji
"""
INVESTORS: Final = """
sequoia andreessen a16z khosla kleiner accel lightspeed greylock blackstone blackrock goldman
jpmorgan citigroup barclays ubs kkr apollo tpg carlyle temasek mubadala mgx nasdaq nyse ycombinator
coatue bessemer berkshire
"""
MEDIA: Final = """
nyt bbc cnn cnbc reuters bloomberg axios wsj guardian forbes condé getty
shutterstock warner paramount spotify hollywood netflix
"""
INSTITUTIONS: Final = """
ftc doj sec nist aisi fcc fda faa pentagon darpa nasa nato fbi cia nsa dhs irs congress senate
whitehouse parliament eu un unesco oecd cma ofcom ico cnil edpb gdpr bundestag downing
mit stanford harvard berkeley caltech oxford cambridge princeton yale cornell tsinghua eth
ieee neurips icml iclr ces
"""
PEOPLE: Final = """
altman brockman sutskever murati musk zuckerberg lecun pichai hassabis nadella suleyman bezos jassy
huang amodei ellison benioff hinton bengio karpathy brin thiel trump biden
"""
PLACES: Final = """
us u.s usa uk britain london england scotland europe european brussels china chinese beijing
shanghai shenzhen hangzhou hong kong taiwan taipei japan japanese tokyo korea korean seoul india
indian delhi bengaluru mumbai singapore malaysia indonesia vietnam thailand philippines australia
sydney canada canadian toronto montreal mexico brazil argentina chile france french paris germany
german berlin munich italy spain netherlands sweden norway denmark finland poland ukraine russia
russian switzerland swiss zurich ireland dublin austria israel israeli uae dubai saudi arabia
riyadh qatar turkey egypt nigeria kenya africa african asia asian america american washington
california francisco york texas austin seattle boston chicago virginia ohio arizona nevada florida
colorado illinois georgia michigan oregon utah louisiana tennessee pennsylvania silicon
"""
GENERAL: Final = "ai agi llm"

NAMES: Final = "\n".join(
    (
        *(LABS, MODELS, BIG_TECH, CHIPS, CLOUDS, APPLICATIONS, ROBOTS_AND_CARS, INVESTORS, MEDIA),
        *(INSTITUTIONS, PEOPLE, PLACES, GENERAL),
    )
)


@lru_cache(maxsize=1)
def stems() -> frozenset[str]:
    """Return the names' stems."""
    return frozenset(content_words(NAMES))

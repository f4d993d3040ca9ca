"""The words an AI industry uses, grouped by what they name; ``wordweights`` says what each weighs.

Listed by hand from general knowledge; none names an event. Phrases are in lower case, apostrophes
and hyphens as blanks; a final "s" of the text is also tried without it. "0" stands for a version
("3", "4.1"), "0b" for a model's size ("30B", "1.8T"). A longer phrase hides the shorter in it.
Words in capitals mean nothing in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SUBJECT = """
AI; ИИ
artificial intelligence; artificial general intelligence; generative ai; gen ai; genai; agentic ai
machine learning; deep learning; neural network; neural net; language model; large language model
llm; llms; vlm; slm; foundation model; frontier model; frontier lab; diffusion model
reasoning model; world model; superintelligence; chatbot; ai agent; ai model; agi; mlops; llmops
transformer model; agentic; multimodal model; open weight; open weights; text to image
text to video; image generator; video generator; speech model; voice model; vision model
image model; video model; coding model; embedding model; audio model; omni model; model weights
ai act; voice clone; voice cloning; coding agent; coding assistant; vibe coding; vibe coded
vibe coder; vibe code; turing test; machine intelligence; prompt injection; nudify app
reinforcement learning; fine tuning; deepfake; deep fake
künstliche intelligenz; künstlicher intelligenz; künstlichen intelligenz; sprachmodell
sprachmodelle; sprachmodellen; ki modell; ki modelle; intelligence artificielle; ia générative
modèle de langage; modèles de langage; inteligencia artificial; ia generativa
inteligência artificial; intelligenza artificiale; modelo de lenguaje; modelos de lenguaje
modelos de linguagem; modelli linguistici; kunstmatige intelligentie; taalmodel; taalmodellen
sztuczna inteligencja; sztucznej inteligencji; sztuczną inteligencję; umělá inteligence
umělé inteligence; artificiell intelligens; kunstig intelligens; tekoäly; yapay zeka
искусственный интеллект; искусственного интеллекта; искусственному интеллекту; нейросеть
нейросети; нейросетей; штучний інтелект; штучного інтелекту; trí tuệ nhân tạo; kecerdasan buatan
"""

LABS = """
openai; open ai; anthropic; deepmind; hugging face; huggingface; mistral ai; deepseek; xai; x.ai
spacexai; moonshot ai; zhipu; sensetime; iflytek; baichuan; stepfun; 01.ai; ai21; aleph alpha
inflection ai; stability ai; black forest labs; perplexity ai; character ai; character.ai
elevenlabs; eleven labs; cohere; scale ai; together ai; safe superintelligence
thinking machines lab; physical intelligence; world labs; nous research; allen institute for ai
eleutherai; eleuther; ai2; sakana ai; runway ml; luma ai; synthesia; heygen; figure ai; liquid ai
reka ai; meta ai; google ai; apple intelligence; microsoft ai; superintelligence labs
superintelligence lab; fireworks ai; surge ai; mercor; baseten; anysphere; coreweave; cerebras
sambanova; tenstorrent; graphcore; nebius; langchain; llamaindex; metr; epoch ai
"""

PRODUCTS = """
chatgpt; gpt; gpts; 4o; o0 mini; o0 pro; dall e; codex cli; openai codex; claude code; claude opus
claude sonnet; claude haiku; claude cowork; claude 0; claude desktop; claude ai; claude.ai
gemini pro; gemini flash; gemini ultra; gemini nano; gemini live; gemini app; gemini cli
gemini code assist; gemini deep; google gemini; gemini 0; gemma; notebooklm; nano banana; veo 0
imagen 0; google bard; github copilot; microsoft copilot; copilot studio; copilot chat
copilot agent; copilot vision; copilot 0; grok 0; grok code; grokipedia; deepseek r0; qwen; kimi k0
doubao; hunyuan; ernie bot; tongyi; llama 0; code llama; mixtral; codestral; le chat; midjourney
stable diffusion; suno ai; flux kontext; sora 0; sora app; alexa plus; pytorch; tensorflow
llama cpp; llama.cpp; llama; vllm; ollama; lm studio; openclaw; deep research; replika; openrouter
comfyui; model context protocol
"""

# Names that mean other things too.
NAMES = """
KI; IA; ML
claude; grok; copilot; gemini; perplexity; codex; sora; mistral; cursor ai; replit; windsurf
sakana; suno; udio; moonshot; kimi; minimax; groq; crusoe; lambda labs; runway; manus
lovable; poolside; cognition labs; pinecone; weaviate; bard; tabnine; devin; glean
"""

PEOPLE = """
sam altman; altman; dario amodei; daniela amodei; amodei; demis hassabis; hassabis; mira murati
murati; ilya sutskever; sutskever; yann lecun; lecun; geoffrey hinton; hinton; andrej karpathy
karpathy; fei fei li; yoshua bengio; bengio; mustafa suleyman; suleyman; alexandr wang
arthur mensch; liang wenfeng; aravind srinivas; jensen huang; greg brockman; brockman
"""

CRAFT = """
facial recognition; face recognition; computer vision; training data; vector database
vector search; hallucination; hallucinates; hallucinate; machine translation; speech recognition
synthetic data; self improving; superalignment; office agent; open model; browser agent
voice agent; language processing; prompt engineering; retrieval augmented; context window
context engineering; red teaming; red team; jailbreak; model maker; agent workflow; agent first
sub agent; subagent; multi agent; computer use; for agents; browser use; voice assistant
smart assistant; digital assistant; 0b parameter; 0b model; million parameter; billion parameter
trillion parameter; autonomous agent; data labeling; data labelling; model release; training run
training cluster; inference server; inference chip; coding benchmark; system prompt; model card
chain of thought; mixture of experts; test time compute; tool calling; evals; scraping bot
slop; existential risk; algorithmic bias; autonomous weapon; killer robot; offene modelle
offenen modelle; inferenz; mcp server; agent skill; agent sdk
"""

CHIPS = """
nvidia; gpu; tpu; npu; hbm; cuda; rocm; nvlink; accelerator chip; superchip; ai chip; trainium
inferentia; dgx; blackwell; h100; h200; h20; b200; gb200; gb300; mi300; mi300x; mi350; hbm3
hbm3e; hbm4; chip export; wafer scale; inference hardware
"""

SITES = """
data center; data centre; datacenter; datacentre; rechenzentrum; rechenzentren; supercomputer
hyperscaler; neocloud; gigawatt; compute deal; stargate; cloud capacity
"""

ROBOTS = """
humanoid robot; humanoid; robotics; robotik; roboter; lagerroboter; robot maker; boston dynamics
unitree; drone swarm; robot arm; robot hand; robot dog; delivery robot; warehouse robot
"""

CARS = """
robotaxi; robocab; waymo; wayve; zoox; driverless car; self driving; autonomous vehicle
autonomous driving; autonomous car; driverless
"""

# What the craft speaks of, and others too.
TERMS = """
inference; alignment; checkpoint; open source model; parameters; parameter; tokens; token
compute; autonomous; algorithmic; watermark; cursor; opus; sonnet; veo; imagen; rag; mcp; a2a
palantir; siri; alexa; prompt; prompts; scraping; scraper; tsmc; sk hynix; broadcom; amd; rubin
chip maker; chipmaker; chip designer; chip packaging; autocomplete; synthetic; sentient; bot; bots
biometric; gewichte; benchmark; cloud company; cloud provider; neural; transformer; new model
model family; 0 model; retraining; pretraining; pretrained; fine tune; fine tuned; train on
trained on; weights; generative; multimodal; embeddings; accelerator; training ground; genome model
models; frontier; agents; agent; lidar; orchestration; surveillance
"""

COMPANIES = """
google; microsoft; meta; amazon; apple; musk; tesla; intel; baidu; alibaba; bytedance; tencent
huawei; zuckerberg; nadella; pichai; oracle; salesforce; softbank; ibm; databricks; snowflake
qualcomm; micron; samsung; github; cloudflare; aws; azure; tiktok; spacex; adobe; reddit
"""

HINTS = """
model; chip; chips; semiconductor; robot; robots; algorithm; automation; reasoning; training
trained; lab; labs; cloud; startup; developer; api; export controls; export control; copyright
safety; open source; research; researchers; regulator; regulation; antitrust; lawsuit; funding
valuation; raises; data; hardware; deploy; server; power; guardrails; assistant; translation
speech; modell; modelle; modèle; modelo; software; engineer; tech; cyber
"""

# Phrases in which our words mean something else: they weigh nothing and hide the word.
OTHER_MEANINGS = """
estate agent; ice agent; federal agent; border agent; border patrol agent; secret agent; fbi agent
travel agent; free agent; secret service agent; undercover agent; talent agent; agent orange
role model; business model; fashion model; model 0; model y; model x; climate model
weather model; model railway; subscription model; scale model; supermodel; training camp
strength training; weight training; weights room; lift weights; potato chip; chocolate chip
blue chip; security token; token gesture; wheel alignment; planetary alignment; power plant
border checkpoint; military checkpoint; police checkpoint; brain implant; neural implant
neural brain implant; wind power; solar power; runway show; airport runway
fashion runway; gemini titan; gemini exchange; gemini season; gemini protocol; project gemini
perplexity of; intel mac; power mac; opus magnum; magnum opus
"""

SELLING = """
record low price; promo code; coupon; lifetime access; lifetime subscription; limited time offer
best deals; buying guide; gift guide; black friday; prime day; on sale for; robot vacuum
record low; deal alert; all time low; sponsored deal; early deals; cyber monday; discount code
lowest price; bundle deal; horoscope; zodiac; astrology; crossword; recipe; today only
robot vacuums; vacuum deals; robot lawn mower; robot mower; wordle; nyt connections
"""

OTHER_FIELDS = """
crypto; cryptocurrency; bitcoin; coinbase; blockchain; kalshi; polymarket; titan; stablecoin
smart home; smart speaker; hurricane; football; premier league; celebrity; movie; box office
recap; world cup; episode; trailer; season; tournament; playoff; concert; album; wedding; is hiring
air fryer; vacuum; headphones; earbuds; mattress; weekend; vacation; restaurant; secret service
streaming; xbox; playstation; nintendo; game pass; spectre; laptop review; ios; ipados; macos
android auto; carplay; rocket; spacecraft; asteroid; vaccine; measles; smartwatch; soundbar
cheat sheet; tips and tricks; hidden feature; you need to know; changed my life
wi fi; bluetooth; quantum; dating app; galaxy watch; airpods; steam deck; e bike; motorcycle
"""

# Written without blanks between words.
UNSPACED = (
    "人工智能", "大模型", "人工知能", "生成AI", "大语言模型", "인공지능", "人工智慧", "生成式",
    "机器学习", "機械学習", "الذكاء الاصطناعي", "ปัญญาประดิษฐ์", "कृत्रिम बुद्धिमत्ता",
)  # fmt: skip

GROUPS: Final[Mapping[str, str]] = {
    "subject": SUBJECT,
    "labs": LABS,
    "products": PRODUCTS,
    "names": NAMES,
    "people": PEOPLE,
    "craft": CRAFT,
    "chips": CHIPS,
    "sites": SITES,
    "robots": ROBOTS,
    "cars": CARS,
    "terms": TERMS,
    "companies": COMPANIES,
    "hints": HINTS,
    "other_meanings": OTHER_MEANINGS,
    "selling": SELLING,
    "other_fields": OTHER_FIELDS,
}

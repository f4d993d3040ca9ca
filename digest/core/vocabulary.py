"""The words an AI industry uses, each with the weight its presence in a headline carries.

Weights are log-odds: 0.7 doubles the odds, 4 settles the matter. They were set by hand from what
a word means, then checked on data kind "relevance"; none names an event. Phrases are in lower
case, apostrophes and hyphens as blanks; a final "s" of the text is also tried without it.
"""

from __future__ import annotations

SETTLES = """
artificial intelligence; artificial general intelligence; generative ai; gen ai; genai; agentic ai
machine learning; deep learning; neural network; neural net; language model; large language model
llm; llms; vlm; slm; foundation model; frontier model; diffusion model; reasoning model; world model
superintelligence; chatbot; ai agent; ai model; agi; mlops; llmops; transformer model; agentic
multimodal model; open weight; open weights; reinforcement learning; prompt injection; fine tuning
chatgpt; openai; anthropic; deepmind; hugging face; huggingface; midjourney; stable diffusion
stability ai; mistral ai; deepseek; qwen; xai; spacexai; perplexity ai; character ai; elevenlabs
cohere; claude code; claude opus; claude sonnet; claude haiku; gemini pro; gemini flash
github copilot; microsoft copilot; meta ai; google ai; apple intelligence; scale ai; together ai
gpt; coreweave; cerebras; pytorch; tensorflow; langchain; llama cpp; vllm; ollama; text to image
text to video; text to speech model; speech model; voice model; vision model; image model
video model; coding model; embedding model; model weights; ai act; sam altman; dario amodei
demis hassabis; mira murati; ilya sutskever; yann lecun; geoffrey hinton; andrej karpathy
künstliche intelligenz; künstlicher intelligenz; künstlichen intelligenz; sprachmodell
sprachmodelle; sprachmodellen; ki modell; ki modelle; intelligence artificielle; ia générative
modèle de langage; inteligencia artificial; ia generativa; inteligência artificial
intelligenza artificiale; modelos de lenguaje; kunstmatige intelligentie; sztuczna inteligencja
"""

STRONG = """
claude; grok; copilot; gemini; perplexity; codex; sora; nvidia; jensen huang; altman; amodei
hassabis; superalignment; deepfake; deep fake; facial recognition; computer vision; training data
vector database; hallucination; machine translation; speech recognition; synthetic data; tpu
self improving; humanoid robot; humanoid; ai safety; ai chip; gpu; hbm; cuda; inference chip
inference server; accelerator chip; nano banana; suno; moonshot; kimi; minimax; zhipu; notebooklm
groq; sambanova; tenstorrent; graphcore; lambda labs; nebius; crusoe; mistral; llama; cursor ai
replit; windsurf; sakana; runway ml; vibe coding; vibe coded; office agent; open model
coding agent; coding assistant; voice assistant; smart assistant; browser agent; robotaxi
robocab; waymo; wayve; language processing; prompt engineering; retrieval augmented
model context protocol; context window; red teaming; jailbreak; neural; model maker
agent workflow; agent first; sub agent; computer use; for agents; browser use
0b parameter; 0b model; genome model; gpt store; autonomous agent; digital assistant
data labeling; model release; training source; training run; training cluster; coding test
coding score; coding benchmark; million parameter; billion parameter; trillion parameter
offene modelle; offenen modelle; inferenz
"""

MEDIUM_STRONG = """
data center; data centre; datacenter; datacentre; rechenzentrum; accelerator; robotics; robotik
chip designer; robot maker; roboter; lagerroboter; transformer; new model; model family; 0 model
retraining; pretraining; pretrained; fine tune; fine tuned; train on; trained on; weights
generative; multimodal; embeddings; superchip; supercomputer; chip export; training ground
"""

MEDIUM = """
inference; alignment; checkpoint; open source model; parameters; parameter; tokens; hyperscaler
compute; compute deal; self driving; autonomous; driverless; algorithmic; watermark; cursor; opus
sonnet; veo; imagen; rag; mcp; palantir; siri; alexa; sutskever; murati; karpathy; lecun; hinton
prompt; prompts; scraping; tsmc; sk hynix; broadcom; amd; gigawatt; rubin; blackwell; chip maker
chipmaker; chip packaging; autocomplete; synthetic; sentient; bot; biometric; lovable; gewichte
benchmark; cloud company; cloud provider
"""

WEAK = """
model; models; chip; chips; agent; agents; semiconductor; robot; robots; algorithm; automation
reasoning; training; trained; lab; labs; cloud; startup; developer; api
export controls; export control; copyright; safety; open source; research; researchers; intel
baidu; alibaba; bytedance; tencent; huawei; google; microsoft; meta; amazon; apple; musk; tesla
zuckerberg; regulator; regulation; antitrust; lawsuit; funding; valuation; raises; data; hardware
deploy; server; power; guardrails; assistant; translation; speech; modell; modelle; modèle; modelo
"""

# What speaks against: shopping and tips pages that name products only to sell something, and
# fields whose names collide with ours.
AGAINST_STRONG = """
record low price; promo code; coupon; lifetime access; lifetime subscription; limited time offer
best deals; buying guide; gift guide; black friday; prime day; on sale for; robot vacuum; horoscope
zodiac; astrology; crossword; recipe; record low; deal alert; all time low; sponsored deal
"""
AGAINST = """
crypto; cryptocurrency; bitcoin; coinbase; blockchain; kalshi; polymarket; titan; stablecoin
smart home; smart speaker; hurricane; football; premier league; celebrity; movie; box office
recap; world cup; episode; trailer; season; tournament; playoff; concert; album; wedding; is hiring
air fryer; vacuum; headphones; earbuds; mattress; weekend; vacation; restaurant; secret service
"""

# Written without blanks between words, or with letters that mean nothing in lower case.
CASED = {"AI": 4.0, "A.I": 4.0, "KI": 3.5, "IA": 3.0, "ML": 2.5, "AIs": 4.0, "KIs": 3.5}
UNSPACED = ("人工智能", "大模型", "人工知能", "生成AI", "大语言模型", "인공지능", "人工智慧")

WEIGHTS: tuple[tuple[str, float], ...] = (
    (SETTLES, 4.0),
    (STRONG, 2.7),
    (MEDIUM_STRONG, 1.9),
    (MEDIUM, 1.3),
    (WEAK, 0.3),
    (AGAINST, -1.5),
    (AGAINST_STRONG, -5.0),
)

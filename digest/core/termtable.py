"""In how many of 10,000 entries of AI news feeds each word stem stands.

Counted over the titles and leads of 2,954 entries; 1,684 stems. Made by
``python -m benchmarks.termweights --feeds labs ars_snapshots``; ``similarity`` reads it.
"""

from typing import Final

PER: Final = 10_000  # entries
FLOOR: Final = 15  # a stem that is not in the table counts as if this many entries held it

# A frequency, then the stems that have it.
TABLE: Final = """
2471 ai
1747 model
1703 new
1056 windsurf
985 claud
816 agent
765 introduc
735 batch
731 insight
721 build
718 data
714 learn
677 next
606 code
589 fix
572 use
559 work
542 open
515 get
481 research
474 improvement
464 user
454 anthropic using
443 languag
437 availabl system
433 dagster
430 openai
406 improv
403 first train updat
399 time
396 support
393 llm
379 tool
376 startup
372 make
362 bug
352 releas
342 larg performanc team
328 peopl
325 cascad scal
322 start
318 test world
315 reason
308 announc
305 want
301 enterpris
298 engineer fund
291 patch year
278 frontier help plan
274 codeium power sourc
271 better
267 agentic human
261 bas run
257 built ki task
251 compani googl
247 advanc
244 real
240 cod context
237 prompt
230 bring evaluation featur
227 benchmark find high
223 across capabiliti developer pinecon platform think
220 enabl understand
217 generat meta
213 call two
210 launch mode text
206 api safeti
203 combinator creat design show way y
200 application cloud need search
196 mcp shar thing
193 development free problem workflow
190 generation
186 business partner writ
183 issu product risk
179 control generativ llama
176 best chang imag
173 evaluat securiti take talk week
169 good self
166 mak pric pro
162 app cost faster limit mani perplexiti report stat
159 guid ollama part post
156 accelerat develop network set
152 pipelin
149 includ measur provid question result server weaviat
146 access assistant government last look neural robot see skill used
142 environment process project softwar
139 ad approach chatgpt fast level manag program secur seem
135 credit experienc explor go long qualiti
132 ask computer day framework multi
129 answer deep founder machin servic web
125 idea intelligenc reinforcement someth spe today
122 appl appli big increas partnership progress turn video window
118 action case chat end full futur job know lot made microsoft pattern scienc step thre vision
115 discover memori opus preview read studi
112 becom challeng conversation editor essay file give grok million python right
108 exampl expand found lead method month orchestration production rais
105 changelist command expert gemini local mistral practic small sonnet technologi try
102 art asset driv earli global integration lab multimodal polici public respons review
98 abiliti back efficient latest top
95 ago beta deploy directli general group industri key output recentli rule seri tun version
  wave
91 achiev algorithm allow attack comput insid knowledg management messag reduc
88 codex common cyber different error explain fine fundamental life meet strategi terminal voic
85 add deliver economic excit impact mean old recent reliabl type various vector weight
81 analysis behavior coher content deployment game grow interpretabiliti nativ number optimiz
  play rag school
78 amazon custom four hard integrat reliabiliti serv simpl solution solv specific techniqu
  thought token ui
74 automat boost center domain dynamic efficienci important inferenc join less offic probabli
  request requir sign standard structur upgrad usag valu
71 break capabl clos communiti defin deriv gain github goe great happen innovation low panel
  perform potential powerful put safeguard second session student surpris term trump
68 actualli anyth architectur around block chatbot class come continu cours customer cut devin
  driven edit effectiv enhanc experiment generalli input instead institut keep live move
  national never point rate scalabl scientific several spac transform trust vs word
64 accuraci behind beyond browser china codebas copilot current databas dataset easi everyon
  foundation going gpt grad identifi infrastructur money option organization practical
  researcher stabiliti stack tab transformation transformer
61 avoid collaboration complex easier goal index librari list modern multipl offer often order
  realli reveal scientist side simplifi stori tech win x
58 choos claim connect decid describ detect discoveri dive enough eval face five got ide kind
  law leader leverag man monitor natural nvidia paid paper past readi retrieval singl technical
  tell tier universiti vulnerabiliti wrot
54 alreadi automation believ book compar concept cowork crash cybersecuriti education embed
  engin everyth exist fact field focus handl interest load minor october onlin parameter produc
  quickli reach realiz record red remot robotic shift smart spars uk visibiliti visual
51 adversarial aisi al april arena august auto automaticalli caus commit copyright cover cursor
  deepseek default diff effort et extension far feel function higher information internal invest
  larger market medium music novel other packag present prevent propos rare resourc reward sampl
  scor select spend surg switch useful
47 age alway bad bench biggest client combin complet conferenc detail devic e feedback flow form
  growth harness investor judg let longer major march match matter metric minut mistak path pay
  plac premium publish queri robust role sound stag suit threat track written
44 act adoption advantag anyon billion check com comet component creativ demand demonstrat ensur
  evolv extend fabl fail fair follow gave gpu hand highlight host hub hybrid individual kid
  legal lesson mac mind object orchestrat personal possibl predict prediction protocol rang
  reflect rl round serverless silicon sometim soon styl suggestion surfac teach topic transfer
  unit view war xai zero
41 address agreement ahead alignment along america analyz android another assess audio
  autonomous awareness benefit builder certain chip collaborat completion complianc core
  critical deal despit detection discuss embrac era event filter financial friend gap gen genai
  generator head hope interactiv international internet label latenci layer line miss near notic
  physical pre productiviti protect push rather september sequenc stay stop tak tend trend
  usualli walk wide
37 appoint assist aws b battl brain c ceo choic codemap connection decad dedicat diffusion
  easili ecosystem edge effect empower enter especialli evidenc execution famili ground health
  healthcar implementation interaction interfac investigat jailbreak largest least loss lower
  map master math max media medical mitigat net observabiliti operat plus previous privat restor
  rich safe save segment sens short significant simulation someon sort stream successful target
  third true
34 adaptiv aim artist assistanc balanc bar begin bet bill board cach catch circuit click
  commitment condition config correct coupl digital display energi experimental exploit
  functionaliti ga groq groqcloud harmful icon import initial june legaci letter log loop lost
  maintain meant multilingual nasa nuclear oauth operation oss outlin particular picker popular
  pretrain privaci prob professional quota regulation remov replac responsibl return rise
  sandbox saw shap shot spacex statement stor strategic streamlin success swe theori thousand
  translation trial unlock vibe
30 accept acquir admin almost amount analytic anti attention awar brand buy california car chain
  chief cli comparison competitor concern configur connector decision defens direct dron due eu
  europ execut failur fals gpus hardwar harm hold hook hour hundr implement india ingestion
  instruction interview juli later leaderboard linux love mileston mission mixtur name
  opportuniti outperform page parallel permission physic plugin principl promotional pull quick
  race rapidli relat remain representation s sam ship signal similar simulat slack smarter
  social speak special speech steer studio subscriber suggest ten together toggl unifi vaccin
  valley valuabl variant ventur welcom whit worth wrong zone
27 able activation advic affect american apis area ars artifact automatic availabiliti azur ban
  bank beat bot button canada cancer catalog classification co colleg complexiti consumer
  coordinat countri daili dall debug deepfak defender definition dev direction director document
  done dota earth elementl emerg encourag evolution figur financ finish flash git giv given
  grant grew guardrail hacker half hallucination highest implication increasingli ios japan
  jetbrain jump known latent le licens littl localli marketplac massiv mechanistic mention middl
  ml mobil mytho n non november officialli optimization os personaliz phon pilot political
  preferenc previousli prioriti promis properti recogniz regulat remember respond roll scenario
  schedul separat significantli site siz slow spark specificalli stabl standardiz star stronger
  subscription succ summit synthetic taught thrill told took traditional transparenci tree trick
  universal unprecedent unternehmen ux valuation verifi wait worri wors
24 academic activiti adapt ads alongsid ami annual apach appear arriv asia attempt audit
  authentication autocomplet autoencoder basic biologi blog card care climat clon cluster
  coalition cognition compatibiliti competition complicat computation configuration consistentli
  correctli court customiz dbt department dependenci desktop dr drop email empirical exactli
  exploration external fall februari fight finalli fit flexibl front gather governanc hackathon
  happi held hous identiti imagin influenc inspect instanc intelligent januari jr laboratori
  lack langchain lawsuit likeli liv maco mark material misus mostli mov nation natur navigat
  node nonprofit notebook operational paris partition pass pleas podcast poor position precision
  prototyp quantization ran rapid realiti recap recognition relevant render reproduc rfk router
  sale san seek selection sentenc setup seven shop societal sota specifi spok stand summer tackl
  tag till tip tutorial underli variabl varieti versus warn weekend went wild winner worktre
  writer yield
20 activ advisori agenci air ais alon angel argument articl artificial associat attribution
  author autonomousli base behav belief black bottleneck box bypass capaciti capital captur
  centuri clear collection communication compass competitiv compliant conduct consol constraint
  contain container cool creation cross ctrl dark date december deepmind demo disabl discussion
  distribution doc doctor documentation doubl effectiveness eight elisabeth elt employe
  engagement english entireli establish european excel exercis expertis expos extrem fear felt
  final florian forum francisco frontend fulli fun generaliz geometri hear heard highli histori
  home hype imitation interpret interpretabl introduction involv iterativ jul kill landscap leav
  left lie light limitation lineag link macht mathematic mechanism merg misalignment
  miscellaneous mitarbeiter moderation musk newli noth officer onboard one openclaw orchestrator
  outcom pane parti perfect person player politic profil programmer publicli purpos quit rank
  reader recommendation recruit refin represent resolv restriction robustness say screen se
  seamless secret seen sell semantic send serious simpli situation societi south sovereign
  stanford strengthen stress supervis tabl tax tini titl toolkit traffic troubl visualization
  whol won workspac wsl
17 acceleration account accurat addition adopt advisor affordabl agenda airflow align ambitious
  announcement arc architectural argu audienc averag barrier baselin bengio benign bia bigger
  biological bodi bound branch brought came cap career categori caught cdc child citi clinical
  clip collaps communicat compet compound comprehensiv consider continuous contribut
  controversial count cultur david debat decreas defeat degre depend description desir detector
  determin diagram dollar donat draw dual effectiveli efficientli einblick election endpoint
  enhancement entir equivalent examin exhibit expect express extinction extra factor fake
  fastest federal fill film fire firm flagship footprint forc foundri friendli funktioniert gear
  generalization giant glass gradient hack harvard hidden hit hollywood huge importanc indicator
  injection institution intend invers investigator invit joint kimi kl knew knowledgeabl land
  led length linear london los maker member mental migration mine mini mix mlx moderniz modifi
  momentum movi multiagent neuron nois note obvious official opinion organiz originalli overall
  pacific parent penalti persistent persuad persuasiv philosophi pledg pose potentialli
  practitioner prefer prepar pretti profit properli prov provider publisher quantifi quantum
  queu realistic recip refresh regularization reli rerank resolution responsiv rest rev revers
  rocket rul runtim safeli safer sav scen schema sent seoul simpler six size snapshot snowflak
  sonar struck subagent suddenli supercomplet superior suppli sure taken talent throughput town
  translat transparent truth tv uncover union unser vendor websit wideli wonder worker workload
  yahoo yc young youtub
"""

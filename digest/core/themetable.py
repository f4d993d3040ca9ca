"""The table of themes, to be read and mended by people; ``themes`` reads it."""

from typing import Final

# A theme begins at the margin: its name, its phase, its emoji. The phase places a section: 0 what
# happened, 1 detail, 2 background, 3 reaction, 4 what next. Then its words, and its headings, each
# with the condition under which it is true of a sentence: every "&" group has one of its words
# there, and a group with "!" none. The first heading that holds is
# taken. "¤" stands for a sum of money; "de" marks German.
TABLE: Final = """
approval 4 🏛️ 🛂 🚦
  words: regulator antitrust competition authority jurisdiction clearance clear approve approval
      ftc commission kartellamt behörde genehmigung freigabe zustimmung remedy
  An Antitrust Complaint: antitrust anticompetitive & complaint accuse accusing
  Regulators Have the Last Word: regulator authority commission jurisdiction & clear approve
      approval block
  Under Antitrust Scrutiny: antitrust & probe investigate investigation scrutiny look complaint
  Regulators Take an Interest: regulator antitrust & look review ask question watch expect
  de Die Behörden müssen zustimmen: behörde genehmigung freigabe zustimmung kartellamt
court 1 ⚖️ 👩‍⚖️ 📜
  words: court judge lawsuit sue suit ruling rule appeal jury trial plaintiff defendant
      copyright infringement damages settlement settle legal verdict hearing attorney lawyer
      injunction gericht klage urteil richter anwalt urheberrecht berufung
  An Appeal Is Likely: appeal & plan expect likely intend will
  On Appeal: appeal & court ruling judge case decision
  The Settlement: settlement settle & court lawsuit claim case pay
  The Copyright Question: copyright
  What the Judge Decided: judge court & rule ruled ruling order ordered grant reject deny
      dismiss permit permitted
  The Case in Court: court judge jury damages & case hearing trial damages decision judge
  The Legal Dispute: lawsuit sue sued plaintiff
  de Der Streit vor Gericht: gericht klage urteil richter
governance 1 🧠 🏛️ 🪑
  words: governance nonprofit non-profit control oversight trustee trust charter shareholder
      director structure influence decision voting vote seat vorstand aufsichtsrat stiftung role
      say limited terms
  A Limited Say in Decisions: limited & say role & decision
  Who Keeps the Last Word: keep & last & word
  The Terms: terms & approval contract deal agreement
  Governance and Control: governance nonprofit & control influence say decision
  A Dispute Over Governance: governance & dispute dissatisfaction friction tension frustrate
  Who Sits on the Trust: trust trustee & seat member seven name choose appoint
  The Board's Influence: board & influence
  Questions of Governance: governance
  In the Boardroom: board & director chair vote seat approve shareholder
  Who Has the Say: trustee vote majority shareholder & decide need appoint block majority release
  de Wer das Sagen hat: vorstand aufsichtsrat stiftung mitglied
money 1 💰 💵 🏦 💸
  words: pay fund funding round raise valuation investor invest investment venture stake equity loan
      debt finance credit finanzierung investor bewertung aktie zahlen ¤
  The Break Fee: fee & break block fail withdraw
  The Size of the Stake: stake equity & size future percent cent
  A Share of Revenue: revenue & share participate & percent
  Price and Terms: price pay & cash share & ¤
  Cash and Shares: cash & share stock
  The New Valuation: valuation value & round raise fund investor
  Who Is Investing: investor lead led & round fund join participate
  Where the Money Goes: money fund proceeds capital & use spend build plan hire
  The Funding Round: round & fund funding raise investor
  Investment at Stake: invest investment & ¤
  The Cost: cost & ¤
  The Money: ¤ & pay price cost raise fund spend contribute damages invest worth budget finance
      earn charge want ask demand take
  de Preis und Zahlung: preis zahlen bar zahlt & ¤
  de Die Finanzierung: finanzierung investor bewertung runde
  de Das Geld: ¤
results 2 📊 🧾 💹
  words: revenue profit loss quarter earnings sales turnover margin forecast year annual employ
      employee staff umsatz gewinn verlust quartal beschäftigen mitarbeiter
  Revenue and Staff: revenue sales & employ employee staff people
  Behind the Numbers: revenue profit earnings loss & quarter year forecast margin
  Revenue So Far: revenue sales turnover & year quarter last
  de Umsatz und Belegschaft: umsatz & beschäftigen mitarbeiter mensch
  de Die Zahlen: umsatz gewinn verlust
market 3 🪙 📈 📉
  words: share stock market trading analyst fell fall rose rise drop percent investor brokerage
      index börse aktie kurs analyst prozent
  How Markets Reacted: share stock & fell fall rose rise drop lower higher close trade
  What Analysts Say: analyst & say price expect brokerage estimate note warn
  de Die Reaktion der Börse: aktie kurs börse & fallen steigen prozent
people 1 👤 👥 🧑‍💼
  words: chief executive founder ceo president officer appoint hire leave step resign oust
      reinstate depart successor scientist head gründer chef geschäftsführer leiten
  A Brief Ousting, a Lasting Mark: oust ousting ousted removal & reinstate reinstatement
      reinstated return
  Leadership After the Deal: founder chief head lead & report deal close combine run remain
  A Change at the Top: chief executive ceo president & step resign leave depart successor
      replace
  Who Will Lead: chief head lead & lead head run
  de Wer an der Spitze steht: gründer gründerin chef spitze leiten leiter
jobs 2 🧑‍💻 👷 🪪
  words: job layoff cut hire worker employee staff union workforce recruit arbeitsplatz stelle
      entlassung mitarbeiter
  Jobs and Staff: job layoff workforce & cut plan staff employee hire
  New Hires: hire recruit & engineer people staff researcher
  de Stellen und Personal: arbeitsplatz stelle entlassung
partnership 2 🤝 🔗 🫱
  words: partner partnership collaborate collaboration exclusive alliance relationship tie
      agreement cooperate provider partnerschaft zusammenarbeit kooperation contract talk
      negotiation
  Falling Back on the Contract: contract & existing current & access technology until
  Talks Continue: talk negotiation discussion & continue daily hope optimistic
  Partnership Still Active—for Now: collaborate collaboration & continue remain still active
  A Relationship Reassessed: relationship partnership tie & reassess reconsider strain question
  The Partnership: partnership alliance
  de Die Zusammenarbeit: partnerschaft zusammenarbeit kooperation
independence 1 🔄 🧭 🛠️
  words: in-house own internal independent reliance rely alternative backup division house
      ecosystem depend eigen unabhängig abhängigkeit
  Building Its Own Models: own & model & develop developed building push pressing language
  An In-House Alternative: house & division team model alternative invest investment talent
  Less Reliance on One Partner: reliance rely & reduce less
  A Backup Plan: backup alternative & plan prepare
strategy 2 🔍 🧩 🗺️
  words: roadmap transparency vision strategy strategic long-term doubt uncertain uncertainty
      sceptical scepticism skepticism integrate integrat suite plan direction strategie
  Doubts About the Long Term: vision long plan & sustainable sustain doubt question last
  An Opaque Roadmap: roadmap & transparency opaque unclear clear little certainty lack
  Lack of Transparency: transparency & lack
  Doubts About the Strategy: strategy strategic & doubt question disagree differ
tension 1 ⚡ 🌩️ 🧨
  words: tension dispute clash conflict rift friction concern worry disagree disagreement
      frustrate frustration escalate breakdown collapse walk abandon streit konflikt spannung
  Rising Tensions: tension & escalate rise grow mount still keep continue
  Growing Frustration: frustrate frustration & grow grown growing sharpen sharpened
  Close to Collapse: collapse & close near
  Points of Friction: friction disagree disagreement dispute tension
  de Streitpunkte: streit konflikt spannung
open 1 🔓 📂 🧬
  words: open-weight open-source weights weight licence license download public repository open
      developer community fork offen lizenz gewicht quelloffen
  The Weights Stay Open: weight model & open remain stay keep available & licence license year
      trust download
  What the Licence Allows: distribute commercial & use model
  What the Licence Says: licence license & model weight code open
  Open Weights: weight & open download
  Open to Developers: open & developer source code
  de Die Gewichte bleiben frei: gewicht modell & lizenz frei verfügbar offen
launch 0 🚀 ✨ 🎉 🆕
  words: launch release unveil introduce announce roll rollout available version new feature
      preview beta debut ship app product update vorstellen veröffentlichen einführen start
  When It Arrives: available ship roll arrive release & will from soon & month week spring
      summer autumn winter tomorrow
  What Is New: new & feature version model tool app
  The Launch: launch launched unveil debut & model app tool product service version
  de Was neu ist: neu & modell version funktion
pricing 2 🏷️ 🎟️ 🧮
  words: price pricing subscription month tier plan cost token cheaper fee free charge discount
      preis kosten abo monat ¤
  What It Costs: price cost charge pay fee & ¤
  Prices Come Down: price cost & fall cut cheaper lower drop reduce
  de Was es kostet: preis kosten kostet abo & ¤
model 1 🤖 🧠 ✳️
  words: model parameter train training trained reasoning language multimodal token context
      benchmark inference agent assistant chatbot modell sprachmodell trainieren
  How the Model Was Trained: train trained training & accelerator gpu chip cluster token week
  The Next Model: next & model version & train due spring plan
  Training Data: data & train training source register
  On the Benchmarks: benchmark score & test model point
  The Size of the Model: model & parameter & size small smaller large larger train fit
  de Das Modell: modell sprachmodell & trainieren parameter
research 1 🔬 🧪 📚
  words: study research researcher paper trial experiment finding university institute scientist
      publish result test measure sample participant studie forscher forschung universität
      percent data lasting
  The Data Will Be Open: data & open & researcher
  A Note of Caution: little not unclear limit limitation caution & lasting involved fade faded
      small early preliminary
  How Well It Works: percent point & caught miss missed fewer solve solved beat outperform
      compare accuracy correctly
  How the Study Worked: study trial researcher & group assign participant pupil patient sample
      test
  What the Researchers Found: researcher study paper team & find found show result gain improve
  Open Questions for Research: research study & remain unclear unknown next further
  Research and Publication: research paper & publish recipe open
  de Was die Studie zeigt: studie forscher forschung
safety 1 🛡️ 🧯 ⚠️
  words: safety safe risk harm danger misuse guardrail alignment safeguard vulnerability attack
      hack security breach leak jailbreak protect sicherheit risiko gefahr lücke angriff
  The Security Hole: vulnerability flaw hole & attack attacker security hack hacker
  Safety Standards in Question: safety & standard & tension concern dispute question
  Risks and Safeguards: risk harm danger & safeguard protect guardrail prevent
  Safety Concerns: safety risk harm & concern worry warn
  Safety Tests: safety & test tests evaluate evaluation
  de Sicherheit und Risiken: sicherheit risiko gefahr
flaw 1 🐞 🔧 🩹
  words: trouble error bug fault faulty defect crack cracked replace recall flaw fix patch wrong
      incorrect fail failure outage mistake stop glitch fehler rückruf ausfall affected
      concerned replacement swap board notice
  How Many Are Affected: affected concerned & percent fifth quarter third half
  How the Replacement Works: replacement swap replace & batch order sent first faulty board unit
  How It Was Noticed: notice noticed detect spotted uncover uncovered & night week overlap
      account log
  The Recall: recall recalled & board product unit device car
  Where the Trouble Began: trouble & begin began started
  What Went Wrong: error bug fault defect failure outage mistake & cause begin found because after
  The Fix: fix patch repair & bug error flaw fault problem software board
  de Was schiefging: fehler ausfall rückruf
privacy 2 🔐 🕵️ 🪪
  words: privacy personal data consent user record surveillance face track gdpr datenschutz
      personenbezogen einwilligung
  Privacy and Personal Data: privacy personal & data record user
  Privacy: privacy
  de Datenschutz: datenschutz personenbezogen
chips 1 🔲 💾 🖥️
  words: chip gpu processor semiconductor accelerator wafer fab memory nanometre compute
      computing nvidia tsmc supercomputer cluster rechenleistung prozessor halbleiter packaging
      packaged board
  Where It Is Made: packaging packaged manufacture manufactured assembled & line plant factory
  Computing Power: compute computing capacity & power machine cluster train chip
  The Chips: chip gpu processor accelerator
  de Chips und Rechenleistung: chip prozessor halbleiter rechenleistung
energy 1 🔌 🔋 🌍
  words: energy power electricity grid megawatt gigawatt watt nuclear solar hydropower carbon
      emission water cooling strom energie kraftwerk netz
  Power and the Grid: grid megawatt gigawatt electricity & power capacity connection site
  Energy and Water: energy electricity & water cooling
  The Energy Bill: energy electricity & cost price
  de Strom und Netz: strom energie netz
datacentre 1 🏗️ 🏭 🗄️
  words: data-centre centre center datacenter site build construction campus capacity server
      hall rechenzentrum standort bau
  Where It Is Being Built: site campus centre center & build construction break ground
  The Data Centres: centre center datacenter & data datacenter
  de Die Rechenzentren: rechenzentrum
cloud 2 ☁️ 📡 🗄️
  words: cloud hosting host provider azure aws platform software server customer cloud-anbieter
  Across the Product Suite: azure office bing & product suite integrate build weave
  What Changes for Hosts: host hosting provider cloud & contract contracts
  A Rival Takes Over: competitor rival & belong own buy acquire
customers 2 🛒 🧑‍🤝‍🧑 🏬
  words: customer user client business buyer bank agency shop consumer patient pupil teacher
      people kunde nutzer anwender verbraucher order cancel
  An Order Cancelled: order orders & cancel cancelled
  Orders on Hold: order orders & waiting suspend suspended
  Who Was Hit: customers customer & included include & newspaper seller bank hospital system
  What Changes for Customers: customer user client & change expect price notice keep receive
  Who Is Affected: customer user patient pupil worker people & affect concern hit
  Who Uses It: customer user client business & use serve adopt million
  de Was das für Kunden heißt: kunde nutzer anwender
classroom 2 🏫 ✏️ 🎓
  words: school pupil teacher classroom student lesson university exam tutor education schule
      lehrer schüler
  In the Classroom: teacher pupil classroom school & mark lesson tutor check
  Schools and Teachers: school & teacher
  de In der Schule: schule lehrer schüler
health 2 🏥 🩺 💊
  words: hospital patient doctor medical clinical health drug disease diagnosis nurse
      krankenhaus arzt patient
  In the Clinic: hospital clinical doctor nurse & patient test use
  Patients and Doctors: patient & doctor
  de In der Klinik: krankenhaus arzt klinik
robots 1 🦾 🤖 🚗
  words: robot robotics humanoid warehouse autonomous vehicle driving car drone factory roboter
      fahrzeug
  On the Factory Floor: factory warehouse & robot
  The Robots: robot robotics humanoid
  On the Road: vehicle car driving & road autonomous
  de Die Roboter: roboter
media 2 🎨 🎬 🎵
  words: artist author writer music film image video publisher newspaper book song actor creator
      voice künstler autor musik verlag
  Authors and Publishers: author publisher & book
  Artists and Creators: artist creator actor musician & creator work voice right use
  de Autoren und Verlage: autor verlag künstler
policy 1 📋 🏛️ 🗳️
  words: law bill act regulation rule government minister ministry parliament senate congress
      policy legislation lawmaker eu brussels state public gesetz regierung ministerium
      verordnung politik hour must deadline
  The Deadline: within & hour hours days & must report reported reveal publish
  Exceptions for Small Firms: fewer & employee & firm company
  What the Law Requires: law act regulation rule & require must oblige ban
  Ministries Ask for Advice: ministry & ask advice
  The Government's Part: government ministry minister & fund pay plan say promise provide
  Law and Policy: law regulation legislation & policy government parliament lawmaker
  de Gesetz und Politik: gesetz regierung verordnung ministerium
rivals 2 🥊 🏁 ♟️
  words: rival competitor competition compete bid bidder race lead ahead wettbewerber konkurrent
      konkurrenz
  A Rival Bid: rival & bid offer
  What It Means for Rivals: rival competitor & price pressure nervous lose follow answer respond
      compete
  de Die Konkurrenz: konkurrenz konkurrent wettbewerber
reaction 3 💬 🗣️ 📣
  words: critic criticize criticise criticism praise welcome warn react reaction condemn call
      demand oppose support question persuade kritik kritiker begrüßen warnen fordern
  Critics Object: critic criticism criticise criticize condemn oppose
  Calls for Change: call demand urge & change rule limit extension fix longer
  A Warning: warn warned warning & risk could may danger
  de Kritik und Lob: kritik kritiker begrüßen
next 4 🔮 📅 🗓️ ⏭️
  words: next expect plan will due later schedule deadline upcoming future begin start spring
      summer autumn winter complete close month week soon künftig nächste geplant bis
  Closing Within Months: close complete & expect & 120 day month
  A Second Phase: second & phase
  What Is at Stake: signal mean mark point & major shift change & landscape industry
  What Happens Next: !no not & will due plan planned expect expected schedule intend & next begin
      start complete install deliver train close follow spring summer autumn winter monday tuesday
      wednesday thursday friday months weeks
  de Wie es weitergeht: künftig nächste nächsten nächstes geplant folgen & jahr monat woche soll
      wird sollen bis
background 2 📖 🕰️ 🧾
  words: since history previously earlier year ago began origin former early
      gegründet seit früher
  The Background: ago previously history founded & year month first found founded begin
  de Der Hintergrund: gegründet seit früher
"""

// What each figure means, in place: construct, range, uncertainty, limits.

export const VOICES: Record<string, string> = {
  own: "the article’s own voice",
  direct: "quoted",
  mixed: "partly quoted",
  indirect: "reported",
  unresolved: "unresolved",
  speaker: "one speaker’s view",
};

export const NOTES = {
  findings:
    "Sentences made by rules from the figures below, the strongest first. They say what differs between these articles, not why, and nothing of the outlets beyond them. Each leads to its figures and sentences.",
  voices:
    "Share of the body’s words by whose words they are. Quoted: inside quotation marks. Reported: introduced by a reporting verb or phrase, without marks. Partly quoted: reported with quoted parts. All else is the article’s own. 0 to 100 %. Intervals: 95 %, bootstrap over paragraphs. The tagger that finds reported speech errs; quotation marks are read by rules.",
  speakers:
    "Words of the body by speaker, and the verbs that introduce them. Speakers are found by a tagger and rules; a speaker who is only described (“a senior official”) is listed under those words. A verb such as “claimed” or “boasted” is the outlet’s choice; its class (neutral, assertive, doubting, emotive) comes from a table.",
  actors:
    "Share of the body’s sentences that name the actor (name, short name, name with title). 0 to 100 %. Intervals: 95 %, bootstrap over paragraphs. H: named in the headline. Descriptions and pronouns are not counted here.",
  tone:
    "Target-dependent sentiment (Hamborg and Donnay 2021): the mean, over the mentions of an actor in the body, of the probability of a positive minus that of a negative tone. −1 to +1. Tone inside quotation marks belongs to the speaker, never to the outlet. Intervals: 95 %, bootstrap over paragraphs; where the kind of the interval names the classifier, they carry its errors too. Fewer than the least number of paragraphs is “too few”, not neutral. Tone is neither a frame nor a stance, and bad news about an actor reads as negative tone.",
  frames:
    "Share of the body that is set in each frame (policy frames: Boydstun et al. 2014; Card et al. 2015; or the codebook of the run). A sentence can carry several frames, so columns need not add up to 100 %. 0 to 100 %. The classifier errs most on rare frames; see its model card. Intervals do not carry its error: it was measured on whole articles, not on sentences.",
  names:
    "How each article calls each actor, with how often; in brackets, how often in words that it quotes or reports. Names first, then descriptions. Which description means whom is worked out by rules.",
  coverage:
    "Facts of the story as rows, articles as columns. Told: a sentence of the article says it. Contradicted: it says otherwise. Absent: no sentence of it was found. Unknown: something in it is near and not surely the same, or the page stops early. Sentences are matched by meaning, which can miss a paraphrase: “absent” means not found.",
  wording:
    "Words and phrases that an article uses more than the others do: log-odds with an informative Dirichlet prior (Monroe et al. 2008), in z-scores. Only its own voice counts; quotations are left out. A large z says that use differs, not that it matters.",
  renderings:
    "The same words of a speaker as each article gives them, against the others: marked where they differ. Translations, cuts and paraphrases all show; the page cannot tell which words were spoken.",
  shared:
    "Articles that share a large part of their sentences, word for word or edited: wire copy, syndication, rewriting. Their figures are not independent. Which came first is known only from the dates on the pages. A figure says beside its n how much of it is shared text; `--shared-text leave-out` leaves it out of the later article’s figures.",
  headlines:
    "The headline of each article: who comes first, whether its verb is active or passive, its tone towards the actors it names, its frame, and what the body stresses and the headline leaves out. One headline is one sentence: read it.",
  differences:
    "Each pair of articles (or outlets) compared on one measure. p: permutation or likelihood test as named; q: corrected for the number of tests (false discovery rate). Five articles are a case study: a small p says the difference is larger than paragraphs vary, not that the outlets differ in general.",
  others:
    "Other measures of the run, one row an article, with 95 % intervals. Stance: mean of favour minus opposition towards a proposition stated by the user, −1 to +1. Loaded wording: share of sentences that readers would call biased, 0 to 100 %. Hedging: share of hedged sentences or words.",
  figures: "Every measurement of this story, as in summary.json and measurements.csv. Nothing is drawn above that is not one of these.",
};

//! The phrases by which pages give their boilerplate away, and the class names that do.

use parallax_text::DropKind;
use std::collections::HashMap;
use std::sync::LazyLock;

/// How a phrase must stand in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// It is the whole line.
    Whole,
    /// The line begins with it.
    Start,
    /// It stands anywhere, at word boundaries.
    Inside,
}

/// What a marker does to the article's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Force {
    /// It may stand anywhere in an article (an advertisement between paragraphs).
    Passing,
    /// It hardly stands inside an article.
    Strong,
    /// It heads what comes after an article: other articles, comments.
    Heading,
}

/// A line that a phrase gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) kind: DropKind,
    pub(crate) force: Force,
}

struct Rule {
    kind: DropKind,
    force: Force,
    at: At,
    /// Lines with more words are prose that happens to have the phrase.
    max_words: usize,
    phrases: &'static [&'static str],
}

use At::{Inside, Start, Whole};
use DropKind::{Advertisement, Comments, Legal, Navigation, Other, Paywall, Promotion, Related, Share};
use Force::{Heading, Passing, Strong};

/// The first rule that holds decides. Phrases are lower case, with straight quotes.
#[rustfmt::skip]
const RULES: &[Rule] = &[
    Rule { kind: Advertisement, force: Passing, at: Whole, max_words: 8, phrases: &[
        "advertisement", "advertisements", "advertising", "ad", "ads", "sponsored", "sponsored content", "promoted",
        "paid content", "paid post", "ad image", "ad imagead image", "report this ad", "skip ad", "ad feedback",
        "ads by google", "article continues below", "article continues below advertisement",
        "article continues after advertisement", "story continues below", "story continues below advertisement",
        "story continues after advertisement", "advertisement scroll to continue", "scroll to continue",
        "scroll to continue with content", "continue reading below", "publicidad", "anuncio", "publicité", "anzeige",
        "werbung", "pubblicità", "publicidade", "anúncio", "advertentie", "loading ad", "remove ads",
    ]},
    Rule { kind: Advertisement, force: Passing, at: Start, max_words: 6, phrases: &["advertisement", "advertisementadvertisement"] },
    Rule { kind: Advertisement, force: Passing, at: Start, max_words: 30, phrases: &[
        "sponsored:", "sponsored content:", "sponsored post:", "sponsored story:", "partner content:", "partner post:", "paid post:",
        "paid content:", "paid partnership:", "paid program:", "promoted:", "promoted content:", "promoted post:", "advertorial:",
        "advertisement feature:", "advertiser content:", "ad:", "brand voice:", "anzeige:", "werbung:", "publirreportaje:",
        "contenido patrocinado", "contenu sponsorisé", "contenuto sponsorizzato", "conteúdo patrocinado",
    ]},
    Rule { kind: Advertisement, force: Passing, at: Start, max_words: 10, phrases: &[
        "sponsored by", "presented by", "brought to you by", "in partnership with", "in association with", "paid for by",
        "sponsored content from", "content by our partner", "partner content from",
    ]},
    Rule { kind: Comments, force: Heading, at: Whole, max_words: 8, phrases: &[
        "comments", "comment", "leave a reply", "leave a comment", "post a comment", "add a comment", "write a comment",
        "add comment", "join the discussion", "join the conversation", "view comments", "show comments", "no comments",
        "no comments yet", "comments are closed", "reader comments", "user comments",
        "leave a response", "cancel reply", "leave a reply cancel reply", "post comment", "submit comment",
        "comentarios", "deja un comentario", "deja una respuesta", "commentaires", "laisser un commentaire", "kommentare",
        "schreibe einen kommentar", "kommentar schreiben", "commenti", "lascia un commento", "comentários",
        "deixe um comentário", "reacties", "geef een reactie",
    ]},
    Rule { kind: Comments, force: Heading, at: Start, max_words: 30, phrases: &[
        "have something to say", "your email address will not be published", "log in to comment", "sign in to comment",
        "you must be logged in to post", "you must be logged in to comment", "leave a reply", "leave a comment",
        "join the conversation", "what do you think? leave", "comments on", "save my name, email",
        "notify me of follow-up comments", "notify me of new posts",
    ]},
    Rule { kind: Comments, force: Heading, at: Start, max_words: 16, phrases: &[
        "comments are closed", "comments are now closed", "comments are off", "comments are turned off", "comments are disabled",
        "comments are moderated", "comments have been closed", "comments have been turned off", "comments have been disabled",
        "comments for this", "commenting is closed", "commenting is now closed", "commenting on this", "commenting has been",
        "the comments section is", "the conversation is open to", "the conversation is closed", "this conversation is closed",
        "this conversation is moderated", "have your say", "be the first to comment", "view all comments", "show all comments",
        "read all comments", "log in to join", "sign in to join", "los comentarios están", "die kommentare sind",
        "die kommentarfunktion", "les commentaires sont",
    ]},
    Rule { kind: Comments, force: Strong, at: Whole, max_words: 3, phrases: &[
        "reply", "permalink", "report comment", "flag comment", "reply to this", "responder", "répondre", "antworten", "rispondi",
    ]},
    Rule { kind: Paywall, force: Strong, at: Inside, max_words: 40, phrases: &[
        "subscribe to continue", "subscribe to read", "subscribe to unlock", "subscribe to keep reading",
        "log in to continue", "sign in to continue", "register to continue", "to continue reading",
        "to keep reading this", "already a subscriber", "already a member", "already have an account",
        "already subscribed", "have an existing account", "don't have an account", "articles remaining",
        "article is for subscribers", "content is for subscribers", "available to subscribers", "for subscribers only",
        "unlock this article", "exclusive to subscribers", "reached your limit", "free articles", "lost your password",
        "forgot your password", "forgot password", "username or email", "sign in to your account",
        "log in to your account", "create an account", "create a free account", "your subscription",
        "subscription is required", "cancel any time", "cancel anytime", "complete digital access", "unlimited digital access",
        "full digital access", "subscription has expired", "subscription has lapsed", "start your free trial", "ya soy suscriptor", "suscríbete para", "abonnez-vous pour",
        "réservé aux abonnés", "il vous reste", "nur für abonnenten", "jetzt abonnieren", "riservato agli abbonati",
        "abbonati per", "conteúdo exclusivo para assinantes", "alleen voor abonnees",
    ]},
    Rule { kind: Paywall, force: Strong, at: Start, max_words: 14, phrases: &[
        "keep reading for", "keep reading with", "continue reading for", "continue reading with", "read on for", "read on with",
        "this article is reserved for", "subscribers can read",
    ]},
    Rule { kind: Paywall, force: Strong, at: Whole, max_words: 6, phrases: &[
        "log in", "login", "sign in", "log out", "sign up", "register", "password", "username", "remember me",
        "keep me signed in", "welcome back", "create account", "join now", "subscribe for full access", "subscribers only",
        "continue reading", "continue reading with a subscription", "read the full story", "read full article",
        "iniciar sesión", "se connecter", "anmelden", "accedi", "inloggen", "entrar",
    ]},
    Rule { kind: Legal, force: Strong, at: Inside, max_words: 90, phrases: &[
        "all rights reserved", "may not be published, broadcast", "may not be reproduced", "todos los derechos reservados",
        "derechos reservados", "tous droits réservés", "alle rechte vorbehalten", "tutti i diritti riservati",
        "todos os direitos reservados", "alle rechten voorbehouden", "we use cookies", "uses cookies", "this site uses cookies",
        "cookie policy", "cookie settings", "accept cookies", "accept all cookies", "our privacy policy",
        "do not sell my personal information", "do not sell or share my", "protected by recaptcha",
        "terms of service apply", "terms and conditions apply", "utilizamos cookies", "nous utilisons des cookies",
        "store cookies", "partners use cookies", "cookies on your device", "show you relevant advertising", "show you personalised",
        "show you personalized", "we value your privacy", "manage your consent",
        "reproduction without permission", "affiliate commission", "affiliate links", "earn a commission", "affiliate disclosure",
    ]},
    Rule { kind: Legal, force: Strong, at: Start, max_words: 40, phrases: &[
        "©", "copyright ©", "copyright (c)", "(c) 20", "© 20", "copyright 20", "our standards:", "our ethics:", "corrections policy",
        "registered office:",
    ]},
    Rule { kind: Legal, force: Strong, at: Whole, max_words: 6, phrases: &[
        "privacy policy", "terms of use", "terms of service", "terms and conditions", "terms & conditions",
        "privacy", "terms", "cookies", "cookie preferences", "manage cookies", "privacy settings", "your privacy choices",
        "legal", "legal notice", "imprint", "impressum", "datenschutz", "aviso legal", "mentions légales",
        "privacy notice", "accept", "accept all", "reject all", "i agree",
    ]},
    Rule { kind: Related, force: Heading, at: Whole, max_words: 10, phrases: &[
        "related", "related articles", "related article", "related stories", "related posts", "related news",
        "related content", "related topics", "related reading", "related coverage", "related links", "related items",
        "related blogs", "related blog posts", "related resources", "related videos", "related products",
        "you might also like", "you may also like", "you might be interested in", "you may be interested in",
        "you may like", "you might like", "you'll also like", "more like this", "more on this story", "more on this",
        "more on this topic", "more stories", "more news", "more articles", "more posts", "more information",
        "more to read", "more to explore", "more reading", "other stories", "other articles", "other posts",
        "similar articles", "similar posts", "similar stories", "read next", "up next", "what to read next",
        "next up", "keep reading", "recommended", "recommended for you", "recommended stories", "recommended reading",
        "recommended articles", "recommended posts", "popular", "popular posts", "popular articles", "popular stories",
        "popular now", "most popular", "most read", "most viewed", "most recent", "most commented", "trending",
        "trending now", "trending stories", "top stories", "top news", "top posts", "latest", "latest news",
        "latest stories", "latest articles", "latest posts", "latest videos", "latest from our blog", "recent posts",
        "recent articles", "recent news", "recent stories", "editor's picks", "editors' picks", "editor's choice",
        "featured", "featured stories", "featured articles", "featured posts", "don't miss", "in case you missed it",
        "previous article", "next article", "previous post", "next post", "previous story", "next story",
        "older post", "newer post", "explore more", "discover more", "see more", "view more", "read more",
        "from our partners", "around the web", "you may also enjoy", "read this next", "more videos", "recent articles", "most recent articles",
        "latest insights", "latest blog posts", "related insights", "related guides", "keep exploring", "explore related",
        "últimas noticias", "lo más visto", "lo más leído", "más información", "más noticias", "te puede interesar",
        "también te puede interesar", "noticias relacionadas", "artículos relacionados", "recomendaciones",
        "à lire aussi", "lire aussi", "sur le même sujet", "les plus lus", "articles similaires", "mehr zum thema",
        "das könnte sie auch interessieren", "meistgelesen", "ähnliche artikel", "weitere artikel",
        "potrebbe interessarti anche", "ti potrebbe interessare", "articoli correlati", "più letti",
        "leia também", "notícias relacionadas", "mais lidas", "você também pode gostar", "lees ook", "meest gelezen",
        "gerelateerde artikelen",
    ]},
    Rule { kind: Related, force: Strong, at: Start, max_words: 30, phrases: &[
        "previous article", "next article", "previous post", "next post", "previous story", "next story", "previous:", "next:",
        "recomendaciones", "more from", "more in", "see all", "view all", "you might also like", "you may also like",
        "latest from", "popular in", "most read in", "most popular in", "most viewed in", "trending in", "top stories in", "recommended by",
    ]},
    Rule { kind: Related, force: Passing, at: Start, max_words: 30, phrases: &[
        "more |", "read |", "also read |", "read more |", "related |", "watch |", "see also |", "read more:", "read more about", "read more on", "read more at", "read also:", "read also", "also read:", "also read",
        "read next:", "see also:", "see more:", "related:", "related story:", "related article:", "recommended:",
        "more:", "watch:", "watch now:", "video:", "listen:", "don't miss:", "must read:", "must-read:", "lea también",
        "lee también", "lea más:", "le puede interesar", "à lire aussi", "lire aussi", "à voir aussi", "lesen sie auch",
        "mehr dazu:", "leggi anche", "leia também", "leia mais", "saiba mais", "lees ook", "lees meer", "click here to read",
    ]},
    Rule { kind: Share, force: Passing, at: Whole, max_words: 8, phrases: &[
        "share", "share this", "share this article", "share this story", "share this post", "share this page",
        "share it", "share article", "share on facebook", "share on twitter", "share on x", "share on linkedin",
        "share via email", "share on whatsapp", "share with friends", "share with your friends", "sharethis", "tweet",
        "pin it", "copy link", "copy url", "link copied", "email this", "email article", "print article", "print this",
        "save article", "save", "bookmark", "save for later", "listen to article", "listen to this article",
        "gift this article", "like this", "like loading", "like", "loading", "compartir", "partager", "teilen", "condividi", "compartilhar", "compartilhe", "delen",
    ]},
    Rule { kind: Share, force: Passing, at: Start, max_words: 8, phrases: &["share this", "share on", "share to", "share via", "share full"] },
    Rule { kind: Share, force: Passing, at: Start, max_words: 14, phrases: &["listen to this article", "listen to this story", "listen to the article", "listen to article"] },
    Rule { kind: Share, force: Passing, at: Start, max_words: 14, phrases: &["click to share", "click to email", "click to print"] },
    Rule { kind: Promotion, force: Strong, at: Inside, max_words: 45, phrases: &[
        "sign up for our", "sign up for the latest", "sign up for free", "sign up to our", "sign up to receive", "sign up now",
        "sign up here", "sign up today", "subscribe to our", "subscribe to get", "subscribe for free", "subscribe now",
        "subscribe today", "subscribe here", "our newsletter", "weekly newsletter", "daily newsletter", "email newsletter",
        "free newsletter", "newsletter sign", "join our newsletter", "to your inbox", "in your inbox", "sent to your email",
        "email updates", "email alerts", "download our app", "download the app", "get the app", "follow us on", "follow us for",
        "like us on", "find us on", "join us on", "follow me on", "discover more from", "support our journalism",
        "support our work", "we need your help", "small favor to ask", "fundraising campaign", "reader donations", "your donation",
        "fill out this form", "fill out the form", "this field is for validation", "make a donation", "donate today", "become a member", "become a subscriber", "your trusted source",
        "whatsapp channel", "telegram channel", "add us as a preferred source", "preferred source on google",
        "suscríbete a", "apúntate a", "recibe nuestra", "síguenos en", "abonnez-vous à", "inscrivez-vous à", "suivez-nous",
        "newsletter abonnieren", "folgen sie uns", "iscriviti alla", "seguici su", "assine nossa", "siga-nos",
        "schrijf je in voor", "volg ons op", "stay up to date with", "stay ahead with", "stay updated", "stay connected",
        "get our latest", "news delivered", "follow us",
    ]},
    Rule { kind: Promotion, force: Strong, at: Inside, max_words: 20, phrases: &[
        "available on all devices", "available on ios and android", "on the app store", "on google play", "never miss a story",
        "never miss an update", "stay in the loop", "download now",
    ]},
    Rule { kind: Promotion, force: Strong, at: Start, max_words: 25, phrases: &[
        "sign up for", "sign up to", "subscribe to", "subscribe", "newsletter", "newsletters", "follow us", "follow @", "donate",
        "join our", "get unlimited", "try it free", "download now", "get started", "book a demo", "request a demo",
        "schedule a demo", "free trial", "enter your email", "enter email", "email address", "your email", "thanks for subscribing",
        "thank you for subscribing", "thanks for signing up", "thank you for signing up", "buy now", "shop now", "add to cart",
        "get the latest news", "get the latest headlines", "get breaking news", "read all the latest", "catch all the latest",
        "skip past newsletter", "after newsletter promotion", "contact us today", "follow the author", "follow author",
    ]},
    Rule { kind: Promotion, force: Passing, at: Whole, max_words: 3, phrases: &["follow", "following", "submit", "send", "email", "e-mail", "name", "first name", "last name", "email*", "name*", "website"] },
    Rule { kind: Navigation, force: Strong, at: Start, max_words: 8, phrases: &[
        "skip to", "jump to", "back to top", "go to", "toggle", "open menu", "close menu", "font resizer", "return to",
        "scroll to top", "search for:", "posted in", "filed under", "published in", "tagged with", "tags:", "tag:", "categories:",
        "category:", "topics:", "topic:", "archived in", "table of contents", "in this article", "on this page", "back to",
    ]},
    Rule { kind: Navigation, force: Passing, at: Whole, max_words: 4, phrases: &[
        "menu", "search", "home", "homepage", "close", "navigation", "main menu", "main navigation", "sections", "categories",
        "top categories", "topics", "tags", "about", "about us", "contact", "contact us", "careers", "jobs", "faq", "faqs", "help",
        "help center", "my account", "account", "cart", "checkout", "wishlist", "sitemap", "site map", "more", "all", "next",
        "previous", "prev", "back", "load more", "show more", "show less", "learn more", "find out more", "click here", "loading",
        "advertise", "advertise with us", "archive", "archives", "quick links", "useful links", "resources",
        "blog", "blogs", "news", "company", "products", "services", "solutions", "pricing", "support", "english", "language",
        "breadcrumb", "breadcrumbs", "site search", "expand", "collapse", "submenu", "press", "events", "shop", "store",
        "podcasts", "videos", "video", "photos", "gallery", "opinion", "politics", "sports", "business", "entertainment",
        "lifestyle", "technology", "health", "world", "local", "weather", "obituaries", "classifieds", "e-edition", "rss",
        "inicio", "buscar", "menú", "accueil", "rechercher", "suche", "startseite", "cerca", "início", "zoeken", "toc",
    ]},
    Rule { kind: Other, force: Passing, at: Whole, max_words: 6, phrases: &[
        "image", "photo", "getty images", "shutterstock", "play", "pause", "mute", "unmute", "live", "play video",
        "play now", "now playing", "video player is loading", "0", "1", "n/a", "disclosure", "enlarge", "view gallery",
        "verified", "listen", "transcript", "toggle caption", "hide caption", "author", "written by", "reviewed by", "by",
        "published", "updated", "date", "edit", "fact checked", "fact-checked", "download pdf", "download",
    ]},
];

/// Names of the places where pages are shared and followed.
#[rustfmt::skip]
const SOCIAL: &[&str] = &[
    "facebook", "twitter", "x", "youtube", "rss", "medium", "instagram", "linkedin", "tiktok", "whatsapp", "telegram",
    "reddit", "pinterest", "threads", "bluesky", "mastodon", "flipboard", "messenger", "snapchat", "quora", "tumblr", "vk",
    "discord", "spotify", "twitch", "sms",
];

/// Words that stand between those names on buttons.
const BUTTON: &[&str] = &[
    "share", "email", "e-mail", "mail", "print", "copy", "link", "url", "tweet", "pin", "on", "via", "to", "by",
    "click", "opens", "in", "new", "window", "tab", "(opens", "window)", "save", "this", "article", "more", "page",
    "us", "url",
];

/// "Nation | Economy | World", "Home > News > City": at least three short items, two where arrows
/// lead from one to the next.
pub(crate) fn is_menu(line: &str) -> bool {
    const LONGEST: usize = 400;
    const ROWS: [(&str, usize); 10] = [
        ("|", 3),
        (" · ", 3),
        (" • ", 3),
        (" / ", 3),
        (" > ", 2),
        (" » ", 2),
        (" › ", 2),
        (" → ", 2),
        (" \\ ", 3),
        (" – ", 4),
    ];
    line.len() <= LONGEST
        && ROWS.iter().any(|(joint, least)| line.contains(joint) && are_items(line.split(joint), *least))
}

/// "Nation   Economy   World": items set apart by more than a blank.
pub(crate) fn is_spaced_menu(line: &str) -> bool {
    const LONGEST: usize = 400;
    let line = line.trim();
    line.len() <= LONGEST
        && (line.contains("   ") || line.contains('\t'))
        && are_items(line.split("   ").flat_map(|part| part.split('\t')), 3)
}

/// Whether all parts of a line are short names of sections, and enough of them.
fn are_items<'line>(parts: impl Iterator<Item = &'line str>, least: usize) -> bool {
    let mut items = 0;
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        let first = part.chars().find(|c| c.is_alphabetic());
        if part.split_whitespace().count() > 4
            || part.ends_with(['.', ',', ';', '?', '”', '"'])
            || first.is_none_or(char::is_lowercase)
        {
            return false;
        }
        items += 1;
    }
    items >= least
}

/// "Download the Norrvik Post app", "Get our apps".
fn promotes_app(normal: &str) -> bool {
    let words: Vec<&str> = normal.split(|c: char| c.is_whitespace() || ".,!".contains(c)).collect();
    let verb = ["download", "get", "install", "try", "open", "use"].contains(&words[0]);
    let article = words.get(1).is_some_and(|word| ["the", "our"].contains(word));
    verb && article && words.len() <= 16 && words.iter().take(9).any(|word| ["app", "apps"].contains(word))
}

/// What a line gives itself away as.
pub(crate) fn marker(line: &str) -> Option<Marker> {
    const LONGEST: usize = 700;
    if line.len() > LONGEST {
        return None;
    }
    if !line.chars().any(char::is_alphanumeric) {
        return Some(Marker { kind: Other, force: Passing });
    }
    let normal = normalize(line);
    let words = normal.split_whitespace().count();
    if let Some(kind) = social(&normal, words) {
        return Some(Marker { kind, force: Passing });
    }
    if is_comment_count(&normal) {
        return Some(Marker { kind: Comments, force: Heading });
    }
    match first_rule(&normal, words) {
        Some(index) => Some(Marker { kind: RULES[index].kind, force: RULES[index].force }),
        None => promotes_app(&normal).then_some(Marker { kind: Promotion, force: Strong }),
    }
}

/// The first rule with a phrase in the line.
fn first_rule(line: &str, words: usize) -> Option<usize> {
    let mut best: Option<usize> = None;
    let mut try_at = |start: usize, word: &str| {
        for &(index, phrase) in PHRASES.get(word).into_iter().flatten() {
            let rule = &RULES[index];
            if best.is_none_or(|best| index < best) && words <= rule.max_words && (start == 0 || rule.at == Inside) {
                let at = if rule.at == Inside { Start } else { rule.at };
                if stands(&line[start..], phrase, at) {
                    best = Some(index);
                }
            }
        }
    };
    try_at(0, "");
    let mut start = 0;
    while start < line.len() {
        let word = first_word(&line[start..]);
        try_at(start, word);
        start += word.len();
        start += line[start..].find(char::is_alphanumeric).unwrap_or(line.len() - start);
    }
    best
}

/// The letters and digits that a text begins with.
fn first_word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())]
}

/// The phrases of all rules by their first word, each with its rule.
static PHRASES: LazyLock<HashMap<&str, Vec<(usize, &str)>>> = LazyLock::new(|| {
    let mut phrases: HashMap<&str, Vec<(usize, &str)>> = HashMap::new();
    for (index, rule) in RULES.iter().enumerate() {
        for phrase in rule.phrases {
            phrases.entry(first_word(phrase)).or_default().push((index, *phrase));
        }
    }
    phrases
});

fn stands(line: &str, phrase: &str, at: At) -> bool {
    let ends_word = |rest: &str| {
        !phrase.ends_with(char::is_alphanumeric) || !rest.starts_with(char::is_alphanumeric) || phrase.ends_with("20")
    };
    match at {
        Whole => line == phrase,
        Start => line.strip_prefix(phrase).is_some_and(ends_word),
        Inside => line.match_indices(phrase).any(|(found, _)| {
            let before = line[..found].chars().next_back();
            !before.is_some_and(char::is_alphanumeric) && ends_word(&line[found + phrase.len()..])
        }),
    }
}

/// Lower case, straight quotes, without the ornaments around it ("- Advertisement -", "Share »").
pub(crate) fn normalize(line: &str) -> String {
    let lower: String = line
        .chars()
        .map(|c| match c {
            '’' | '‘' => '\'',
            '“' | '”' => '"',
            '\u{a0}' => ' ',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect();
    let ornament = |c: char| {
        c.is_whitespace() || "-–—|·•»«›‹>→←↓↑…*#_.!▼▲+[]{}✕×✓/\\".contains(c) || matches!(c, '\u{e000}'..='\u{f8ff}')
    };
    let trimmed = lower.trim_matches(ornament);
    trimmed
        .strip_suffix(':')
        .filter(|_| trimmed.len() < 24)
        .map_or_else(|| trimmed.to_string(), |text| text.trim_end().to_string())
}

/// Whether a line opens a box among the paragraphs that [`closes_box`] ends: both are there for
/// those who have the page read out.
pub(crate) fn opens_box(line: &str) -> bool {
    line.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("skip past "))
}

/// Whether a line ends such a box.
pub(crate) fn closes_box(line: &str) -> bool {
    line.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("after ")) && line.ends_with("promotion")
}

/// A row of buttons ("Facebook Twitter Email") is for sharing; with "Like" and "Follow", or
/// without any verb and more than one place, it is for following.
fn social(normal: &str, words: usize) -> Option<DropKind> {
    if words == 0 || words > 14 {
        return None;
    }
    let (mut places, mut follows, mut shares) = (0, 0, 0);
    for word in normal.split_whitespace() {
        let word = word.trim_matches([',', ':', '/', '|', '(', ')']);
        let stem = word.strip_suffix("like").or_else(|| word.strip_suffix("follow")).unwrap_or(word);
        if SOCIAL.contains(&stem) {
            places += 1;
            follows += usize::from(stem.len() < word.len());
        } else if BUTTON.contains(&word) {
            shares += 1;
        } else if matches!(word, "follow" | "like") {
            follows += 1;
        } else if !word.is_empty() {
            return None;
        }
    }
    if follows > 0 && places > 0 || places > 1 && shares == 0 {
        return Some(Promotion);
    }
    let buttons = shares > 1 && ["share", "email", "print", "copy", "tweet"].iter().any(|verb| normal.contains(verb));
    (places > 0 || buttons).then_some(Share)
}

/// "14 comments", "Comments (3)".
fn is_comment_count(normal: &str) -> bool {
    if !normal.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let rest: String = normal.chars().filter(|c| !c.is_ascii_digit() && !matches!(c, '(' | ')' | ',' | ' ')).collect();
    let words = [
        "comments",
        "comment",
        "comentarios",
        "commentaires",
        "kommentare",
        "commenti",
        "reacties",
        "responses",
        "replies",
    ];
    words.contains(&rest.as_str())
}

/// Words of a line in another language that speak of subscriptions and accounts.
pub(crate) fn speaks_of_subscription(line: &str) -> bool {
    #[rustfmt::skip]
    const STEMS: &[&str] = &[
        "suscrip", "suscrib", "cuenta", "abonn", "subscri", "assinatur", "assinante", "iscriz", "account", "konto",
        "premium", "compte",
    ];
    let lower = line.to_lowercase();
    STEMS.iter().any(|stem| lower.contains(stem))
}

/// What a line says of the rest of the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing.
    Unsaid,
    /// One has to subscribe to read on; walls say so over whole articles too.
    Walled,
    /// There is more of it elsewhere.
    Elsewhere,
}

/// Whether a line says that the article goes on.
pub(crate) fn says_of_rest(line: &str) -> Rest {
    #[rustfmt::skip]
    const ELSEWHERE: &[&str] = &[
        "to read the full", "read the full story", "read full article", "read the full article", "read full story",
        "read the whole story", "the rest of this article", "the rest of the article", "the rest of this story",
        "the full version of this article", "la noticia completa", "el artículo completo", "l'article complet", "la suite de",
        "den ganzen artikel", "den vollständigen artikel",
    ];
    #[rustfmt::skip]
    const WALLED: &[&str] = &[
        "continue reading", "subscribe to continue", "subscribe to read", "subscribe to unlock", "subscribe to keep reading",
        "log in to continue", "sign in to continue", "register to continue", "to continue reading", "to keep reading",
        "keep reading for", "keep reading with", "read on for", "to read on", "unlock this article",
        "article is for subscribers", "content is for subscribers", "available to subscribers", "reached your limit",
        "seguir leyendo", "para continuar leyendo", "lire la suite", "pour lire la suite", "weiterlesen", "continua a leggere",
        "continue lendo", "lees verder",
    ];
    // Whoever may not read "on this device" has too many of them, not too little of the text.
    #[rustfmt::skip]
    const DEVICES: &[&str] = &[
        "this device", "another device", "este dispositivo", "otro dispositivo", "cet appareil", "autre appareil",
        "diesem gerät", "anderen gerät", "questo dispositivo", "altro dispositivo", "outro dispositivo", "dit apparaat",
    ];
    let normal = normalize(line);
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| stands(&normal, phrase, Inside));
    if normal.split_whitespace().count() > 40 || normal.contains("below") || says(DEVICES) {
        Rest::Unsaid
    } else if says(ELSEWHERE) {
        Rest::Elsewhere
    } else if says(WALLED) {
        Rest::Walled
    } else {
        Rest::Unsaid
    }
}

/// What an element with a telling class name holds, of what is kept or read for the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Headline,
    Dek,
    Byline,
    Date,
    Caption,
}

/// Words in class names and ids that give boilerplate away.
#[rustfmt::skip]
const CLASS_WORDS: &[(&str, DropKind)] = &[
    ("share", Share), ("sharing", Share), ("social", Share), ("sharedaddy", Share), ("addtoany", Share), ("sharethis", Share),
    ("related", Related), ("recommended", Related), ("recommendations", Related), ("recirculation", Related), ("recirc", Related),
    ("recirculate", Related), ("readmore", Related), ("outbrain", Related), ("taboola", Related), ("trending", Related),
    ("popular", Related), ("latest", Related), ("relatedposts", Related), ("morestories", Related), ("yarpp", Related),
    ("teaser", Related), ("teasers", Related), ("carousel", Related), ("upnext", Related), ("jp-relatedposts", Related),
    ("promo", Promotion), ("newsletter", Promotion), ("subscribe", Promotion), ("subscription", Promotion), ("signup", Promotion),
    ("optin", Promotion), ("cta", Promotion), ("donate", Promotion), ("donation", Promotion), ("hubspot", Promotion),
    ("comments", Comments), ("comment", Comments), ("disqus", Comments), ("respond", Comments), ("commentlist", Comments),
    ("advert", Advertisement), ("advertisement", Advertisement), ("ads", Advertisement), ("ad", Advertisement),
    ("sponsored", Advertisement), ("sponsor", Advertisement), ("adsbygoogle", Advertisement), ("dfp", Advertisement),
    ("paywall", Paywall), ("wall", Paywall), ("login", Paywall), ("signin", Paywall), ("regwall", Paywall), ("metered", Paywall),
    ("cookie", Legal), ("cookies", Legal), ("consent", Legal), ("gdpr", Legal), ("copyright", Legal), ("disclaimer", Legal),
    ("onetrust", Legal),
    ("nav", Navigation), ("navbar", Navigation), ("navigation", Navigation), ("menu", Navigation), ("breadcrumb", Navigation),
    ("breadcrumbs", Navigation), ("sidebar", Navigation), ("pagination", Navigation), ("footer", Navigation),
    ("tags", Navigation), ("taxonomy", Navigation), ("toc", Navigation), ("skip", Navigation), ("masthead", Navigation),
    ("offcanvas", Navigation), ("topbar", Navigation), ("megamenu", Navigation),
    ("modal", Promotion), ("popup", Promotion), ("banner", Promotion), ("overlay", Promotion), ("tooltip", Other),
    ("authorbox", Other), ("author-bio", Other), ("bio", Other),
];

/// A word of [`CLASS_WORDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassWord(u8);

impl ClassWord {
    /// How many there are.
    pub(crate) const COUNT: usize = CLASS_WORDS.len();

    pub(crate) fn index(self) -> usize {
        self.0.into()
    }

    /// The kind of boilerplate it tells of.
    pub(crate) fn kind(self) -> DropKind {
        CLASS_WORDS[self.index()].1
    }
}

/// The first word of a class name or id that tells of boilerplate.
pub(crate) fn class_word(value: &str) -> Option<ClassWord> {
    class_words(value)
        .find_map(|word| CLASS_WORDS.iter().position(|(name, _)| *name == word).map(|index| ClassWord(index as u8)))
}

/// The role that a class name or id tells of.
pub(crate) fn role_of_class(value: &str) -> Option<Role> {
    class_words(value).find_map(|word| {
        Some(match word.as_str() {
            "headline" => Role::Headline,
            "dek" | "standfirst" | "subtitle" | "subheadline" | "subhead" | "excerpt" | "summary" => Role::Dek,
            "byline" | "author" | "authors" => Role::Byline,
            "date" | "published" | "pubdate" | "timestamp" | "datetime" | "datepublished" | "dateline" => Role::Date,
            "caption" | "figcaption" | "credit" | "credits" | "imagecaption" => Role::Caption,
            _ => return None,
        })
    })
}

/// The words of a class attribute, taken apart at hyphens, underscores and changes of case.
fn class_words(value: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut lower_before = false;
    for c in value.chars() {
        let boundary = !c.is_alphanumeric() || (c.is_uppercase() && lower_before);
        if boundary && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words.into_iter()
}

/// At most `limit` bytes of `text`, cut at a character boundary.
pub(crate) fn prefix(text: &str, limit: usize) -> &str {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<DropKind>) {
        assert_eq!(marker(line).map(|marker| marker.kind), expected, "{line}");
    }

    #[test]
    fn whole_phrases_are_found_with_ornaments_around_them() {
        check("- Advertisement -", Some(Advertisement));
        check("READ MORE »", Some(Related));
        check("12 Comments", Some(Comments));
        check("© 2021 The Norrvik Post", Some(Legal));
    }

    #[test]
    fn prose_that_has_such_words_is_no_marker() {
        check("The newspaper said it would not share the letter, which a court had sealed in March.", None);
        check("She said she would follow the minister to Norrvik.", None);
        check("Homeowners said the advertisement had misled them.", None);
    }

    #[test]
    fn sponsors_apps_and_closed_comments_are_named_by_how_the_line_begins() {
        check("Sponsored: Seven ways to heat a house in Norrvik", Some(Advertisement));
        check("Partner content: how Holt & Vega builds boats", Some(Advertisement));
        check("Download the Norrvik Post app. Free on all phones.", Some(Promotion));
        check("Comments are closed for this article.", Some(Comments));
        check("Have your say: sign in and write", Some(Comments));
        check("She said that the app had failed, and that the comments are closed.", None);
    }

    #[test]
    fn rows_of_short_items_are_menus() {
        assert!(is_menu("Town | Harbour | Sport | Boats for sale"));
        assert!(is_menu("Town|Harbour|Sport"));
        assert!(is_menu("Home › Harbour news"));
        assert!(is_menu("Town / Harbour / Sport"));
        assert!(is_spaced_menu("Town   Harbour   Sport"));
        assert!(!is_menu("Ada Lindqvist | Norrvik"));
        assert!(!is_menu("Holt / Norrvik Post"));
        assert!(!is_menu("Prices rose > the council said so on Monday"));
        assert!(!is_spaced_menu("Norrvik closes its road. The mayor agrees."));
    }

    #[test]
    fn buttons_for_sharing_differ_from_places_to_follow() {
        check("Email Copy Link Print", Some(Share));
        check("Share on Facebook", Some(Share));
        check("FacebookLike", Some(Promotion));
        check("Facebook Twitter Youtube", Some(Promotion));
    }

    #[test]
    fn class_names_are_read_word_by_word() {
        let kind = |value| class_word(value).map(ClassWord::kind);
        assert_eq!(kind("c-relatedPosts__list"), Some(Related));
        assert_eq!(kind("navbar-fixed"), Some(Navigation));
        assert_eq!(kind("shareholder-letter"), None);
        assert_eq!(role_of_class("article-byline"), Some(Role::Byline));
    }
}

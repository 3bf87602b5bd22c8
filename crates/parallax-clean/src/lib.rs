//! Scraped news pages (flattened text or HTML) to articles: kept blocks, dropped lines with their reason, headline, byline, date, outlet.

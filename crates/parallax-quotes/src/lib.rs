//! Quotation marks and reporting verbs: whose words a stretch of text may be.

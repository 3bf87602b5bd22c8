//! Named entities, and the actors they name, within and across articles.

//! Tables of what the comparison lists by story beside its figures: facts, renderings of
//! quotations, distinctive wording, headlines, differences, findings.
//!
//! They are read from the stories as `summary.json` has them: its schema is the contract.

use crate::table::{Cell, Kind, Table};
use serde_json::Value;

use Kind::{Number, Text, Truth, Whole};

/// A field of the summary is not of the type that its table has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("summary: `{list}`: the field `{field}` is {found}, which the table {list}.csv cannot hold")]
pub(crate) struct NotAsPromised {
    list: &'static str,
    field: &'static str,
    found: String,
}

/// Where a column's value stands: in the entry of the list, or in the entry of the list inside it.
#[derive(Clone, Copy)]
enum At {
    Outer(&'static str),
    Inner(&'static str),
}

/// A list of the summary as a table: a row an entry, or a row an entry of the list inside it.
struct Shape {
    name: &'static str,
    list: &'static str,
    inner: Option<&'static str>,
    columns: &'static [(&'static str, At, Kind)],
}

use At::{Inner, Outer};

const SHAPES: [Shape; 6] = [
    Shape {
        name: "facts",
        list: "facts",
        inner: Some("cells"),
        columns: &[
            ("fact", Outer("id"), Text),
            ("kind", Outer("kind"), Text),
            ("text", Outer("text"), Text),
            ("sentence", Outer("sentence"), Text),
            ("actors", Outer("actors"), Text),
            ("outlets_telling", Outer("outlets_telling"), Whole),
            ("independent_telling", Outer("independent_telling"), Whole),
            ("doc_id", Inner("doc_id"), Text),
            ("status", Inner("status"), Text),
            ("voice", Inner("voice"), Text),
            ("position", Inner("position"), Number),
            ("likeness", Inner("likeness"), Number),
            ("evidence", Inner("evidence"), Text),
        ],
    },
    Shape {
        name: "renderings",
        list: "renderings",
        inner: Some("versions"),
        columns: &[
            ("rendering", Outer("id"), Text),
            ("speaker", Outer("speaker"), Text),
            ("name", Outer("name"), Text),
            ("doc_id", Inner("doc_id"), Text),
            ("quote", Inner("quote"), Whole),
            ("voice", Inner("voice"), Text),
            ("lemma", Inner("verb.lemma"), Text),
            ("class", Inner("verb.class"), Text),
            ("text", Inner("text"), Text),
            ("evidence", Inner("evidence"), Text),
        ],
    },
    Shape {
        name: "distinctive_wording",
        list: "wording",
        inner: None,
        columns: &[
            ("doc_id", Outer("doc_id"), Text),
            ("outlet", Outer("outlet"), Text),
            ("phrase", Outer("phrase"), Text),
            ("class", Outer("class"), Text),
            ("voice", Outer("voice"), Text),
            ("count", Outer("count"), Whole),
            ("of_words", Outer("of_words"), Whole),
            ("others", Outer("others"), Whole),
            ("of_others", Outer("of_others"), Whole),
            ("log_odds", Outer("log_odds"), Number),
            ("z", Outer("z"), Number),
            ("evidence", Outer("evidence"), Text),
        ],
    },
    Shape {
        name: "headlines",
        list: "headlines",
        inner: None,
        columns: &[
            ("doc_id", Outer("doc_id"), Text),
            ("text", Outer("text"), Text),
            ("first_actor", Outer("first_actor"), Text),
            ("voice", Outer("voice"), Text),
            ("verb", Outer("verb"), Text),
            ("frame", Outer("frame"), Text),
            ("missing", Outer("missing"), Text),
            ("evidence", Outer("evidence"), Text),
        ],
    },
    Shape {
        name: "differences",
        list: "differences",
        inner: None,
        columns: &[
            ("id", Outer("id"), Text),
            ("scope", Outer("scope"), Text),
            ("compared", Outer("compared"), Text),
            ("left_out", Outer("left_out"), Text),
            ("measure", Outer("measure"), Text),
            ("target", Outer("target"), Text),
            ("voice", Outer("voice"), Text),
            ("value", Outer("values.0"), Number),
            ("value_of_others", Outer("values.1"), Number),
            ("difference", Outer("difference"), Number),
            ("clusters", Outer("clusters.0"), Whole),
            ("clusters_of_others", Outer("clusters.1"), Whole),
            ("p", Outer("p"), Number),
            ("q", Outer("q"), Number),
            ("status", Outer("status"), Text),
            ("test", Outer("test"), Text),
            ("measurements", Outer("measurements"), Text),
        ],
    },
    Shape {
        name: "findings",
        list: "findings",
        inner: None,
        columns: &[
            ("id", Outer("id"), Text),
            ("doc_id", Outer("doc_id"), Text),
            ("outlet", Outer("outlet"), Text),
            ("kind", Outer("kind"), Text),
            ("strength", Outer("strength"), Number),
            ("text", Outer("text"), Text),
            ("measurements", Outer("measurements"), Text),
            ("evidence", Outer("evidence"), Text),
        ],
    },
];

/// The tables of the lists that the stories have, while the stories come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoryTables([Option<Table>; SHAPES.len()]);

impl StoryTables {
    /// Adds a story, as `summary.json` has it.
    pub(crate) fn add(&mut self, story: &Value) -> Result<(), NotAsPromised> {
        let id = story.get("id").and_then(Value::as_str).unwrap_or_default();
        for (shape, table) in SHAPES.iter().zip(&mut self.0) {
            if story.get(shape.list).is_some() {
                let table = table.get_or_insert_with(|| empty(shape));
                for outer in list(story, shape.list) {
                    match shape.inner {
                        Some(inner) => {
                            for inner in list(outer, inner) {
                                table.push(row(shape, id, outer, inner)?);
                            }
                        }
                        None => table.push(row(shape, id, outer, outer)?),
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes over the rows of another.
    pub(crate) fn absorb(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            match (own, other) {
                (Some(own), Some(other)) => own.append(other),
                (own, other @ Some(_)) => *own = other,
                (_, None) => {}
            }
        }
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.0.iter_mut().flatten()
    }

    /// The tables of lists that a story had.
    pub(crate) fn finish(self) -> impl Iterator<Item = Table> {
        self.0.into_iter().flatten()
    }
}

fn empty(shape: &Shape) -> Table {
    let columns: Vec<(&'static str, Kind)> =
        std::iter::once(("story", Text)).chain(shape.columns.iter().map(|&(name, _, kind)| (name, kind))).collect();
    Table::new(shape.name, &columns)
}

fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value.get(field).and_then(Value::as_array).into_iter().flatten()
}

fn row(shape: &Shape, story: &str, outer: &Value, inner: &Value) -> Result<Vec<Cell>, NotAsPromised> {
    let mut cells = vec![Cell::from(story)];
    for &(_, from, kind) in shape.columns {
        let (value, field) = match from {
            Outer(field) => (outer, field),
            Inner(field) => (inner, field),
        };
        let refused = |found: &Value| NotAsPromised { list: shape.list, field, found: found.to_string() };
        let found = inside(value, field).ok_or_else(|| refused(value))?;
        cells.push(cell(found, kind).ok_or_else(|| refused(found))?);
    }
    Ok(cells)
}

/// The value under a name, under a name in that one, or at a place in a list; what is null has
/// null inside. `None` where there is nothing of the name.
fn inside<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    field.split('.').try_fold(value, |value, part| match (value, part.parse::<usize>()) {
        (Value::Null, _) => Some(value),
        (Value::Array(_), Ok(place)) => value.get(place),
        _ => value.get(part),
    })
}

/// Lists of ids are one text, parted by spaces.
fn cell(value: &Value, kind: Kind) -> Option<Cell> {
    match (kind, value) {
        (_, Value::Null) => Some(Cell::Missing),
        (Text, Value::String(text)) => Some(Cell::from(text)),
        (Text, Value::Array(items)) => {
            Some(Cell::from(items.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?.join(" ")))
        }
        (Whole, value) => value.as_i64().map(Cell::Whole),
        (Number, value) => value.as_f64().map(Cell::Number),
        (Truth, value) => value.as_bool().map(Cell::Truth),
        (Text, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(stories: &[Value]) -> Result<Vec<Table>, NotAsPromised> {
        let mut tables = StoryTables::default();
        stories.iter().try_for_each(|story| tables.add(story))?;
        Ok(tables.finish().collect())
    }

    #[test]
    fn a_row_is_a_cell_of_the_matrix_of_facts() {
        let facts = json!([{
            "id": "fact/0", "kind": "only_one", "text": "Rain, and wind.", "sentence": "a#1", "actors": ["per:a", "per:b"],
            "outlets_telling": 1, "independent_telling": 1,
            "cells": [
                {"doc_id": "a", "status": "told", "voice": "own", "position": 0.5, "likeness": 1.0, "evidence": ["a#1", "a#2"]},
                {"doc_id": "b", "status": "absent", "voice": null, "position": null, "likeness": null, "evidence": []},
            ],
        }]);
        let tables = all(&[json!({"id": "s", "facts": facts})]).unwrap();
        assert_eq!(tables.len(), 1);
        let csv = String::from_utf8(tables[0].csv().unwrap()).unwrap();
        let rows: Vec<&str> = csv.lines().skip(1).collect();
        assert_eq!(rows[0], "s,fact/0,only_one,\"Rain, and wind.\",a#1,per:a per:b,1,1,a,told,own,0.5,1.0,a#1 a#2");
        assert_eq!(rows[1], "s,fact/0,only_one,\"Rain, and wind.\",a#1,per:a per:b,1,1,b,absent,,,,");
    }

    #[test]
    fn a_field_inside_a_field_and_one_of_a_wrong_type() {
        let version = json!({
            "doc_id": "a", "quote": 2, "voice": "direct", "verb": {"lemma": "say", "class": null}, "text": "No.",
            "evidence": ["a#1"],
        });
        let story = |quote: Value| {
            let mut version = version.clone();
            version["quote"] = quote;
            [json!({"id": "s", "renderings": [{"id": "r", "speaker": null, "name": null, "versions": [version]}]})]
        };
        let tables = all(&story(json!(2))).unwrap();
        assert!(tables[0].csv().unwrap().ends_with(b"s,r,,,a,2,direct,say,,No.,a#1\n"));
        let error = all(&story(json!("two"))).unwrap_err().to_string();
        assert!(error.contains("`quote` is \"two\""), "{error}");
        let bare = [json!({"id": "s", "findings": [{"id": "finding/s/0"}]})];
        assert!(all(&bare).unwrap_err().to_string().contains("`doc_id`"));
    }
}

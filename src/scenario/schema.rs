//! The JSON Schema of the language, generated from the tables.
//!
//! Decides how the shapes of the tables look in a schema. It is for editors: it
//! knows keys and forms, but no names and no types of expressions, which are
//! text to it.

use super::distributions::distributions;
use super::kinds;
use super::steps;
use super::tables::{Field, Form, SCENARIO, Shape};
use serde_json::{Map, Value, json};

/// The pattern of names.
const NAME: &str = "^[A-Za-z_][A-Za-z0-9_]{0,63}$";

/// The schema of a scenario file, draft 2020-12.
pub fn schema() -> Value {
    let mut definitions = Definitions::default();
    let mut root = definitions.form(&SCENARIO);
    definitions.add("step", |definitions| {
        let alone = |form: &&Form| form.fields.iter().any(|field| matches!(field.shape, Shape::Nothing));
        let words =
            steps::forms().filter(alone).map(|form| json!({"const": form.name, "description": form.doc}));
        let words: Vec<Value> = words.collect();
        any_of(steps::forms().map(|form| definitions.form(form)).chain(words))
    });
    definitions.add("distribution", |definitions| definitions.distribution());
    let fields = root.as_object_mut().map(std::mem::take).unwrap_or_default();
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("Tempolane scenario"));
    schema.extend(fields);
    schema.insert("$defs".to_owned(), Value::Object(definitions.done));
    Value::Object(schema)
}

/// The named parts of the schema.
#[derive(Default)]
struct Definitions {
    done: Map<String, Value>,
}

impl Definitions {
    /// Makes a part once, and refers to it.
    fn add(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.done.contains_key(name) {
            // The name is taken first, so that a part may refer to itself.
            self.done.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.done.insert(name.to_owned(), made);
        }
        reference(name)
    }

    fn form(&mut self, form: &Form) -> Value {
        let properties: Map<String, Value> =
            form.fields.iter().map(|field| (field.key.to_owned(), self.field(field))).collect();
        let required: Vec<_> =
            form.fields.iter().filter(|field| field.required).map(|field| field.key).collect();
        let mut object = json!({
            "description": form.doc,
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        object
    }

    fn field(&mut self, field: &Field) -> Value {
        let mut value = self.shape(&field.shape);
        value["description"] = json!(field.doc);
        value
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text | Shape::Duration | Shape::Reference => json!({"type": "string"}),
            Shape::Nothing => json!({"type": "null"}),
            Shape::Word(words) => json!({"enum": words}),
            Shape::Integer { least, most } if least == most => json!({"const": least}),
            Shape::Integer { least, most } => json!({"type": "integer", "minimum": least, "maximum": most}),
            Shape::Whole => json!({"type": ["integer", "string"]}),
            Shape::Value => json!({"type": ["number", "boolean", "string"]}),
            Shape::Condition => json!({"type": ["boolean", "string"]}),
            Shape::Map(value) => json!({"type": "object", "additionalProperties": self.shape(value)}),
            Shape::Named { value, empty } => {
                let types = if *empty { json!(["object", "null"]) } else { json!("object") };
                json!({
                    "type": types,
                    "propertyNames": {"pattern": NAME},
                    "additionalProperties": self.shape(value),
                })
            }
            Shape::List(item) => json!({"type": "array", "items": self.shape(item)}),
            Shape::Either(shapes) => any_of(shapes.iter().map(|shape| self.shape(shape))),
            Shape::Form(form) => self.add(form.name, |definitions| definitions.form(form)),
            Shape::Resource => self.add("resource", |definitions| {
                let short = |form: &Form| json!({"const": form.name, "description": form.doc});
                let long = kinds::forms().iter().map(|form| definitions.form(form));
                any_of(kinds::short().map(short).chain(long))
            }),
            // These two refer to themselves or to each other.
            Shape::Distribution => reference("distribution"),
            Shape::Steps => json!({"type": "array", "items": reference("step")}),
        }
    }

    /// A distribution is a map with one key; `constant` has a short form.
    fn distribution(&mut self) -> Value {
        let mut properties = Map::new();
        for form in distributions() {
            let mut value = self.form(form);
            if form.name == "constant" {
                value = any_of([self.shape(&Shape::Value), value].into_iter());
                value["description"] = json!(form.doc);
            }
            properties.insert(form.name.to_owned(), value);
        }
        json!({
            "description": "A distribution: a map with its name as the only key.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    }
}

fn any_of(schemas: impl Iterator<Item = Value>) -> Value {
    json!({"anyOf": schemas.collect::<Vec<_>>()})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

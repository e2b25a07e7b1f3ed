//! The types of the language as JSON Schema, as strictly as the runtime reads them (`runtime/src/value/convert.rs`).

use serde_json::{Map, Value, json};

use crate::check::types::{Type, Typed};

/// The schema of an Expected Input.
pub(super) fn schema(typed: Typed) -> Value {
    let mut schema = of(typed.ty);
    if typed.optional
        && let Some(ty) = schema.get_mut("type")
    {
        *ty = json!([ty, "null"]);
    }
    schema.into()
}

/// A schema without `type` takes `null` as it is.
fn of(ty: Type) -> Map<String, Value> {
    let schema = match ty {
        Type::Int => json!({
            "type": "integer",
            "format": "int64",
            "minimum": i64::MIN,
            "maximum": i64::MAX,
            "description": "Without decimal point and exponent: `12`, not `12.0`.",
        }),
        Type::Number => json!({ "type": "number", "description": "At most 28 digits." }),
        Type::Bool => json!({ "type": "boolean" }),
        Type::Phone => json!({
            "type": "string",
            "pattern": r"^(\+[1-9][0-9]{1,14}|[0-9]{3,8})$",
            "description": "A telephone number in E.164, or a short code of 3 to 8 digits.",
            "examples": ["+13055550123"],
        }),
        Type::Url => json!({
            "type": "string",
            "format": "uri",
            "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://",
            "examples": ["https://example.com/a"],
        }),
        Type::List(item) => json!({ "type": "array", "items": of(item.into()) }),
        Type::Json | Type::Scalar => json!({ "description": "Any JSON value." }),
        // All but `text` cannot be written behind `expect`.
        Type::Text | Type::Failure | Type::Now | Type::Null | Type::Unknown => json!({
            "type": "string",
            "pattern": r"^[^\u0000]*$",
            "description": "Without the character NUL.",
        }),
    };
    match schema {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

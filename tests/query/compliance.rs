//! The JSONPath Compliance Test Suite, through the public API.

use flow_query::{JsonPath, Value};
use flow_tests::folder::shared_data;

/// regex-lite knows no Unicode properties, so flowc refuses these four queries, as RFC 9485, section 4, lets a limited
/// implementation do.
const WITH_PROPERTIES: [&str; 4] = [
    "functions, match, filter, match function, unicode char class, uppercase",
    "functions, match, filter, match function, unicode char class negated, uppercase",
    "functions, search, filter, search function, unicode char class, uppercase",
    "functions, search, filter, search function, unicode char class negated, uppercase",
];

/// What a case expects: one result, or one of several where the order of members is free.
fn expected(case: &Value) -> Vec<&Value> {
    match case.get("result") {
        Some(result) => vec![result],
        None => case["results"].as_array().unwrap().iter().collect(),
    }
}

#[test]
fn the_compliance_suite_is_passed() {
    let Some(path) = shared_data("jsonpath/cts.json") else { return };
    let suite: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut failed = Vec::new();
    let mut passed = 0;
    for case in suite["tests"].as_array().unwrap() {
        let (name, selector) = (case["name"].as_str().unwrap(), case["selector"].as_str().unwrap());
        let parsed = JsonPath::parse(selector);
        if let Err(error) = &parsed {
            assert!(selector.get(error.span.clone()).is_some(), "{name}: {error:?}");
        }
        let told = match (parsed, case.get("invalid_selector").is_some()) {
            (Err(_), true) => None,
            (Err(error), false) if WITH_PROPERTIES.contains(&name) => {
                assert!(error.message.contains("properties"), "{error:?}");
                None
            }
            (Err(error), false) => Some(format!("refused: {error:?}")),
            (Ok(_), true) => Some("taken, and should be refused".to_owned()),
            (Ok(query), false) => {
                let document = &case["document"];
                let found: Vec<Value> = query.all(document).into_iter().cloned().collect();
                assert_eq!(query.first(document), found.first(), "{name}");
                let found = Value::Array(found);
                (!expected(case).contains(&&found)).then(|| format!("found {found}"))
            }
        };
        match told {
            Some(told) => failed.push(format!("{name}: {selector}: {told}")),
            None => passed += 1,
        }
    }
    println!("{passed} cases passed");
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(passed > 700, "{passed}: this is not the whole suite");
}

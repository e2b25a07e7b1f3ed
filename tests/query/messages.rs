//! What is said of a query or a pattern that is none, and where.

use flow_query::{JsonPath, ParseError, check_pattern};

/// A mistake with its place marked by `«…»`, what is said of it, and a part of the help.
type Row = (&'static str, &'static str, &'static str);

const QUERIES: &[Row] = &[
    ("«»", "a JSONPath starts with `$`", "the whole answer"),
    ("«t»emperature", "a JSONPath starts with `$`", "write `$.temperature`"),
    ("«.»a", "a JSONPath starts with `$`", "write `$.a`"),
    ("«@».a", "a JSONPath starts with `$`", "`@` is the node"),
    ("« »$", "a JSONPath starts with `$`", "white space"),
    ("$.a« »", "a JSONPath does not end with white space", "remove"),
    ("$.«»", "expected a name or `*` behind the dot", "remove the dot"),
    ("$.«0»", "expected a name or `*` behind the dot", "`[0]`"),
    ("$.« »a", "expected a name or `*` behind the dot", "white space"),
    ("$.«[»0]", "expected a name or `*` behind the dot", "remove the dot"),
    ("$..«.»a", "expected a name or `*` behind the dot", "three are too many"),
    ("$.two«-»words", "a name with `-` in it cannot follow a dot", "['two-words']"),
    ("$.a«]»", "this `]` closes nothing", ""),
    ("$.a «=»= 1", "a condition stands in a filter", "[?@.name == 1]"),
    ("$.a«=»=1", "a condition stands in a filter", "[?@.name == 1]"),
    ("$«[»0", "this `[` is never closed", "close it"),
    ("$«[»", "this `[` is never closed", "close it"),
    ("$[«]»", "expected what to select", "`[*]`"),
    ("$[«periods»]", "a name in brackets stands in quotes", "['periods']"),
    ("$[«@».a]", "expected what to select", "`[?@.name]`"),
    ("$[«(»@.length-1)]", "expected what to select", "`?`"),
    ("$['a'«;»]", "expected `,` or `]`", ""),
    ("$[«01»]", "an integer has no zeros in front", "write `1`"),
    ("$[«-0»]", "there is no negative zero here", "write `0`"),
    ("$[«-»]", "expected digits behind the minus sign", ""),
    ("$[«9007199254740992»]", "this integer is out of range", "9007199254740991"),
    ("$[«'»a]", "this string is never closed", "close it with `'`"),
    ("$['é«\\x»']", "there is no such escape", "`\\u`"),
    ("$['«\\\"»']", "this quote needs no escape", "write `\"`"),
    ("$['«\\ud83d»']", "this is half of a character", "surrogate"),
    ("$['«\\u12»']", "expected four hexadecimal digits behind `\\u`", ""),
    ("$['«\n»']", "a control character cannot stand in a string", "\\u000a"),
    ("$[?@.a «=» 1]", "a single `=` compares nothing", "write `==`"),
    ("$[?@.a ==«=» 1]", "this `=` is too much", "write `==`"),
    ("$[?@.a «=~» 'x']", "there is no `=~` in JSONPath", "match(@.name, 'pattern')"),
    ("$[?@.a «&» @.b]", "a single `&` joins nothing", "write `&&`"),
    ("$[?@.a && «not» @.b]", "there is no `not` in JSONPath", "write `!`"),
    ("$[?@.a == «True»]", "`True` is no value", "write `true`"),
    ("$[?@.day == «Monday»]", "`Monday` is no value", "`'Monday'`"),
    ("$[?«'x'»]", "a value alone is no condition", "compare"),
    ("$[?@.a == «»", "expected a value, a query or a function", ""),
    ("$[?@.a == «1.»]", "this is no number", "`1.0`"),
    ("$[?«@.*» == 1]", "this query may find several values where one is needed", "@[0]"),
    ("$[?!@.a« == »1]", "`!` negates a test, not a comparison", "!(@.a == 1)"),
    ("$[?(@.a)« == »1]", "what is in brackets cannot be compared", "group"),
    ("$[?«(»@.a", "this `(` is never closed", "close it"),
    ("$[?(@.a«]»", "expected `)`, `&&` or `||`", ""),
    ("$[?«size»(@.a) > 1]", "there is no function `size`", "`length`"),
    ("$[?«Length»(@.a) > 1]", "there is no function `Length`", "write `length`"),
    ("$[?«length(@.a, 1)» > 1]", "`length` takes one value: `length(@.name)`", ""),
    ("$[?«length(@.a)»]", "the result of this function is no condition", "compare it"),
    ("$[?count(«1») > 1]", "`count` takes a query", "`@` or `$`"),
    ("$[?length(«@.*») > 1]", "this query may find several values where one is needed", "value("),
    ("$[?«match(@.a, 'x')» == true]", "the result of this function is a condition, not a value", "stand alone"),
    ("$[?match(@.a «=»= 1)]", "no function takes a condition", ""),
    ("$[?match(@.a, 'é\\t«(»b')]", "this `(` is never closed", "close it"),
    ("$[?match(@.a, '«\\\\p{Lu}»+')]", "character properties such as `\\p{L}` are not available", "[A-Za-z"),
];

const PATTERNS: &[Row] = &[
    ("é«(»a", "this `(` is never closed", "close it"),
    ("a«)»(b", "this `)` closes nothing", "`\\)`"),
    ("a«[»b-", "this `[` is never closed", "`\\[`"),
    ("[b«[»c]]", "a `[` within `[…]` is not available", "`\\[`"),
    ("[a«&&»b]", "`&&` within `[…]` is not available", "`\\&`"),
    ("[«z-a»]", "this range goes backwards: `z` comes after `a`", "write `a-z`"),
    ("[«\\d-a»]", "a range goes from one character to another", "put the `-` last"),
    ("«*»a", "there is nothing before this `*` to repeat", "`\\*`"),
    ("a|«+»b", "there is nothing before this `+` to repeat", "`\\+`"),
    ("«(?»", "this group begins with what no group begins with", "`(?:…)`"),
    ("a«{»", "this `{` is never closed", "`\\{`"),
    ("a«{x}»", "this is no number of repetitions", "`{3,5}`"),
    ("a«{5,2}»", "this repetition counts backwards", "write `{2,5}`"),
    ("«(?=»a)", "patterns cannot look ahead or behind", "whole text"),
    ("«(?<!»a)b", "patterns cannot look ahead or behind", "whole text"),
    ("(a)«\\1»", "patterns cannot refer back to a group", "again"),
    ("a«\\»", "there is nothing behind this backslash", "two of them"),
    ("a«\\y»", "there is no escape `\\y`", "write `y`"),
    ("«\\p{Greek}»+", "character properties such as `\\p{L}` are not available", "list the characters"),
    ("«\\xZZ»", "this is no character's number", "hexadecimal"),
    ("«(?P<n»", "this group's name is never closed", "close it with `>`"),
    ("«((a{999}){999}){999}»", "this pattern is too large", "count less"),
];

fn told(rows: &[Row], parse: impl Fn(&str) -> Result<(), ParseError>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (marked, message, help) in rows {
        let start = marked.find('«').unwrap();
        let text = marked.replace(['«', '»'], "");
        let end = marked.find('»').unwrap() - '«'.len_utf8();
        match parse(&text) {
            Ok(()) => wrong.push(format!("{marked}: is taken")),
            Err(error) => {
                let span = error.span.clone();
                let said = error.help.clone().unwrap_or_default();
                if span != (start..end) || error.message != *message || !said.contains(help) {
                    wrong.push(format!("{marked}: {span:?} `{}`: {} ({said})", &text[span.clone()], error.message));
                }
            }
        }
    }
    wrong
}

#[test]
fn a_mistake_in_a_query_is_named_at_its_place() {
    let wrong = told(QUERIES, |text| JsonPath::parse(text).map(|_| ()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mistake_in_a_pattern_is_named_at_its_place() {
    let wrong = told(PATTERNS, check_pattern);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_names_of_a_query_are_told_with_their_places() {
    let text = r#"$.a['b\u0063', "d"]..e[?@.f == $['g'] && @['h'].*]"#;
    let names = JsonPath::parse(text).unwrap().names();
    let told: Vec<_> = names.iter().map(|(name, span)| (name.as_str(), &text[span.clone()])).collect();
    let expected = [("a", "a"), ("bc", r"b\u0063"), ("d", "d"), ("e", "e"), ("f", "f"), ("g", "g"), ("h", "h")];
    assert_eq!(told, expected);
}

//! What is understood of an answer: XML, encodings of characters, compression.

use flow_tests::{Program, Reply, StandIn, binary_of};

/// The queries of the table in docs/language.md, and one that looks at the text itself.
const FLOW: &str = r#"on sms
  -> call GET "https://rooms.example/rows"
       < name = name, first = rows.row.name, second = rows.row[1].name, rate: number = rows.row.rate,
         unit = rows.row.rate.unit, gone? = rows.row.gone, all: text = @body, kind = @header "X-Kind" >
     ok   -> if $rate > 84
             -> sms "$name $first $second $rate $unit ${gone ?? "none"} ${length(all)} $kind"
             else -> sms "cheap"
     fail -> sms "${failure.kind}: ${failure.message}"
"#;

/// The document of docs/language.md.
fn document() -> String {
    let page = include_str!("../../docs/language.md");
    page.split_once("```xml\n").unwrap().1.split_once("```").unwrap().0.to_owned()
}

fn converse(head: &str, body: &[u8]) -> (String, StandIn) {
    let head = format!("HTTP/1.1 200 OK\r\n{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let bytes = [head.as_bytes(), body].concat();
    let service = StandIn::start(move |_| Reply::raw(&bytes));
    let program = Program::of(&binary_of("rows", FLOW)).connect("rooms.example:443", &service.url()).start();
    (program.converse("rooms"), service)
}

#[test]
fn the_document_of_the_reference_is_read_as_it_says() {
    let document = document();
    let told = format!("Ann Ann Bob 84.50 USD none {} x", document.chars().count());
    for media_type in ["Content-Type: text/xml\r\n", "Content-Type: application/hal+xml; charset=UTF-8\r\n", ""] {
        let (said, service) = converse(&format!("{media_type}X-Kind: x"), document.as_bytes());
        assert_eq!(said, told, "{media_type}");
        assert_eq!(service.requests()[0].header_value("Accept-Encoding"), Some("gzip, br, zstd"));
    }
}

#[test]
fn characters_are_those_of_the_encoding_that_is_named() {
    // In a message each `é` of ISO-8859-1 is a character, not a byte.
    let latin: Vec<u8> = document().replace("Ann", "Ren\u{e9}e").chars().map(|c| u8::try_from(c).unwrap()).collect();
    let length = latin.len();
    let (said, _) = converse("Content-Type: text/xml; charset=iso-8859-1\r\nX-Kind: x", &latin);
    assert_eq!(said, format!("Renée Renée Bob 84.50 USD none {length} x"));
    let declared = [&b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"[..], &latin].concat();
    let length = declared.len();
    let (said, _) = converse("Content-Type: text/xml\r\nX-Kind: x", &declared);
    assert_eq!(said, format!("Renée Renée Bob 84.50 USD none {length} x"));
    let (said, _) = converse("Content-Type: text/xml\r\nX-Kind: x", &latin);
    assert!(said.starts_with("response: the answer is not UTF-8 text: byte "), "{said}");
}

#[test]
fn an_empty_answer_is_fine_where_nothing_in_it_is_needed() {
    const FLOW: &str = r#"on sms matching "optional"
  -> call PUT "https://notes.example/" text "x" < id? = id, name? = note.name, code = @status >
     ok   -> sms "$code ${id ?? "none"} ${name ?? "none"}"
     fail -> sms "${failure.kind}: ${failure.message}"

on sms
  -> call PUT "https://notes.example/" text "x" < id = id, name? = note.name >
     ok   -> sms "$id ${name ?? "none"}"
     fail -> sms "${failure.kind}: ${failure.message}"
"#;
    let binary = binary_of("notes", FLOW);
    for (answer, optional) in [
        ("HTTP/1.1 204 X\r\nConnection: close\r\n\r\n", "204 none none"),
        (
            "HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "200 none none",
        ),
    ] {
        let service = StandIn::start(move |_| Reply::raw(answer.as_bytes()));
        let program = Program::of(&binary).connect("notes.example:443", &service.url()).start();
        assert_eq!(program.converse("optional"), optional);
        let told = program.converse("required");
        assert!(told.starts_with("response: the answer is "), "{told}");
    }
}

#[test]
fn what_xml_does_not_hold_is_named() {
    let document = document().replace("84.50", "dear");
    let (said, _) = converse("Content-Type: text/xml\r\nX-Kind: x", document.as_bytes());
    assert_eq!(
        said,
        "response: response variable `rate` (query rows.row.rate): a number is expected, and the text \"dear\" was found"
    );
}

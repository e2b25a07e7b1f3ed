//! A value in an XML body is text, whatever it holds.

use flow_tests::{Program, Reply, Request, StandIn, binary_of};
use serde_json::json;

const FLOW: &str = r#"flow "Orders"
on api "order" expect Note: text, Count: int
  -> call POST "https://up.example/orders"
       xml "<order note=\"$Note\"><n>$Note</n><c>${Count}</c></order>"
     ok   -> end
     fail -> call GET "https://up.example/refused" query "why" = $failure.kind fail -> end
"#;

/// What an XML parser reads where this was written.
fn read(text: &str) -> String {
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#9;", "\t"), ("&#10;", "\n")];
    let read = known.iter().fold(text.to_owned(), |text, (escaped, character)| text.replace(escaped, character));
    read.replace("&#13;", "\r").replace("&amp;", "&")
}

#[test]
fn no_value_changes_the_shape_of_a_document() {
    let service = StandIn::start(|_| Reply::status(200));
    let program = Program::of(&binary_of("orders", FLOW)).connect("up.example:443", &service.url()).start();
    let order = |note: &str| {
        let before = service.requests().len();
        let order = json!({ "flowId": "order", "Note": note, "Count": 3 });
        assert_eq!(program.send(&Request::new("POST", "/v2/api/apitriggers").json(&order)).status, 202);
        service.wait_for(before + 1).swap_remove(before)
    };
    for note in ["plain", "<a/>", "\"/><x y='", "</n>&amp;]]>", "&#65;&lt;", "a\r\n\tb", "é😀", ""] {
        let sent = order(note);
        assert_eq!(sent.header_value("Content-Type"), Some("application/xml; charset=utf-8"));
        let document = String::from_utf8(sent.body.clone()).unwrap();
        let inside = document.strip_prefix("<order note=\"").unwrap().strip_suffix("</n><c>3</c></order>").unwrap();
        let (attribute, element) = inside.split_once("\"><n>").unwrap();
        assert_eq!((read(attribute).as_str(), read(element).as_str()), (note, note));
        assert!(!inside.replacen("\"><n>", "", 1).contains(['<', '>', '"', '\'', '\n', '\r', '\t']), "{document}");
    }
    for note in ["bell\u{7}", "\u{1b}[31m", "\u{ffff}"] {
        assert_eq!(order(note).target, "/refused?why=request", "{note:?}");
    }
}

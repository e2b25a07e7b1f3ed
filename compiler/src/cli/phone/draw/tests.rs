//! Screens of all sizes, as text.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::super::clock::Zone;
use super::super::flow::tests::flow_of;
use super::super::model::tests::{message, phone, text};
use super::super::model::{Answer, Message, Phone};
use super::*;

/// The rows of a screen of this size.
fn shown(phone: &Phone, columns: u16, rows: u16) -> (Vec<String>, Drawn) {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let mut drawn = None;
    terminal.draw(|frame| drawn = Some(draw(frame, phone, Paint { color: true }))).unwrap();
    let buffer = terminal.backend().buffer();
    let row = |y: u16| {
        let mut line = String::new();
        let mut x = 0;
        while x < columns {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // A wide character covers the cell behind it.
            x += u16::try_from(text::width(symbol).max(1)).unwrap();
        }
        line.trim_end().to_owned()
    };
    ((0..rows).map(row).collect(), drawn.unwrap())
}

/// A guest asks twice; the second call fails.
fn hotline() -> Phone {
    let mut phone = phone();
    let sent = text(&mut phone, "weather");
    phone.answered(&sent, Answer::Run("r1".into()));
    for line in [
        r#"{"message":"run accepted","time":"1970-01-01T13:53:20Z","run":"r1","line":4,"person":"********0001"}"#,
        r#"{"message":"step","run":"r1","line":5,"step":"call","outcome":"ok","ms":48}"#,
        r#"{"message":"step","run":"r1","line":6,"step":"sms","outcome":"ok","ms":0}"#,
        r#"{"message":"run ended","run":"r1","outcome":"completed","ms":52}"#,
    ] {
        phone.logged(line);
    }
    phone.received(message("+15550100001", "r1", "It's currently 84 F."));
    let sent = text(&mut phone, "again");
    phone.answered(&sent, Answer::Run("r2".into()));
    phone.logged(
        r#"{"message":"run accepted","time":"1970-01-01T13:53:22Z","run":"r2","line":4,"person":"********0001"}"#,
    );
    phone.logged(r#"{"message":"step","run":"r2","line":5,"step":"call","outcome":"fail","kind":"timeout","reason":"api.weather.example gave no answer within 10 s","ms":10004}"#);
    phone
}

#[test]
fn a_conversation_stands_beside_what_the_flow_does() {
    let (rows, drawn) = shown(&hotline(), 80, 24);
    let wanted = "
 Weather Forecast                                                  +15550199999
  +15550100001
────────────────────────────────────────────┬───────────────────────────────────
                                            │
                                            │
                                            │
                                            │
                                            │
                                            │ 13:53:20 ────────────────────────
                                            │    4 │ on sms
                                            │ ✓  5 │ call GET \"https://a… 48 ms
                                            │ ✓  6 │ ok -> sms \"It's curr… 0 ms
                                ╭─────────╮ │ ended well, 52 ms
                                │ weather │ │
                                ╰─ 13:53 ─╯ │ 13:53:22 ────────────────────────
 ╭──────────────────────╮                   │    4 │ on sms
 │ It's currently 84 F. │                   │ ✗  5 │ call GET \"https://… 10.0 s
 ╰────────────── 13:53 ─╯                   │      │ timeout:
                                ╭─────────╮ │      │ api.weather.example gave
                                │ again   │ │      │ no answer within 10 s
                                ╰─ 13:53 ─╯ │ at work …
────────────────────────────────────────────┴───────────────────────────────────
 › write a text
 Enter send · Tab next phone · Ctrl-N new phone · PgUp back · /help · Ctrl-C qu…";
    assert_eq!(format!("\n{}", rows.join("\n")), wanted);
    assert_eq!((drawn.cursor, drawn.links.len()), (Position { x: 3, y: 22 }, 0));
}

#[test]
fn a_small_screen_has_a_line_for_what_the_flow_does() {
    let mut phone = hotline();
    phone.editor.insert("hello 天気");
    let (rows, drawn) = shown(&phone, 40, 12);
    let wanted = "
 Weather Forecast          +15550199999
  +15550100001
────────────────────────────────────────



                                weather
 It's currently 84 F.
                                  again
 line 5: at work …
────────────────────────────────────────
 › hello 天気";
    assert_eq!(format!("\n{}", rows.join("\n")), wanted);
    assert_eq!(drawn.cursor, Position { x: 13, y: 11 });
    phone.shows_steps = true;
    let rows = shown(&phone, 40, 12).0;
    assert!(rows.iter().any(|row| row.contains("✗  5 │")), "{rows:#?}");
}

#[test]
fn waits_say_until_when() {
    let mut phone = hotline();
    phone.logged(r#"{"message":"run waits for a reply","run":"r2","line":6,"until":"1970-01-01T14:03:20Z"}"#);
    let rows = shown(&phone, 130, 24).0.join("\n");
    assert!(rows.contains("waits for a reply until 14:03, 10 min left"), "{rows}");
    assert!(rows.contains("…  6 │ ok -> sms"), "{rows}");
    phone.logged(r#"{"message":"run waits","run":"r2","line":5,"until":"1970-01-03T14:03:20Z"}"#);
    let rows = shown(&phone, 130, 24).0.join("\n");
    assert!(rows.contains("waits until 3 Jan 14:03, 2 d left; a wait"), "{rows}");
}

#[test]
fn unread_messages_are_counted_and_the_shown_tab_is_seen() {
    let mut phone = phone();
    for _ in 0..9 {
        phone.say("/from");
    }
    phone.received(message("+15550100009", "r", "hi"));
    let rows = shown(&phone, 60, 20).0;
    assert!(
        rows[1].starts_with('‹') && rows[1].contains("+15550100009 (1)") && rows[1].contains("+15550100010"),
        "{rows:#?}"
    );
    phone.say("/to +13055550100");
    let rows = shown(&phone, 60, 20).0;
    assert!(rows[1].contains("+15550100010 → +13055550100") && rows[0].ends_with("+13055550100"), "{rows:#?}");
}

#[test]
fn pictures_are_links_wherever_they_break() {
    let mut phone = phone();
    let url = "https://pictures.example/of/the/room/with/a/view/of/the/sea.jpg";
    let media = vec![url.to_owned()];
    let picture = Message { media, ..message("+15550100001", "r", "Your room:") };
    phone.received(picture);
    let (rows, drawn) = shown(&phone, 80, 24);
    assert_eq!(drawn.links.iter().map(|link| link.text.as_str()).collect::<String>(), url);
    for Link { place, text, target } in &drawn.links {
        assert_eq!(target, url);
        let row: String = rows[usize::from(place.1)].chars().skip(place.0.into()).collect();
        assert!(row.starts_with(text.as_str()), "{row}");
    }
}

#[test]
fn the_conversation_scrolls_no_further_than_it_goes() {
    let mut phone = phone();
    for number in 0..40 {
        phone.received(message("+15550100001", "r", &format!("message {number}")));
    }
    let has = |phone: &Phone, what: &str| shown(phone, 80, 24).0.iter().any(|row| row.contains(what));
    assert!(has(&phone, "message 39") && !has(&phone, "message 20 "));
    phone.back.0 = 10_000;
    let (rows, drawn) = shown(&phone, 80, 24);
    assert!(rows[4].contains("message 0"), "{rows:#?}");
    assert_eq!(drawn.back.0, 40 * 3 - 18);
}

#[test]
fn help_is_shown_in_any_width() {
    let mut phone = phone();
    phone.say("/help");
    for columns in [30, 44, 80, 140] {
        let rows = shown(&phone, columns, 50).0.join("\n");
        assert!(rows.contains("/picture URL") && rows.contains("Waits take"), "{rows}");
    }
}

/// Whatever a text holds, the frame stays where it is and nothing but what can be drawn is drawn.
#[test]
fn no_text_breaks_the_frame() {
    let texts = [
        "👩‍👩‍👧‍👦🏳️‍🌈❤️👍🏽 family and flags 🇩🇪🇯🇵",
        "天気は晴れです。最高気温は28度です。",
        "שלום עולם, مرحبا بالعالم",
        "e\u{301}\u{301}\u{301} क्षि ก็ \u{200b}\u{200d}\u{feff}",
        "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202e}turned\u{2066}\r\n\tend\u{0}",
    ];
    for body in texts {
        let mut phone = phone();
        phone.received(message("+15550100001", "r", body));
        text(&mut phone, &format!("{body} {body}"));
        phone.editor.insert(body);
        for (columns, rows) in [(80, 24), (100, 30), (76, 16), (40, 12), (31, 9), (7, 3), (1, 1), (300, 4)] {
            let (screen, drawn) = shown(&phone, columns, rows);
            assert!(drawn.cursor.x < columns && drawn.cursor.y < rows, "{drawn:?}");
            assert!(
                !screen.concat().contains(|c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)),
                "{screen:#?}"
            );
            if columns >= 76 && rows >= 16 {
                let left = usize::from(columns * 11 / 20);
                for row in &screen[3..usize::from(rows) - 3] {
                    let at = row.find('│').filter(|_| !row.contains('╭')).map(|_| before(row, left));
                    assert!(at.is_none_or(|sign| sign == "│"), "{row}");
                }
            }
        }
    }
}

/// What stands in the column with this number.
fn before(row: &str, column: usize) -> String {
    let mut at = 0;
    for cluster in super::super::editor::clusters(row) {
        if at == column {
            return cluster;
        }
        at += text::width(&cluster);
    }
    String::new()
}

#[test]
fn steps_on_one_line_show_their_own_words() {
    let flow = "on sms -> call GET \"https://a.example\" ok -> sms \"Done.\" -> wait 1h fail -> sms \"Sorry.\"\n";
    let mut phone = Phone::new(flow_of(flow), Zone::default(), 50_000);
    for line in [
        r#"{"message":"run accepted","run":"r","line":1,"person":"********0001"}"#,
        r#"{"message":"step","run":"r","line":1,"step":"call","outcome":"ok","ms":1}"#,
        r#"{"message":"step","run":"r","line":1,"step":"sms","outcome":"ok","ms":1}"#,
        r#"{"message":"run waits","run":"r","line":1,"until":"1970-01-01T14:53:20Z"}"#,
    ] {
        phone.logged(line);
    }
    let (rows, _) = shown(&phone, 120, 20);
    let rows: Vec<_> = rows.iter().filter_map(|row| row.split_once("  1 │ ")).map(|(_, words)| words.trim()).collect();
    assert_eq!(rows.len(), 4, "{rows:#?}");
    assert_eq!((rows[0], rows[3]), ("on sms", "wait 1h"));
    assert!(
        rows[1].starts_with("call GET \"https://a.example\"  ") && rows[2].starts_with("sms \"Done.\"  "),
        "{rows:#?}"
    );
}

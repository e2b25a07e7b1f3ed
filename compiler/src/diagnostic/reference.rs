//! The pages of all codes as one document, `docs/errors.md`.

use std::fmt::Write;

use super::Code;

/// The families of codes, by what their numbers begin with.
const FAMILIES: [(&str, &str); 9] = [
    ("F00", "Syntax"),
    ("F02", "Names"),
    ("F03", "Types"),
    ("F04", "Secrets"),
    ("F05", "Calls"),
    ("F06", "Paths"),
    ("F07", "Unused"),
    ("F08", "Messages"),
    ("F09", "Tests"),
];

const INTRODUCTION: &str = "\
# Errors and warnings

All that flowc may find wrong with a flow. Each rule has a code that stays the same for ever; `flowc explain F0201` prints
its page in the terminal. An error keeps a flow from being built, a warning does not. Of each pair of flows below, the
first breaks just this one rule, and the second none; the tests see to it.

This file is written from the table in `compiler/src/diagnostic/codes.rs` by `FLOW_BLESS=1 cargo test --test e2e errors_md`.
";

/// The whole document, as Markdown: all codes by families, then their pages.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    for codes in families() {
        let _ = write!(text, "\n**{}**\n\n| | | |\n|---|---|---|\n", family(codes));
        for code in codes {
            let (page, link) = (code.page(), anchor(&heading(*code)));
            let _ = writeln!(
                text,
                "| [{}](#{link}) | {} | {} |",
                page.id,
                page.severity.as_str(),
                page.title.replace('|', r"\|")
            );
        }
    }
    for codes in families() {
        let _ = write!(text, "\n## {}\n", family(codes));
        for code in codes {
            let _ = write!(text, "\n### {}\n\n{}", heading(*code), page(*code));
        }
    }
    text
}

/// The page of a code without its heading, as Markdown.
pub(super) fn page(code: Code) -> String {
    let page = code.page();
    let text: Vec<_> = page.text.lines().filter(|line| !line.is_empty()).collect();
    // The second word keeps a flow that is wrong on purpose apart from those that a reader may copy.
    let example =
        |title: &str, flow: &str| format!("{title}:\n\n```flow {}\n{}\n```\n", title.to_lowercase(), flow.trim_end());
    format!("{}\n\n{}\n{}", text.join("\n\n"), example("Wrong", page.wrong), example("Right", page.right))
}

/// `F0201 error: a variable that is not bound anywhere`
fn heading(code: Code) -> String {
    format!("{} {}: {}", code.id(), code.severity().as_str(), code.page().title)
}

/// Codes that begin alike.
fn families() -> impl Iterator<Item = &'static [Code]> {
    Code::ALL.chunk_by(|one, other| prefix(*one) == prefix(*other))
}

fn prefix(code: Code) -> &'static str {
    code.id().get(..3).unwrap_or_default()
}

/// `Names (F02)`; the number alone for a family that has no name here.
fn family(codes: &[Code]) -> String {
    let prefix = codes.first().map_or("", |code| prefix(*code));
    match FAMILIES.iter().find(|(known, _)| *known == prefix) {
        Some((_, name)) => format!("{name} ({prefix})"),
        None => prefix.to_owned(),
    }
}

/// The name that a heading can be linked by: what GitHub makes of it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
    kept.flat_map(char::to_lowercase).map(|character| if character == ' ' { '-' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_link_leads_to_its_heading() {
        let document = document();
        let headings: Vec<_> =
            document.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' ')).collect();
        let anchors: HashSet<_> = headings.iter().map(|heading| anchor(heading)).collect();
        let links: Vec<_> = document.split("](#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(links.len() >= Code::ALL.len());
        for link in links {
            assert!(anchors.contains(link), "{link}");
        }
    }

    #[test]
    fn every_family_has_a_name() {
        for codes in families() {
            assert!(family(codes).contains('('), "give {} a name in FAMILIES", family(codes));
        }
    }
}

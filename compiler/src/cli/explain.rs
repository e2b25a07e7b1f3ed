//! `flowc explain`

use std::fmt::Write;

use clap::Args;

use super::Exit;
use super::console::Console;
use crate::diagnostic::Code;
use crate::driver::Error;
use crate::suggest;

/// Tell what a code means and how to mend the flow
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  flowc explain F0201")]
pub(super) struct Explain {
    /// A code like F0201; without one, all are listed
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(&self, console: &Console<'_>) -> Result<Exit, Error> {
        let Some(id) = &self.code else {
            console.result(&list())?;
            return Ok(Exit::Fine);
        };
        match Code::from_id(id.trim()) {
            Some(code) => {
                console.result(&page(code))?;
                Ok(Exit::Fine)
            }
            None => {
                console.error(&format!("there is no code `{id}`"), Some(&near(id)));
                Ok(Exit::Failed)
            }
        }
    }
}

fn list() -> String {
    let line = |code: &Code| format!("{}  {:<7}  {}\n", code.id(), code.severity().as_str(), code.page().title);
    Code::ALL.iter().map(line).collect()
}

fn page(code: Code) -> String {
    let page = code.page();
    let mut text = format!("{}[{}]: {}\n", page.severity.as_str(), page.id, page.title);
    for paragraph in page.text.lines() {
        // Paragraphs are written without line breaks; a terminal's own wrapping would cut words.
        let _ = write!(text, "\n{}", wrap(paragraph, 80));
    }
    for (title, flow) in [("Wrong", page.wrong), ("Right", page.right)] {
        let _ = write!(text, "\n{title}:\n\n");
        for line in flow.trim_end().lines() {
            let _ = writeln!(text, "{}", format!("    {line}").trim_end());
        }
    }
    text
}

/// Breaks a paragraph between words, so that no line has more than `width` characters unless a word has.
pub(super) fn wrap(paragraph: &str, width: usize) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
    text
}

/// Names the codes that differ little from what was asked for.
fn near(id: &str) -> String {
    let ids = suggest::nearest(&id.trim().to_uppercase(), Code::ALL.iter().map(|code| code.id()));
    match ids.as_slice() {
        [] => "`flowc explain` lists all codes".to_owned(),
        ids => format!("did you mean {}? `flowc explain` lists all codes", ids.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_rule_and_both_flows() {
        let text = page(Code::UnknownVariable);
        for part in ["error[F0201]: ", "\nWrong:\n\n    on sms", "\nRight:\n\n    on sms"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrap("aa bb  cc", 5), "aa bb\ncc\n");
        assert_eq!(wrap("aaaaaaa b", 3), "aaaaaaa\nb\n");
        assert_eq!(wrap("", 3), "\n");
    }
}

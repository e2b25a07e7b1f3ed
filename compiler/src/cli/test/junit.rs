//! JUnit XML, as the Jenkins plugin `xunit` describes it in `junit-10.xsd` and CI services read it.

use std::fmt::Write;
use std::time::Duration;

use super::picture;
use super::tried::{Tried, Verdict};
use super::{Broken, Outcome};
use crate::diagnostic::render::Style;

/// What came of all flows: a suite for each.
pub(super) fn document(outcomes: &[Outcome]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let tests: usize = outcomes.iter().map(tests).sum();
    let failures: usize = outcomes.iter().map(failures).sum();
    let errors = outcomes.iter().filter(|outcome| !matches!(outcome, Outcome::Tried(_))).count();
    let time = seconds(outcomes.iter().map(time).sum());
    text += &format!(
        "<testsuites name=\"flowc test\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{time}\">\n"
    );
    outcomes.iter().for_each(|outcome| suite(&mut text, outcome));
    text += "</testsuites>\n";
    text
}

fn tests(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Tried(tried) => tried.verdicts.len(),
        Outcome::Broken(_) | Outcome::Failed(..) => 1,
    }
}

fn failures(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Tried(tried) => tried.failed(),
        Outcome::Broken(_) | Outcome::Failed(..) => 0,
    }
}

fn time(outcome: &Outcome) -> Duration {
    match outcome {
        Outcome::Tried(tried) => tried.time,
        Outcome::Broken(_) | Outcome::Failed(..) => Duration::ZERO,
    }
}

fn suite(text: &mut String, outcome: &Outcome) {
    let (name, errors) = match outcome {
        Outcome::Tried(tried) => (&tried.file.name, 0),
        Outcome::Broken(Broken { name, .. }) | Outcome::Failed(name, _) => (name, 1),
    };
    let (tests, failures, time) = (tests(outcome), failures(outcome), seconds(time(outcome)));
    let name = escaped(name);
    // To write to a text cannot fail.
    let _ = writeln!(
        text,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" time=\"{time}\">"
    );
    match outcome {
        Outcome::Tried(tried) => tried.verdicts.iter().for_each(|verdict| case(text, tried, verdict)),
        Outcome::Broken(Broken { count, told, .. }) => {
            error(text, &name, "flow", &super::counted(*count, "error"), told);
        }
        Outcome::Failed(_, why) => error(text, &name, "flowc", why, ""),
    }
    *text += "  </testsuite>\n";
}

fn case(text: &mut String, tried: &Tried, verdict: &Verdict) {
    let (name, class) = (escaped(&verdict.play.name), escaped(&tried.file.name));
    let time = seconds(verdict.time);
    let _ = write!(text, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{time}\"");
    let Some(failure) = &verdict.failure else {
        *text += "/>\n";
        return;
    };
    let whole = picture::failure(tried, verdict, failure, Style::PLAIN, None);
    let (message, whole) = (escaped(&failure.message), escaped(&whole));
    let _ = writeln!(text, ">\n      <failure type=\"test\" message=\"{message}\">{whole}</failure>\n    </testcase>");
}

/// A flow whose tests were not played; `whole` is all that was told of it.
fn error(text: &mut String, name: &str, kind: &str, why: &str, whole: &str) {
    let (why, whole) = (escaped(why), escaped(whole));
    let _ = writeln!(
        text,
        "    <testcase name=\"flowc test\" classname=\"{name}\" time=\"0.000\">\n      \
         <error type=\"{kind}\" message=\"{why}\">{whole}</error>\n    </testcase>"
    );
}

fn seconds(time: Duration) -> String {
    format!("{:.6}", time.as_secs_f64())
}

/// A text as a value of an attribute or as content (XML 1.0, 2.2 and 2.4). What XML cannot hold is shown by the sign for that.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' => escaped += "&#10;",
            '\t' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other if other.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_the_xml() {
        assert_eq!(escaped("a<b>&\"\u{1b}\n\u{ffff}"), "a&lt;b&gt;&amp;&quot;\u{fffd}&#10;\u{fffd}");
        let broken = Broken { name: "a\"<.flow".to_owned(), count: 2, told: "error[F0201]: <n> & m\n".to_owned() };
        let outcomes = [Outcome::Broken(broken), Outcome::Failed("b.flow".to_owned(), "no <cargo>".to_owned())];
        let text = document(&outcomes);
        let read = roxmltree::Document::parse(&text);
        let read = read.as_ref().map(|read| read.root_element());
        let errors = read.map(|root| root.descendants().filter(|node| node.has_tag_name("error")).count());
        assert_eq!(errors.ok(), Some(2), "{text}");
        assert!(
            text.contains("name=\"a&quot;&lt;.flow\" tests=\"1\"") && text.contains("message=\"no &lt;cargo&gt;\"")
        );
        assert!(text.contains("message=\"2 errors\">error[F0201]: &lt;n&gt; &amp; m&#10;</error>"), "{text}");
    }
}

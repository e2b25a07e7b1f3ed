//! A diagnostic on one line, as editors and `grep` like it: `file:line:column: error[F0201]: message`.

use super::Diagnostic;
use crate::source::{LineIndex, SourceFile};

/// All diagnostics of a file, one a line.
pub fn render(file: &SourceFile, diagnostics: &[Diagnostic]) -> String {
    let index = LineIndex::new(&file.text);
    let line = |diagnostic: &Diagnostic| {
        let place = index.line_column(&file.text, diagnostic.span.start);
        let (severity, code) = (diagnostic.code.severity().as_str(), diagnostic.code.id());
        // A message may quote the flow, which may hold anything; the line stays one.
        let message = diagnostic.message.replace(char::is_control, " ");
        format!("{}:{}:{}: {severity}[{code}]: {message}\n", file.name, place.line, place.column)
    };
    diagnostics.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Code;
    use super::*;
    use crate::source::Span;

    #[test]
    fn a_diagnostic_is_one_line() {
        let file = SourceFile::new("wx.flow", "on sms\n-> sms \"é $x\"\n");
        let diagnostic = Diagnostic::new(Code::UnknownVariable, Span::new(18, 20), "unknown\nvariable `$x`", "here");
        assert_eq!(file.slice(diagnostic.span), "$x");
        assert_eq!(render(&file, &[diagnostic]), "wx.flow:2:11: error[F0201]: unknown variable `$x`\n");
    }
}

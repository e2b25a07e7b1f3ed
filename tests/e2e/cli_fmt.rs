//! `flowc fmt` as a command: what it writes, lists and leaves alone. How a flow is laid out is tested elsewhere.

use std::fs;

use flow_tests::Scratch;

use crate::cli::flowc_in;
use crate::cli_check::flowc_reads;

const SLOPPY: &str = "on   sms->sms    \"Hello $from\"";
const BROKEN: &str = "on sms ->\n\n\n  sms \"Hello\n";

/// The layout of `SLOPPY`.
fn neat() -> String {
    let ended = flowc_reads(&Scratch::new(), "fmt -", SLOPPY);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert_ne!(ended.out, SLOPPY);
    ended.out
}

#[test]
fn files_are_formatted_once() {
    let folder = Scratch::new();
    fs::create_dir(folder.path().join("sub")).unwrap();
    let paths = [folder.write("a.flow", SLOPPY), folder.write("sub/b.flow", &neat())];
    let changed = || paths.each_ref().map(|path| fs::metadata(path).unwrap().modified().unwrap());
    let before = changed();
    let ended = flowc_in(&folder, "fmt");
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""));
    assert_eq!(ended.err, "a.flow: formatted\n1 file formatted, 1 already formatted\n");
    assert!(paths.iter().all(|path| fs::read_to_string(path).unwrap() == neat()));
    let after = changed();
    assert!(before[0] < after[0] && before[1] == after[1]);
    assert_eq!(flowc_in(&folder, "fmt a.flow sub").err, "2 files already formatted\n");
    assert_eq!(flowc_in(&folder, "fmt a.flow").err, "a.flow: already formatted\n");
    assert_eq!(changed(), after);
    folder.write("a.flow", SLOPPY);
    assert_eq!(flowc_in(&folder, "fmt a.flow").err, "a.flow: formatted\n");
}

#[test]
fn other_layouts_are_listed_and_left() {
    let folder = Scratch::new();
    let path = folder.write("a.flow", SLOPPY);
    folder.write("b.flow", &neat());
    let check = flowc_in(&folder, "fmt --check .");
    assert_eq!((check.code, check.out.as_str()), (Some(1), "a.flow\n"));
    assert_eq!(check.err, "1 file to be formatted, 1 already formatted\n");
    let diff = flowc_in(&folder, "fmt --diff a.flow b.flow");
    assert_eq!(diff.code, Some(1));
    assert!(diff.out.starts_with("--- a.flow\n+++ a.flow\n@@ -1 +1") && diff.out.contains(&format!("\n-{SLOPPY}\n")));
    assert_eq!(fs::read_to_string(path).unwrap(), SLOPPY);
    let fine = flowc_in(&folder, "fmt --check -q b.flow");
    assert_eq!((fine.code, fine.out.as_str(), fine.err.as_str()), (Some(0), "", ""));
    assert_eq!(flowc_in(&folder, "fmt --diff b.flow").code, Some(0));
}

#[test]
fn what_is_not_understood_is_left_alone() {
    let folder = Scratch::new();
    let path = folder.write("bad.flow", BROKEN);
    let good = folder.write("good.flow", SLOPPY);
    for line in ["fmt --check", "fmt --diff", "fmt"] {
        let ended = flowc_in(&folder, line);
        assert_eq!(ended.code, Some(1), "{line}");
        assert!(
            ended.err.contains("error[F0003]") && ended.err.ends_with("1 left alone for its errors\n"),
            "{}",
            ended.err
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), BROKEN);
    }
    assert_eq!(fs::read_to_string(good).unwrap(), neat());
    let input = flowc_reads(&folder, "fmt -", BROKEN);
    assert_eq!((input.code, input.out.as_str()), (Some(1), ""));
    let missing = flowc_in(&folder, "fmt good.flow none.flow");
    assert_eq!(missing.code, Some(2));
    assert!(missing.err.contains("cannot read `none.flow`"), "{}", missing.err);
}

#[test]
fn standard_input_is_formatted() {
    let folder = Scratch::new();
    let same = flowc_reads(&folder, "fmt -", &neat());
    assert_eq!((same.code, same.out), (Some(0), neat()));
    let check = flowc_reads(&folder, "fmt --check -", SLOPPY);
    assert_eq!((check.code, check.out.as_str()), (Some(1), "<stdin>\n"));
}

//! `flowc check --fix` and `--diff`: what is written, and what is left alone.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use flow_tests::Scratch;

use crate::cli::flowc_in;
use crate::cli_check::flowc_reads;

const BROKEN: &str = "\u{feff}# Hours\r\non sms sms \"$boddy costs $5\"\r\n  -> smss \"${$form}\"\r\n";
const MENDED: &str = "\u{feff}# Hours\r\non sms -> sms \"$body costs $$5\"\r\n  -> sms \"${from}\"\r\n";
const FIXED: &str = "fixed 6 mistakes (1 × F0005, 1 × F0006, 1 × F0012, 1 × F0014, 2 × F0201)\n";

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_file_is_fixed_and_the_rest_of_it_left() {
    let folder = Scratch::new();
    let path = folder.write("a.flow", BROKEN);
    let ended = flowc_in(&folder, "check --fix a.flow");
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""));
    assert_eq!(ended.err, format!("a.flow: {FIXED}a.flow: no mistakes found\n"));
    assert_eq!(read(&path), MENDED);
    assert_eq!(flowc_in(&folder, "check --fix a.flow").err, "a.flow: no mistakes found\n");
}

#[test]
fn what_is_left_decides_the_exit_code() {
    let folder = Scratch::new();
    let path = folder.write("a.flow", "on sms -> sms \"$boddy\" -> sms \"$guest\"\n");
    let ended = flowc_in(&folder, "check --fix --format short a.flow");
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.out, "a.flow:1:31: error[F0201]: there is no variable `$guest`\n");
    assert_eq!(ended.err, "a.flow: fixed 1 mistake (1 × F0201)\n");
    assert_eq!(read(&path), "on sms -> sms \"$body\" -> sms \"$guest\"\n");
}

#[test]
fn only_what_changes_is_written() {
    let folder = Scratch::new();
    fs::create_dir(folder.path().join("flows")).unwrap();
    let fine = folder.write("flows/fine.flow", "on sms -> sms \"Hi\"");
    let hopeless = folder.write("flows/hopeless.flow", "on sms -> sms \"$guest\"");
    let script = folder.write("flows/script.flow", BROKEN);
    fs::set_permissions(&script, fs::Permissions::from_mode(0o750)).unwrap();
    symlink("script.flow", folder.path().join("flows/a-link.flow")).unwrap();
    let changed = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let before = [changed(&fine), changed(&hopeless)];
    let ended = flowc_in(&folder, "check --fix flows");
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains(&format!("flows/a-link.flow: {FIXED}")), "{}", ended.err);
    assert_eq!(before, [changed(&fine), changed(&hopeless)]);
    // The link is still one, and what it leads to keeps its permissions.
    assert!(folder.path().join("flows/a-link.flow").is_symlink());
    assert_eq!((read(&script).as_str(), fs::metadata(&script).unwrap().permissions().mode() & 0o777), (MENDED, 0o750));
    assert_eq!(fs::read_dir(folder.path().join("flows")).unwrap().count(), 4, "no half-made file is left");
}

#[test]
fn a_fixed_text_goes_to_standard_output() {
    let folder = Scratch::new();
    let ended = flowc_reads(&folder, "check --fix -", BROKEN);
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), MENDED));
    let fine = flowc_reads(&folder, "check --fix -", MENDED);
    assert_eq!((fine.code, fine.out.as_str(), fine.err.as_str()), (Some(0), MENDED, "<stdin>: no mistakes found\n"));
    for line in ["check --fix - --format json", "check --diff . --format sarif"] {
        let both = flowc_reads(&folder, line, BROKEN);
        assert_eq!((both.code, both.out.as_str()), (Some(2), ""));
        assert!(both.err.contains("both want standard output"), "{}", both.err);
    }
}

#[test]
fn a_diff_shows_and_changes_nothing() {
    let folder = Scratch::new();
    let text = "on sms\n  -> sms \"$boddy\"\n  -> sms \"$guest\"\n";
    let path = folder.write("a.flow", text);
    let ended = flowc_in(&folder, "check --diff a.flow");
    assert_eq!(ended.code, Some(1));
    let diff = "--- a.flow\n+++ a.flow\n@@ -1,3 +1,3 @@\n on sms\n-  -> sms \"$boddy\"\n+  -> sms \"$body\"\n   -> sms \"$guest\"\n";
    assert_eq!(ended.out, diff);
    assert_eq!(ended.err, "a.flow: would fix 1 mistake (1 × F0201)\na.flow: 1 error would be left\n");
    assert_eq!(read(&path), text);
    folder.write("a.flow", "on sms -> sms \"Hi\"\n");
    let fine = flowc_in(&folder, "check --diff a.flow");
    assert_eq!((fine.code, fine.out.as_str(), fine.err.as_str()), (Some(0), "", ""));
}

//! `flowc graph`, as a person or a script runs it.

use flow_tests::process::{Ended, run};
use flow_tests::{Scratch, flowc};
use std::fs;
use std::time::Duration;

const HELLO: &str = "flow \"Hello\"\non sms -> sms \"Hello $from\"\n";

fn flowc_in(folder: &Scratch, line: &str) -> Ended {
    let mut command = flowc();
    command.current_dir(folder.path()).args(line.split(' '));
    run(command, Duration::from_secs(60))
}

#[test]
fn a_picture_goes_to_standard_output() {
    let folder = Scratch::new();
    folder.write("hello.flow", HELLO);
    for (format, begin) in [
        ("", "<svg "),
        (" --format svg", "<svg "),
        (" --format mermaid", "---\ntitle: "),
        (" --format dot", "digraph "),
    ] {
        let ended = flowc_in(&folder, &format!("graph hello.flow{format}"));
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
        assert!(ended.out.starts_with(begin), "{}", ended.out);
    }
}

#[test]
fn a_picture_goes_to_a_file_in_the_format_of_its_name() {
    let folder = Scratch::new();
    folder.write("hello.flow", HELLO);
    for (line, file, begin) in [
        ("graph hello.flow -o a.svg", "a.svg", "<svg "),
        ("graph hello.flow -o a.mmd", "a.mmd", "---\ntitle: "),
        ("graph hello.flow --output a.dot", "a.dot", "digraph "),
        ("graph hello.flow -o a.txt --format dot", "a.txt", "digraph "),
    ] {
        let ended = flowc_in(&folder, line);
        assert_eq!((ended.code, ended.out.as_str(), ended.err), (Some(0), "", format!("wrote {file}\n")));
        assert!(fs::read_to_string(folder.path().join(file)).unwrap().starts_with(begin));
    }
    let quiet = flowc_in(&folder, "graph -q hello.flow -o a.svg");
    assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (Some(0), "", ""));
}

#[test]
fn a_flow_with_mistakes_is_not_drawn() {
    let folder = Scratch::new();
    folder.write("bad.flow", "on sms -> sms \"Hello $form\"\n");
    let ended = flowc_in(&folder, "graph bad.flow -o bad.svg");
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    assert!(ended.err.contains("error[F0201]") && ended.err.contains("did you mean `$from`?"), "{}", ended.err);
    assert!(!folder.path().join("bad.svg").exists());
}

#[test]
fn a_warning_does_not_keep_a_flow_from_being_drawn() {
    let folder = Scratch::new();
    folder.write("warned.flow", "on sms -> call GET \"https://e.example\" -> sms \"Hello\"\n");
    let ended = flowc_in(&folder, "graph warned.flow");
    assert_eq!(ended.code, Some(0));
    assert!(ended.err.contains("warning[F0605]"), "{}", ended.err);
    assert!(ended.out.contains("run fails"), "{}", ended.out);
}

#[test]
fn what_cannot_be_done_ends_with_2_and_changes_nothing() {
    let folder = Scratch::new();
    folder.write("hello.flow", HELLO);
    for (line, told) in [
        ("graph none.flow", "there is no such file"),
        ("graph hello.flow -o no/such/folder.svg", "cannot write `no/such/folder.svg`"),
        ("graph hello.flow -o hello.flow", "hello.flow"),
        ("graph hello.flow --format png", "svg, mermaid, dot"),
    ] {
        let ended = flowc_in(&folder, line);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{line}");
        assert!(ended.err.contains(told), "{line}: {}", ended.err);
    }
    assert_eq!(fs::read_to_string(folder.path().join("hello.flow")).unwrap(), HELLO);
}

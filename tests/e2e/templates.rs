//! What `flowc new` makes: projects that pass all that their own workflow asks of them.

use std::fs;
use std::process::Command;

use flow_tests::build::BUILD_LIMIT;
use flow_tests::process::run;
use flow_tests::wait::PATIENCE;
use flow_tests::{Scratch, flowc};
use flowc::driver::new::TEMPLATES;

use crate::cli::flowc_in;

const WORKFLOW: &str = ".github/workflows/flow.yml";

/// What the workflow of a project runs of flowc, in its order.
fn commands(workflow: &str) -> Vec<&str> {
    workflow.lines().filter_map(|line| line.trim().strip_prefix("- run: flowc ")).collect()
}

#[test]
fn every_template_passes_its_own_workflow() {
    for template in &TEMPLATES {
        let folder = Scratch::new();
        let made = flowc_in(&folder, &format!("new shop --template {}", template.name));
        assert_eq!(made.code, Some(0), "{made:?}");
        assert!(made.out.starts_with("created shop/shop.flow; next: cd shop && "), "{made:?}");
        let project = folder.path().join("shop");
        let workflow = fs::read_to_string(project.join(WORKFLOW)).unwrap();
        let commands = commands(&workflow);
        let words: Vec<_> = commands.iter().filter_map(|command| command.split(' ').next()).collect();
        assert_eq!(words, ["fmt", "check", "test", "build"], "{}", template.name);
        for line in commands {
            let mut command = flowc();
            command.current_dir(&project).args(line.split(' '));
            let ended = run(command, BUILD_LIMIT);
            assert_eq!(ended.code, Some(0), "{}: flowc {line}: {ended:?}", template.name);
        }
        assert!(project.join("shop").is_file(), "the workflow keeps a binary that is not there");
        // The project ignores what was built in it, and nothing that was written.
        let ignored = fs::read_to_string(project.join(".gitignore")).unwrap();
        assert_eq!(ignored.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>(), ["/shop", "*.journal*"]);
    }
}

#[test]
fn the_first_template_is_what_who_chooses_none_gets() {
    let folder = Scratch::new();
    for line in ["new chosen --template weather", "new shop"] {
        assert_eq!(flowc_in(&folder, line).code, Some(0), "{line}");
    }
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    assert_eq!(read("chosen/chosen.flow").replace("chosen", "shop"), read("shop/shop.flow"));
    assert_eq!(read("chosen/forecast.json"), read("shop/forecast.json"));
}

#[test]
fn templates_are_listed_and_a_wrong_one_is_told() {
    let folder = Scratch::new();
    let listed = flowc_in(&folder, "new --list");
    let names: Vec<_> = listed.out.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, TEMPLATES.iter().map(|template| template.name).collect::<Vec<_>>());
    assert_eq!(listed.code, Some(0));

    let wrong = flowc_in(&folder, "new shop --template menue");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("'menue'") && wrong.err.contains("a similar value exists: 'menu'"), "{}", wrong.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let nameless = flowc_in(&folder, "new --template menu");
    assert_eq!(nameless.code, Some(2));
    assert!(nameless.err.contains("<NAME>"), "{}", nameless.err);
}

#[test]
fn a_folder_that_is_there_is_left_as_it_is() {
    let folder = Scratch::new();
    fs::create_dir(folder.path().join("shop")).unwrap();
    folder.write("shop/shop.flow", "on sms -> end\n");
    let refused = flowc_in(&folder, "new shop --template menu");
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    assert_eq!(refused.err, "error: `shop` is already there\n  help: choose another name; nothing was changed\n");
    assert_eq!(fs::read_dir(folder.path().join("shop")).unwrap().count(), 1);
}

#[test]
fn github_understands_the_workflow() {
    let Ok(modules) = std::env::var("FLOW_TEST_WORKFLOW") else {
        println!("skipped: FLOW_TEST_WORKFLOW names no node_modules with @actions/workflow-parser");
        return;
    };
    let folder = Scratch::new();
    assert_eq!(flowc_in(&folder, "new shop").code, Some(0));
    let workflow = fs::read_to_string(folder.path().join("shop").join(WORKFLOW)).unwrap();
    let complaints = |text: &str| {
        let mut node = Command::new("node");
        node.arg(flow_tests::folder::workspace().join("tests/e2e/workflow.mjs")).arg(&modules);
        node.arg(folder.write("flow.yml", text));
        let ended = run(node, PATIENCE);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        ended.out
    };
    assert_eq!(complaints(&workflow), "");
    // It is no parser that lets everything pass.
    assert_ne!(complaints(&workflow.replace("runs-on:", "run-on:")), "");
    assert_ne!(complaints(&workflow.replace("${{ env.RUST_VERSION }}", "${{ env.RUST_VERSION }")), "");
}

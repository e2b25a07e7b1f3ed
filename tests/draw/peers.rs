//! Graphviz and Mermaid themselves read what is written for them.

use crate::{Flow, covered, flows, random_flows};
use flow_tests::Scratch;
use flowc::draw::Format;
use std::process::Command;

fn all() -> Vec<Flow> {
    flows().into_iter().chain(random_flows(40)).collect()
}

/// What each step says in small marks, so that a picture of another tool can be looked through for them.
fn steps(flow: &Flow) -> usize {
    flow.drawn(Format::Svg).matches("data-box=").count()
}

#[test]
fn graphviz_draws_every_flow() {
    if Command::new("dot").arg("-V").output().is_err() {
        println!("skipped: `dot` of Graphviz is not here");
        return;
    }
    let folder = Scratch::new();
    let pictures = |flow: &Flow| [flow.drawn(Format::Dot), covered::drawn(flow, Format::Dot)];
    for (flow, picture) in all().iter().flat_map(|flow| pictures(flow).map(|picture| (flow, picture))) {
        let path = folder.write("flow.dot", &picture);
        let output = Command::new("dot").arg("-Tsvg").arg(&path).output().unwrap();
        let (drawn, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}\n{picture}");
        assert!(!said.contains("syntax") && !said.contains("unrecognized"), "{said}");
        assert_eq!(drawn.matches("class=\"node\"").count(), steps(flow), "{picture}");
    }
}

/// `FLOW_TEST_MERMAID` names a `node_modules` folder that holds `mermaid` and `jsdom`.
#[test]
fn mermaid_reads_every_flow() {
    let Some(modules) = std::env::var_os("FLOW_TEST_MERMAID") else {
        println!("skipped: FLOW_TEST_MERMAID names no folder with mermaid and jsdom");
        return;
    };
    let folder = Scratch::new();
    let mut command = Command::new("node");
    command.arg("--input-type=module").arg("-e").arg(include_str!("mermaid.mjs")).arg(modules);
    for (at, flow) in all().iter().enumerate() {
        command.arg(folder.write(&format!("{at}.mmd"), &flow.drawn(Format::Mermaid)));
        command.arg(steps(flow).to_string());
        command.arg(folder.write(&format!("{at}-covered.mmd"), &covered::drawn(flow, Format::Mermaid)));
        command.arg(steps(flow).to_string());
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

//! Long texts that come in parts: between them processes are killed, and each part may come to another process.

use std::thread;
use std::time::Duration;

use flow_tests::twilio::Pairs;
use flow_tests::vonage::{api, carrier, part, signed};
use flow_tests::{Program, Scratch, StandIn, texting};

use crate::postgres::House;

fn bring(program: &Program, part: Pairs) {
    assert_eq!(program.send(&signed(part)).status, 200);
}

/// What was sent.
fn texts(api: &StandIn, count: usize) -> Vec<String> {
    let text = |form: Pairs| form.into_iter().find(|(name, _)| name == "text").unwrap().1;
    api.wait_for(count).iter().map(|request| text(request.form())).collect()
}

#[test]
fn parts_outlive_the_process_that_took_them() {
    let (api, folder) = (api(), Scratch::new());
    let start = || carrier(Program::of(&texting::binary()), &api.url()).state(folder.path()).start();
    for (number, text) in [(3, "the sea"), (1, "an inn ")] {
        let mut program = start();
        bring(&program, part(&format!("m{number}"), text, "200", number, 3));
        // It was acknowledged, so it is kept.
        program.process.signal("KILL");
        program.process.wait(Duration::from_secs(5));
    }
    let program = start();
    bring(&program, part("m2", "by ", "200", 2, 3));
    assert_eq!(texts(&api, 1), ["You wrote: an inn by the sea"]);
    program.ended(1);
    drop(program);
    let program = start();
    bring(&program, part("m1", "an inn ", "200", 1, 3));
    bring(&program, part("m4", "another", "200", 1, 1));
    assert_eq!(texts(&api, 2)[1], "You wrote: another");
}

#[test]
fn parts_come_together_in_whichever_process_they_come_to() {
    let Some(house) = House::new() else { return };
    let api = api();
    let replicas = [carrier(house.replica(), &api.url()).start(), carrier(house.replica(), &api.url()).start()];
    for story in 0..20 {
        // All at the same moment, each to one of the two.
        thread::scope(|scope| {
            for number in 1..=3 {
                let (program, id) = (&replicas[(story + number) % 2], format!("m{story}-{number}"));
                let pairs = part(&id, &format!("{story}.{number} "), &story.to_string(), number, 3);
                scope.spawn(move || bring(program, pairs));
            }
        });
    }
    let mut sent = texts(&api, 20);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(api.requests().len(), 20, "each is answered once");
    sent.sort();
    let mut expected: Vec<_> = (0..20).map(|story| format!("Hello Maria: {story}.1 {story}.2 {story}.3 ")).collect();
    expected.sort();
    assert_eq!(sent, expected);
}

//! Tests of flows with bots: nothing of a vendor is there, and a test names turns alone.

use std::fs;

use flow_tests::build::BUILD_LIMIT;
use flow_tests::process::{Ended, run};
use flow_tests::{Scratch, flowc};

fn flowc_in(folder: &Scratch, arguments: &[&str]) -> Ended {
    let mut command = flowc();
    command.current_dir(folder.path()).arg("-q").args(arguments);
    run(command, BUILD_LIMIT)
}

/// A flow with a bot of each vendor; one is asked, with the other people chat.
const HOTEL: &str = r#"flow "Hotel"

secret AWS_ID
secret AWS_SECRET
secret WATSON_KEY

lex concierge
  region "us-east-1"
  bot "ABCDEFGHIJ"
  alias "TSTALIASID"
  locale "en_US"
  keys $AWS_ID $AWS_SECRET

watson desk
  url "https://api.us-south.assistant.watson.cloud.ibm.com/instances/0a1b"
  assistant "a1"
  environment "e1"
  key $WATSON_KEY
  end_flag "finished"

on sms matching "desk.*"
  -> chat desk $body within 30m < reply? = message, nights?: int = context.nights >
     ok      -> sms "${reply ?? "Bye."} ${nights ?? 0}"
     timeout -> sms "Are you there?"
     fail    -> sms "The desk is closed."

on sms
  -> ask concierge $body < intent, reply = message, room? = slots.RoomType >
     ok -> match $intent {
       "BookRoom" -> sms "A ${room ?? "plain"} room: $reply"
       else       -> sms "$reply"
     }
     fail timeout -> sms "Please text again."
     fail         -> sms "We are closed."
"#;

const TESTS: &str = r#"
test "a throttled turn is made again"
  given concierge -> 429, json { "intent": "BookRoom", "message": "Done.", "slots": { "RoomType": "king" } }
  when  sms "a king's room" from "+13055550142"
  then  concierge "a king's room"
  then  concierge "a king's room"
  then  sms "A king room: Done."
  then  nothing

test "a chat goes on to its end"
  given desk -> json { "message": "How many?" }, json { "message": "Fine.", "context": { "nights": "2", "finished": true } }
  when  sms "desk, please" from "+13055550142"
  then  desk "desk, please"
  then  sms "How many?"
  then  waits
  when  sms "two nights" from "+13055550142"
  then  desk "two nights"
  then  sms "Fine. 2"
  then  nothing

test "a bot that refuses its turn fails"
  given desk -> 400
  when  sms "desk" from "+13055550142"
  then  sms "The desk is closed."

test "an answer is missing"
  when  sms "desk" from "+13055550142"
  then  sms "How many?"

test "other words are expected"
  given desk -> json { "message": "How many?" }, json { "done": true }
  when  sms "desk" from "+13055550142"
  then  sms "How many?"
  when  sms "two" from "+13055550142"
  then  desk "three"
  then  sms "Bye. 0"
"#;

#[test]
fn tests_give_the_answers_of_bots_and_expect_what_these_are_told() {
    let folder = Scratch::new();
    folder.write("hotel.flow", &format!("{HOTEL}{TESTS}"));
    let ended = flowc_in(&folder, &["test", "hotel.flow"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.out.contains("hotel.flow  3 passed, 2 failed"), "{}", ended.out);
    for told in [
        "× no `given` says what `desk` answers to \"desk\"",
        "given desk -> json { \"message\": \"…\" }",
        "× `desk` was told something else",
        "chat desk \"desk\" -> \"How many?\" (line ",
        "chat desk \"two\" -> done (line ",
    ] {
        assert!(ended.out.contains(told), "{told}\n{}", ended.out);
    }
    assert!(!ended.out.contains("amazonaws") && !ended.out.contains("identity/token"), "{}", ended.out);
}

#[test]
fn every_path_of_a_flow_with_bots_is_walked_and_becomes_a_test() {
    let folder = Scratch::new();
    folder.write("hotel.flow", HOTEL);
    let explored = flowc_in(&folder, &["explore", "hotel.flow", "--write-tests"]);
    assert_eq!((explored.code, explored.err.as_str()), (Some(0), ""), "{}", explored.out);
    assert!(explored.out.contains(CHAT) && explored.out.contains("9 paths, 4 steps deep, all "), "{}", explored.out);
    let text = fs::read_to_string(folder.path().join("hotel.flow")).unwrap();
    for given in
        ["given desk -> json { \"message\": \"Can you tell me more?\" }, timeout\n", "given concierge -> 500\n"]
    {
        assert!(text.contains(given), "{given}\n{text}");
    }
    let tested = flowc_in(&folder, &["test", "hotel.flow", "--require-coverage", "100"]);
    assert_eq!(tested.code, Some(0), "{}{}", tested.out, tested.err);
    let formatted = flowc_in(&folder, &["fmt", "--check", "hotel.flow"]);
    assert_eq!(formatted.code, Some(0), "{}", formatted.out);
}

/// The turn that follows a reply is one of the chat, whatever else a message of these words would begin.
const CHAT: &str = r#"21  on sms matching "desk.*"
    person: desk
22  chat desk "desk"
    ├─ asks back
22  │  flow: Can you tell me more?
    │  ├─ person: yes, please
22  │  │  chat desk "yes, please"
    │  │  ├─ ok
23  │  │  │  flow: some reply 2
    │  │  └─ fail (timeout)
25  │  │     flow: The desk is closed.
    │  └─ (no reply in 30m)
24  │     flow: Are you there?
    ├─ ok
23  │  flow: some reply 2
    └─ fail (timeout)
25     flow: The desk is closed.
"#;

#[test]
fn a_turn_cannot_be_tried_alone() {
    let folder = Scratch::new();
    folder.write("hotel.flow", HOTEL);
    let tried = flowc_in(&folder, &["call", "hotel.flow:28"]);
    let told = "`ask concierge` of hotel.flow is a turn with a bot, and only a `call` can be tried alone";
    assert!(tried.code == Some(2) && tried.err.contains(told), "{}{}", tried.out, tried.err);
}

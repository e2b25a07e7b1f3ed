//! What comes in, once or often.

use super::*;
use crate::engine::journal::{Filter, Status};

pub(crate) async fn a_request_starts_a_run(subject: &impl Subject) {
    let journal = subject.open().await;
    let before = Time::now();
    let id = requested(&*journal, r#"{"a":"ü 🙂"}"#).await;
    let detail = journal.show(id).await.unwrap().unwrap();
    assert_eq!((detail.summary.id, detail.summary.status, detail.summary.trigger), (id, Status::Running, 3));
    assert_eq!(detail.state.as_deref(), Some(r#"{"a":"ü 🙂"}"#));
    assert_eq!(detail.summary.person, Some(Phone::literal(PERSON)));
    assert_eq!(detail.summary.own, Some(Phone::literal(OWN)));
    assert!(detail.summary.accepted.0.abs_diff(before.0) < 10_000, "{detail:?}");
    assert_eq!(journal.show(RunId::new()).await, Ok(None));

    // Of an api trigger whose callers give no numbers.
    let start = Fresh { parties: Parties::default(), ..fresh(PERSON, "{}") };
    let id = start.id;
    let arrival = Arrival::Trigger { key: None, start, tick: None };
    assert_eq!(journal.accept(arrival).await, Ok(Accepted::Started));
    let summary = journal.show(id).await.unwrap().unwrap().summary;
    assert_eq!((summary.person, summary.own), (None, None));
}

pub(crate) async fn a_key_starts_one_run(subject: &impl Subject) {
    let journal = subject.open().await;
    let arrival = |name: &str| {
        let start = fresh(PERSON, "{}");
        (start.id, Arrival::Trigger { key: key(name), start, tick: None })
    };
    let (first, once) = arrival("api:a:1");
    assert_eq!(journal.accept(once.clone()).await, Ok(Accepted::Started));
    assert_eq!(journal.accept(once).await, Ok(Accepted::Duplicate(Some(first))));
    assert_eq!(journal.accept(arrival("api:a:1").1).await, Ok(Accepted::Duplicate(Some(first))));
    assert_eq!(journal.accept(arrival("api:a:2").1).await, Ok(Accepted::Started));
    // Also when the run is over.
    rests(&*journal, commit(first, "{}", ended())).await;
    assert_eq!(journal.accept(arrival("api:a:1").1).await, Ok(Accepted::Duplicate(Some(first))));

    // And when several come at the same time.
    let all: Vec<_> = (0..10).map(|_| arrival("api:a:3").1).collect();
    let all = futures_util::future::join_all(all.into_iter().map(|arrival| journal.accept(arrival))).await;
    assert_eq!(all.iter().filter(|one| **one == Ok(Accepted::Started)).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|one| matches!(one, Ok(Accepted::Duplicate(Some(_))))).count(), 9, "{all:?}");
}

pub(crate) async fn a_key_with_another_content_conflicts(subject: &impl Subject) {
    let journal = subject.open().await;
    let arrival = |digest: &str| {
        let key = Key { name: "api:a:1".to_owned(), digest: digest.to_owned() };
        Arrival::Trigger { key: Some(key), start: fresh(PERSON, "{}"), tick: None }
    };
    assert_eq!(journal.accept(arrival("one")).await, Ok(Accepted::Started));
    assert_eq!(journal.accept(arrival("two")).await, Ok(Accepted::Conflict));
    assert!(matches!(journal.accept(arrival("one")).await, Ok(Accepted::Duplicate(Some(_)))));
    // No digest: the content does not matter.
    assert!(matches!(journal.accept(arrival("")).await, Ok(Accepted::Duplicate(Some(_)))));
    assert_eq!(journal.list(Filter::default(), 10).await.unwrap().len(), 1);
}

pub(crate) async fn a_text_that_nobody_takes_leaves_nothing(subject: &impl Subject) {
    let journal = subject.open().await;
    let untaken = || Arrival::Text { key: key("test:1"), text: sms(PERSON, "hi"), start: None };
    assert_eq!(journal.accept(untaken()).await, Ok(Accepted::Untaken));
    assert_eq!(journal.accept(untaken()).await, Ok(Accepted::Untaken));
    assert_eq!(journal.list(Filter::default(), 10).await, Ok(vec![]));
    started(&*journal, PERSON, "a").await;
}

pub(crate) async fn runs_are_listed_the_newest_first(subject: &impl Subject) {
    let journal = subject.open().await;
    let mut ids = Vec::new();
    for at in 0..5 {
        ids.insert(0, requested(&*journal, &at.to_string()).await);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let listed = journal.list(Filter::default(), 3).await.unwrap();
    assert_eq!(listed.iter().map(|run| run.id).collect::<Vec<_>>(), ids[..3]);
    assert_eq!(journal.counts().await.unwrap().running, 5);
    assert_eq!(journal.unfinished().await.unwrap().len(), 5);
    assert_eq!(journal.probe().await, Ok(()));
    assert_eq!(journal.renew().await, Ok(()));
}

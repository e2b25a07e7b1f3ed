//! What the disk can do: how fast records reach it when each waits for that.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

const RECORD: [u8; 300] = [b'x'; 300];

/// How long each record took until it was on the disk, in microseconds, one after the other in each thread.
type Took = Vec<u64>;

/// Each thread appends to a file of its own.
pub(crate) fn each_alone(folder: &Path, threads: usize, time: Duration) -> Took {
    at_once(threads, time, |number| {
        let mut file = open(folder, number);
        move || {
            file.write_all(&RECORD).unwrap();
            file.sync_data().unwrap();
        }
    })
}

/// One writer appends what all threads have for it, and syncs once for all of them.
pub(crate) fn in_groups(folder: &Path, threads: usize, time: Duration) -> Took {
    let (ask, asked) = channel::<SyncSender<()>>();
    std::thread::scope(|scope| {
        let file = open(folder, threads);
        scope.spawn(move || write_groups(file, &asked));
        let took = at_once(threads, time, |_| {
            let ask = ask.clone();
            let (tell, told) = sync_channel(1);
            move || {
                ask.send(tell.clone()).unwrap();
                told.recv().unwrap();
            }
        });
        // The writer ends when nobody can ask it any more.
        drop(ask);
        took
    })
}

fn write_groups(mut file: File, asked: &Receiver<SyncSender<()>>) {
    while let Ok(first) = asked.recv() {
        let group: Vec<_> = std::iter::once(first).chain(asked.try_iter()).collect();
        file.write_all(&RECORD.repeat(group.len())).unwrap();
        file.sync_data().unwrap();
        group.iter().for_each(|tell| tell.send(()).unwrap());
    }
}

fn open(folder: &Path, number: usize) -> File {
    OpenOptions::new().create(true).append(true).open(folder.join(format!("records-{number}"))).unwrap()
}

fn at_once<W: FnMut() + Send>(threads: usize, time: Duration, worker: impl Fn(usize) -> W) -> Took {
    let until = Instant::now() + time;
    std::thread::scope(|scope| {
        let start = |mut work: W| {
            scope.spawn(move || {
                let mut took = Vec::new();
                while Instant::now() < until {
                    let started = Instant::now();
                    work();
                    took.push(u64::try_from(started.elapsed().as_micros()).unwrap());
                }
                took
            })
        };
        let threads: Vec<_> = (0..threads).map(|number| start(worker(number))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

//! What Prometheus' client libraries tell of a process, under their names.

use std::fs;

use super::text::Text;
use crate::clock::Time;

/// What the system does not tell is left out.
pub(super) fn write(text: &mut Text, started: Time) {
    let started = started.since(Time(0)).as_secs_f64();
    text.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", started);
    if let Some(bytes) = resident_bytes() {
        text.gauge("process_resident_memory_bytes", "Memory that the process holds.", bytes);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        text.gauge("process_open_fds", "Files and sockets that are open.", open.count());
    }
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

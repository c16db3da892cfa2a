//! What the system says about this process, read when somebody asks.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::gauge::ConstGauge;

/// Under the names that every Prometheus client uses; nothing where the system has no `/proc`.
#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let read = [
            (
                "process_resident_memory_bytes",
                "Memory of the process in use.",
                resident_bytes(),
            ),
            (
                "process_open_fds",
                "Files, sockets and pipes that are open.",
                open_descriptors(),
            ),
        ];
        for (name, help, value) in read {
            if let Some(value) = value {
                let gauge = ConstGauge::new(value);
                let described = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
                gauge.encode(described)?;
            }
        }
        Ok(())
    }
}

fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    kib.checked_mul(1024)
}

fn open_descriptors() -> Option<i64> {
    let entries = std::fs::read_dir("/proc/self/fd").ok()?.count();
    // The listing holds one itself.
    i64::try_from(entries).ok()?.checked_sub(1)
}

//! What the person who runs the server watches, in the form that Prometheus reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::encoding::EncodeMetric;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use referee_engine::Engine;

use crate::tls::Tls;

mod tls;

pub struct Metrics {
    pub clicks_recorded: Counter,
    pub clicks_flagged: Counter,
    pub clicks_prefetched: Counter,
    pub impressions_recorded: Counter,
    pub impressions_late: Counter,
    pub visits_recorded: Counter,
    pub visits_lost: Counter,
    pub origins_refused: Counter,
    pub reports_recorded: Counter,
    pub reports_refused: Counter,
    pub reports_unavailable: Counter,
    registry: Registry,
}

impl Metrics {
    pub fn new(engine: Arc<Engine>) -> Metrics {
        let mut registry = Registry::with_prefix("referee");
        let mut counter = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let metrics = Metrics {
            clicks_recorded: counter("clicks_recorded", "Clicks that were durable before their answer"),
            clicks_flagged: counter("clicks_flagged", "Clicks sent on with an id that says they were not durable yet"),
            clicks_prefetched: counter("clicks_prefetched", "Requests of browsers that only prepared"),
            impressions_recorded: counter("impressions_recorded", "Impressions that were durable before their answer"),
            impressions_late: counter(
                "impressions_late",
                "Impressions whose picture was sent before they were durable",
            ),
            visits_recorded: counter("visits_recorded", "Page visits kept"),
            origins_refused: counter("origins_refused", "Requests of pages that are of no shop of the program"),
            visits_lost: counter("visits_lost", "Page visits the log did not take in time"),
            reports_recorded: counter("reports_recorded", "Reports that were durable before their answer"),
            reports_refused: counter("reports_refused", "Reports refused with a reason"),
            reports_unavailable: counter("reports_unavailable", "Reports whose sender was asked to come again"),
            registry: Registry::default(),
        };
        registry.register_collector(Box::new(EngineFigures { engine }));
        Metrics { registry, ..metrics }
    }

    /// Tells of TLS as well.
    pub fn watch_tls(&mut self, tls: Arc<Tls>, engine: Arc<Engine>) {
        self.registry.register_collector(Box::new(tls::TlsCollector { tls, engine }));
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

/// Figures that the engine counts for itself.
struct EngineFigures {
    engine: Arc<Engine>,
}

impl std::fmt::Debug for EngineFigures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EngineFigures")
    }
}

impl Collector for EngineFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let log = self.engine.recorder.figures();
        let machine = &self.engine.figures;
        let mail = &self.engine.mail_figures;
        let mut counters: Vec<(&str, &str, &AtomicU64)> = vec![
            ("log_records", "Records kept in the log", &log.records),
            ("log_frames", "Frames kept in the log", &log.frames),
            ("log_bytes", "Bytes of frames kept in the log", &log.bytes),
            ("log_flushes", "Flushes of the log", &log.flushes),
            ("log_flush_microseconds", "Time spent in flushes of the log", &log.flush_us),
            ("log_failures", "Flushes that failed and were tried again", &log.failures),
            ("log_refused", "Records refused because the queue was full", &log.refused),
            ("machine_records", "Records applied to the books", &machine.records),
            ("machine_batches", "Transactions of the books", &machine.batches),
            ("mails_sent", "Mails that the mail server took", &mail.sent),
            ("mails_failed", "Mails that were refused for good or given up", &mail.failed),
            ("mails_tries_failed", "Tries to send a mail that came to nothing", &mail.tries_failed),
        ];
        let mut gauges = vec![
            ("log_queue_records", "Records that wait for the log", self.engine.recorder.queue_records() as i64),
            ("mails_waiting", "Mails that wait to be sent, as the courier counted", gauge(&mail.waiting)),
            ("machine_stopped", "Brands whose machine stands still", gauge(&machine.stopped)),
            ("machine_partitions", "Partitions that are served here", gauge(&machine.partitions)),
            ("machine_behind", "Partitions served here that have something to apply", gauge(&machine.behind)),
        ];
        if let Some(blind) = self.engine.is_blind() {
            gauges.push(("peers_unseen", "1 while settings or books can't be asked", i64::from(blind)));
        }
        if let Some(spool) = &self.engine.spool {
            counters.push(("spool_forwarded", "Frames of the spool that the log has now", &spool.forwarded));
            gauges.push(("spool_frames", "Frames that lie on this edge only", gauge(&spool.frames)));
            gauges.push(("spool_bytes", "Bytes of frames that lie on this edge only", gauge(&spool.bytes)));
            gauges.push(("spool_oldest_milliseconds", "Age of the oldest of them", gauge(&spool.oldest_ms)));
        }
        for (name, help, value) in counters {
            let counter = ConstCounter::new(value.load(Ordering::Relaxed));
            let metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(value);
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        Ok(())
    }
}

fn gauge(value: &AtomicU64) -> i64 {
    i64::try_from(value.load(Ordering::Relaxed)).unwrap_or(i64::MAX)
}

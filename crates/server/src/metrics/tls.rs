//! Figures of TLS and of certificates.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use referee_engine::Engine;

use crate::tls::Tls;

pub struct TlsCollector {
    pub tls: Arc<Tls>,
    pub engine: Arc<Engine>,
}

impl std::fmt::Debug for TlsCollector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsCollector")
    }
}

impl Collector for TlsCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let (figures, orders) = (&self.tls.figures, &self.tls.figures.orders);
        let counters: [(&str, &str, &AtomicU64); 5] = [
            ("tls_handshakes", "Handshakes that came to a connection", &figures.handshakes),
            ("tls_handshakes_failed", "Handshakes without a certificate for the host, or broken off", &figures.failed),
            ("acme_looks", "Answers to certificate authorities that looked whether a host is ours", &figures.looks),
            ("certificates_issued", "Certificates that came of this process's orders", &orders.issued),
            ("certificates_failed", "Orders of this process that came to nothing", &orders.failed),
        ];
        for (name, help, value) in counters {
            let counter = ConstCounter::new(value.load(Ordering::Relaxed));
            let metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        let failing = i64::try_from(orders.failing.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        let broken = i64::try_from(self.tls.shelf().broken_files()).unwrap_or(i64::MAX);
        let mut gauges = vec![
            ("certificates_failing", "Hosts whose last order came to nothing", failing),
            ("certificates_broken", "Certificates in files that can't be used as they are now", broken),
        ];
        if let Some(end) = self.tls.shelf().first_end() {
            let seconds = (end.0 - self.engine.now().0) / 1_000;
            gauges.push(("certificates_first_end_seconds", "Until the first certificate that is served ends", seconds));
        }
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(value);
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        Ok(())
    }
}

//! HTTP scenarios.

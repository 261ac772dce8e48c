//! The `referee` program.

use std::process::ExitCode;

/// Records are made on one thread and let go on another, which the system's own allocator does slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    referee_server::cli::run()
}

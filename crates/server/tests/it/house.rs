//! The rules of the house that a compiler does not know.

use std::path::{Path, PathBuf};

use referee_core::refusal::Refusal;
use referee_engine::document::DocumentFault;
use referee_engine::intake::drop_reason::DropReason;
use referee_engine::lookup::advice::{ADVICE, OTHERWISE};
use referee_engine::lookup::answer::Answer;
use referee_engine::payee::DetailFault;
use referee_engine::payment_file::FileReason;
use referee_engine::payment_file::answer::AnswerReason;

use crate::support::data_path;

/// Longer, and a file holds more than one noun.
const LINES_MAX: usize = 700;

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![data_path(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has files that end with {ending}");
    found
}

fn text(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).expect("a text file")
}

/// The crates under a heading of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = text(data_path(manifest)).parse().expect("a manifest");
    manifest.get("dependencies").and_then(|it| it.as_table()).map(|it| it.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn crates_know_only_what_is_below_them() {
    assert_eq!(dependencies("crates/core/Cargo.toml"), [""; 0], "core depends on nothing");
    let engine = dependencies("crates/engine/Cargo.toml");
    for web in ["axum", "hyper", "tower", "maud", "http"] {
        assert!(!engine.contains(&web.to_owned()), "the engine knows no {web}");
    }
    let server = dependencies("crates/server/Cargo.toml");
    for sql in ["rusqlite", "tokio-postgres", "sqlx"] {
        assert!(!server.contains(&sql.to_owned()), "the server knows no {sql}");
    }
    for product in ["referee-core", "referee-engine", "referee-server"] {
        for tool in ["xtask", "crates/rig"] {
            let known = dependencies(&format!("{tool}/Cargo.toml"));
            assert!(!known.contains(&product.to_owned()), "{tool} depends on no product");
        }
    }
    for product in ["crates/core", "crates/engine", "crates/server"] {
        let known = dependencies(&format!("{product}/Cargo.toml"));
        assert!(!known.contains(&"referee-rig".to_owned()), "{product} needs the rig in tests only");
    }
}

#[test]
fn the_core_is_pure_and_the_server_holds_no_sql() {
    let forbidden =
        ["std::time", "std::fs", "std::net", "std::env", "std::thread", "HashMap", "HashSet", "f32", "f64", "async "];
    let tested = |path: &PathBuf| path.to_string_lossy().contains("/src/tests");
    for path in files("crates/core/src", ".rs").into_iter().filter(|path| !tested(path)) {
        let source = text(&path);
        for word in forbidden {
            let found = source.lines().find(|line| !line.trim_start().starts_with("//") && line.contains(word));
            assert_eq!(found, None, "{}: {word}", path.display());
        }
    }
    for path in files("crates/server/src", ".rs") {
        let source = text(&path).to_lowercase();
        for word in ["select * ", "insert into", "delete from", "update \"", "\"select "] {
            assert!(!source.contains(word), "{} holds SQL: {word}", path.display());
        }
    }
    for path in files("crates", ".rs").iter().filter(|path| !path.ends_with("engine/src/clock.rs")) {
        // The rig is no part of the product, and what it plays lives by the computer's time.
        if path.to_string_lossy().contains("/crates/rig/") {
            continue;
        }
        let own = path.to_string_lossy().contains("/tests/");
        assert!(own || !text(path).contains("SystemTime::now"), "{} asks what time it is", path.display());
    }
}

#[test]
fn files_are_one_noun_long() {
    for folder in ["crates", "xtask"] {
        for path in files(folder, ".rs") {
            let lines = text(&path).lines().count();
            assert!(lines <= LINES_MAX, "{} has {lines} lines: which noun is hiding in it?", path.display());
        }
    }
}

#[test]
fn every_statement_is_loaded_by_one_file() {
    let sources: Vec<String> = files("crates/engine/src", ".rs").iter().map(text).collect();
    for path in files("crates/engine/sql", ".sql") {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let folder = path.parent().and_then(Path::file_name).expect("a folder").to_string_lossy().into_owned();
        let place = format!("sql/{folder}/{name}");
        let users = sources.iter().filter(|source| source.contains(&place)).count();
        let by_macro = sources.iter().any(|source| source.contains(&format!("\"{}\"", name.trim_end_matches(".sql"))));
        assert!(users == 1 || by_macro, "{place} is loaded by {users} files");
    }
}

#[test]
fn every_no_has_a_sentence_in_the_documents() {
    let page = text(data_path("docs/reference/refusals.md"));
    for refusal in Refusal::ALL {
        assert!(page.contains(&format!("`{}`", refusal.code())), "{} is not explained", refusal.code());
        assert!(page.contains(refusal.brand_sentence()), "{}: the brand's sentence differs", refusal.code());
    }
    for reason in DropReason::ALL {
        assert!(page.contains(&format!("`{}`", reason.code())), "{} is not explained", reason.code());
    }
    let page = text(data_path("docs/reference/payment-files.md"));
    let refused_files = FileReason::ALL.iter().map(|it| (it.code(), it.sentence()));
    let answers = AnswerReason::ALL.iter().map(|it| (it.code(), it.sentence()));
    let details = DetailFault::ALL.iter().map(|it| (it.code(), it.sentence()));
    let documents = DocumentFault::ALL.iter().map(|it| (it.code(), it.sentence()));
    for (code, sentence) in refused_files.chain(answers).chain(details).chain(documents) {
        assert!(page.contains(&format!("| `{code}` | {sentence} |")), "{code} is not explained as it is said");
    }
    let answers = text(data_path("docs/reference/answers.md"));
    for answer in Answer::ALL {
        let (brand, partner) = (answer.for_brand(), answer.for_partner());
        let row =
            format!("| `{}` | {} | {} | {} | {} |", answer.code(), brand.says, brand.next, partner.says, partner.next);
        assert!(answers.contains(&row), "{} is not explained as it is said: {row}", answer.code());
    }
    for (reason, brand, partner) in ADVICE {
        let row = format!("| `{}` | {brand} | {partner} |", reason.code());
        assert!(answers.contains(&row), "what to do about {} is not said: {row}", reason.code());
    }
    assert!(answers.contains(OTHERWISE.brand) && answers.contains(OTHERWISE.partner));
    let errors = text(data_path("docs/reference/errors.md"));
    let sources = files("crates/server/src", ".rs").iter().map(text).collect::<String>();
    let codes = sources
        .split("ApiError::new(StatusCode::")
        .skip(1)
        .filter_map(|rest| rest.split(')').next()?.split('"').nth(1));
    for code in codes {
        assert!(errors.contains(&format!("## {code}")), "the error {code} is not explained");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let page = text(data_path("ARCHITECTURE.md"));
    for manifest in ["crates/engine", "crates/rig", "crates/server", "crates/sim", "xtask"] {
        let manifest = &format!("{manifest}/Cargo.toml");
        for name in dependencies(manifest).iter().filter(|name| !name.starts_with("referee-")) {
            assert!(page.contains(&format!("`{name}`")), "{manifest}: {name} has no reason in ARCHITECTURE.md");
        }
    }
}

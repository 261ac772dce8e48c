//! The files for deployment, and what the documents say of the configuration: everything that they name is there. No
//! container is started.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use referee_engine::config::{Config, Source};
use referee_engine::role::Role;
use referee_engine::secret::Secret;
use referee_server::cli::{check_arguments, variables};
use serde_json::Value;

use crate::support::data_path;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Numbers of processes: 0 is what commands use.
const EDGES: std::ops::RangeInclusive<u64> = 1..=1_023;
/// Before this version a cluster could lose what it had acknowledged.
const NATS_MIN: [u32; 3] = [2, 12, 3];

fn text(path: &str) -> String {
    std::fs::read_to_string(data_path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn compose() -> Value {
    yaml("deploy/compose.yaml").remove(0)
}

/// All objects of the folder, with the file each stands in.
fn objects() -> Vec<(String, Value)> {
    let files = files_under("deploy/kubernetes").into_iter();
    files.flat_map(|file| yaml(&file).into_iter().map(move |object| (file.clone(), object))).collect()
}

fn files_under(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(data_path(&folder.to_string_lossy())).expect("a folder") {
            let entry = entry.expect("an entry");
            let path = folder.join(entry.file_name());
            match entry.path().is_dir() {
                // What somebody filled in is not ours to read.
                true if path.ends_with("secrets") => {}
                true => folders.push(path),
                false => files.push(path.to_string_lossy().into_owned()),
            }
        }
    }
    files.sort();
    files
}

fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn map(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn words(value: &Value) -> Vec<String> {
    list(value).map(string).collect()
}

/// Words that begin with the prefix of our variables.
fn named_variables(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let of = |rest: &str| rest.chars().take_while(|letter| is_part(*letter)).collect::<String>();
    text.split("REFEREE_").skip(1).map(|rest| format!("REFEREE_{}", of(rest))).collect()
}

/// A text in which every `${NAME:-default}` is its default.
fn with_defaults(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let (inside, after) = rest.split_once('}').expect("it ends");
    let default = inside.split_once(":-").map_or("", |(_, default)| default);
    format!("{before}{default}{}", with_defaults(after))
}

/// A container of ours: what it is called, the words after the program's name, its variables.
struct Container {
    name: String,
    arguments: Vec<String>,
    variables: BTreeMap<String, String>,
}

impl Container {
    fn edge(&self) -> u64 {
        self.variables["REFEREE_EDGE"].parse().expect("a number")
    }
}

fn is_ours(image: &Value) -> bool {
    string(image).starts_with("referee:")
}

fn of_compose() -> Vec<Container> {
    let file = compose();
    let ours = map(&file["services"]).filter(|(_, service)| is_ours(&service["image"]));
    let container = |(name, service): (&String, &Value)| Container {
        name: name.clone(),
        arguments: words(&service["command"]),
        variables: map(&service["environment"])
            .map(|(name, value)| (name.clone(), with_defaults(&string(value))))
            .collect(),
    };
    ours.map(container).collect()
}

/// One for each copy.
fn of_kubernetes() -> Vec<Container> {
    let objects = objects();
    let mut found = Vec::new();
    for (_, set) in objects.iter().filter(|(_, it)| it["kind"] == "StatefulSet") {
        let first = at(set, "/spec/ordinals/start").as_u64().unwrap_or(0);
        let copies = at(set, "/spec/replicas").as_u64().expect("how many");
        for container in list(at(set, "/spec/template/spec/containers")).filter(|it| is_ours(&it["image"])) {
            for index in first..first + copies {
                let mut variables: BTreeMap<String, String> = BTreeMap::new();
                for from in list(&container["envFrom"]) {
                    let shared = find(&objects, "ConfigMap", &string(at(from, "/configMapRef/name")));
                    variables.extend(map(&shared["data"]).map(|(name, value)| (name.clone(), string(value))));
                }
                for own in list(&container["env"]) {
                    let field = string(at(own, "/valueFrom/fieldRef/fieldPath"));
                    let value = match field.as_str() {
                        "" => string(&own["value"]),
                        "metadata.labels['apps.kubernetes.io/pod-index']" => index.to_string(),
                        other => panic!("{other} is not known here"),
                    };
                    variables.insert(string(&own["name"]), value);
                }
                let name = format!("{}-{index}", string(at(set, "/metadata/name")));
                found.push(Container { name, arguments: words(&container["args"]), variables });
            }
        }
    }
    found
}

fn find<'a>(objects: &'a [(String, Value)], kind: &str, name: &str) -> &'a Value {
    let found = objects.iter().find(|(_, it)| it["kind"] == kind && at(it, "/metadata/name") == name);
    &found.unwrap_or_else(|| panic!("there is no {kind} {name}")).1
}

#[test]
fn every_container_starts_with_words_and_values_that_the_command_line_takes() {
    let flags = variables();
    for containers in [of_compose(), of_kubernetes()] {
        assert!(containers.len() >= 5);
        for Container { name, arguments, variables } in &containers {
            let mut line: Vec<&str> = arguments.iter().map(String::as_str).collect();
            for (variable, value) in variables {
                line.extend([flags.get(variable).unwrap_or_else(|| panic!("{name}: {variable}")).as_str(), value]);
            }
            if let Err(error) = check_arguments(&line) {
                panic!("{name}: {error}");
            }
        }
    }
    assert!(check_arguments(&["serve", "--egde", "1"]).is_err(), "and others are refused");
}

#[test]
fn every_process_has_a_number_of_its_own_and_all_roles_are_taken() {
    for containers in [of_compose(), of_kubernetes()] {
        let numbers: BTreeSet<u64> = containers.iter().map(Container::edge).collect();
        assert_eq!(numbers.len(), containers.len(), "no number twice");
        assert!(numbers.iter().all(|number| EDGES.contains(number)), "{numbers:?}");
        let roles: BTreeSet<&str> = containers.iter().flat_map(|it| it.variables["REFEREE_ROLES"].split(',')).collect();
        assert_eq!(roles, Role::ALL.map(Role::as_str).into());
        // Probes name this host, and nothing is served on others.
        for Container { name, variables, .. } in &containers {
            let hosts = &variables["REFEREE_CONSOLE_HOSTS"];
            assert!(hosts.split(',').any(|host| ["localhost", "127.0.0.1"].contains(&host)), "{name}: {hosts}");
        }
    }
}

#[test]
fn every_variable_that_is_named_is_one_of_the_command_line() {
    let known = variables();
    for file in files_under("deploy").iter().chain(&["docs/guide/scale-out.md".into(), "docs/concepts/scale.md".into()])
    {
        for variable in named_variables(&text(file)) {
            // Streams of the log are called so, by number.
            let stream = variable["REFEREE_".len()..].chars().all(|letter| letter.is_ascii_digit());
            assert!(stream || known.contains_key(&variable), "{file}: {variable}");
        }
    }
}

#[test]
fn the_table_of_configuration_names_every_variable_and_no_other() {
    let page = text("docs/reference/configuration.md");
    let known = variables();
    let rows: Vec<(String, &str)> = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| named_variables(line).into_iter().map(move |variable| (variable, line)))
        .collect();
    let named: BTreeSet<&String> = rows.iter().map(|(variable, _)| variable).collect();
    assert_eq!(named, known.keys().collect());
    for (variable, flag) in &known {
        let with_flag = |(name, row): &&(String, &str)| name == variable && row.contains(&format!("`{flag} "));
        assert!(rows.iter().any(|row| with_flag(&row)), "{variable} stands beside {flag}");
    }
    for key in text("crates/engine/src/config.rs").split("pub struct Source {").nth(1).expect("it is there").lines() {
        let Some((key, _)) = key.trim().strip_prefix("pub ").and_then(|field| field.split_once(": Option<")) else {
            continue;
        };
        assert!(page.contains(&format!("`{key}`")), "the key {key} of the file");
    }
}

#[test]
fn every_figure_that_the_documents_name_is_counted() {
    let source = text("crates/server/src/metrics.rs") + &text("crates/server/src/metrics/tls.rs");
    for page in ["docs/guide/scale-out.md", "docs/reference/configuration.md"].map(text) {
        let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        for rest in page.split("`referee_").skip(1) {
            let name: String = rest.chars().take_while(|letter| is_part(*letter)).collect();
            // Filters of the program's own log begin with a crate.
            let counted = source.contains(&format!("\"{}\"", name.trim_end_matches("_total")));
            assert!(counted || name == "engine", "referee_{name}");
        }
    }
}

#[test]
fn the_files_of_configuration_read() {
    let filled = |text: &str| Config::new(toml::from_str::<Source>(text).expect("it reads")).expect("it goes together");
    let secret = yaml("deploy/kubernetes/secret.yaml").remove(0);
    for file in [text("deploy/referee.toml"), string(at(&secret, "/stringData/referee.toml"))] {
        let config = filled(&file);
        assert!(config.database_url.is_some() && config.log_url.is_some());
        assert_eq!(config.log_replicas, 3);
    }
}

#[test]
fn what_services_refer_to_is_defined_and_used() {
    let file = compose();
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (_, service) in map(&file["services"]) {
        let mut use_it = |kind, name: String| _ = used.entry(kind).or_default().insert(name);
        for volume in words(&service["volumes"]) {
            use_it("volumes", volume.split(':').next().expect("a name").to_owned());
        }
        for kind in ["secrets", "configs"] {
            for it in list(&service[kind]) {
                use_it(kind, it.as_str().map_or_else(|| string(&it["source"]), str::to_owned));
            }
        }
        for (name, _) in map(&service["depends_on"]) {
            assert!(!file["services"][name].is_null(), "there is no service {name}");
            assert!(!at(&file["services"][name], "/healthcheck/test").is_null(), "{name} says when it is healthy");
        }
    }
    for (kind, names) in used {
        assert_eq!(map(&file[kind]).map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(), names, "{kind}");
    }
    for (name, config) in map(&file["configs"]) {
        let path = string(&config["file"]);
        assert!(data_path("deploy").join(&path).exists(), "{name}: {path}");
    }
}

#[test]
fn what_objects_refer_to_is_defined() {
    let objects = objects();
    let keys = |kind: &str, name: &str| -> BTreeSet<String> {
        let it = find(&objects, kind, name);
        ["data", "stringData"].iter().flat_map(|part| map(&it[*part]).map(|(key, _)| key.clone())).collect()
    };
    let check_items = |kind: &str, source: &Value, name: String| {
        let known = keys(kind, &name);
        for item in list(&source["items"]) {
            assert!(known.contains(&string(&item["key"])), "{kind} {name} has no {}", item["key"]);
        }
    };
    for (file, set) in objects.iter().filter(|(_, it)| it["kind"] == "StatefulSet") {
        find(&objects, "Service", &string(at(set, "/spec/serviceName")));
        let pod = at(set, "/spec/template/spec");
        let mut volumes: BTreeSet<String> = BTreeSet::new();
        for volume in list(&pod["volumes"]) {
            volumes.insert(string(&volume["name"]));
            for source in std::iter::once(volume).chain(list(at(volume, "/projected/sources"))) {
                for (kind, part, name) in [("Secret", "secret", "secretName"), ("ConfigMap", "configMap", "name")] {
                    let source = &source[part];
                    let name = if source[name].is_null() { "name" } else { name };
                    if !source.is_null() {
                        check_items(kind, source, string(&source[name]));
                    }
                }
            }
        }
        volumes.extend(list(at(set, "/spec/volumeClaimTemplates")).map(|it| string(at(it, "/metadata/name"))));
        for container in list(&pod["containers"]) {
            let mounted: BTreeSet<_> = list(&container["volumeMounts"]).map(|it| string(&it["name"])).collect();
            assert_eq!(mounted, volumes, "{file}");
            let ports: BTreeSet<_> = list(&container["ports"]).map(|it| string(&it["name"])).collect();
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                let port = string(at(&container[probe], "/httpGet/port"));
                assert!(ports.contains(&port), "{file}: {probe} asks {port}");
            }
        }
    }
    let labels: Vec<&Value> = objects.iter().map(|(_, it)| at(it, "/spec/template/metadata/labels")).collect();
    for (file, object) in &objects {
        for selector in ["/spec/selector/matchLabels", "/spec/podSelector/matchLabels"].map(|path| at(object, path)) {
            let fits = |labels: &&Value| map(selector).all(|(key, value)| &labels[key] == value);
            assert!(labels.iter().any(fits), "{file}: nothing has the labels {selector}");
        }
        let space = string(at(object, "/metadata/namespace"));
        let apart = ["Namespace", "Kustomization"].contains(&object["kind"].as_str().expect("a kind"));
        assert!(apart || space == "referee", "{file}: {space}");
    }
    let listed: BTreeSet<_> = words(&find_kind(&objects, "Kustomization")["resources"])
        .into_iter()
        .map(|it| format!("deploy/kubernetes/{it}"))
        .collect();
    let mut there: BTreeSet<_> = files_under("deploy/kubernetes").into_iter().collect();
    for apart in ["kustomization.yaml", "secret.yaml"] {
        there.remove(&format!("deploy/kubernetes/{apart}"));
    }
    assert_eq!(listed, there);
}

fn find_kind<'a>(objects: &'a [(String, Value)], kind: &str) -> &'a Value {
    &objects.iter().find(|(_, it)| it["kind"] == kind).expect("there is one").1
}

#[test]
fn every_image_is_ours_or_an_official_one_of_a_named_version() {
    let manifest: toml::Table = text("Cargo.toml").parse().expect("a manifest");
    let rust = manifest["workspace"]["package"]["rust-version"].as_str().expect("a version").to_owned();
    let mut images: BTreeSet<String> = map(&compose()["services"]).map(|(_, it)| string(&it["image"])).collect();
    for (_, object) in objects() {
        images.extend(list(at(&object, "/spec/template/spec/containers")).map(|it| string(&it["image"])));
    }
    let dockerfile = text("deploy/Dockerfile");
    let from = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM "));
    images.extend(from.map(|line| line.split(' ').next().expect("a name").to_owned()));
    for image in &images {
        let (name, tag) = image.split_once(':').unwrap_or_else(|| panic!("{image} has no tag"));
        let numbers: Vec<u32> =
            tag.split(|letter: char| !letter.is_ascii_digit()).map_while(|part| part.parse().ok()).collect();
        let pinned = match name {
            "referee" => tag == VERSION,
            "nats" => numbers.len() >= 3 && numbers[..3] >= NATS_MIN[..],
            "postgres" => numbers.first().is_some_and(|major| *major >= 15),
            "rust" => tag.starts_with(&format!("{rust}-")),
            "debian" => tag == "bookworm-slim",
            _ => false,
        };
        assert!(pinned, "{image}");
    }
    assert!(dockerfile.contains(&format!("--tag referee:{VERSION}")));
}

#[test]
fn the_servers_of_the_log_flush_before_they_acknowledge() {
    let conf = text("deploy/nats.conf");
    let settings: Vec<&str> = conf.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    assert!(settings.contains(&"sync_interval: always"));
    assert!(!conf.contains("max_age"), "nothing goes by age");
    let objects = objects();
    assert_eq!(string(at(find(&objects, "ConfigMap", "nats"), "/data/nats.conf")), conf, "one text in both");
    let servers = at(find(&objects, "StatefulSet", "nats"), "/spec/replicas").as_u64().expect("how many");
    assert_eq!(conf.matches("\"nats://nats-").count() as u64, servers);
    let file = compose();
    for i in 0..servers {
        assert!(conf.contains(&format!("\"nats://nats-{i}.nats:6222\"")));
        let alias = at(&file, &format!("/services/nats-{i}/networks/default/aliases/0")).clone();
        assert_eq!(alias, format!("nats-{i}.nats"));
    }
}

#[test]
fn refusals_of_the_configuration_stand_in_the_guide() {
    let guide = text("docs/guide/scale-out.md");
    let secret = || Some(Secret("postgres://u:p@h/d".into()));
    let clusters = |name: &str| Some(BTreeMap::from([(name.to_owned(), Secret("postgres://u:p@h/d".into()))]));
    let refused = [
        Source { edge: Some(1_024), ..Source::default() },
        Source { roles: Some(Vec::new()), ..Source::default() },
        Source { log_replicas: Some(2), ..Source::default() },
        Source { machine_threads: Some(0), ..Source::default() },
        Source { log_url: secret(), ..Source::default() },
        Source { clusters: clusters("second"), ..Source::default() },
        Source { roles: Some(vec![Role::Edge]), ..Source::default() },
        Source { database_url: secret(), clusters: clusters("main"), ..Source::default() },
    ];
    for source in refused {
        let Err(error) = Config::new(source) else { panic!("it was taken") };
        let said = error.to_string();
        let sentence = said.strip_prefix("read the configuration: ").expect("what was being done");
        assert!(guide.contains(sentence), "{sentence}");
    }
}

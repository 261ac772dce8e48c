//! nginx as the yardstick: a redirect with an access log, a generated id and a cookie, and nothing kept of the click.

use std::process::Command;

use anyhow::{Context, Result};

use super::packages::system;
use super::process::{Running, free_port, output};
use super::tls::Pair;
use super::workshop::Workshop;

/// The tag, as Referee serves it.
const TAG: &str = include_str!("../../../tag/dist/tag.v2.js");

pub struct Nginx {
    pub port: u16,
    master: Running,
}

impl Nginx {
    pub fn start(workshop: &Workshop) -> Result<Nginx> {
        let port = free_port()?;
        Nginx::run(workshop, port, &plain(port))
    }

    /// With OpenSSL, a certificate, and the header lines that a click by TLS is answered with. The script lies beside its
    /// compressed form, as an operator lays it out who cares.
    pub fn start_tls(workshop: &Workshop, pair: &Pair) -> Result<Nginx> {
        let folder = workshop.folder("nginx-files")?;
        let script = folder.join("tag.js");
        std::fs::write(&script, TAG).context("lay out the script")?;
        output(Command::new("gzip").args(["-9", "--keep", "--force"]).arg(&script))?;
        Nginx::run(workshop, pair.port, &secured(pair, &folder.display().to_string()))
    }

    fn run(workshop: &Workshop, port: u16, server: &str) -> Result<Nginx> {
        let folder = workshop.folder("nginx")?;
        let file = folder.join("nginx.conf");
        std::fs::write(&file, config(&folder.display().to_string(), server)).context("configure nginx")?;
        let errors = folder.join("error.log");
        let mut command = system("nginx");
        command.arg("-p").arg(&folder).arg("-c").arg(&file).arg("-e").arg(&errors);
        let mut master = Running::start("nginx", &mut command)?;
        master.wait_for(port)?;
        Ok(Nginx { port, master })
    }

    /// The process that started the workers.
    pub fn id(&self) -> u32 {
        self.master.id()
    }
}

/// As many workers as cores, as the server has threads; otherwise what Debian's package configures.
fn config(folder: &str, server: &str) -> String {
    format!(
        r#"daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/access.log;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    # A connection lives as long as the load.
    keepalive_requests 1000000000;
{server}}}
"#
    )
}

fn plain(port: u16) -> String {
    format!(
        r#"    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location /c/ {{
            add_header Cache-Control "no-store, private" always;
            add_header Set-Cookie "pt=$request_id; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax" always;
            return 302 http://www.shop.localhost/?pt=$request_id;
        }}
    }}
"#
    )
}

fn secured(pair: &Pair, files: &str) -> String {
    format!(
        r#"    server {{
        listen 127.0.0.1:{port} ssl backlog=1024;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {cert};
        ssl_certificate_key {key};
        location /c/ {{
            add_header Cache-Control "no-store, private" always;
            add_header X-Robots-Tag "noindex, nofollow" always;
            add_header X-Content-Type-Options "nosniff" always;
            add_header Referrer-Policy "strict-origin-when-cross-origin" always;
            add_header Strict-Transport-Security "max-age=31536000" always;
            add_header Set-Cookie "__Secure-pt=$request_id; Domain=shop.localhost; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax" always;
            return 302 https://www.shop.localhost/?pt=$request_id;
        }}
        location = /tag.js {{
            root {files};
            gzip_static on;
            gzip_vary on;
            open_file_cache max=100;
            default_type "text/javascript; charset=utf-8";
            add_header Cache-Control "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800";
            add_header Access-Control-Allow-Origin "*";
            add_header Cross-Origin-Resource-Policy "cross-origin";
            add_header Timing-Allow-Origin "*";
            add_header X-Content-Type-Options "nosniff";
        }}
    }}
"#,
        port = pair.port,
        cert = pair.cert.display(),
        key = pair.key.display(),
    )
}

//! nginx as the yardstick: a redirect with an access log, a generated id and a cookie, and nothing kept of the click.

use anyhow::{Context, Result};

use super::packages::system;
use super::process::{Running, free_port};
use super::workshop::Workshop;

pub struct Nginx {
    pub port: u16,
    master: Running,
}

impl Nginx {
    pub fn start(workshop: &Workshop) -> Result<Nginx> {
        let (folder, port) = (workshop.folder("nginx")?, free_port()?);
        let file = folder.join("nginx.conf");
        std::fs::write(&file, config(&folder.display().to_string(), port)).context("configure nginx")?;
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
fn config(folder: &str, port: u16) -> String {
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
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location /c/ {{
            add_header Cache-Control "no-store, private" always;
            add_header Set-Cookie "pt=$request_id; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax" always;
            return 302 http://www.shop.localhost/?pt=$request_id;
        }}
    }}
}}
"#
    )
}

//! The made-up Shopify by hand: a shop to click through, and to tell what happens in it.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use referee_rig::shopify::{self, FakeShop, Options};

pub fn run(mut words: impl Iterator<Item = String>) -> Result<()> {
    let connector = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../connectors/shopify");
    let mut options = Options { extensions: Some(connector), port: Some(3_457), ..Options::default() };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} wants a value"));
        match word.as_str() {
            "--print-signed" => {
                println!("{:#}", shopify::signed());
                return Ok(());
            }
            "--port" => options.port = Some(value()?.parse().context("--port wants a number")?),
            "--webhooks" => options.webhooks = value()?,
            "--secret" => options.secret = value()?,
            "--api-key" => options.api_key = value()?,
            "--domain" => options.domain = value()?,
            "--host" => options.host = value()?,
            "--set" => {
                let pair = value()?;
                let (name, value) = pair.split_once('=').context("--set wants NAME=VALUE")?;
                options.settings.push((name.to_owned(), value.to_owned()));
            }
            _ => bail!("fake-shopify does not know {word}"),
        }
    }
    let shop = FakeShop::start(options);
    println!("{}", guide(&shop));
    loop {
        thread::sleep(Duration::from_secs(1));
        for mut delivery in shop.take() {
            if delivery.address.is_empty() {
                println!("{:<24} nobody asked for it", delivery.topic);
                continue;
            }
            let status = shop.deliver(&delivery);
            println!("{:<24} {} answered {status}", delivery.topic, delivery.address);
            if !matches!(status, 200..=299) && delivery.try_again() {
                shop.put_back(delivery);
            }
        }
    }
}

fn guide(shop: &FakeShop) -> String {
    let (url, storefront) = (shop.url(), shop.storefront());
    let say = |json: &str| format!("  curl -s {url}/made-up/control -H 'content-type: application/json' -d '{json}'");
    let says = [
        r#"{"do":"order","lines":[["BOOT-1",12000,2]],"tax":2000,"taxes_included":true}"#,
        r#"{"do":"refund","lines":[[0,1]]}"#,
        r#"{"do":"edit","quantities":[[0,-1]],"additions":[["SOCK-1",1500,1]]}"#,
        r#"{"do":"cancel"}"#,
        r#"{"do":"uninstall"}"#,
        r#"{"do":"app_query"}"#,
    ];
    let says = says.map(say).join("\n");
    format!(
        "A made-up Shopify with one shop.

  shop         {storefront}
  its admin    {url}/admin/...   (Referee must be told that this is where {} lives)
  app          client id {}, client secret {}

Say what happens in the shop; without \"order\":\"NUMBER\" it is the newest order that is meant:
{says}

Settings of the extensions: --set host=http://go.shop.localhost:8377 --set program=1, or
{}

Webhooks as they are sent (Ctrl-C ends it):",
        shop.domain(),
        shop.api_key(),
        shop.secret(),
        say(r#"{"do":"set","settings":{"host":"http://go.shop.localhost:8377","program":"1"}}"#),
    )
}

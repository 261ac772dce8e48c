// What the made-up Shopify signs, judged by Shopify's own library: so tests that use it prove something about Shopify.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import '@shopify/shopify-api/adapters/node';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';

const rig = process.env.REFEREE_RIG ?? new URL('../../../target/debug/referee-rig', import.meta.url).pathname;
const signed = JSON.parse(execFileSync(rig, ['shopify-signed'], { maxBuffer: 64 << 20 }));

const library = (secret) => shopifyApi({
  apiKey: signed.apiKey,
  apiSecretKey: secret,
  apiVersion: ApiVersion.July25,
  hostName: 'referee.example',
  isEmbeddedApp: false,
  logger: { level: LogSeverity.Error, log: () => {} },
});
const shopify = library(signed.secret);
const stranger = library('another secret');

/** A request as the library's adapter for Node takes it. */
const request = (headers) => ({
  method: 'POST',
  url: '/webhooks',
  headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
});
const validate = (by, { headers }, rawBody) => by.webhooks.validate({ rawBody, rawRequest: request(headers), rawResponse: {} });

/** The same text with one letter changed. */
const flipped = (text, at = Math.floor(text.length / 2)) => text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);

test('webhooks of every topic are valid in both families of headers', async () => {
  const topics = new Set();
  for (const webhook of signed.webhooks) {
    const judged = await validate(shopify, webhook, webhook.body);
    assert.equal(judged.valid, true, `${webhook.topic}: ${JSON.stringify(judged)}`);
    assert.equal(judged.domain, signed.domain);
    topics.add(`${judged.webhookType} ${webhook.topic}`);
  }
  const all = ['orders/create', 'orders/paid', 'orders/updated', 'orders/edited', 'orders/cancelled', 'refunds/create',
    'app/uninstalled', 'customers/data_request', 'customers/redact', 'shop/redact'];
  for (const family of ['webhooks', 'events']) {
    for (const topic of all) assert.ok(topics.has(`${family} ${topic}`), `${family} ${topic}`);
  }
});

test('a changed byte, another secret and a missing header are not', async () => {
  for (const webhook of signed.webhooks) {
    assert.equal((await validate(shopify, webhook, flipped(webhook.body))).valid, false, webhook.topic);
    assert.equal((await validate(stranger, webhook, webhook.body)).valid, false, webhook.topic);
    const without = webhook.headers.filter(([name]) => !/hmac/i.test(name));
    assert.equal((await validate(shopify, { headers: without }, webhook.body)).valid, false, webhook.topic);
  }
});

/** As servers read a query: a name that comes twice has a list. */
function read(query) {
  const all = {};
  for (const [name, value] of new URLSearchParams(query)) all[name] = name in all ? [].concat(all[name], value) : value;
  return all;
}

test('queries of the app proxy', async () => {
  for (const query of signed.appProxy) {
    const pairs = read(query);
    assert.equal(await shopify.utils.validateHmac(pairs, { signator: 'appProxy' }), true, query);
    assert.equal(await shopify.utils.validateHmac({ ...pairs, path_prefix: '/apps/other' }, { signator: 'appProxy' }), false);
    assert.equal(await shopify.utils.validateHmac({ ...pairs, signature: flipped(pairs.signature) }, { signator: 'appProxy' }), false);
  }
});

test('queries of the admin', async () => {
  for (const query of signed.admin) {
    const pairs = read(query);
    assert.equal(await shopify.utils.validateHmac(pairs), true, query);
    assert.equal(await shopify.utils.validateHmac({ ...pairs, shop: 'other.myshopify.com' }), false);
    assert.equal(await stranger.utils.validateHmac(pairs), false);
    assert.equal(shopify.utils.sanitizeShop(pairs.shop), signed.domain);
    assert.equal(shopify.utils.sanitizeHost(pairs.host), pairs.host);
  }
});

test('a session token', async () => {
  const claims = await shopify.session.decodeSessionToken(signed.sessionToken);
  assert.equal(claims.dest, `https://${signed.domain}`);
  assert.equal(claims.aud, signed.apiKey);
  await assert.rejects(shopify.session.decodeSessionToken(flipped(signed.sessionToken)));
  await assert.rejects(stranger.session.decodeSessionToken(signed.sessionToken));
});

test('the app asks for exactly the webhooks that there are', () => {
  const toml = readFileSync(new URL('../shopify.app.toml', import.meta.url), 'utf8');
  const asked = [...toml.matchAll(/"(\w+\/\w+)"/g)].map((it) => it[1]).sort();
  assert.deepEqual(asked, [...new Set(signed.webhooks.map((it) => it.topic))].sort());
});

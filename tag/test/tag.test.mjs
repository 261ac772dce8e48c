// The tag against a small made-up browser: what it sends, when, and that it never throws.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { createHash, webcrypto } from 'node:crypto';

const dist = new URL('../dist/tag.v1.js', import.meta.url);
const source = readFileSync(dist, 'utf8');

/** Loads the tag into a page and gives what it did. */
function load({ href = 'https://www.shop.com/', data = {}, calls = [], gpc = false, brokenStorage = false, brokenFetch = false } = {}) {
  const sent = [];
  const stored = new Map();
  const url = new URL(href);
  const storage = {
    getItem: (key) => { if (brokenStorage) throw new Error('denied'); return stored.get(key) ?? null; },
    setItem: (key, value) => { if (brokenStorage) throw new Error('denied'); stored.set(key, value); },
    removeItem: (key) => { if (brokenStorage) throw new Error('denied'); stored.delete(key); },
  };
  const referee = Object.assign(() => {}, { a: calls });
  const timers = [];
  const hashes = [];
  const digest = (...what) => { hashes.push(webcrypto.subtle.digest(...what)); return hashes.at(-1); };
  const window = {
    URL, URLSearchParams, TextEncoder, Uint8Array, Array, JSON, RegExp, Error, console, setTimeout: (run) => timers.push(run),
    location: url, localStorage: storage, crypto: { subtle: { digest } }, referee,
    CustomEvent: class { constructor(type, init) { this.type = type; this.detail = init.detail; } },
    Image: class { set src(value) { sent.push({ url: value, image: true }); } },
    navigator: { globalPrivacyControl: gpc, sendBeacon: (to, body) => { sent.push({ url: to, body: JSON.parse(body), beacon: true }); return true; } },
    document: {
      currentScript: { src: 'https://go.shop.com/tag.js', dataset: { program: '7', ...data } },
      referrer: 'https://blog.example/', querySelector: () => null, dispatchEvent: () => {},
    },
    fetch: (to, init = {}) => {
      if (brokenFetch) throw new Error('blocked');
      sent.push({ url: String(to), body: init.body && JSON.parse(init.body), init });
      return Promise.resolve({ ok: true, json: () => Promise.resolve({ clickId: 'NEW' }) });
    },
  };
  window.window = window;
  vm.runInNewContext(source, window);
  /** All that the tag waits for has come: the end of the page's own scripts, and its hashes. */
  const settle = async () => {
    timers.splice(0).forEach((run) => run());
    await Promise.all(hashes);
  };
  return { sent, stored, window, settle };
}

test('a page is reported once, with the click id of its address', async () => {
  const page = load({ href: 'https://www.shop.com/boots?pt=CLICK' });
  await page.settle();
  assert.equal(page.sent.length, 1);
  const [visit] = page.sent;
  assert.equal(visit.url, 'https://go.shop.com/pt/v');
  assert.equal(visit.init.credentials, 'include');
  assert.equal(visit.init.headers['content-type'], 'text/plain');
  assert.deepEqual(visit.body, { program: 7, clickId: 'CLICK', page: 'https://www.shop.com/boots?pt=CLICK', referrer: 'https://blog.example/' });
  assert.equal(page.stored.get('referee.click'), 'CLICK');
});

test('calls made before the tag was there are replayed, consent first', async () => {
  const page = load({
    href: 'https://www.shop.com/?pt=CLICK',
    calls: [['identify', { customerId: 'c7' }], ['consent', 'default', { tracking: 'denied' }]],
  });
  await page.settle();
  assert.deepEqual(page.sent, []);
  assert.equal(page.stored.size, 0);
});

test('a conversion carries the order, its items and who bought', async () => {
  const page = load({
    href: 'https://www.shop.com/thanks?pt=CLICK',
    calls: [['identify', { customerId: 'c7', customerEmail: ' Ann@Example.com' }]],
  });
  await page.settle();
  page.window.referee('trackConversion', 'sale', { orderId: '1001', amount: '89.90', items: [{ sku: 'R1', quantity: 1 }] });
  await page.settle();
  const body = page.sent.at(-1).body;
  assert.equal(page.sent.at(-1).url, 'https://go.shop.com/pt/o');
  assert.equal(body.customerEmail, createHash('sha256').update('ann@example.com').digest('hex'));
  assert.deepEqual([body.event, body.orderId, body.customerId, body.clickId, body.items[0].sku], ['sale', '1001', 'c7', 'CLICK', 'R1']);
});

test('denied consent leaves the order and nothing of the person', async () => {
  const page = load({
    calls: [
      ['consent', 'default', { tracking: 'denied' }],
      ['trackConversion', 'sale', { orderId: '1001', amount: '5', customerId: 'c7', customerEmail: 'ann@example.com' }],
    ],
  });
  await page.settle();
  const { body } = page.sent[0];
  assert.deepEqual([body.consent, body.customerId, body.customerEmail, body.clickId, body.orderId], ['denied', '', '', undefined, '1001']);
});

test('global privacy control counts as no, until the visitor says yes', async () => {
  const page = load({ gpc: true });
  await page.settle();
  assert.equal(page.sent.length, 0);
  page.window.referee('consent', 'update', { tracking: 'granted' });
  assert.equal(page.sent.length, 1);
});

test('an id can be had for later', async () => {
  const page = load();
  const id = await new Promise((resolve) => page.window.referee('generateClickId', resolve));
  assert.equal(id, 'NEW');
});

test('nothing the browser refuses reaches the shop', async () => {
  const page = load({ href: 'https://www.shop.com/?pt=CLICK', brokenStorage: true, brokenFetch: true });
  await page.settle();
  assert.equal(page.sent[0].beacon, true);
  page.window.referee('noSuchCall');
  page.window.referee('trackConversion');
});

test('the published file is what the source makes, and small', () => {
  const built = execFileSync('npx', ['esbuild', 'tag.js', '--minify', '--target=es2017'], { cwd: new URL('..', import.meta.url), encoding: 'utf8' });
  assert.equal(built, source);
  const size = gzipSync(source, { level: 9 }).length;
  assert.ok(size <= 3072, `${size} bytes compressed`);
});

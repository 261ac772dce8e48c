// Browsers that delete: click, land, buy days later, with what each browser would have kept meanwhile. Real host names
// over TLS, with an authority of the test's own; the server's clock is moved.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startDemo } from './demo.mjs';
import { age, watchCookies } from './kept.mjs';

const SITE = 'boots.example';
/** A host of another site on which links are served as well. */
const ELSEWHERE = 'go.tracker.example';

let demo;
let browser;
let authority;

before(async () => {
  demo = await startDemo({ site: SITE, names: [`www.${SITE}`, `go.${SITE}`, `console.${SITE}`, ELSEWHERE], testClock: true });
  authority = await readFile(demo.files.authority);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    env: { ...process.env, HOME: demo.files.home },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
      `--host-resolver-rules=MAP *.example 127.0.0.1:${demo.tlsPort}`],
  });

  await call('POST', '/api/v1/tracking-domains', { program_id: demo.seed.program_id, host: ELSEWHERE });
});

after(async () => {
  await browser?.close();
  assert.equal(await demo?.stop(), 0, 'the server ends in order when it is told to');
});

/** The API and the clock, on the console's host. */
function call(method, path, body) {
  const text = body && JSON.stringify(body);
  const headers = { host: `console.${SITE}`, authorization: `Bearer ${demo.seed.api_token}`, 'content-type': 'application/json' };
  const target = { host: '127.0.0.1', port: demo.tlsPort, servername: `console.${SITE}`, ca: authority, method, path, headers };
  return new Promise((resolve, reject) => {
    const request = https.request(target, async (answer) => {
      let said = '';
      for await (const piece of answer) said += piece;
      if (answer.statusCode >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${said}`));
      else resolve(JSON.parse(said));
    });
    request.on('error', reject);
    request.end(text);
  });
}

async function open(options = {}) {
  const [major] = browser.version().split('.');
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
  const context = await browser.newContext({ userAgent, ...options });
  return { context, setBy: watchCookies(context) };
}

/** Follows a link and waits until the tag has told that the page was seen. */
async function land({ context }, link, { customer = false, script = true } = {}) {
  const page = await context.newPage();
  const told = () => page.waitForResponse((it) => new URL(it.url()).pathname.startsWith('/pt/v'));
  const [answer] = await Promise.all([told(), page.goto(link)]);
  assert.ok(answer.ok(), `the visit was taken: ${answer.status()}`);
  if (customer) await Promise.all([told(), page.getByRole('button', { name: /Sign in as customer/ }).click()]);
  if (script) await page.evaluate(() => { document.cookie = 'by_script=1; Max-Age=31536000; path=/'; });
  return page;
}

/** Comes back to the shop by its own address and buys a pair; says which order it was. */
async function buy(page, { customer = false, code = '' } = {}) {
  await page.goto(`https://www.${SITE}/`);
  if (customer && await page.getByRole('button', { name: /Sign in as customer/ }).count()) await page.getByRole('button', { name: /Sign in as customer/ }).click();
  await page.getByRole('link', { name: 'Ridge Boot' }).click();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('link', { name: 'Checkout' }).click();
  // Each case is another person: an address would join them.
  await page.getByLabel(/mail/i).fill(`${crypto.randomUUID()}@example.com`);
  if (code) await page.getByLabel(/code/i).fill(code);
  const told = page.waitForResponse((it) => new URL(it.url()).pathname.startsWith('/pt/o'));
  await page.getByRole('button', { name: 'Place order' }).click();
  await told;
  return page.locator('#order-id').textContent();
}

/** What became of an order, once the books have it: who earns it, and how its click was found. */
async function decision(order) {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await call('GET', `/api/v1/orders/${order}`);
    const decided = found.orders[0]?.decisions.at(-1);
    if (decided) {
      const [winner] = decided.candidates.filter((it) => it.won);
      return { code: found.answer.code, reason: decided.reason, rule: decided.rule, partner: decided.credits[0]?.partner_id, evidence: decided.credits[0]?.evidence, steps: winner?.path.map((it) => it.step) };
    }
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`order ${order} did not reach the books`);
}

const link = (partner, host = `go.${SITE}`) => `https://${host}/c/${partner}/1/1`;

/** What strips the parameter before any script sees it: a private window of Safari, a mail program, a blocker's list. */
const strip = (context) => context.addInitScript(() => {
  const url = new URL(location.href);
  if (!url.searchParams.has('pt')) return;
  url.searchParams.delete('pt');
  history.replaceState(null, '', url.href);
});

// What is kept of it, and what is decided.
const CASES = [
  { name: 'Chrome, a week later', browser: 'chrome', days: 7, by: 'click' },
  { name: 'Firefox, a week later', browser: 'firefox', days: 7, by: 'click' },
  { name: 'Safari, the same evening', browser: 'safari', days: 0, by: 'click' },
  { name: 'Safari, a week later: scripts\' storage is gone, the redirect\'s cookie is not', browser: 'safari', days: 7, gone: ['storage', 'by_script'], by: 'cookie' },
  { name: 'Safari, two days after a decorated landing: scripts\' cookies are gone', browser: 'safariDecorated', days: 2, gone: ['by_script'], by: 'click' },
  { name: 'Safari strips the parameter, a week later', browser: 'safari', days: 7, strips: true, by: 'cookie' },
  { name: 'Chrome with a blocker that strips the parameter, three weeks later', browser: 'chrome', days: 21, strips: true, by: 'cookie' },
  { name: 'links on a foreign site, bought at once', browser: 'safari', days: 0, host: ELSEWHERE, by: 'click' },
  { name: 'links on a foreign site, Safari a week later: nothing is left', browser: 'safari', days: 7, host: ELSEWHERE, gone: ['storage'], by: 'nothing' },
  { name: 'links on a foreign site whose parameter is stripped: nothing arrives', browser: 'firefox', days: 0, host: ELSEWHERE, strips: true, by: 'nothing' },
  { name: 'a private window, closed', browser: 'private', days: 1, by: 'nothing' },
  { name: 'a private window, closed, and signed in both times', browser: 'private', days: 7, customer: true, by: 'customer' },
  { name: 'a private window, closed, and the partner\'s code', browser: 'private', days: 7, code: 'TRAIL10', by: 'code' },
  { name: 'after the window of the terms, nothing counts', browser: 'chrome', days: 31, by: 'nothing' },
];

const EXPECTED = {
  click: { code: 'CREDITED', partner: 1, evidence: 'click_id' },
  cookie: { code: 'CREDITED', partner: 1, evidence: 'identifier' },
  customer: { code: 'CREDITED', partner: 1, evidence: 'identifier' },
  code: { code: 'CREDITED', partner: 1, evidence: 'promo_code' },
  nothing: { code: 'EARNED_NOTHING_YET', partner: undefined, evidence: undefined },
};

for (const { name, browser: kind, days, host, strips, customer, code, gone = [], by } of CASES) {
  test(name, async () => {
    const visitor = await open();
    if (strips) await strip(visitor.context);
    const page = await land(visitor, link(1, host), { customer });
    await age(visitor.context, page, { browser: kind, days, setBy: visitor.setBy });
    const cookies = (await visitor.context.cookies()).map((it) => it.name);
    if (gone.includes('by_script')) assert.ok(!cookies.includes('by_script'), 'the script\'s cookie is gone');
    if (gone.includes('storage')) assert.equal(await page.evaluate(() => localStorage.length), 0);
    if (days > 0) await call('POST', '/test/clock', { advance: `${days}d` });
    const order = await buy(page, { customer, code });
    const { steps, rule, reason, ...found } = await decision(order);
    assert.deepEqual(found, EXPECTED[by], `${rule} ${reason} ${steps}`);
    await visitor.context.close();
  });
}

// The connector's extensions in a real browser, in a made-up shop at Shopify: from a partner's link to the note on the
// order and the pixel's report, with and without consent; and with the shop connected, to what is paid for the order.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startDemo } from './demo.mjs';
import { startShop } from './shop.mjs';

let demo;
let shop;
let browser;

before(async () => {
  [demo, shop] = await Promise.all([startDemo(), startShop()]);
  const settings = { host: demo.seed.tracking_url, program: String(demo.seed.program_id), event: 'sale', path: '/pt', param: 'pt' };
  await shop.say({ do: 'set', settings });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
});

after(async () => {
  await browser?.close();
  await shop?.stop();
  await demo?.stop();
});

/** A visitor of the shop, and what their browser sent to the tracking host and to the cart. */
async function visitor() {
  const [major] = browser.version().split('.');
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
  const context = await browser.newContext({ userAgent });
  const page = await context.newPage();
  const errors = [];
  const sent = [];
  page.on('pageerror', (error) => errors.push(error.message));
  // Of workers too.
  context.on('request', (request) => sent.push({ path: new URL(request.url()).pathname, host: new URL(request.url()).hostname, body: request.postData() }));
  const to = (path) => sent.filter((it) => it.path === path && (path.startsWith('/cart') || it.host.startsWith('go.')));
  return { context, page, errors, to };
}

/** Follows a partner's link to a product of the shop. */
async function land(page, partner, path = '/products/ridge-boot') {
  const link = new URL(partner.link);
  link.searchParams.set('u', `${shop.storefront}${path}`);
  await page.goto(link.href);
  assert.equal(new URL(page.url()).origin, shop.storefront);
}

/** The page's own scripts and those of the extensions have done what they do. */
async function settled(page) {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => document.documentElement.dataset.pixels !== undefined);
}

async function checkOut(page, { code = '' } = {}) {
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await settled(page);
  await page.getByRole('link', { name: 'Check out' }).click();
  await page.getByLabel('Discount code').fill(code);
  await page.getByRole('button', { name: 'Pay now' }).click();
  await page.locator('#order').waitFor();
  await settled(page);
  return page.locator('#order').textContent();
}

const noted = async (order) => Object.fromEntries((await shop.say({ do: 'order_json', order })).note_attributes.map(({ name, value }) => [name, value]));

test('the click goes with the cart into the order, and the pixel tells the order', async () => {
  const { context, page, errors, to } = await visitor();
  await land(page, demo.seed.partners[0]);
  const click = new URL(page.url()).searchParams.get('pt');
  await settled(page);
  const order = await checkOut(page, { code: 'TEN' });
  assert.deepEqual(errors, []);
  assert.equal(to('/cart/update.js').length, 1, 'once');
  assert.equal((await noted(order)).__pt, click);
  assert.ok(BigInt(order) > 2n ** 53n);
  const [report, ...more] = to('/pt/o');
  assert.equal(more.length, 0);
  const body = JSON.parse(report.body);
  assert.deepEqual([body.orderId, body.clickId, body.orderPromoCode], [order, click, 'TEN']);
  assert.equal(body.orderSubTotalPostDiscount, '90.00', '120.00 less ten per cent and a sixth of tax');
  assert.ok(to('/pt/v').length > 0, 'visits come from the tag');
  await context.close();
});

test('an address that lost its parameter: the cookie of the click is asked', async () => {
  const { context, page, to } = await visitor();
  await land(page, demo.seed.partners[0]);
  await page.goto('about:blank');
  await context.clearCookies({ domain: new URL(shop.storefront).hostname });
  await page.goto(`${shop.storefront}/made-up/nothing`);
  await page.evaluate(() => localStorage.clear());
  await page.goto(`${shop.storefront}/products/ridge-boot`);
  await settled(page);
  assert.equal(to('/pt/i').length, 1);
  const order = await checkOut(page);
  const { __pt: id } = await noted(order);
  assert.match(id, /^[\w-]{10,}$/, 'an id that the host handed out');
  await context.close();
});

test('the button that skips the cart leaves the pixel', async () => {
  const { context, page, to } = await visitor();
  await land(page, demo.seed.partners[0]);
  const click = new URL(page.url()).searchParams.get('pt');
  await settled(page);
  await page.getByRole('button', { name: 'Buy it now' }).click();
  await page.locator('#order').waitFor();
  await settled(page);
  const order = await page.locator('#order').textContent();
  assert.deepEqual(await noted(order), {});
  const body = JSON.parse(to('/pt/o')[0].body);
  assert.deepEqual([body.orderId, body.clickId], [order, click]);
  await context.close();
});

test('who was not asked yet leaves nothing, and who agrees is known from then on', async () => {
  await shop.say({ do: 'set', settings: { consent_needed: 'true' } });
  const { context, page, to } = await visitor();
  await land(page, demo.seed.partners[0]);
  await settled(page);
  assert.deepEqual([to('/cart/update.js').length, to('/pt/i').length, to('/pt/o').length], [0, 0, 0]);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  const written = page.waitForRequest((request) => request.url().endsWith('/cart/update.js'));
  await page.evaluate(() => window.Shopify.customerPrivacy.setTrackingConsent({ marketing: true, analytics: true, preferences: true, sale_of_data: true }));
  await written;
  await settled(page);
  const order = await checkOut(page);
  assert.ok((await noted(order)).__pt);
  await shop.say({ do: 'set', settings: { consent_needed: 'false' } });
  await context.close();
});

/** The API, with a token of the brand's. */
async function call(method, path, body) {
  const headers = { authorization: `Bearer ${demo.seed.api_token}`, 'content-type': 'application/json' };
  const answer = await fetch(demo.seed.console_url + path, { method, headers, body: body && JSON.stringify(body) });
  const said = await answer.json();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(said)}`);
  return said;
}

/** What the order has come to, once it is as expected. */
async function comesTo(order, expected) {
  let told;
  for (let tries = 0; tries < 100; tries += 1) {
    const { data } = await call('GET', `/api/v1/actions?order_id=${order}`);
    told = data.map(({ state, amount, payout }) => ({ state, amount, payout }));
    if (JSON.stringify(told) === JSON.stringify([expected])) return;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  assert.deepEqual(told, [expected]);
}

/** Who earns it, and by what the shop's order was joined with the click. */
async function credited(order) {
  const { orders } = await call('GET', `/api/v1/orders/${order}`);
  const decided = orders[0].decisions.at(-1);
  return { partner: decided.credits[0].partner_id, evidence: decided.credits[0].evidence, path: decided.click_path };
}

test('with the shop connected, the order is worth what the shop says, from the link to the end', async () => {
  const [program_id, event_type] = [demo.seed.program_id, 'sale'];
  const connected = await call('PUT', '/api/v1/shops', { domain: shop.domain, program_id, event_type, client_id: shop.apiKey, client_secret: shop.secret, opens_at: 'paid' });
  await shop.say({ do: 'webhooks', address: connected.webhook_address });
  const { context, page, errors } = await visitor();
  await land(page, demo.seed.partners[0]);
  await settled(page);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.goto(`${shop.storefront}/products/ridge-boot`);
  const order = await checkOut(page);
  assert.equal((await shop.say({ do: 'pump' })).waiting, 0, 'every message was taken');
  await comesTo(order, { state: 'pending', amount: '200.00', payout: '24.00' });
  assert.deepEqual(await credited(order), { partner: demo.seed.partners[0].id, evidence: 'click_id', path: 'cart_attribute' });
  await shop.say({ do: 'refund', order, lines: [[0, 1]] });
  await comesTo(order, { state: 'pending', amount: '100.00', payout: '12.00' });
  await shop.say({ do: 'cancel', order });
  await comesTo(order, { state: 'reversed', amount: '0.00', payout: '0.00' });

  // The button that skips the cart, after the shop itself forgot the landing: only the pixel knows the click.
  await context.clearCookies({ name: '_landing_page' });
  await page.goto(`${shop.storefront}/products/ridge-boot`);
  await settled(page);
  await page.getByRole('button', { name: 'Buy it now' }).click();
  await page.locator('#order').waitFor();
  await settled(page);
  const quick = await page.locator('#order').textContent();
  await shop.say({ do: 'pump' });
  await comesTo(quick, { state: 'pending', amount: '100.00', payout: '12.00' });
  assert.deepEqual(await credited(quick), { partner: demo.seed.partners[0].id, evidence: 'identifier', path: 'pixel' });
  await shop.say({ do: 'uninstall' });
  const { data } = await call('GET', '/api/v1/shops');
  assert.equal(data[0].state, 'uninstalled');
  assert.deepEqual(errors, []);
  await context.close();
});

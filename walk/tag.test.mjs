// The tag in a real browser, where the shop has another platform's snippet, a consent manager or a strict policy. The pages
// are the test's own, on the shop's host; everything they ask for is the server's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startDemo } from './demo.mjs';

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // A page of the test's own has no address, and Chromium lets none but pages of this machine ask this machine.
    args: ['--disable-features=LocalNetworkAccessChecks', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
});

after(async () => {
  await browser?.close();
  const code = await demo?.stop();
  assert.equal(code, 0, 'the server ends in order when it is told to');
});

/** A visitor who came by a partner's link, and what their pages send. */
async function visitor(partner, html, headers = {}) {
  const [major] = browser.version().split('.');
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
  const context = await browser.newContext({ userAgent });
  // Where a redirect leads can't be replaced: the shop's own page comes first, without its script.
  const first = await context.newPage();
  await first.route('**/*.js', (route) => route.abort());
  await first.goto(partner.link);
  const landing = first.url();
  assert.equal(new URL(landing).origin, demo.seed.shop_url);
  await first.close();
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  await page.route(`${demo.seed.shop_url}/**`, (route) => route.fulfill({ contentType: 'text/html', headers, body: html }));
  const sent = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin === demo.seed.tracking_url && url.pathname.startsWith('/pt/')) {
      sent.push({ path: url.pathname, body: JSON.parse(request.postData() ?? '{}'), request });
    }
  });
  await page.goto(landing);
  return { context, page, sent, errors };
}

/** Who earns an order, once its report has reached the books. */
async function earnerOf(order) {
  const { account_sid: sid, auth_token: token, console_url: server } = demo.seed;
  const headers = { authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}` };
  for (let tries = 0; tries < 50; tries += 1) {
    const answer = await fetch(`${server}/Advertisers/${sid}/Actions.json?OrderId=${order}`, { headers });
    const { Actions: [action] } = await answer.json();
    if (action) return action.MediaPartnerName;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  return 'nobody';
}

/** Whether a request brought the visitor cookie. */
async function hasCookie({ request }) {
  const { cookie = '' } = await request.allHeaders();
  return /(^|; )pt=/.test(cookie);
}

/** Asks until something is so. What a page would ask itself, its policy forbids. */
const until = async (is) => {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await is()) return;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  assert.fail(`it never came to be: ${is}`);
};

test('an installed snippet needs another address only', async () => {
  const [partner] = demo.seed.partners;
  const file = `${demo.seed.tracking_url}/A123456-1234abcd-ab12-cd34-ef56-0123456789ab1.js`;
  const { context, page, sent, errors } = await visitor(partner, `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script>
    (function (address, name) {
      window.ire_o = name;
      window[name] = window[name] || function () { (window[name].a = window[name].a || []).push(arguments); };
      var it = document.createElement('script');
      it.async = 1;
      it.src = address;
      document.head.appendChild(it);
    })('${file}', 'ire');
    ire('identify', { customerId: 'c900', customerEmail: '' });
    function buy(id, more) {
      ire('trackConversion', ${demo.seed.event_types.sale}, { orderId: id, customerId: 'c900', orderSubTotalPostDiscount: 50,
        currencyCode: 'EUR', items: [{ sku: 'R1', subTotal: 50, quantity: 1, category: 'boots', name: 'Ridge' }] },
        { verifySiteDefinitionMatch: true }, function () { document.title = 'sent ' + id; });
    }
  </script><button onclick="buy('snippet-1')">Buy</button>`);
  await until(() => sent.length === 1);
  assert.deepEqual([sent[0].path, sent[0].body.customerId, sent[0].body.program], ['/pt/v', 'c900', demo.seed.program_id]);
  await page.getByRole('button', { name: 'Buy' }).click();
  await until(async () => await page.title() === 'sent snippet-1');
  assert.deepEqual([sent[1].path, await hasCookie(sent[1])], ['/pt/o', true]);
  const id = await page.evaluate(() => new Promise((resolve) => { window.ire('generateClickId', resolve); }));
  assert.match(id, /^[\w-]{47}$/);
  assert.deepEqual(errors, []);
  await context.close();
  assert.equal(await earnerOf('snippet-1'), partner.name);
});

/** A consent manager of which only the stub is there until the visitor decides. */
const cmp = `
  var heard = [];
  window.__tcfapi = function (command, version, callback) {
    heard.push(callback);
    callback({ eventStatus: 'cmpuishown', gdprApplies: true, tcString: '' }, true);
  };
  function decide(yes) {
    heard.forEach(function (callback) {
      callback({ eventStatus: 'useractioncomplete', gdprApplies: true, tcString: yes ? 'YES' : 'NO', purpose: { consents: { 1: yes, 7: yes } } }, true);
    });
  }`;

/** A page as strict as a page can be. */
function strict(body) {
  const html = `<!doctype html><title>Shop</title><link rel="icon" href="data:,">
    <script nonce="n1">window.referee = window.referee || function () { (referee.a = referee.a || []).push(arguments); };${cmp}${body}</script>
    <script nonce="n1" async src="${demo.seed.tracking_url}/tag.js" data-program="${demo.seed.program_id}"></script>`;
  const policy = `default-src 'none'; script-src 'nonce-n1'; connect-src ${demo.seed.tracking_url}; img-src ${demo.seed.tracking_url} data:; require-trusted-types-for 'script'; trusted-types 'none'`;
  return [html, { 'content-security-policy': policy }];
}

test('nothing of a person is kept or sent before they agree, on a page with the strictest policy', async () => {
  const partner = demo.seed.partners[1];
  const { context, page, sent, errors } = await visitor(partner, ...strict("referee('identify', { customerId: 'c901' });"));
  await until(() => page.evaluate(() => window.heard.length === 1));
  await page.evaluate(() => window.referee('trackConversion', 'sale', { orderId: 'cmp-1', amount: 20, currencyCode: 'EUR', customerId: 'c901' }));
  await until(() => sent.length === 1);
  const [early] = sent;
  assert.deepEqual([early.path, early.body.orderId, early.body.customerId, early.body.clickId, await hasCookie(early)], ['/pt/o', 'cmp-1', undefined, undefined, false]);
  assert.equal(await page.evaluate(() => localStorage.length), 0);

  await page.evaluate(() => window.decide(true));
  await until(() => sent.length === 2);
  const [, visit] = sent;
  assert.deepEqual([visit.path, visit.body.tcf, visit.body.customerId, await hasCookie(visit)], ['/pt/v', 'YES', 'c901', true]);
  assert.equal(visit.body.clickId, new URL(page.url()).searchParams.get('pt'));
  assert.equal(await page.evaluate(() => localStorage.getItem('referee.click')), visit.body.clickId);

  await page.evaluate(() => window.decide(false));
  assert.equal(await page.evaluate(() => localStorage.length), 0, 'a change of mind clears what was kept');
  assert.deepEqual(errors, []);
  await context.close();
});

test('who agrees is known, and google may say it too', async () => {
  const partner = demo.seed.partners[2];
  const body = "window.dataLayer = []; function gtag() { dataLayer.push(arguments); } gtag('consent', 'default', { ad_storage: 'denied' }); window.__tcfapi = undefined;";
  const { context, page, sent, errors } = await visitor(partner, ...strict(body));
  await until(() => page.evaluate(() => !window.referee.a));
  assert.equal(sent.length, 0);
  await page.evaluate(() => window.gtag('consent', 'update', { ad_storage: 'granted' }));
  await page.evaluate(() => new Promise((resolve) => { window.referee('trackConversion', 'sale', { orderId: 'google-1', amount: 20, currencyCode: 'EUR' }, {}, resolve); }));
  assert.deepEqual(sent.map((it) => [it.path, it.body.gcm]), [['/pt/v', 'ad_storage=granted'], ['/pt/o', 'ad_storage=granted']]);
  assert.deepEqual(errors, []);
  await context.close();
  assert.equal(await earnerOf('google-1'), partner.name);
});

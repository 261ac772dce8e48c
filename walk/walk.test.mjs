// The whole main job in a real browser: follow a partner's link, land, buy, and find the payout in the console.
// Few and slow; what can be tested without a browser is tested elsewhere.
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
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
});

after(async () => {
  await browser?.close();
  const code = await demo?.stop();
  assert.equal(code, 0, 'the server ends in order when it is told to');
});

/** A person's browser: one that says of itself that it is driven is no visitor, and gets no cookie. */
function visit(options = {}) {
  const [major] = browser.version().split('.');
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
  return browser.newContext({ userAgent, ...options });
}

/** A visitor who follows a link and buys a pair of boots; says which order it was. */
async function buy(context, link) {
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(link);
  assert.equal(new URL(page.url()).origin, demo.seed.shop_url);
  await page.getByRole('link', { name: 'Ridge Boot' }).click();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('link', { name: 'Checkout' }).click();
  await page.getByRole('button', { name: 'Place order' }).click();
  const order = await page.locator('#order-id').textContent();
  return { page, order, errors };
}

async function signIn(context, user) {
  const page = await context.newPage();
  await page.goto(`${demo.seed.console_url}/sign-in`);
  await page.getByLabel('Email').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${demo.seed.console_url}/`);
  return page;
}

/** Looks an order up as a busy manager would: in the search box. */
async function openAction(page, order) {
  for (let tries = 0; tries < 50; tries += 1) {
    await page.getByPlaceholder('Order, click, partner or code').fill(order);
    await page.keyboard.press('Enter');
    await page.waitForLoadState();
    if (new URL(page.url()).pathname.startsWith('/actions/')) return;
    // The report is on its way to the books.
    await page.waitForTimeout(100);
  }
  throw new Error(`order ${order} did not become an action`);
}

test('with the tag: a click, an order, and the payout with its reason', async () => {
  const [partner] = demo.seed.partners;
  const visitor = await visit();
  const { page, order, errors } = await buy(visitor, partner.link);
  await page.locator('#what li', { hasText: 'conversion' }).waitFor();
  assert.deepEqual(errors, []);
  const cookies = await visitor.cookies(demo.seed.tracking_url);
  const cookie = cookies.find((it) => it.name.endsWith('pt'));
  assert.equal(cookie?.httpOnly, true, 'the visitor cookie is set by the server and hidden from scripts');
  await visitor.close();

  const manager = await browser.newContext();
  const screen = await signIn(manager, demo.seed.user);
  await openAction(screen, order);
  await screen.getByRole('heading', { name: `Order ${order}` }).waitFor();
  const text = await screen.locator('main').innerText();
  assert.match(text, new RegExp(`Why ${partner.name} earns this`));
  assert.match(text, /17\.88/, 'twelve per cent of 149.00');
  assert.match(text, /Pending, locks/);

  await screen.getByLabel('Why').first().selectOption('ITEM_RETURNED');
  await screen.getByLabel(/New amount/).fill('100.00');
  await screen.getByRole('button', { name: 'Modify' }).click();
  await screen.waitForLoadState();
  assert.match(await screen.locator('main').innerText(), /12\.00/);
  await manager.close();

  const own = await browser.newContext();
  const portal = await signIn(own, partner.user);
  await portal.getByRole('link', { name: 'Actions' }).click();
  assert.match(await portal.locator('main').innerText(), new RegExp(order));
  await own.close();

  const other = await browser.newContext();
  const elsewhere = await signIn(other, demo.seed.partners[1].user);
  await elsewhere.getByRole('link', { name: 'Actions' }).click();
  assert.doesNotMatch(await elsewhere.locator('main').innerText(), new RegExp(order), 'another partner does not see it');
  await other.close();
});

test('with the no-script pixel alone', async () => {
  const partner = demo.seed.partners[1];
  const visitor = await visit({ javaScriptEnabled: false });
  const first = await visitor.newPage();
  await first.goto(`${demo.seed.shop_url}/?mode=pixel`);
  await first.close();
  const { page, order } = await buy(visitor, partner.vanity);
  await page.waitForLoadState('networkidle');
  await visitor.close();

  const manager = await browser.newContext();
  const screen = await signIn(manager, demo.seed.user);
  await openAction(screen, order);
  const text = await screen.locator('main').innerText();
  assert.match(text, new RegExp(`Why ${partner.name} earns this`));
  assert.match(text, /11\.92/, 'eight per cent of 149.00');
  assert.match(text, /visitor cookie/, 'joined by the cookie, without a click id');
  await manager.close();
});

// The web pixel against a small made-up checkout: what it reports, and that it never throws.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const folder = new URL('../extensions/referee-pixel/', import.meta.url);
const source = readFileSync(new URL('src/index.js', folder), 'utf8');
const plain = source.replace(/^import .*$/m, '');
assert.ok(!/^\s*(import|export) /m.test(plain), 'there is one import');

const money = (amount, currencyCode = 'EUR') => ({ amount, currencyCode });
const line = (sku, price, quantity, { off = 0, type = '', variant = true, currency = 'EUR' } = {}) => ({
  title: `Product ${sku}`, quantity, properties: [], id: '1', sellingPlanAllocation: null,
  discountAllocations: off ? [{ amount: money(off, currency), discountApplication: {} }] : [],
  finalLinePrice: money(price * quantity - off, currency),
  variant: variant ? { id: '9', sku, price: money(price, currency), product: { type } } : null,
});
const order = (more = {}) => ({
  attributes: [], currencyCode: 'EUR', discountApplications: [], lineItems: [line('BOOT', 102, 1)],
  order: { id: '820982911946154508', customer: null }, token: 'checkout-token', shippingLine: { price: money(0) },
  subtotalPrice: money(102), totalPrice: money(102), totalTax: money(17), ...more,
});

/** Runs the pixel through some events and gives what it sent. */
async function run(events, { settings = {}, marketing = true, stored = {}, fetchFails = false, storageFails = false } = {}) {
  const sent = [];
  const kept = new Map(Object.entries(stored));
  const subscribed = {};
  let choose;
  let extension;
  const context = {
    register: (it) => { extension = it; },
    URLSearchParams, Intl, JSON, Math, String, Promise,
    fetch: async (to, init) => {
      if (fetchFails) throw new TypeError('blocked');
      sent.push({ to, init, body: JSON.parse(init.body) });
    },
  };
  vm.runInNewContext(plain, context);
  const storage = (what) => async (...all) => { if (storageFails) throw new Error('denied'); return what(...all); };
  extension({
    analytics: { subscribe: (name, callback) => { subscribed[name] = callback; } },
    browser: {
      localStorage: { getItem: storage((key) => kept.get(key) ?? null), setItem: storage((key, value) => { kept.set(key, value); }) },
      sendBeacon: async (to, body) => { sent.push({ to, beacon: true, body: JSON.parse(body) }); return true; },
    },
    init: { customerPrivacy: { marketingAllowed: marketing, saleOfDataAllowed: true } },
    customerPrivacy: { subscribe: (name, callback) => { choose = callback; } },
    settings: { host: 'go.shop.com', program: '7', ...settings },
  });
  for (const [name, data] of events) {
    if (name === 'consent') choose({ customerPrivacy: data });
    else if (name === 'page_viewed') await subscribed[name]({ context: { document: { location: new URL(data) } } });
    else await subscribed[name]({ data: { checkout: data } });
  }
  return { sent, kept };
}

test('an order is reported with its number and the click that the visitor landed with', async () => {
  const { sent } = await run([['page_viewed', 'https://www.shop.com/?pt=CLICK'], ['page_viewed', 'https://www.shop.com/cart'], ['checkout_completed', order()]]);
  assert.equal(sent.length, 1);
  const [{ to, init, body }] = sent;
  assert.equal(to, 'https://go.shop.com/pt/o');
  assert.equal(init.headers['content-type'], 'text/plain', 'no preflight');
  assert.deepEqual([init.method, init.keepalive, init.credentials], ['POST', true, 'include']);
  assert.deepEqual(body, {
    program: '7', event: 'sale', orderId: '820982911946154508', clickId: 'CLICK', currencyCode: 'EUR',
    orderSubTotalPostDiscount: '85.00', items: [{ sku: 'BOOT', name: 'Product BOOT', quantity: 1, subTotal: '85.00' }],
    shopify: 'marketing=yes,sale=yes',
  });
});

test('the number survives, whatever it looks like', async () => {
  for (const id of ['820982911946154508', 'gid://shopify/OrderIdentity/820982911946154508', 'gid://shopify/Order/820982911946154508']) {
    const { sent } = await run([['checkout_completed', order({ order: { id, customer: null } })]]);
    assert.equal(sent[0].body.orderId, '820982911946154508');
  }
});

test('an order without a number is reported by its checkout, and one without either is not', async () => {
  const by = await run([['checkout_completed', order({ order: null })]]);
  assert.equal(by.sent[0].body.orderId, 'checkout-token');
  const none = await run([['checkout_completed', order({ order: { id: null, customer: null }, token: null })]]);
  assert.equal(none.sent.length, 0);
});

test('the id in the cart counts before the one that was remembered', async () => {
  const attributes = [{ key: '__pt', value: 'IN-CART' }];
  const { sent } = await run([['checkout_completed', order({ attributes })]], { stored: { 'referee.click': 'OLD' } });
  assert.equal(sent[0].body.clickId, 'IN-CART');
});

test('discounts go off, gift cards and tips are left out', async () => {
  const lineItems = [line('BOOT', 120, 2, { off: 24 }), line('GIFT', 50, 1, { type: 'Gift card' }), line('', 5, 1, { variant: false })];
  const discountApplications = [{ type: 'AUTOMATIC', title: 'Spring' }, { type: 'DISCOUNT_CODE', title: 'TEN' }];
  const shop = order({ lineItems, discountApplications, subtotalPrice: money(266), totalPrice: money(323.2), totalTax: money(43.2), shippingLine: { price: money(9) } });
  const { sent: [{ body }] } = await run([['checkout_completed', shop]]);
  assert.equal(body.orderSubTotalPostDiscount, '216.00', 'tax comes on top here');
  assert.deepEqual(body.items.map((it) => [it.sku, it.quantity, it.subTotal]), [['BOOT', 2, '216.00']]);
  assert.equal(body.orderPromoCode, 'TEN');
});

test('amounts are exact in every currency', async () => {
  const euro = order({ lineItems: [line('A', 0.1, 3), line('B', 1.15, 1)], totalTax: money(0), subtotalPrice: money(1.45), totalPrice: money(1.45) });
  assert.equal((await run([['checkout_completed', euro]])).sent[0].body.orderSubTotalPostDiscount, '1.45');
  const yen = (amount) => money(amount, 'JPY');
  const japan = order({ currencyCode: 'JPY', lineItems: [line('A', 1500, 2, { currency: 'JPY' })], totalTax: yen(0), subtotalPrice: yen(3000), totalPrice: yen(3000) });
  assert.equal((await run([['checkout_completed', japan]])).sent[0].body.orderSubTotalPostDiscount, '3000');
});

test('who takes consent back is reported without an id', async () => {
  for (const [said, word] of [
    [{ marketingAllowed: false, saleOfDataAllowed: false }, 'marketing=no,sale=no'],
    [{ marketingAllowed: true, saleOfDataAllowed: false }, 'marketing=yes,sale=no'],
  ]) {
    const { sent, kept } = await run([['consent', said], ['page_viewed', 'https://www.shop.com/?pt=CLICK'], ['checkout_completed', order()]], { stored: { 'referee.click': 'OLD' } });
    assert.equal(kept.get('referee.click'), 'OLD');
    assert.equal(sent[0].body.clickId, undefined);
    assert.equal(sent[0].init.credentials, 'omit', 'the cookie stays here too');
    assert.deepEqual([sent[0].body.consent, sent[0].body.shopify], ['denied', word]);
  }
});

test('what is blocked is tried in another way, and nothing is thrown', async () => {
  const blocked = await run([['checkout_completed', order()]], { fetchFails: true });
  assert.equal(blocked.sent[0].beacon, true);
  const forbidden = await run([['page_viewed', 'https://www.shop.com/?pt=CLICK'], ['checkout_completed', order()]], { storageFails: true });
  assert.equal(forbidden.sent[0].body.clickId, undefined);
});

test('host, path, parameter and event are the owner\'s', async () => {
  const settings = { host: 'http://go.shop.localhost:8377/', path: '/x', param: 'via', event: 'order' };
  const { sent } = await run([['page_viewed', 'https://www.shop.com/?pt=NO&via=YES'], ['checkout_completed', order()]], { settings });
  assert.equal(sent[0].to, 'http://go.shop.localhost:8377/x/o');
  assert.deepEqual([sent[0].body.clickId, sent[0].body.event], ['YES', 'order']);
});

test('the settings that the script reads are those that the extension declares', () => {
  const toml = readFileSync(new URL('shopify.extension.toml', folder), 'utf8');
  const declared = [...toml.matchAll(/^\[settings\.fields\.(\w+)\]$/gm)].map((it) => it[1]).sort();
  const read = [...new Set([...source.matchAll(/settings\.(\w+)/g)].map((it) => it[1]))].sort();
  assert.deepEqual(read, declared);
  assert.match(toml, /^marketing = true$/m);
});

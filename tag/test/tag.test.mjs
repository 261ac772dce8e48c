// The tag against a small made-up browser: what it sends, when, and that it never throws.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { createHash, webcrypto } from 'node:crypto';

const dist = new URL('../dist/tag.v2.js', import.meta.url);
const source = readFileSync(dist, 'utf8');

/** Loads the tag into a page and gives what it did. */
function load({ href = 'https://www.shop.com/', data = { program: '7' }, calls = [], gpc = false, brokenStorage = false, brokenFetch = false, cookie = '', stored = new Map(), more = {} } = {}) {
  const sent = [];
  const said = [];
  const listeners = {};
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
    URL, URLSearchParams, TextEncoder, Uint8Array, Array, JSON, RegExp, Error, Date, console: { log: (...words) => said.push(words) }, setTimeout: (run, after = 0) => timers.push({ run, after }),
    location: url, localStorage: storage, crypto: { subtle: { digest } }, referee,
    CustomEvent: class { constructor(type, init) { this.type = type; this.detail = init.detail; } },
    Image: class { set src(value) { sent.push({ url: value, image: true }); } },
    navigator: { globalPrivacyControl: gpc, sendBeacon: (to, body) => { sent.push({ url: to, body: JSON.parse(body), beacon: true }); return true; } },
    document: {
      currentScript: { src: 'https://go.shop.com/tag.js', dataset: data },
      referrer: 'https://blog.example/', cookie, querySelector: () => null, dispatchEvent: () => {},
      addEventListener: (name, run) => { listeners[name] = run; },
    },
    fetch: (to, init = {}) => {
      if (brokenFetch) throw new Error('blocked');
      sent.push({ url: String(to), body: init.body && JSON.parse(init.body), init });
      return Promise.resolve({ ok: true, json: () => Promise.resolve({ clickId: 'NEW' }) });
    },
  };
  Object.assign(window, more);
  window.window = window;
  vm.runInNewContext(source, window);
  /** All that the tag waits for has come: the end of the page's own scripts, and its hashes. So much time has passed. */
  const settle = async (ms = 0) => {
    const due = timers.filter((timer) => timer.after <= ms);
    due.forEach((timer) => timers.splice(timers.indexOf(timer), 1));
    due.forEach((timer) => timer.run());
    await Promise.all(hashes);
    for (let turn = 0; turn < 5; turn += 1) await null;
  };
  return { sent, said, stored, listeners, window, settle };
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

test('a no of the visitor is told to the server once, and what holds until they decide is none', async () => {
  const stored = new Map([['referee.click', 'OLD']]);
  const calls = [['consent', 'default', { tracking: 'denied' }], ['identify', { customerId: 'c7' }]];
  const agreed = load({ stored, calls });
  await agreed.settle();
  assert.deepEqual([agreed.sent, stored.get('referee.click')], [[], 'OLD'], 'it comes first on every page, also of those who agreed');
  agreed.window.referee('consent', 'update', { tracking: 'granted' });
  assert.deepEqual(agreed.sent.map(({ body }) => [body.clickId, body.customerId]), [['OLD', 'c7']]);
  agreed.window.referee('consent', 'update', { tracking: 'denied' });
  agreed.window.referee('consent', 'update', { tracking: 'denied' });
  assert.deepEqual(agreed.sent.slice(1).map(({ body }) => body), [{ program: 7, consent: 'denied' }], 'nothing beside it');
  assert.equal(agreed.sent[1].init.credentials, 'include', 'or the server could not remove its cookie');
  assert.equal(stored.size, 0);
  const landed = load({ href: 'https://www.shop.com/?pt=CLICK', gpc: true });
  await landed.settle();
  assert.deepEqual(landed.sent.map(({ body }) => body), [{ program: 7, gpc: 1, consent: 'denied' }], 'the link may have set one');
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

/** Every field that the server takes for one of a person, and other ways to write some. */
const OF_PERSONS = [
  'CustomerId', 'customer_id', 'custid', 'CustomerEmail', 'customer_email', 'email', 'custEmail', 'PhoneNumber', 'phone_number', 'phone',
  'CallerId', 'caller_id', 'CustomClickId', 'CustomProfileId', 'custom_profile_id', 'FirstPartyCookie', '_ir', 'brwsr', 'SessionCookie',
  'GoogAId', 'AndroidId', 'AppleIfa', 'AppleIfv', 'ClickId', 'click_id', 'clickid', 'irclickid', 'im_ref', 'click', 'InstallReferrer',
  'AppInstallRef', 'install_referrer', 'IpAddress', 'UserAgent', 'customerCity', 'customerRegion', 'customerPostCode', 'postcode', 'custct',
];

test('denied consent leaves the order and nothing of the person', async () => {
  const order = { orderId: '1001', amount: 0, irchannel: 'web', calledNumber: '49301', customerStatus: 'new', customerCountry: 'DE', custctry: 'DE', items: [{ sku: 'R1' }] };
  const page = load({
    calls: [
      ['consent', 'default', { tracking: 'denied' }],
      ['trackConversion', 'sale', { ...order, ...Object.fromEntries(OF_PERSONS.map((name) => [name, 'someone@example.com'])), identifiers: [{ kind: 'device', value: 'd1' }] }],
    ],
  });
  await page.settle();
  assert.deepEqual(page.sent[0].body, { program: 7, consent: 'denied', event: 'sale', ...order });
  assert.equal(page.sent[0].init.credentials, 'omit', 'no cookie goes along');
});

test('an address leaves in clear under no name', async () => {
  const page = load();
  await page.settle();
  const given = { orderId: '1', email: 'Ann@Example.com', custEmail: 'ann@example.com', customer_email: ' ann@example.com', identifiers: [{ kind: 'Email', value: 'ann@example.com' }, { kind: 'device', value: 'd1' }] };
  page.window.referee('trackConversion', 'sale', given);
  await page.settle();
  const { body } = page.sent.at(-1);
  const hash = createHash('sha256').update('ann@example.com').digest('hex');
  assert.deepEqual([body.email, body.custEmail, body.customer_email], [hash, hash, hash]);
  assert.deepEqual(body.identifiers, [{ kind: 'Email', value: hash }, { kind: 'device', value: 'd1' }]);
  assert.equal(given.identifiers[0].value, 'ann@example.com', 'what the page holds stays its own');
});

test('global privacy control counts as no, whatever else is said', async () => {
  const page = load({ gpc: true });
  await page.settle();
  page.window.referee('consent', 'update', { tracking: 'granted' });
  await page.settle();
  assert.equal(page.sent.length, 0);
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

/** What an installed snippet leaves: its name, and a queue of arguments under it. */
function snippet(name, calls) {
  return { ire_o: name, [name]: Object.assign(() => {}, { a: calls }) };
}

test('an installed snippet goes on with its own global and the program of the file', async () => {
  const more = { ...snippet('ire', [['identify', { customerId: 'c7', customerEmail: '' }]]), refereeSite: { program: 9, param: 'im_ref', hosts: ['www.shop.com'] } };
  const page = load({ href: 'https://www.shop.com/?im_ref=CLICK', data: {}, more });
  await page.settle();
  assert.deepEqual([page.sent.length, page.sent[0].body.program, page.sent[0].body.clickId, page.sent[0].body.customerId], [1, 9, 'CLICK', 'c7']);
  assert.equal(page.window.refereeSite, undefined);
  let after = 0;
  page.window.ire('trackConversion', 4711, { orderId: '1001', orderSubTotalPostDiscount: 5, items: [{ sku: 'R1', subTotal: 5 }] }, { verifySiteDefinitionMatch: true, callback: () => { after += 1; } });
  assert.equal(after, 0, 'not before it is sent');
  await page.settle();
  const { body } = page.sent.at(-1);
  assert.deepEqual([body.event, body.orderSubTotalPostDiscount, body.verifySiteDefinitionMatch, after], [4711, 5, true, 1]);
  page.window.ire('generateClickId', (id) => { after = id; });
  await page.settle();
  assert.equal(after, 'NEW');
});

test('whatever name a snippet chose is answered, and a partner\'s is left alone', async () => {
  const partner = Object.assign(() => {}, { a: [['transformLinks']] });
  const brand = Object.assign(() => {}, { a: [['identify', {}]] });
  const page = load({ more: { ire_o: 'impactStat', impactStat: partner, ire: brand } });
  await page.settle();
  assert.equal(page.window.impactStat, partner);
  assert.notEqual(page.window.ire, brand);
  const own = load({ more: snippet('acme', [['transformLinks'], ['trackImpression'], ['identify', { customerId: 'c1' }]]) });
  await own.settle();
  assert.deepEqual(own.sent.map(({ body }) => body.customerId), ['c1'], 'calls for partners\' pages do nothing');
});

test('a host that is none of the program\'s is told, and nothing is sent', async () => {
  const more = { refereeSite: { program: 9, hosts: ['shop.com', '*.shop.de'] } };
  for (const [href, sent] of [['https://shop.com/', 2], ['https://a.b.shop.de/', 2], ['https://shop.de/', 1], ['https://evilshop.de/', 1], ['https://www.shop.com/', 1]]) {
    const page = load({ href, data: { debug: '' }, more: { ...more } });
    await page.settle();
    let after = 0;
    page.window.referee('trackConversion', 'sale', { orderId: '1' }, { verifySiteDefinitionMatch: true }, () => { after += 1; });
    await page.settle();
    assert.equal(page.sent.length, sent, href);
    assert.equal(after, 1, 'the page goes on');
    assert.equal(page.said.some(([words]) => words.includes('not sent')), sent === 1);
  }
});

test('what the tag before knew of a browser is handed over once', async () => {
  const cookie = 'a=b; IR_PI=5a3c1f60-9b1d-11ee-8c90-0242ac120002%7C1700000000000; IR_gbd=shop.com; IR_7=1%7C0%7C1%7CabC-1%7C; IR_8=other';
  const stored = new Map();
  const first = load({ cookie, stored });
  await first.settle();
  assert.equal(first.sent[0].body.FirstPartyCookie, '5a3c1f60-9b1d-11ee-8c90-0242ac120002%7C1700000000000');
  assert.equal(first.sent[0].body.SessionCookie, '1%7C0%7C1%7CabC-1%7C');
  const second = load({ cookie, stored });
  await second.settle();
  assert.equal(second.sent[0].body.FirstPartyCookie, undefined);
  const denied = load({ cookie, calls: [['consent', 'default', { tracking: 'denied' }]] });
  await denied.settle();
  assert.deepEqual(denied.sent, []);
});

/** A consent manager that speaks when it is told to. */
function tcf() {
  let tell;
  return { api: (command, version, callback) => { assert.deepEqual([command, version], ['addEventListener', 2]); tell = callback; }, say: (tc) => tell(tc, true) };
}
const purposes = (...granted) => ({ consents: Object.fromEntries(granted.map((it) => [it, true])) });

test('a consent manager is waited for, and its word sent along', async () => {
  const cmp = tcf();
  const page = load({ href: 'https://www.shop.com/?pt=CLICK', more: { __tcfapi: cmp.api }, calls: [['identify', { customerId: 'c7' }]] });
  await page.settle(1000);
  cmp.say({ eventStatus: 'cmpuishown', gdprApplies: true, tcString: 'EARLY' });
  assert.deepEqual([page.sent.length, page.stored.size], [0, 0], 'nothing before the visitor has decided');
  cmp.say({ eventStatus: 'useractioncomplete', gdprApplies: true, tcString: 'CPx', purpose: purposes(1, 7) });
  assert.equal(page.sent.length, 1);
  const [{ body }] = page.sent;
  assert.deepEqual([body.tcf, body.clickId, body.customerId, body.consent], ['CPx', 'CLICK', 'c7', undefined]);
  cmp.say({ eventStatus: 'useractioncomplete', gdprApplies: true, tcString: 'CPy', purpose: purposes(1) });
  assert.equal(page.stored.size, 0, 'a change of mind clears what was kept');
  page.window.referee('trackConversion', 'sale', { orderId: '1', customerId: 'c7', clickid: 'X', customerStatus: 'new' });
  await page.settle();
  const order = page.sent.at(-1);
  assert.deepEqual([order.body.tcf, order.body.customerId, order.body.clickid, order.body.customerStatus, order.init.credentials], ['CPy', undefined, undefined, 'new', 'omit']);
});

test('an order waits half a second for a consent manager, then goes without anything of the person', async () => {
  const cmp = tcf();
  const page = load({ href: 'https://www.shop.com/?pt=CLICK', more: { __tcfapi: cmp.api } });
  page.window.referee('trackConversion', 'sale', { orderId: '1', customerId: 'c7' });
  await page.settle(499);
  assert.equal(page.sent.length, 0);
  await page.settle(500);
  assert.deepEqual([page.sent.length, page.sent[0].body.orderId, page.sent[0].body.customerId, page.sent[0].body.clickId], [1, '1', undefined, undefined]);
  assert.equal(page.sent[0].init.credentials, 'omit');
  let id = 'none yet';
  page.window.referee('generateClickId', (it) => { id = it; });
  await page.settle(500);
  assert.equal(id, '');
});

test('an order that waits goes with everything once the visitor agrees', async () => {
  const cmp = tcf();
  const page = load({ href: 'https://www.shop.com/?pt=CLICK', more: { __tcfapi: cmp.api } });
  page.window.referee('trackConversion', 'sale', { orderId: '1', customerId: 'c7' });
  await page.settle();
  cmp.say({ eventStatus: 'tcloaded', gdprApplies: true, tcString: 'CPx', purpose: purposes(1, 7) });
  const orders = () => page.sent.filter(({ url }) => url.endsWith('/o'));
  assert.deepEqual([orders()[0].body.customerId, orders()[0].body.clickId], ['c7', 'CLICK']);
  await page.settle(500);
  assert.equal(orders().length, 1, 'once');
});

test('where the law of consent managers does not hold, they say nothing', async () => {
  const cmp = tcf();
  const page = load({ more: { __tcfapi: cmp.api } });
  cmp.say({ gdprApplies: false, tcString: 'CPx' });
  await page.settle();
  assert.deepEqual([page.sent.length, page.sent[0].body.tcf], [1, undefined]);
});

test('the page\'s yes spares the wait for others, and loses to their no', async () => {
  const cmp = tcf();
  const calls = [['consent', 'default', { tracking: 'granted' }]];
  const page = load({ more: { __tcfapi: cmp.api }, calls });
  await page.settle();
  assert.deepEqual([page.sent.length, page.sent[0].body.consent], [1, 'granted']);
  cmp.say({ eventStatus: 'useractioncomplete', gdprApplies: true, tcString: 'CPy', purpose: purposes(1) });
  assert.deepEqual([page.sent.length, page.sent[1].body.consent, page.stored.size], [2, 'denied', 0], 'taken back');
  for (const words of [{ ad_storage: 'denied' }, { ad_storage: 'granted', ad_user_data: 'denied' }]) {
    const google = load({ more: { dataLayer: [['consent', 'default', words]] }, calls });
    await google.settle();
    assert.equal(google.sent.length, 0, JSON.stringify(words));
  }
});

test('measurement needs consent, and no interest stands in for it', async () => {
  const cmp = tcf();
  const page = load({ more: { __tcfapi: cmp.api } });
  cmp.say({ eventStatus: 'useractioncomplete', gdprApplies: true, tcString: 'CPx', purpose: { ...purposes(1), legitimateInterests: { 7: true } } });
  await page.settle();
  assert.equal(page.sent.length, 0);
});

test('google\'s consent mode is read, and its updates heard', async () => {
  const all = { ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'granted' };
  const page = load({ more: { dataLayer: [{ event: 'x' }, ['consent', 'default', all]] } });
  await page.settle();
  assert.equal(page.sent.length, 0);
  page.window.dataLayer.push(['consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted' }]);
  assert.equal(page.sent.length, 1);
  assert.equal(page.sent[0].body.gcm, 'ad_storage=granted,ad_user_data=granted,ad_personalization=denied,analytics_storage=granted');
  page.window.dataLayer.push(['consent', 'update', { ad_storage: 'denied' }]);
  page.window.referee('visit');
  assert.deepEqual(page.sent.slice(1).map(({ body }) => [body.consent, body.page]), [['denied', undefined]], 'taken back once');
});

test('of google\'s defaults the strictest holds until google has worked it out', async () => {
  const layer = () => [['consent', 'default', { ad_storage: 'granted' }], ['consent', 'default', { ad_storage: 'denied', region: ['FR'] }]];
  const page = load({ more: { dataLayer: layer() } });
  await page.settle();
  assert.equal(page.sent.length, 0);
  const worked = load({ more: { dataLayer: layer(), google_tag_data: { ics: { entries: { ad_storage: { default: true } } } } } });
  await worked.settle();
  assert.deepEqual([worked.sent.length, worked.sent[0].body.gcm], [1, 'ad_storage=granted']);
});

test('google may ask to wait for an update', async () => {
  const page = load({ more: { dataLayer: [['consent', 'default', { ad_storage: 'denied', wait_for_update: 400 }]] } });
  page.window.referee('trackConversion', 'sale', { orderId: '1', customerId: 'c7' });
  await page.settle();
  assert.equal(page.sent.length, 0);
  page.window.dataLayer.push(['consent', 'update', { ad_storage: 'granted' }]);
  assert.deepEqual(page.sent.map(({ body }) => body.customerId), ['c7', undefined], 'the order, and then the visit');
  const silent = load({ more: { dataLayer: [['consent', 'default', { ad_storage: 'denied', wait_for_update: 400 }]] } });
  silent.window.referee('trackConversion', 'sale', { orderId: '1', customerId: 'c7' });
  await silent.settle(400);
  assert.deepEqual(silent.sent.map(({ body }) => [body.customerId, body.gcm]), [[undefined, 'ad_storage=denied']]);
});

test('gpp is sent on, and an opt-out that it spells out holds here already', async () => {
  const say = (ping) => ({ __gpp: (command, callback) => callback({ eventName: 'signalStatus', pingData: ping }, true) });
  const ping = { signalStatus: 'ready', gppString: 'DBAB', applicableSections: [7, 8], parsedSections: { usnat: [{ SaleOptOut: 2 }] } };
  const page = load({ more: say(ping) });
  await page.settle();
  assert.deepEqual([page.sent[0].body.gpp, page.sent[0].body.gppSid], ['DBAB', '7,8']);
  const out = load({ more: say({ ...ping, parsedSections: { usca: { SharingOptOut: 1 } } }) });
  await out.settle();
  assert.equal(out.sent.length, 0);
  const places = (...agreed) => Array.from({ length: 24 }, (_, place) => agreed.includes(place + 1));
  for (const [name, id, section, sent] of [
    ['tcfeuv2', 2, { PurposeConsents: places(1, 7) }, 1],
    ['tcfeuv2', 2, { PurposeConsents: places(1) }, 0],
    ['tcfeuv2', 7, { PurposeConsents: places() }, 1],
    ['tcfcav1', 5, { PurposesExpressConsent: places(1), PurposesImpliedConsent: places(7) }, 1],
    ['tcfcav1', 5, { PurposesExpressConsent: places(1), PurposesImpliedConsent: places() }, 0],
  ]) {
    const there = load({ more: say({ ...ping, applicableSections: [id], parsedSections: { [name]: section } }) });
    await there.settle();
    assert.equal(there.sent.length, sent, `${name} where ${id} applies: ${JSON.stringify(section)}`);
  }
  const early = load({ more: say({ ...ping, signalStatus: 'not ready' }) });
  await early.settle();
  assert.equal(early.sent.length, 0);
});

test('a shopify shop says what its banner was told', async () => {
  let marketing = false;
  let sale = false;
  const customerPrivacy = { marketingAllowed: () => marketing, saleOfDataAllowed: () => sale };
  const Shopify = { loadFeatures: (features, then) => { Shopify.customerPrivacy = customerPrivacy; then(); } };
  const page = load({ more: { Shopify } });
  await page.settle();
  assert.equal(page.sent.length, 0);
  marketing = true;
  page.listeners.visitorConsentCollected();
  assert.equal(page.sent.length, 0, 'the sale of data is a no as well');
  sale = true;
  page.listeners.visitorConsentCollected();
  assert.deepEqual([page.sent.length, page.sent[0].body.shopify], [1, 'marketing=yes,sale=yes']);
});

test('consent managers that misbehave are survived', async () => {
  const broken = () => { throw new Error('broken'); };
  const Shopify = { customerPrivacy: { marketingAllowed: broken } };
  const page = load({ more: { __tcfapi: broken, __gpp: (command, callback) => callback(null, false), Shopify, dataLayer: [null, 1, ['consent'], ['consent', 'update', null]] } });
  page.window.referee('trackConversion', 'sale', { orderId: '1', customerId: 'c7' });
  await page.settle(500);
  assert.deepEqual([page.sent.length, page.sent[0].body.orderId, page.sent[0].body.customerId], [1, '1', undefined], 'who announced itself and said nothing did not agree');
});

test('nothing in the tag needs what strict pages forbid', () => {
  for (const word of ['eval', 'innerHTML', 'document.write', 'new Function', 'insertAdjacent', 'createElement']) {
    assert.ok(!source.includes(word), word);
  }
});

test('a published version never changes', () => {
  const hash = createHash('sha256').update(readFileSync(new URL('../dist/tag.v1.js', import.meta.url))).digest('hex');
  assert.equal(hash, '403f409db8dbe517f1a64215ecf436545c81cafe8592448674fb3357268c8660');
});

test('the published file is what the source makes, and small', () => {
  const built = execFileSync('npx', ['esbuild', 'tag.js', '--minify', '--target=es2017'], { cwd: new URL('..', import.meta.url), encoding: 'utf8' });
  assert.equal(built, source);
  const size = gzipSync(source, { level: 9 }).length;
  assert.ok(size <= 3840, `${size} bytes compressed`);
});

// The theme's script against a small made-up shop page: what it asks, what it puts into the cart, and when.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const source = readFileSync(new URL('../extensions/referee-embed/assets/referee-embed.js', import.meta.url), 'utf8');
const liquid = readFileSync(new URL('../extensions/referee-embed/blocks/embed.liquid', import.meta.url), 'utf8');

/** A visitor with a storage and a cart of their own, who sees one page after another. */
function visitor({ marketing = true, sale = true, gpc = false, clickId = 'FROM-COOKIE', brokenStorage = false, tracking = true } = {}) {
  const choices = { marketing, sale };
  const stored = new Map();
  const cart = { token: '', attributes: {} };
  const asked = [];
  const tags = [];

  const storage = {
    getItem: (key) => { if (brokenStorage) throw new Error('denied'); return stored.get(key) ?? null; },
    setItem: (key, value) => { if (brokenStorage) throw new Error('denied'); stored.set(key, value); },
    removeItem: (key) => stored.delete(key),
  };

  async function answer(to, init = {}) {
    asked.push({ to: String(to), init });
    if (String(to).startsWith('https://go.shop.com/')) {
      if (!tracking) throw new TypeError('blocked');
      return { ok: true, json: async () => ({ clickId }) };
    }
    cart.token ||= 'CART-1';
    Object.assign(cart.attributes, JSON.parse(init.body).attributes);
    return { ok: true, json: async () => ({ token: cart.token }) };
  }

  async function see(href, { data = {}, privacy = true } = {}) {
    const listeners = {};
    const window = {
      URL, URLSearchParams, JSON, Promise, decodeURIComponent, encodeURIComponent, String,
      location: new URL(href), localStorage: storage, fetch: answer, navigator: { globalPrivacyControl: gpc },
      document: {
        currentScript: { dataset: { host: 'go.shop.com', program: '7', path: '/pt', param: 'pt', ...data } },
        get cookie() { return cart.token ? `x=1; cart=${encodeURIComponent(cart.token)}` : 'x=1'; },
        addEventListener: (name, run) => { listeners[name] = run; },
        createElement: () => ({ dataset: {} }),
        head: { appendChild: (element) => tags.push(element) },
      },
    };
    window.window = window;
    window.Shopify = {
      loadFeatures(features, callback) {
        assert.equal(features[0].name, 'consent-tracking-api');
        if (privacy) window.Shopify.customerPrivacy = { marketingAllowed: () => choices.marketing, saleOfDataAllowed: () => choices.sale };
        callback(privacy ? undefined : new Error('not there'));
      },
    };
    vm.runInNewContext(source, window);
    const settle = async () => { for (let i = 0; i < 20; i += 1) await null; await new Promise(setImmediate); };
    await settle();
    return {
      async choose(said) { Object.assign(choices, said); listeners.visitorConsentCollected?.(); await settle(); },
    };
  }
  const sent = () => asked.filter(({ to }) => to.endsWith('cart/update.js')).map(({ init }) => JSON.parse(init.body).attributes);
  const asks = () => asked.filter(({ to }) => to.startsWith('https://go.shop.com/')).map(({ to }) => new URL(to));
  return { see, sent, asks, cart, stored, tags };
}

test('the click id goes from the tracking host into the cart, once', async () => {
  const her = visitor();
  await her.see('https://www.shop.com/');
  await her.see('https://www.shop.com/products/boot');
  await her.see('https://www.shop.com/cart');
  assert.deepEqual(her.sent(), [{ __pt: 'FROM-COOKIE', __pt_consent: '' }]);
  const [ask, ...more] = her.asks();
  assert.equal(more.length, 0, 'it is asked for once');
  assert.equal(ask.pathname, '/pt/i');
  assert.deepEqual(Object.fromEntries(ask.searchParams), { program: '7', page: 'https://www.shop.com/', shopify: 'marketing=yes,sale=yes' });
});

test('the id of the landing address needs no asking, and a new click replaces it', async () => {
  const her = visitor();
  await her.see('https://www.shop.com/?pt=FIRST');
  await her.see('https://www.shop.com/products/boot');
  await her.see('https://www.shop.com/?pt=SECOND');
  await her.see('https://www.shop.com/cart');
  assert.deepEqual(her.sent().map((it) => it.__pt), ['FIRST', 'SECOND']);
  assert.equal(her.asks().length, 0);
});

test('a new cart gets it too', async () => {
  const her = visitor();
  await her.see('https://www.shop.com/?pt=CLICK');
  her.cart.token = 'CART-2';
  her.cart.attributes = {};
  await her.see('https://www.shop.com/');
  assert.equal(her.cart.attributes.__pt, 'CLICK');
});

test('who allows nothing is not asked after, and nothing is written', async () => {
  for (const options of [{ marketing: false }, { sale: false }, { gpc: true }]) {
    const her = visitor(options);
    await her.see('https://www.shop.com/?pt=CLICK');
    assert.deepEqual([her.sent(), her.asks(), her.stored.size, her.tags], [[], [], 0, []]);
  }
});

test('without the privacy interface nothing is done', async () => {
  const her = visitor();
  await her.see('https://www.shop.com/?pt=CLICK', { privacy: false });
  assert.deepEqual([her.sent(), her.asks(), her.tags], [[], [], []]);
});

test('a cart says once that its buyer is not to be followed, and says so no longer after a yes', async () => {
  const her = visitor({ marketing: false });
  her.cart.token = 'CART-1';
  await her.see('https://www.shop.com/?pt=CLICK');
  const page = await her.see('https://www.shop.com/cart');
  assert.deepEqual(her.sent(), [{ __pt: '', __pt_consent: 'denied' }]);
  assert.equal(her.asks().length, 0);
  await page.choose({ marketing: true });
  assert.deepEqual(her.cart.attributes, { __pt: 'FROM-COOKIE', __pt_consent: '' });
});

test('a choice counts at once, and so does another one', async () => {
  const her = visitor({ marketing: false });
  const page = await her.see('https://www.shop.com/?pt=CLICK');
  await page.choose({ marketing: true });
  assert.equal(her.cart.attributes.__pt, 'CLICK');
  await page.choose({ marketing: false });
  assert.deepEqual(her.cart.attributes, { __pt: '', __pt_consent: 'denied' }, 'it is taken out again');
  assert.ok(![...her.stored.values()].some((it) => it.includes('CLICK')));
  assert.equal(her.tags.length, 1, 'from the first yes on the tag hears by itself');
});

test('the tag is loaded from the tracking host, once, with what it needs', async () => {
  const her = visitor();
  const page = await her.see('https://www.shop.com/', { data: { script: '/t.js', name: 'ire' } });
  await page.choose({ marketing: true });
  assert.equal(her.tags.length, 1);
  assert.equal(her.tags[0].src, 'https://go.shop.com/t.js');
  assert.deepEqual({ ...her.tags[0].dataset }, { program: '7', param: 'pt', path: '/pt', name: 'ire' });
});

test('a tracking host that is blocked or knows nothing disturbs nobody', async () => {
  const blocked = visitor({ tracking: false });
  await blocked.see('https://www.shop.com/');
  assert.deepEqual(blocked.sent(), []);
  const unknown = visitor({ clickId: '' });
  await unknown.see('https://www.shop.com/');
  assert.deepEqual(unknown.sent(), []);
  const forbidden = visitor({ brokenStorage: true });
  await forbidden.see('https://www.shop.com/?pt=CLICK');
  assert.deepEqual(forbidden.sent().map((it) => it.__pt), ['CLICK']);
});

test('nothing happens while the owner has set nothing up', async () => {
  const her = visitor();
  await her.see('https://www.shop.com/?pt=CLICK', { data: { host: '' } });
  assert.deepEqual([her.sent(), her.asks(), her.tags], [[], [], []]);
});

test('the block hands every setting to the script', () => {
  const [markup, rest] = liquid.split('{% schema %}');
  const schema = JSON.parse(rest.split('{% endschema %}')[0]);
  assert.equal(schema.target, 'body');
  for (const { id } of schema.settings) {
    assert.ok(markup.includes(`data-${id}="{{ block.settings.${id} | escape }}"`), id);
    assert.ok(source.includes(`data.${id}`), id);
  }
});

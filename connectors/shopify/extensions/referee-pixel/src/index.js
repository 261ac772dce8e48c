// @ts-check
// Referee in Shopify's checkout. It tells the shop's own tracking host which order was paid for, with the click id that the
// visitor came with: the host's cookie comes along by itself. What the order is worth it says as well as a page can; the
// shop's webhooks say it exactly, and their word counts.
import { register } from '@shopify/web-pixels-extension';

/** @typedef {import('@shopify/web-pixels-extension').Checkout} Checkout */
/** @typedef {import('@shopify/web-pixels-extension').CheckoutLineItem} LineItem */
/** @typedef {{ marketingAllowed: boolean, saleOfDataAllowed: boolean }} Choices */

const KEY = 'referee.click';

register(({ analytics, browser, init, settings, customerPrivacy }) => {
  const host = String(settings.host || '');
  const origin = /^https?:\/\//.test(host) ? host.replace(/\/+$/, '') : `https://${host}`;
  const endpoint = `${origin}${settings.path || '/pt'}/o`;
  const param = String(settings.param || 'pt');
  /** @type {Choices} */
  let choices = init.customerPrivacy;
  customerPrivacy.subscribe('visitorConsentCollected', (event) => { choices = event.customerPrivacy; });

  analytics.subscribe('page_viewed', async (event) => {
    if (!isAllowed(choices)) return;
    const id = new URLSearchParams(event.context.document.location.search).get(param);
    if (id) await quietly(() => browser.localStorage.setItem(KEY, id));
  });

  analytics.subscribe('checkout_completed', async (event) => {
    const { checkout } = event.data;
    const id = isAllowed(choices) ? await clickId(checkout) : '';
    const body = report(checkout, settings, choices, id);
    if (body) await quietly(() => send(body));
  });

  /** @param {Checkout} checkout */
  async function clickId(checkout) {
    const inCart = checkout.attributes.find((it) => it.key === '__pt');
    return inCart?.value || (await quietly(() => browser.localStorage.getItem(KEY))) || '';
  }

  /** @param {object} body */
  async function send(body) {
    const text = JSON.stringify(body);
    // Whoever said no is not known by a cookie either.
    const credentials = isAllowed(choices) ? 'include' : 'omit';
    /** @type {RequestInit} */
    const init = { method: 'POST', body: text, keepalive: true, credentials, headers: { 'content-type': 'text/plain' } };
    try {
      await fetch(endpoint, init);
    } catch {
      if (isAllowed(choices)) await browser.sendBeacon(endpoint, text);
    }
  }
});

/**
 * As the tracking host decides: of several words, a no counts.
 * @param {Choices} choices
 */
function isAllowed(choices) {
  return choices.marketingAllowed && choices.saleOfDataAllowed;
}

/**
 * A pixel that fails must never be seen in the checkout.
 * @template T
 * @param {() => Promise<T>} what
 * @returns {Promise<T | undefined>}
 */
async function quietly(what) {
  try { return await what(); } catch { return undefined; }
}

/**
 * What is reported of an order. Nothing if it has no number at all.
 * @param {Checkout} checkout
 * @param {Record<string, any>} settings
 * @param {Choices} choices
 * @param {string} id
 */
function report(checkout, settings, choices, id) {
  // The number as text: it is too long for a number of JavaScript.
  const order = /(\d+)$/.exec(checkout.order?.id ?? '')?.[1];
  const orderId = order ?? checkout.token;
  if (!orderId) return null;
  const currency = checkout.currencyCode ?? checkout.totalPrice?.currencyCode ?? '';
  const digits = digitsOf(currency);
  const lines = checkout.lineItems.filter((line) => !isLeftOut(line));
  const untaxed = withoutTax(checkout, digits);
  const items = lines.map((line) => ({
    sku: line.variant?.sku || line.variant?.id || '',
    name: line.title || '',
    quantity: line.quantity,
    subTotal: decimal(untaxed(worth(line, digits)), digits),
  }));
  const sum = lines.reduce((all, line) => all + untaxed(worth(line, digits)), 0);
  const code = checkout.discountApplications.find((it) => it.type === 'DISCOUNT_CODE')?.title;
  return {
    program: settings.program,
    event: settings.event || 'sale',
    orderId,
    ...(id && { clickId: id }),
    currencyCode: currency,
    orderSubTotalPostDiscount: decimal(sum, digits),
    items,
    ...(code && { orderPromoCode: code }),
    ...(!isAllowed(choices) && { consent: 'denied' }),
    shopify: `marketing=${choices.marketingAllowed ? 'yes' : 'no'},sale=${choices.saleOfDataAllowed ? 'yes' : 'no'}`,
  };
}

/**
 * Gift cards are paid for when they are spent, and tips are nobody's to share: tips have no variant.
 * @param {LineItem} line
 */
function isLeftOut(line) {
  return !line.variant || /gift.?card/i.test(line.variant.product?.type ?? '');
}

/**
 * A line less all its discounts, in the currency's smallest unit.
 * @param {LineItem} line
 * @param {number} digits
 */
function worth(line, digits) {
  const units = (/** @type {number} */ amount) => Math.round(amount * 10 ** digits);
  const gross = units(line.variant?.price.amount ?? 0) * line.quantity;
  return line.discountAllocations.reduce((left, it) => left - units(it.amount.amount), gross);
}

/**
 * Where tax is in the prices, a line's share of it is taken out. Whether it is shows in the total.
 * @param {Checkout} checkout
 * @param {number} digits
 * @returns {(units: number) => number}
 */
function withoutTax(checkout, digits) {
  const units = (/** @type {{ amount: number } | null | undefined} */ money) => Math.round((money?.amount ?? 0) * 10 ** digits);
  const tax = units(checkout.totalTax);
  const taxed = units(checkout.subtotalPrice) + units(checkout.shippingLine?.price);
  const isIncluded = units(checkout.totalPrice) - taxed < tax;
  if (!tax || !taxed || !isIncluded) return (it) => it;
  return (it) => it - Math.round((it * tax) / taxed);
}

/** @param {string} currency */
function digitsOf(currency) {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/**
 * @param {number} units
 * @param {number} digits
 */
function decimal(units, digits) {
  const text = String(Math.abs(units)).padStart(digits + 1, '0');
  const sign = units < 0 ? '-' : '';
  return digits ? `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}` : sign + text;
}

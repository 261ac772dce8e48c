/*
 * Referee on the pages of a Shopify shop. Where the visitor's choices allow it, it asks the shop's own tracking host for the
 * click id, and puts it into the cart, from where Shopify copies it into the order. Visits are the tag's, which it loads.
 * It writes no cookie and never throws into the page.
 */
(function () {
  'use strict';
  var script = document.currentScript;
  if (!script || !script.dataset.host || !script.dataset.program) return;
  var data = script.dataset;
  // A name alone is reached over TLS; an address says itself how.
  var origin = /^https?:\/\//.test(data.host) ? data.host.replace(/\/+$/, '') : 'https://' + data.host;
  var endpoint = origin + (data.path || '/pt') + '/i';
  var param = data.param || 'pt';
  // Names that begin like this are private: Shopify shows them to no other page.
  var CLICK = '__pt';
  var CONSENT = '__pt_consent';
  var KEY = 'referee.shopify';
  var busy = null;
  var tagged = false;

  // The click id, and what was put into which cart: { id, cart, sent }. Storage may be forbidden, full or absent.
  function recall() {
    try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch (e) { return {}; }
  }
  function remember(what) {
    try { localStorage.setItem(KEY, JSON.stringify(what)); } catch (e) { /* asked again on the next page */ }
  }
  function choices() {
    var privacy = window.Shopify && window.Shopify.customerPrivacy;
    if (!privacy) return null;
    return { marketing: !!privacy.marketingAllowed(), sale: !!privacy.saleOfDataAllowed() };
  }
  /** As the tracking host decides: of several words, a no counts. */
  function isAllowed(said) { return said.marketing && said.sale && !navigator.globalPrivacyControl; }

  /** The cart as the shop names it, or '' while there is none. */
  function cart() {
    var found = /(?:^|; )cart=([^;]*)/.exec(document.cookie);
    return found ? decodeURIComponent(found[1]) : '';
  }

  /** The click id: from the address, or as the tracking host knows it by the cookie of the click. */
  function clickId() {
    var kept = recall();
    var here = new URLSearchParams(location.search).get(param) || '';
    if (here) return Promise.resolve(here);
    if (kept.id) return Promise.resolve(kept.id);
    var query = new URLSearchParams({
      program: data.program,
      page: location.href,
      shopify: 'marketing=yes,sale=yes'
    });
    return fetch(endpoint + '?' + query, { credentials: 'include' })
      .then(function (answer) { return answer.ok ? answer.json() : {}; })
      .then(function (answer) { return answer.clickId || ''; });
  }

  /** Puts what is to be known into the cart, if it is not there already. Empty values take it out again. */
  function put(id, consent) {
    var attributes = {};
    attributes[CLICK] = id;
    attributes[CONSENT] = consent;
    var text = JSON.stringify({ attributes: attributes });
    var kept = recall();
    if (kept.sent === text && kept.cart && kept.cart === cart()) return Promise.resolve();
    var root = (window.Shopify && window.Shopify.routes && window.Shopify.routes.root) || '/';
    return fetch(root + 'cart/update.js', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'same-origin',
      body: text
    }).then(function (answer) {
      if (!answer.ok) throw new Error('the cart answered ' + answer.status);
      return answer.json();
    }).then(function (now) {
      remember({ id: id, sent: text, cart: now.token || cart() });
    });
  }

  /** Loads the tag, which sees by itself what the visitor chooses from then on. */
  function loadTag() {
    if (tagged) return;
    tagged = true;
    var element = document.createElement('script');
    element.src = origin + (data.script || '/tag.js');
    element.async = true;
    element.dataset.program = data.program;
    element.dataset.param = param;
    element.dataset.path = data.path || '/pt';
    element.dataset.name = data.name || 'referee';
    document.head.appendChild(element);
  }

  function apply() {
    var said = choices();
    if (!said) return Promise.resolve();
    if (isAllowed(said)) {
      loadTag();
      return clickId().then(function (id) { return id || recall().sent ? put(id, '') : undefined; });
    }
    // The order says then that its buyer is not to be followed. Nobody gets a cart for that.
    return cart() || recall().sent ? put('', 'denied') : Promise.resolve();
  }

  /** One after another: what the visitor says last counts. */
  function run() {
    busy = (busy || Promise.resolve()).then(apply).catch(function () { /* tried again on the next page */ });
    return busy;
  }

  function begin() {
    run();
    document.addEventListener('visitorConsentCollected', run);
  }

  if (!window.Shopify || !window.Shopify.loadFeatures) return;
  window.Shopify.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], function (error) {
    // Without it nobody knows what the visitor allows, so nothing is done.
    if (!error) begin();
  });
})();

/*
 * Referee's browser tag. Tells the brand's own tracking host which pages were seen and what was bought.
 * It reads the click id from the landing address, keeps it for this site only, writes no cookie, takes no
 * fingerprint, and never throws into the page. See README.md for the calls.
 */
(function () {
  'use strict';
  var script = document.currentScript || document.querySelector('script[data-program]');
  if (!script) return;
  var data = script.dataset;
  var origin = new URL(script.src, location.href).origin + (data.path || '/pt');
  var param = data.param || 'pt';
  var program = +data.program;
  var name = data.name || 'referee';
  var debug = 'debug' in data || /[?&]referee_debug=1/.test(location.search);
  var person = {};
  var consent = navigator.globalPrivacyControl ? 'denied' : '';
  var visited = false;

  function say(what, detail) {
    if (!debug) return;
    console.log('[referee] ' + what, detail);
    document.dispatchEvent(new CustomEvent('referee', { detail: { what: what, detail: detail } }));
  }

  // Storage may be forbidden, full or absent; the tag goes on without it.
  function recall() {
    try { return localStorage.getItem('referee.click') || ''; } catch (e) { return ''; }
  }
  function remember(id) {
    try { if (id) localStorage.setItem('referee.click', id); else localStorage.removeItem('referee.click'); } catch (e) { say('storage is not available', e.message); }
  }

  var inAddress = new URLSearchParams(location.search).get(param) || '';
  function clickId() {
    if (consent === 'denied') return '';
    if (inAddress) remember(inAddress);
    return inAddress || recall();
  }

  // Without a preflight, and also while the page goes away.
  function send(kind, body) {
    var text = JSON.stringify(body);
    var url = origin + '/' + kind;
    say(kind === 'v' ? 'visit' : 'conversion', { url: url, body: body });
    function beacon() {
      if (!(navigator.sendBeacon && navigator.sendBeacon(url, text))) {
        new Image().src = url + '.png?' + new URLSearchParams(flat(body));
      }
    }
    try {
      fetch(url, { method: 'POST', body: text, keepalive: true, credentials: 'include', headers: { 'content-type': 'text/plain' } })
        .then(function (answer) { if (!answer.ok) say('the server answered ' + answer.status, url); }, beacon);
    } catch (e) { beacon(); }
  }
  function flat(body) {
    var out = {};
    for (var key in body) if (typeof body[key] !== 'object') out[key] = body[key];
    (body.items || []).forEach(function (item, i) {
      for (var key in item) out['item' + key + (i + 1)] = item[key];
    });
    return out;
  }

  function base() {
    var body = { program: program };
    if (consent) body.consent = consent;
    if (consent === 'denied') return body;
    for (var key in person) if (person[key]) body[key] = person[key];
    if (clickId()) body.clickId = clickId();
    return body;
  }

  // An address never leaves the browser in clear.
  function hashed(email, then) {
    if (!email || /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(email)) return then(email);
    if (!(window.crypto && crypto.subtle)) { say('the e-mail was left out: this page is not secure'); return then(''); }
    crypto.subtle.digest('SHA-256', new TextEncoder().encode(email.trim().toLowerCase())).then(function (sum) {
      then(Array.from(new Uint8Array(sum), function (b) { return ('0' + b.toString(16)).slice(-2); }).join(''));
    }, function () { then(''); });
  }

  function visit() {
    visited = true;
    if (consent === 'denied') return say('no visit: consent is denied');
    var body = base();
    body.page = location.href;
    body.referrer = document.referrer;
    send('v', body);
  }

  var calls = {
    identify: function (who) {
      who = who || {};
      hashed(who.customerEmail, function (email) {
        person = { customerId: who.customerId, customerEmail: email, customProfileId: who.customProfileId };
        visit();
      });
    },
    visit: visit,
    trackConversion: function (event, props, options) {
      props = props || {};
      if (!props.orderId) say('trackConversion without orderId will be refused');
      hashed(props.customerEmail, function (email) {
        var body = base();
        for (var key in props) body[key] = props[key];
        body.event = event;
        body.customerEmail = consent === 'denied' ? '' : email || person.customerEmail || '';
        if (consent === 'denied') { body.customerId = ''; body.customProfileId = ''; }
        send('o', body);
        if (options && options.callback) options.callback();
      });
    },
    generateClickId: function (callback) {
      if (consent === 'denied') return callback('');
      fetch(origin + '/i?' + new URLSearchParams(base()), { credentials: 'include' })
        .then(function (answer) { return answer.json(); })
        .then(function (answer) { callback(answer.clickId || ''); }, function (e) { say('no click id', e.message); callback(''); });
    },
    consent: function (kind, said) {
      consent = said && said.tracking === 'denied' ? 'denied' : 'granted';
      if (consent === 'denied') { remember(''); person = {}; }
      if (kind === 'update' && consent === 'granted') visit();
    }
  };

  function call(args) {
    try {
      if (calls[args[0]]) calls[args[0]].apply(null, [].slice.call(args, 1));
      else say('there is no call ' + args[0]);
    } catch (e) { say('a call failed', e.message); }
  }

  var stub = window[name];
  var waiting = (stub && stub.a) || [];
  window[name] = function () { call(arguments); };
  // Consent comes before everything that asks for it.
  waiting.sort(function (a, b) { return (b[0] === 'consent') - (a[0] === 'consent'); });
  waiting.forEach(call);
  setTimeout(function () { if (!visited) call(['visit']); }, 0);
})();

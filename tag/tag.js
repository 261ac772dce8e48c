/*
 * Referee's browser tag. Tells the brand's own tracking host which pages were seen and what was bought.
 * It reads the click id from the landing address, keeps it for this site only, writes no cookie, takes no
 * fingerprint, asks whatever manages consent on the page before anything of a person leaves it, and never throws
 * into the page. See README.md for the calls.
 */
(function () {
  'use strict';
  var page = window;
  var script = document.currentScript || document.querySelector('script[data-program]');
  // What the server put before this script, where it serves it under another tag's name.
  var site = page.refereeSite || {};
  delete page.refereeSite;
  if (!script) return;
  var data = script.dataset;
  var origin = new URL(script.src, location.href).origin + (data.path || '/pt');
  var param = data.param || site.param || 'pt';
  // Without one, the server takes the only program of its host.
  var program = +data.program || site.program;
  var debug = 'debug' in data || /[?&]referee_debug=1/.test(location.search);
  var person = {};
  var visited = false;

  function say(what, detail) {
    if (!debug) return;
    console.log('[referee] ' + what, detail);
    document.dispatchEvent(new CustomEvent('referee', { detail: { what: what, detail: detail } }));
  }
  // What a page holds may be anything.
  function attempt(run) {
    try { return run(); } catch (e) { say('something failed', e.message); }
  }

  // Storage may be forbidden, full or absent; the tag goes on without it.
  function recall(key) {
    return attempt(() => localStorage.getItem('referee.' + key)) || '';
  }
  function remember(key, value) {
    attempt(() => {
      if (value) localStorage.setItem('referee.' + key, value); else localStorage.removeItem('referee.' + key);
    });
  }

  // Consent: what each source last said, which of them have not answered yet, and what the server is to know of it.
  var said = {};
  var awaited = {};
  var evidence = {};
  var visitHeld = false;
  var held = [];

  /** 'granted', 'denied', 'awaited', or nothing where nobody asks for consent. */
  function consent() {
    var word = '';
    for (var source in said) {
      if (said[source] === 'denied') return 'denied';
      word = said[source] || word;
    }
    if (said.page) return said.page;
    for (source in awaited) if (awaited[source]) return 'awaited';
    return word;
  }
  function allowed() {
    return !/denied|awaited/.test(consent());
  }
  /** What a source says. `open`: it is what holds until the visitor decides. */
  function hear(source, word, more, open) {
    said[source] = word;
    awaited[source] = false;
    for (var key in more) evidence[key] = more[key];
    if (word === 'denied' && !open) {
      refused = true;
      takeBack();
    }
    if (consent() !== 'awaited') held.splice(0).forEach((run) => { run(); });
    if (visitHeld && allowed()) visit();
  }

  // What an earlier yes left goes with a visitor's no, and not with what holds until they decide: that comes first on every
  // page, also of those who agreed long ago. The server is told where it may have something to take back: the page reported a
  // visit before, or the visitor has just come by a link, whose cookie only the server can remove.
  var refused = false;
  var settled = false;
  var reported = false;
  var told = false;
  function takeBack() {
    if (!refused || consent() !== 'denied') return;
    remember('click');
    remember('moved');
    if (!settled || told || !(reported || inAddress)) return;
    told = true;
    var body = base();
    body.consent = 'denied';
    say('consent is taken back', body);
    attempt(() => {
      fetch(origin + '/v', { method: 'POST', body: JSON.stringify(body), keepalive: true, credentials: 'include', headers: { 'content-type': 'text/plain' } })
        .catch(() => {});
    });
  }

  function hearTcf() {
    page.__tcfapi('addEventListener', 2, (tc, ok) => {
      attempt(() => {
        if (!ok || !tc || tc.gdprApplies !== false && !/^(tcloaded|useractioncomplete)$/.test(tc.eventStatus)) return;
        if (tc.gdprApplies === false) return hear('tcf', '', { tcf: '' });
        var yes = (tc.purpose || {}).consents || {};
        hear('tcf', yes[1] && yes[7] ? 'granted' : 'denied', { tcf: tc.tcString });
      });
    });
  }

  // Sections whose words are of consent, and count only where they apply.
  var AGREED = { tcfeuv2: 2, tcfcav1: 5 };
  function hearGpp() {
    page.__gpp('addEventListener', (event, ok) => {
      attempt(() => {
        var ping = ok && event && event.pingData;
        if (!ping || ping.signalStatus !== 'ready') return;
        var applies = [].concat(ping.applicableSections);
        var out = false;
        for (var name in ping.parsedSections) {
          [].concat(ping.parsedSections[name]).forEach((it) => {
            var yes = it.PurposeConsents || it.PurposesExpressConsent || [];
            var implied = it.PurposesImpliedConsent || [];
            out = out || [it.SaleOptOut, it.SharingOptOut, it.TargetedAdvertisingOptOut].indexOf(1) >= 0
              || yes.length && applies.indexOf(AGREED[name]) >= 0 && ![0, 6].every((place) => yes[place] || implied[place]);
          });
        }
        hear('gpp', out ? 'denied' : '', { gpp: ping.gppString, gppSid: applies.join(',') });
      });
    });
  }

  function readShopify(event) {
    attempt(() => {
      var privacy = page.Shopify.customerPrivacy;
      var marketing = privacy.marketingAllowed();
      var sale = !privacy.saleOfDataAllowed || privacy.saleOfDataAllowed();
      var word = 'marketing=' + (marketing ? 'yes' : 'no') + ',sale=' + (sale ? 'yes' : 'no');
      hear('shopify', marketing && sale ? 'granted' : 'denied', { shopify: word }, !event);
    });
  }
  function hearShopify() {
    document.addEventListener('visitorConsentCollected', readShopify);
    if (page.Shopify.customerPrivacy) return readShopify();
    page.Shopify.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], (error) => {
      if (error) hear('shopify', '', {}); else readShopify();
    });
  }

  // Google's consent mode is a list that others add to. Which region a default is for can't be told here: the strictest
  // holds until there is an update, or until Google's own script has worked it out.
  var google = '';
  var googleWaited = false;
  function readGoogle() {
    var first = {};
    var latest = {};
    var pause = 0;
    [].forEach.call(page.dataLayer || [], (it) => {
      if (!it || it[0] !== 'consent' || !it[2]) return;
      pause = it[1] === 'update' ? 0 : it[2].wait_for_update || pause;
      for (var type in it[2]) {
        if (it[1] === 'update') latest[type] = it[2][type];
        else if (first[type] !== 'denied') first[type] = it[2][type];
      }
    });
    var worked = ((page.google_tag_data || {}).ics || {}).entries || {};
    var words = {};
    var text = ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage'].map((type) => {
      var entry = worked[type] || {};
      var is = entry.update === undefined ? entry.default : entry.update;
      words[type] = typeof is === 'boolean' ? (is ? 'granted' : 'denied') : latest[type] || first[type];
      return words[type] && type + '=' + words[type];
    }).filter(Boolean).join();
    if (!text) return;
    var word = words.ad_user_data === 'denied' ? 'denied' : words.ad_storage || '';
    if (pause && !googleWaited && word === 'denied') {
      if (!awaited.gcm) setTimeout(() => { googleWaited = true; attempt(readGoogle); }, pause);
      awaited.gcm = true;
    } else if (text !== google) {
      google = text;
      hear('gcm', word, { gcm: text }, !latest.ad_storage && !latest.ad_user_data);
    }
  }
  function hearGoogle() {
    var layer = page.dataLayer;
    var push = layer.push;
    layer.push = function () {
      var answer = push.apply(layer, arguments);
      attempt(readGoogle);
      return answer;
    };
  }

  // A source counts from when it is there, which may be after this script.
  var known = {};
  function listen() {
    function on(source, there, run) {
      if (!there || known[source]) return;
      known[source] = awaited[source] = true;
      attempt(run);
    }
    on('tcf', typeof page.__tcfapi === 'function', hearTcf);
    on('gpp', typeof page.__gpp === 'function', hearGpp);
    on('shopify', page.Shopify && (page.Shopify.customerPrivacy || page.Shopify.loadFeatures), hearShopify);
    if (page.dataLayer && !known.layer) { known.layer = true; attempt(hearGoogle); }
    attempt(readGoogle);
  }
  if (navigator.globalPrivacyControl) { said.gpc = 'denied'; evidence.gpc = 1; refused = true; }

  /** Runs something once consent is known, or after half a second with what is known by then. */
  function decided(run) {
    if (consent() !== 'awaited') return run();
    var once = first(run);
    held.push(once);
    setTimeout(once, 500);
  }
  function first(run) {
    return () => {
      var it = run;
      run = null;
      if (it) attempt(it);
    };
  }

  var inAddress = new URLSearchParams(location.search).get(param) || '';
  function clickId() {
    if (inAddress) remember('click', inAddress);
    return inAddress || recall('click');
  }

  // What the tag that was here before knew of this browser, once.
  function moved() {
    var found = {};
    attempt(() => {
      if (recall('moved')) return;
      var cookie = (name) => { return (document.cookie.match('(?:^|; )' + name + '=([^;]+)') || [])[1]; };
      found.FirstPartyCookie = cookie('IR_PI');
      found.SessionCookie = cookie('IR_' + (program || '\\d+'));
      if (found.FirstPartyCookie || found.SessionCookie) remember('moved', '1');
    });
    return found;
  }

  // Without a preflight, and also while the page goes away.
  function send(kind, body, then) {
    var free = allowed();
    var url = origin + '/' + kind;
    var done = first(then || (() => {}));
    say(kind === 'v' ? 'visit' : 'conversion', { url: url, body: body });
    function beacon() {
      // These always bring cookies along.
      if (!free) body.consent = 'denied';
      if (!(navigator.sendBeacon && navigator.sendBeacon(url, JSON.stringify(body)))) {
        new Image().src = url + '.png?' + new URLSearchParams(flat(body));
      }
    }
    setTimeout(done, 2000);
    try {
      fetch(url, { method: 'POST', body: JSON.stringify(body), keepalive: true, credentials: free ? 'include' : 'omit', headers: { 'content-type': 'text/plain' } })
        .then((answer) => { if (!answer.ok) say('the server answered ' + answer.status, url); }, beacon)
        .then(done, done);
    } catch (e) { beacon(); done(); }
  }
  function flat(body) {
    var out = {};
    for (var key in body) if (typeof body[key] !== 'object') out[key] = body[key];
    (body.items || []).forEach((item, i) => {
      for (var key in item) out['item' + key + (i + 1)] = item[key];
    });
    return out;
  }

  function base() {
    var body = {};
    if (program) body.program = program;
    if (said.page) body.consent = said.page;
    for (var key in evidence) if (evidence[key]) body[key] = evidence[key];
    if (!allowed()) return body;
    for (key in person) if (person[key]) body[key] = person[key];
    if (clickId()) body.clickId = clickId();
    return body;
  }

  // An address never leaves the browser in clear.
  function hashed(email, then) {
    if (!email || /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(email)) return then(email);
    if (!(page.crypto && crypto.subtle)) { say('the e-mail was left out: this page is not secure'); return then(''); }
    crypto.subtle.digest('SHA-256', new TextEncoder().encode((email + '').trim().toLowerCase())).then((sum) => {
      then(Array.from(new Uint8Array(sum), (b) => ('0' + b.toString(16)).slice(-2)).join(''));
    }, () => { then(''); });
  }
  /** The same fields, with what they say of addresses hashed. */
  function sealed(given, then) {
    var out = Object.assign({}, given);
    var left = 1;
    function done() { if (!--left) then(out); }
    function seal(of, key) {
      left++;
      hashed(of[key], (sum) => { of[key] = sum; done(); });
    }
    for (var key in out) if (/^(cust(omer)?)?email$/.test(plain(key))) seal(out, key);
    if (Array.isArray(out.identifiers)) out.identifiers = out.identifiers.map((it) => {
      it = Object.assign({}, it);
      if (/email/i.test(it.kind)) seal(it, 'value');
      return it;
    });
    done();
  }
  /** A field's name however it is written. */
  function plain(name) { return name.toLowerCase().replace(/_/g, ''); }

  function visit(then) {
    visited = true;
    visitHeld = !allowed();
    if (visitHeld) {
      say('no visit: consent is ' + consent());
      if (then) then();
      return;
    }
    var body = base();
    reported = true;
    told = false;
    var before = moved();
    for (var key in before) if (before[key]) body[key] = before[key];
    body.page = location.href;
    body.referrer = document.referrer;
    send('v', body, then);
  }

  /** Whether this page is one of the program's, as far as the server said which those are. */
  function onSite() {
    var here = location.hostname;
    return !(site.hosts || []).length || site.hosts.some((host) => {
      return host[0] === '*' ? here.slice(-host.length + 1) === host.slice(1) : host === here;
    });
  }
  // What of an order says who bought.
  var PERSONAL = /^(cust(?!omer(status|country)|ctry)|email|phone|caller|click|ir(clickid)?$|imref|firstparty|session|brwsr|goog|android|apple|install|appinst|identif|ip|useragent|postcode)/;

  var calls = {
    identify: (who, options, then) => {
      who = who || {};
      visited = true;
      sealed(who, (who) => {
        person = { customerId: who.customerId, customerEmail: who.customerEmail, customProfileId: who.customProfileId };
        visit(then);
      });
    },
    visit: (options, then) => { visit(then); },
    trackConversion: (event, props, options, then) => {
      props = props || {};
      if (!props.orderId) say('trackConversion without orderId will be refused');
      if (options.verifySiteDefinitionMatch && !onSite()) {
        say('not sent: this page is on none of the hosts of the program', site.hosts);
        return then && then();
      }
      sealed(props, (props) => {
        decided(() => {
          var body = base();
          var free = allowed();
          for (var key in props) if (props[key] != null && props[key] !== '' && (free || !PERSONAL.test(plain(key)))) body[key] = props[key];
          body.event = event;
          if (options.verifySiteDefinitionMatch) body.verifySiteDefinitionMatch = true;
          send('o', body, then);
        });
      });
    },
    generateClickId: (then) => {
      decided(() => {
        if (!allowed()) return then('');
        fetch(origin + '/i?' + new URLSearchParams(base()), { credentials: 'include' })
          .then((answer) => answer.json())
          .then((answer) => { then(answer.clickId || ''); }, (e) => { say('no click id', e.message); then(''); });
      });
    },
    consent: (kind, word) => {
      hear('page', word && word.tracking === 'denied' ? 'denied' : 'granted', {}, kind === 'default');
    }
  };
  // Of pages that lead to shops.
  calls.transformLinks = calls.trackImpression = () => { say('that call is for pages of partners'); };

  // Each call, with the plain options and what to do afterwards, wherever they stand.
  var PLACES = { identify: 1, visit: 0, trackConversion: 2 };
  function call(args) {
    attempt(() => {
      args = [].slice.call(args);
      var name = args.shift();
      if (!calls[name]) return say('there is no call ' + name);
      listen();
      var place = PLACES[name];
      if (place !== undefined) {
        var last = args[args.length - 1];
        var options = typeof args[place] === 'object' && args[place] || {};
        args[place] = options;
        args[place + 1] = typeof last === 'function' ? last : options.callback;
        args.length = place + 2;
      }
      calls[name].apply(null, args);
    });
  }

  listen();
  // The names that snippets gave it. Of several snippets the last one's name stands in `ire_o`; a partner's is not ours.
  var names = [data.name || 'referee'];
  if (typeof page.ire === 'function') names.push('ire');
  if (page.ire_o && page.ire_o !== 'impactStat') names.push(page.ire_o);
  var waiting = [];
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) return;
    waiting = waiting.concat((page[name] || {}).a || []);
    page[name] = function () { call(arguments); };
  });
  // Consent comes before everything that asks for it.
  waiting.sort((a, b) => (b[0] === 'consent') - (a[0] === 'consent'));
  waiting.forEach(call);
  setTimeout(() => {
    settled = true;
    if (!visited) call(['visit']);
    takeBack();
  }, 0);
})();

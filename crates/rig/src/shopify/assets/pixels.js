// Runs the app's web pixel as Shopify does: in a worker without the page, which asks the page for cookies and storage. It
// starts when the visitor allows what the pixel says it is for.
const data = JSON.parse(document.getElementById('made-up').textContent);
const root = document.documentElement;

const calls = {
  'cookie.get': (name) => name ? (document.cookie.split('; ').find((it) => it.startsWith(`${name}=`)) || '').slice(name.length + 1) : document.cookie,
  'cookie.set': (name, value) => { document.cookie = value === undefined ? name : `${name}=${value}`; return ''; },
};
for (const kind of ['localStorage', 'sessionStorage']) {
  for (const name of ['clear', 'getItem', 'key', 'removeItem', 'setItem']) calls[`${kind}.${name}`] = (...all) => window[kind][name](...all) ?? null;
  calls[`${kind}.length`] = () => window[kind].length;
}

window.Shopify.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], () => {
  const privacy = window.Shopify.customerPrivacy;
  const state = () => ({
    analyticsProcessingAllowed: privacy.analyticsProcessingAllowed(),
    marketingAllowed: privacy.marketingAllowed(),
    preferencesProcessingAllowed: privacy.preferencesProcessingAllowed(),
    saleOfDataAllowed: privacy.saleOfDataAllowed(),
  });
  const isAllowed = () => (!data.purposes.marketing || state().marketingAllowed) && (!data.purposes.analytics || state().analyticsProcessingAllowed);
  let worker;
  const run = () => {
    if (!isAllowed()) return void (root.dataset.pixels = 'not allowed');
    if (worker) return;
    worker = new Worker('/made-up/sandbox.js', { type: 'module' });
    worker.onmessage = ({ data: message }) => {
      if (message.call) worker.postMessage({ answer: message.id, value: calls[message.call](...message.args) });
      if (message.state) root.dataset.pixels = message.state;
    };
    worker.onerror = (error) => { root.dataset.pixels = `failed: ${error.message}`; };
    const { location } = window;
    const place = { hash: location.hash, host: location.host, hostname: location.hostname, href: location.href, origin: location.origin, pathname: location.pathname, port: location.port, protocol: location.protocol, search: location.search };
    const context = {
      document: { characterSet: 'UTF-8', location: place, referrer: document.referrer, title: document.title },
      navigator: { language: navigator.language, cookieEnabled: true, languages: navigator.languages, userAgent: navigator.userAgent },
      window: { location: place, origin: location.origin, innerHeight, innerWidth },
    };
    const events = ['page_viewed', ...(data.checkout ? ['checkout_completed'] : [])].map((name, seq) => ({
      id: `made-up-${name}`, name, seq, type: 'standard', timestamp: new Date().toISOString(), clientId: 'made-up-client', context,
      data: name === 'page_viewed' ? {} : { checkout: data.checkout },
    }));
    worker.postMessage({ start: { settings: data.settings, init: { context, data: data.init, customerPrivacy: state() }, events } });
  };
  run();
  document.addEventListener('visitorConsentCollected', () => {
    worker?.postMessage({ consent: { customerPrivacy: state() } });
    run();
  });
});

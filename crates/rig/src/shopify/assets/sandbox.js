// The worker in which the pixel runs: `shopify.extend`, events, and what of the browser it may ask the page for.
const waiting = new Map();
const subscribers = new Map();
const consents = [];
let run;
let number = 0;

const ask = (call) => (...args) => new Promise((resolve) => {
  number += 1;
  waiting.set(number, resolve);
  postMessage({ id: number, call, args });
});

// So that a test can wait until everything is sent.
const open = new Set();
const plain = globalThis.fetch;
globalThis.fetch = (...all) => {
  const sent = plain(...all);
  open.add(sent);
  sent.catch(() => {}).finally(() => { open.delete(sent); });
  return sent;
};

const storage = (kind) => Object.fromEntries(['clear', 'getItem', 'key', 'length', 'removeItem', 'setItem'].map((name) => [name, ask(`${kind}.${name}`)]));
const browser = {
  cookie: { get: ask('cookie.get'), set: ask('cookie.set') },
  localStorage: storage('localStorage'),
  sessionStorage: storage('sessionStorage'),
  sendBeacon: (url, body) => fetch(url, { method: 'POST', body, keepalive: true, credentials: 'include' }).then(() => true, () => false),
};

globalThis.shopify = { extend: (point, extension) => { if (point === 'WebPixel::Render') run = extension; } };

async function start({ settings, init, events }) {
  await import('/made-up/pixel.js');
  const subscribe = (name, callback) => {
    subscribers.set(name, [...(subscribers.get(name) || []), callback]);
    return () => true;
  };
  run({ settings, init, browser, analytics: { subscribe }, customerPrivacy: { subscribe: (name, callback) => { consents.push(callback); return () => true; } }, _pixelInfo: {} });
  for (const event of events) {
    for (const callback of subscribers.get(event.name) || []) await callback(event);
  }
  while (open.size) await Promise.allSettled([...open]);
  postMessage({ state: 'idle' });
}

onmessage = ({ data }) => {
  if (data.start) start(data.start);
  if (data.answer) { waiting.get(data.answer)(data.value); waiting.delete(data.answer); }
  if (data.consent) consents.forEach((callback) => callback(data.consent));
};

// What browsers keep of a visit: they differ in what they delete, and when. Chromium plays them all; what the other one
// would have deleted is deleted from it.

const DAY_S = 86_400;

/** Notes of each cookie whether the answer to a navigation set it, a subresource's, or a script. */
export function watchCookies(context) {
  const setBy = new Map();
  context.on('response', async (response) => {
    const lines = (await response.headersArray()).filter(({ name }) => name.toLowerCase() === 'set-cookie');
    for (const { value } of lines) setBy.set(value.split('=')[0], response.request().isNavigationRequest() ? 'navigation' : 'subresource');
  });
  return (cookie) => setBy.get(cookie.name) ?? 'script';
}

// How long each keeps a cookie, in days, by who set it and in how many days it says to be over; and whether what scripts
// stored is still there after so many days without a tap on the site.
export const BROWSERS = {
  chrome: { cookie: ({ days }) => Math.min(days, 400), storage: () => true },
  firefox: { cookie: ({ days }) => Math.min(days, 400), storage: () => true },
  // Scripts' cookies and storage: seven days. What a subresource of a host elsewhere sets: seven days.
  safari: { cookie: ({ days, by }) => (by === 'navigation' ? days : Math.min(days, 7)), storage: (away) => away < 7 },
  // The same, and scripts' cookies of a landing with a decorated address: a day.
  safariDecorated: { cookie: ({ days, by }) => Math.min(days, { navigation: days, subresource: 7, script: 1 }[by]), storage: (away) => away < 7 },
  // A private window that was closed, or a browser that forgets a site once it is left.
  private: { cookie: () => 0, storage: () => false },
};

/** Deletes what `browser` would have deleted of a context, had it been left alone for so many days. */
export async function age(context, page, { browser, days: away, setBy }) {
  const now = Date.now() / 1_000;
  for (const cookie of await context.cookies()) {
    const days = cookie.expires < 0 ? 0 : (cookie.expires - now) / DAY_S;
    if (BROWSERS[browser].cookie({ days, by: setBy(cookie) }) <= away) {
      await context.clearCookies({ name: cookie.name, domain: cookie.domain });
    }
  }
  if (!BROWSERS[browser].storage(away)) await page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
}

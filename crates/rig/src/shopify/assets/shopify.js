// What every page of a shop at Shopify has: the customer privacy interface, loaded when somebody asks for it.
(() => {
  const cookie = () => new URLSearchParams((/(?:^|; )_tracking_consent=([^;]*)/.exec(document.cookie) || [, ''])[1]);
  const needed = document.documentElement.dataset.consentNeeded === 'true';
  const allowed = (purpose) => () => { const said = cookie().get(purpose); return said === null ? !needed : said === 'yes'; };
  const privacy = {
    marketingAllowed: allowed('marketing'),
    analyticsProcessingAllowed: allowed('analytics'),
    preferencesProcessingAllowed: allowed('preferences'),
    saleOfDataAllowed: allowed('sale_of_data'),
    shouldShowBanner: () => needed && ![...cookie().keys()].length,
    setTrackingConsent(consent, callback) {
      const said = cookie();
      for (const [purpose, yes] of Object.entries(consent)) said.set(purpose, yes ? 'yes' : 'no');
      document.cookie = `_tracking_consent=${said}; path=/; max-age=31536000; samesite=lax`;
      document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: {
        marketingAllowed: privacy.marketingAllowed(),
        saleOfDataAllowed: privacy.saleOfDataAllowed(),
        analyticsAllowed: privacy.analyticsProcessingAllowed(),
        preferencesAllowed: privacy.preferencesProcessingAllowed(),
      } }));
      callback?.();
    },
  };
  window.Shopify = {
    shop: document.documentElement.dataset.shop,
    loadFeatures(features, callback) {
      setTimeout(() => {
        if (features.some((it) => it.name === 'consent-tracking-api')) window.Shopify.customerPrivacy = privacy;
        callback?.();
      });
    },
  };
})();

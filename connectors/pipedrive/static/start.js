// Runs before anything else of the page: Pipedrive shows an iframe only once the SDK has been initialized in it.
/* global AppExtensionsSDK */
(() => {
  const { dataset } = document.documentElement;
  const size = { height: Number(dataset.height) };
  if (dataset.width) size.width = Number(dataset.width);
  const identifier = new URLSearchParams(window.location.search).get("id") || dataset.identifier;
  const sdk = new AppExtensionsSDK({ identifier });
  const started = sdk.initialize({ size });
  started.catch(() => {}); // whoever asks for it is told
  window.pipedrive = { sdk, started };
})();

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

  const PATIENCE = 30_000;
  const UPDATED = "This page was updated meanwhile. Close it and open it again.";
  const SLOW = "The service does not answer. Close this page and open it again in a moment.";
  const OFFLINE = "You are offline. Check your connection, then close this page and open it again.";
  document.addEventListener("DOMContentLoaded", load);

  /** The rest of the page: it may be there no more, or not fit together, while the service is replaced by a newer one. */
  async function load() {
    const entry = document.getElementById("entry");
    if (!entry) return; // a page of words alone
    const late = setTimeout(() => tell(SLOW), PATIENCE);
    try {
      await import(entry.href);
    } catch (problem) {
      console.error(problem);
      tell(navigator.onLine ? UPDATED : OFFLINE);
    }
    clearTimeout(late);
  }

  function tell(words) {
    const page = document.getElementById("page");
    const said = document.createElement("p");
    said.textContent = words;
    const banner = document.createElement("div");
    banner.className = "banner";
    banner.dataset.kind = "bad";
    banner.setAttribute("role", "alert");
    banner.append(said);
    page.replaceChildren(page.querySelector("h1"), banner);
    page.removeAttribute("aria-busy");
  }
})();

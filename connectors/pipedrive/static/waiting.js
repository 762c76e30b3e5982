// When something is done again: a while after the last keystroke, or every few seconds while somebody looks.

/** Returns a function that calls `work` once it has not been called for a while; work of an older call is void. */
export function calmly(milliseconds, work) {
  let timer = null;
  let turn = 0;
  return (...given) => {
    clearTimeout(timer);
    turn += 1;
    const mine = turn;
    timer = setTimeout(() => work(() => mine === turn, ...given), milliseconds);
  };
}

/**
 * Calls `look` every few seconds while the page is visible and `look` answers true, longer apart after failures.
 * Returns {start, stop}; `start` looks again soon.
 */
export function watch(look, milliseconds = 3_000) {
  let timer = null;
  let failures = 0;
  let stopped = true;
  let looking = false;
  const later = () => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(turn, milliseconds * 2 ** Math.min(failures, 4));
  };
  async function turn() {
    if (stopped || looking || document.hidden) return; // `visibilitychange` goes on
    looking = true;
    try {
      if (!(await look())) stopped = true;
      failures = 0;
    } catch {
      failures += 1;
    }
    looking = false;
    later();
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !stopped) turn();
  });
  return {
    start() {
      stopped = false;
      later();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

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

const SOON = 500;

/**
 * Calls `look` while the page is visible and `look` answers true: soon at first, when most happens, then every few
 * seconds, and longer apart after failures. Returns {start, stop}; `start` looks again soon.
 */
export function watch(look, milliseconds = 3_000) {
  let timer = null;
  let looks = 0;
  let failures = 0;
  let stopped = true;
  let looking = false;
  const later = () => {
    clearTimeout(timer);
    const pause = Math.min(milliseconds, SOON * 2 ** looks) * 2 ** Math.min(failures, 4);
    if (!stopped) timer = setTimeout(turn, pause);
  };
  async function turn() {
    if (stopped || looking || document.hidden) return; // `visibilitychange` goes on
    looking = true;
    looks += 1;
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
      looks = 0;
      later();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

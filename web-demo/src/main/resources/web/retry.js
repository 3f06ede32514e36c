const FIRST_MS = 500;
const LAST_MS = 15_000;

/** How long to wait before each further try: doubling, and spread so that a crowd does not come back in one wave. */
export class Backoff {
  #tries = 0;

  /** Milliseconds until the next try; `askedMs` is what the server asked for, 0 when it asked for nothing. */
  nextMs(askedMs = 0) {
    const ownMs = Math.min(LAST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    const baseMs = askedMs > 0 ? Math.min(askedMs, 4 * LAST_MS) : ownMs;
    return baseMs * (1 + 0.2 * Math.random());
  }

  /** Forgets the failures, after a success. */
  reset() {
    this.#tries = 0;
  }
}

/** Waits; throws the signal's reason when it is aborted meanwhile. */
export function delay(ms, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

import { Problem } from './problem.js';
import { Backoff, delay } from './retry.js';

/** Players that fall this far behind run a little faster until they are not. */
const MAX_RATE = 1.1;

/** Whether hls.js can play here: what it asks for itself, without loading it. */
const BY_SCRIPT = (window.ManagedMediaSource ?? window.MediaSource)?.isTypeSupported?.('video/mp4; codecs="avc1.42E01E,mp4a.40.2"') ?? false;

/**
 * A viewer over HTTP, with the face of a WhepPlayer: LL-HLS by hls.js where the browser has media source extensions, else HLS by the browser itself.
 * Keeps at it until stop(). Fires "change" whenever `state` or `problem` changed.
 */
export class HlsPlayer extends EventTarget {
  #video;
  #url;
  #headers;
  #otherwise;
  #hls = null;
  #stop = new AbortController();

  state = 'idle';
  problem = null;
  retryAtMs = NaN;
  connection = null;
  how = BY_SCRIPT ? 'LL-HLS' : 'HLS';

  /**
   * `key` opens streams that are not open to all; a browser that plays HLS by itself cannot send it. `otherwise` is the Problem that led here and is told
   * where the stream is not to be had by HLS either; null to wait for it.
   */
  constructor({ video, url, key = '', otherwise = null }) {
    super();
    this.#video = video;
    this.#url = url;
    this.#otherwise = otherwise;
    this.#headers = key === '' ? {} : { Authorization: `Bearer ${key}` };
  }

  /** How far the picture is behind its capture, by the dates in the playlist and this machine's clock; null while unknown. */
  get latencyMs() {
    const date = this.#hls ? this.#hls.playingDate : null;
    return date ? Date.now() - date.getTime() : null;
  }

  async start() {
    const { signal } = this.#stop;
    const backoff = new Backoff();
    while (!signal.aborted) {
      this.#become(this.state === 'idle' ? 'connecting' : 'reconnecting', null);
      try {
        await this.#available(signal);
        backoff.reset();
        this.#become('connected', null);
        await (BY_SCRIPT ? this.#playByScript(signal) : this.#playByBrowser(signal));
      } catch (thrown) {
        if (signal.aborted) return;
        const problem = Problem.from(thrown);
        const final = problem.status === 404 ? this.#otherwise : [401, 403].includes(problem.status) ? problem : null;
        if (final) {
          this.#become('failed', final);
          return;
        }
        const waitMs = backoff.nextMs(problem.retryAfterMs);
        this.retryAtMs = performance.now() + waitMs;
        this.#become(problem.status === 404 ? 'waiting' : 'reconnecting', problem);
        await delay(waitMs, signal).catch(() => {});
      } finally {
        this.#hls?.destroy();
        this.#hls = null;
      }
    }
  }

  stop() {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#hls?.destroy();
    this.#hls = null;
    this.#video.removeAttribute('src');
    this.#become('stopped', null);
  }

  /** The first playlist says in words what is the matter, which players do not. */
  async #available(signal) {
    const answer = await fetch(this.#url, { signal, headers: this.#headers });
    if (!answer.ok) throw await Problem.of(answer);
  }

  /** Until the stream has ended or cannot go on. */
  async #playByScript(signal) {
    // Larger than all the rest of the page: on a narrow line it would come before the first picture of those who do not need it.
    const { default: Hls } = await import('./hls.js');
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const hls = new Hls({
        lowLatencyMode: true,
        maxLiveSyncPlaybackRate: MAX_RATE,
        backBufferLength: 10,
        // A worker would come from a blob, which the page's policy forbids.
        enableWorker: false,
        xhrSetup: (request) => Object.entries(this.#headers).forEach(([name, value]) => request.setRequestHeader(name, value)),
      });
      this.#hls = hls;
      this.#video.srcObject = null;
      let mended = false;
      hls.on(Hls.Events.ERROR, (_, { fatal, type, details }) => {
        if (!fatal) return;
        if (type === Hls.ErrorTypes.MEDIA_ERROR && !mended) {
          mended = true;
          hls.recoverMediaError();
          return;
        }
        reject(new Error(`The stream cannot be played on: ${details}.`));
      });
      this.#video.addEventListener('ended', resolve, { once: true, signal });
      signal.addEventListener('abort', resolve, { once: true });
      hls.loadSource(this.#url);
      hls.attachMedia(this.#video);
    });
  }

  #playByBrowser(signal) {
    return new Promise((resolve, reject) => {
      this.#video.srcObject = null;
      this.#video.addEventListener('ended', resolve, { once: true, signal });
      this.#video.addEventListener('error', () => reject(new Error('This browser plays neither WebRTC nor HLS.')), { once: true, signal });
      signal.addEventListener('abort', resolve, { once: true });
      this.#video.src = this.#url;
      this.#video.play().catch(() => {});
    });
  }

  #become(state, problem) {
    this.state = state;
    this.problem = problem;
    this.dispatchEvent(new Event('change'));
  }
}

import { missNoPart } from './parts.js';
import { Problem } from './problem.js';
import { Backoff, delay } from './retry.js';
import { Standstill } from './standstill.js';

/** Players that fall this far behind run a little faster until they are not. */
const MAX_RATE = 1.1;

/** So many parts in a row that could not be had: something on the way does not let them through. */
const MAX_FAILED_PARTS = 3;

/** What fails again within this time fails for a reason that stays. */
const FAILS_AGAIN_MS = 60_000;

/** What the stream is where `hls.encryption` is `cbcs`. */
const SAMPLES_ENCRYPTED = 'samples-encrypted';

/** How often it is looked whether playing goes on. */
const LOOK_MS = 1_000;

/** Whether hls.js can play here: what it asks for itself, without loading it. */
const BY_SCRIPT = (window.ManagedMediaSource ?? window.MediaSource)?.isTypeSupported?.('video/mp4; codecs="avc1.42E01E,mp4a.40.2"') ?? false;

/**
 * A viewer over HTTP, with the face of a WhepPlayer: LL-HLS by hls.js where the browser has media source extensions, HLS by whole segments where parts do not
 * get through, else HLS by the browser itself.
 * Keeps at it until stop(). Fires "change" whenever `state` or `problem` changed, "stream" when it knows of a stream, "told" when there is something else to choose from.
 */
export class HlsPlayer extends EventTarget {
  #video;
  #url;
  #headers;
  #otherwise;
  #hls = null;
  #levels = [];
  #failedAtMs = -Infinity;
  #stop = new AbortController();

  state = 'idle';
  problem = null;
  retryAtMs = NaN;
  connection = null;
  how = BY_SCRIPT ? 'LL-HLS' : 'HLS';
  /** Why it plays without low latency, as a sentence; null while it does, or never could. */
  fell = null;

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
    if (date) return Date.now() - date.getTime();
    const startMs = this.#video.getStartDate?.().getTime() ?? NaN;
    return Number.isNaN(startMs) ? null : Date.now() - startMs - 1000 * this.#video.currentTime;
  }

  /** The renditions to choose from, as a WHEP session's `layers` event names its layers. */
  get told() {
    return { layers: this.#levels.map(({ index, height, bitrate }) => ({ rid: String(index), height, bitrate })) };
  }

  /**
   * What plays at this moment: `{codec, soundCodec, height, bitrateBps, bufferMs, framesDropped}`, whether by the player's own choice (`auto`), and how far it is behind the newest and wants to be (`behindMs`, `targetMs`), and how fast it plays at most to come there (`mostRate`); each null where
   * the browser does not say.
   */
  get now() {
    const hls = this.#hls;
    const level = hls?.levels[hls.currentLevel];
    const { buffered, currentTime } = this.#video;
    return {
      codec: level?.videoCodec ?? null,
      soundCodec: level?.audioCodec ?? null,
      height: level?.height ?? null,
      auto: hls?.autoLevelEnabled ?? null,
      behindMs: hls ? 1000 * hls.latency : null,
      targetMs: hls?.targetLatency ? 1000 * hls.targetLatency : null,
      mostRate: hls?.config.maxLiveSyncPlaybackRate ?? null,
      bitrateBps: level?.bitrate ?? null,
      bufferMs: buffered.length > 0 ? 1000 * (buffered.end(buffered.length - 1) - currentTime) : null,
      framesDropped: this.#video.getVideoPlaybackQuality?.().droppedVideoFrames ?? null,
    };
  }

  /** Takes a rendition by its `rid`, or by itself one no higher than `maxHeight`, or any; false where the browser chooses alone. */
  async choose({ rid, maxHeight = Infinity }) {
    const hls = this.#hls;
    if (!hls || this.#levels.length === 0) return false;
    const enough = this.#levels.filter(({ height }) => height <= maxHeight).map(({ index }) => index);
    hls.autoLevelCapping = maxHeight === Infinity ? -1 : Math.max(...enough, 0);
    // A choice is seen at once, at the cost of what is loaded already; choosing by itself costs nothing.
    if (rid === undefined) hls.loadLevel = -1;
    else hls.nextLevel = Number(rid);
    return true;
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
        const final = problem.status === 404 ? this.#otherwise : [401, 403].includes(problem.status) || problem.type === SAMPLES_ENCRYPTED ? problem : null;
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
        this.#levels = [];
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
    let looks;
    return new Promise((resolve, reject) => {
      const hls = new Hls({
        lowLatencyMode: this.fell === null,
        maxLiveSyncPlaybackRate: MAX_RATE,
        backBufferLength: 10,
        // A worker would come from a blob, which the page's policy forbids.
        enableWorker: false,
        xhrSetup: (request) => Object.entries(this.#headers).forEach(([name, value]) => request.setRequestHeader(name, value)),
      });
      missNoPart(hls);
      this.#hls = hls;
      this.#video.srcObject = null;
      // Each picture is there with every kind of sound; those of one kind are enough to choose from.
      const onLevels = () => {
        const sound = (hls.levels[hls.currentLevel] ?? hls.levels[hls.firstLevel])?.audioCodec;
        this.#levels = hls.levels.map(({ height, bitrate, audioCodec }, index) => ({ index, height, bitrate, audioCodec })).filter(({ height, audioCodec }) => height > 0 && audioCodec === sound);
        this.dispatchEvent(new Event('told'));
      };
      hls.on(Hls.Events.MANIFEST_PARSED, () => {
        onLevels();
        this.dispatchEvent(new Event('stream'));
      });
      hls.on(Hls.Events.LEVELS_UPDATED, onLevels);
      hls.on(Hls.Events.LEVEL_SWITCHED, onLevels);
      // By a key alone hls.js decrypts whole files, and no samples within them.
      hls.on(Hls.Events.LEVEL_LOADED, (_, { details }) => {
        if (details.fragments.some(({ levelkeys }) => levelkeys?.identity?.method === 'SAMPLE-AES')) {
          reject(new Problem({ type: SAMPLES_ENCRYPTED, sentence: 'By HLS this stream is encrypted in a way that this page cannot play.', advice: 'Watch it by WebRTC, or by a player that knows SAMPLE-AES.' }));
        }
      });
      let mended = false;
      let failedParts = 0;
      hls.on(Hls.Events.FRAG_LOADED, (_, { part }) => {
        if (part) failedParts = 0;
      });
      hls.on(Hls.Events.ERROR, (_, { fatal, type, details, part, response }) => {
        // hls.js goes from one rendition to the next for ever where all of them lack parts.
        if (part && this.fell === null && details !== Hls.ErrorDetails.FRAG_GAP) failedParts += 1;
        if (!fatal && failedParts < MAX_FAILED_PARTS) return;
        if (type === Hls.ErrorTypes.MEDIA_ERROR && !mended) {
          mended = true;
          hls.recoverMediaError();
          return;
        }
        // Renditions come and go, and publishers too: what there is now stands in the first playlist.
        const gone = (details === Hls.ErrorDetails.LEVEL_LOAD_ERROR && response?.code === 404) || details === Hls.ErrorDetails.FRAG_GAP;
        const again = performance.now() - this.#failedAtMs < FAILS_AGAIN_MS;
        if (!gone) this.#failedAtMs = performance.now();
        // The part that was to come next fails with a publisher who leaves, which says nothing of the way.
        if (this.fell === null && (failedParts >= MAX_FAILED_PARTS || (again && !gone))) {
          this.how = 'HLS';
          this.fell = `Low latency does not get through (${details}).`;
        }
        reject(new Error(`The stream cannot be played on: ${details}.`));
      });
      let asked = 0;
      hls.on(Hls.Events.FRAG_LOADING, () => (asked += 1));
      const standstill = new Standstill();
      looks = setInterval(() => {
        const { currentTime, paused, readyState } = this.#video;
        // Until the first picture is there, a player that is to start by itself counts as paused, too.
        const held = paused && readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
        const progress = held ? performance.now() : `${asked} ${currentTime}`;
        if (standstill.isOver({ nowMs: performance.now(), edge: hls.latestLevelDetails?.edge ?? null, progress })) reject(new Error('The player stood still beside a stream that goes on.'));
      }, LOOK_MS);
      this.#video.addEventListener('ended', resolve, { once: true, signal });
      signal.addEventListener('abort', resolve, { once: true });
      // Sound may begin later than the picture: hls.js passes over what lacks one of the two where it is told to play, not where playing is left to the browser.
      hls.on(Hls.Events.MEDIA_ATTACHED, () => this.#video.play().catch(() => {}));
      hls.loadSource(this.#url);
      hls.attachMedia(this.#video);
    }).finally(() => clearInterval(looks));
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

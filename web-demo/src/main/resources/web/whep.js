import { followEvents } from './events.js';
import { Peer } from './peer.js';
import { Problem } from './problem.js';
import { Backoff, delay } from './retry.js';

const DESCRIPTOR = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

/** Before the server told anything: whether somebody publishes, how many watch, and the layers as its event has them. */
const UNTOLD = Object.freeze({ live: null, viewers: null, layers: null, paused: null });

/**
 * A viewer: plays one stream by WHEP and keeps at it. Waits while nobody publishes, and connects anew when the connection is lost.
 *
 * Fires "change" whenever `state`, `problem` or `retryAtMs` changed, "stream" when `stream` is another one, and "told" when `told` is. States:
 * idle, connecting, waiting (nobody publishes), connected, reconnecting, failed (only the person can help), stopped.
 */
export class WhepPlayer extends EventTarget {
  #options;
  #stop = new AbortController();
  #peer = null;

  state = 'idle';
  problem = null;
  stream = null;
  told = UNTOLD;
  /** performance.now() of the POST that led to the present connection, and of the next try. */
  postedAtMs = NaN;
  retryAtMs = NaN;

  /** `endpoint` is the WHEP URL; `key`, `ice` and `relay` as in Peer. */
  constructor({ endpoint, key = '', ice = 'given', relay = false }) {
    super();
    this.#options = { endpoint, key, ice, relay };
  }

  /** The connection in use, for statistics; null when there is none. */
  get connection() {
    return this.#peer?.connection ?? null;
  }

  /** Says which layers of the video are wanted, as HttpSession.choose; whether the server took it. */
  async choose(wish) {
    return (await this.#peer?.session.choose(wish)) ?? false;
  }

  /** Plays until stop() or until a problem that waiting does not mend. */
  async start() {
    const { signal } = this.#stop;
    const backoff = new Backoff();
    let state = 'connecting';
    while (!signal.aborted) {
      try {
        this.#become(state, this.problem);
        await this.#play(signal, backoff);
        state = 'reconnecting';
        this.#become(state, null);
        await delay(backoff.nextMs(), signal);
      } catch (thrown) {
        if (signal.aborted) return;
        const problem = Problem.from(thrown);
        if (!problem.passes) {
          this.#become('failed', problem);
          return;
        }
        state = problem.status === 409 ? 'waiting' : 'reconnecting';
        if (problem.status === 409) backoff.reset();
        const waitMs = backoff.nextMs(problem.retryAfterMs);
        this.retryAtMs = performance.now() + waitMs;
        this.#become(state, problem);
        await delay(waitMs, signal).catch(() => {});
      }
    }
  }

  /** Ends the session and stays away. */
  stop() {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#peer?.close();
    this.#peer = null;
    this.#become('stopped', null);
  }

  async #play(signal, backoff) {
    const stream = new MediaStream();
    this.postedAtMs = performance.now();
    const peer = await Peer.open({ ...this.#options, signal, prepare: (connection) => receive(connection, stream) });
    this.#peer = peer;
    const over = new AbortController();
    try {
      this.stream = stream;
      this.dispatchEvent(new Event('stream'));
      await peer.connected(signal);
      backoff.reset();
      this.#become('connected', null);
      const moved = new Promise((resolve) => {
        const told = (name, data) => (name === 'reconnect' ? resolve() : this.#onTold(name, data));
        followEvents(peer.session, told, () => this.#tell(UNTOLD), AbortSignal.any([signal, over.signal]));
      });
      await Promise.race([peer.ended(signal), moved]);
    } finally {
      over.abort();
      this.told = UNTOLD;
      peer.close();
      if (this.#peer === peer) this.#peer = null;
    }
  }

  #onTold(name, data) {
    const news = {
      active: () => ({ live: true }),
      inactive: () => ({ live: false }),
      picture: () => ({ paused: data.paused }),
      viewercount: () => ({ viewers: data.viewercount }),
      layers: () => ({ layers: Object.values(data).flat() }),
    };
    this.#tell({ ...this.told, ...news[name]() });
  }

  #tell(told) {
    this.told = told;
    this.dispatchEvent(new Event('told'));
  }

  #become(state, problem) {
    this.state = state;
    this.problem = problem;
    this.dispatchEvent(new Event('change'));
  }
}

function receive(connection, stream) {
  for (const kind of ['audio', 'video']) {
    const transceiver = connection.addTransceiver(kind, { direction: 'recvonly' });
    const { receiver } = transceiver;
    if (kind === 'video') askForDescriptors(transceiver);
    // A picture that is a second late is worth less than one that stutters: no buffer beyond what the network needs.
    if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  }
  connection.addEventListener('track', ({ track }) => stream.addTrack(track));
}

/** Chromium knows them and offers them to nobody who does not ask; without, AV1 in spatial layers is shown in the lowest one only. */
function askForDescriptors(transceiver) {
  const offered = transceiver.getHeaderExtensionsToNegotiate?.();
  if (!offered) return;
  transceiver.setHeaderExtensionsToNegotiate(offered.map((each) => (each.uri === DESCRIPTOR ? { ...each, direction: 'sendrecv' } : each)));
}

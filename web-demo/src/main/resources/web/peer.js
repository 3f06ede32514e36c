import { accountOf } from './account.js';
import { HttpSession } from './session.js';

/** An ICE-lite server answers the first check: what takes longer than this will not come. */
const CONNECT_TIMEOUT_MS = 12_000;

/** Browsers say "failed" only after some 15 s more; most that stay "disconnected" this long do not come back. */
const DISCONNECTED_MS = 5_000;

/**
 * One attempt: a connection that was offered, posted and answered. `ice` is "none" to ignore the servers that the answer names,
 * `relay` true to go through them only.
 */
export class Peer {
  constructor(connection, session) {
    this.connection = connection;
    this.session = session;
  }

  /**
   * Connects. `prepare(connection)` adds the transceivers. ICE servers come with the answer, so the local description is set after it:
   * gathering then uses them from the start.
   */
  static async open({ endpoint, key, ice, relay, signal, prepare }) {
    const connection = new RTCPeerConnection({
      bundlePolicy: 'max-bundle',
      iceTransportPolicy: relay ? 'relay' : 'all',
    });
    let session = null;
    try {
      prepare(connection);
      const offer = await connection.createOffer();
      session = await HttpSession.open(endpoint, offer.sdp, key, signal);
      if (ice !== 'none' && session.iceServers.length > 0) {
        connection.setConfiguration({ ...connection.getConfiguration(), iceServers: session.iceServers });
      }
      await connection.setLocalDescription(offer);
      await connection.setRemoteDescription({ type: 'answer', sdp: session.answer });
      signal.throwIfAborted();
      return new Peer(connection, session);
    } catch (thrown) {
      session?.end();
      connection.close();
      throw thrown;
    }
  }

  /** Resolves when media can flow; throws a Problem when no path was found in time. */
  async connected(signal) {
    const state = await this.#state(signal, CONNECT_TIMEOUT_MS, (s) => s === 'connected' || s === 'failed');
    if (state === 'connected') return;
    throw await accountOf(this.connection);
  }

  /** Resolves with "closed" when the server ended the session in good order, with "lost" when it just went away. */
  async ended(signal) {
    const { connection } = this;
    const transports = new Set([...connection.getSenders(), ...connection.getReceivers()].map((end) => end.transport));
    transports.delete(null);
    const isClosed = () => [...transports].some((transport) => transport.state === 'closed');
    const closed = new Promise((resolve) => {
      for (const transport of transports) {
        transport.addEventListener('statechange', () => isClosed() && resolve(), { signal });
      }
    });
    await Promise.race([closed, this.#lost(signal)]);
    return isClosed() ? 'closed' : 'lost';
  }

  /**
   * ICE restart: looks for a way anew, as after a change of network, while the session, its keys and its pictures go on. Throws when the
   * server cannot be asked or refuses.
   */
  async restart(signal) {
    const { connection, session } = this;
    const before = connection.remoteDescription.sdp;
    connection.restartIce();
    const offer = await connection.createOffer();
    await connection.setLocalDescription(offer);
    const fragment = await session.restart(lines(offer.sdp, CREDENTIALS).slice(0, 2).join(''), signal);
    await connection.setRemoteDescription({ type: 'answer', sdp: restarted(before, fragment) });
  }

  /** Ends both sides. */
  close() {
    this.session.end();
    this.connection.close();
  }

  async #lost(signal) {
    for (;;) {
      const state = await this.#state(signal, Infinity, (s) => s !== 'connected');
      if (state !== 'disconnected') return;
      // The network may be another one now. Where the server cannot be asked, the present way may still come back; where it knows no such session, it
      // never will.
      const unknown = this.restart(signal).then(never, ({ status }) => (status === 404 ? 'failed' : never()));
      const settled = this.#state(signal, DISCONNECTED_MS, (s) => s !== 'disconnected' && s !== 'connecting');
      if ((await Promise.race([unknown, settled])) !== 'connected') return;
    }
  }

  /** The connection's state as soon as it is one that is wanted, or whatever it is when the time is over. */
  #state(signal, timeoutMs, wanted) {
    const { connection } = this;
    return new Promise((resolve, reject) => {
      const done = new AbortController();
      const settle = () => {
        done.abort();
        clearTimeout(timer);
        resolve(connection.connectionState);
      };
      const timer = timeoutMs === Infinity ? undefined : setTimeout(settle, timeoutMs);
      const look = () => wanted(connection.connectionState) && settle();
      connection.addEventListener('connectionstatechange', look, { signal: done.signal });
      signal.addEventListener(
        'abort',
        () => {
          done.abort();
          clearTimeout(timer);
          reject(signal.reason);
        },
        { signal: done.signal },
      );
      look();
    });
  }
}

const never = () => new Promise(() => {});

const CREDENTIALS = /^a=ice-(?:ufrag|pwd):.*\r\n/gm;
const CANDIDATES = /^a=candidate:.*\r\n/gm;

function lines(sdp, pattern) {
  return sdp.match(pattern) ?? [];
}

/** An answer with the credentials and candidates of a fragment in place of its own. */
function restarted(answer, fragment) {
  const credentials = lines(fragment, CREDENTIALS);
  const of = (line) => credentials.find((each) => each.startsWith(line.slice(0, line.indexOf(':') + 1))) ?? line;
  let first = true;
  return answer
    .replace(CANDIDATES, () => {
      const replaced = first ? lines(fragment, CANDIDATES).join('') : '';
      first = false;
      return replaced;
    })
    .replace(CREDENTIALS, of);
}

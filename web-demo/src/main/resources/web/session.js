import { iceServers, linkOf } from './links.js';
import { Problem } from './problem.js';

/** The server answers within a second; a proxy that hangs is given up and tried anew. */
const POST_TIMEOUT_MS = 10_000;

const EXTENSION = 'urn:ietf:params:whep:ext:core:';

/** What may stand in a bearer token (RFC 6750 §2.1 allows less, operators use more). */
const KEY = /^[\x21-\x7e]*$/;

/** A WHIP or WHEP session on the server: the resource that POST of an offer made and DELETE ends. */
export class HttpSession {
  #url;
  #key;
  #extensions;

  /** `extensions` are the addresses that the answer named for choosing layers and for events, null for those it did not. */
  constructor(url, key, answer, servers, extensions) {
    this.#url = url;
    this.#key = key;
    this.#extensions = extensions;
    this.answer = answer;
    this.iceServers = servers;
  }

  /** Posts an offer. Throws a Problem when it is refused, and whatever fetch throws. */
  static async open(endpoint, offer, key, signal) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp', ...authorization(key) },
      body: offer,
      signal: AbortSignal.any([signal, AbortSignal.timeout(POST_TIMEOUT_MS)]),
    });
    if (response.status !== 201) throw await Problem.of(response);
    const location = response.headers.get('Location');
    const answer = await response.text();
    const links = response.headers.get('Link');
    const extension = (name) => {
      const target = linkOf(links, EXTENSION + name);
      return target === null ? null : new URL(target, response.url).href;
    };
    return new HttpSession(
      location === null ? null : new URL(location, response.url).href,
      key,
      answer,
      iceServers(links),
      { layer: extension('layer'), events: extension('server-sent-events') },
    );
  }

  /** Says which layers of the video are wanted, as in `{rid}` or `{maxHeight}`; `{}` leaves it to the server. Whether the server took it. */
  async choose(wish) {
    const { layer } = this.#extensions;
    if (this.#url === null || layer === null) return false;
    const response = await fetch(layer, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...authorization(this.#key) },
      body: JSON.stringify(wish),
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    }).catch(() => null);
    return response?.ok ?? false;
  }

  /** Asks to be told of the events of these names; the address to hear them from, null where the server has none. */
  async followEvents(names, signal) {
    const { events } = this.#extensions;
    if (this.#url === null || events === null) return null;
    const response = await fetch(events, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...authorization(this.#key) },
      body: JSON.stringify(names),
      signal: AbortSignal.any([signal, AbortSignal.timeout(POST_TIMEOUT_MS)]),
    });
    const location = response.headers.get('Location');
    return response.status === 201 && location !== null ? new URL(location, response.url).href : null;
  }

  /** Restarts ICE with new credentials, as a fragment (RFC 9725 §4.3.3); gives the server's fragment. Throws a Problem when it is refused. */
  async restart(fragment, signal) {
    if (this.#url === null) throw new Problem({ sentence: 'The session has no address to restart it at.' });
    const response = await fetch(this.#url, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*', ...authorization(this.#key) },
      body: fragment,
      signal: AbortSignal.any([signal, AbortSignal.timeout(POST_TIMEOUT_MS)]),
    });
    if (response.status !== 200) throw await Problem.of(response);
    return response.text();
  }

  /** Ends the session, once. Works while the page is being left: the browser sends it after the page is gone. */
  end() {
    const url = this.#url;
    this.#url = null;
    if (url === null) return;
    fetch(url, { method: 'DELETE', headers: authorization(this.#key), keepalive: true }).catch(() => {
      // The server finds out by itself when media and consent stop.
    });
  }
}

function authorization(key) {
  if (!KEY.test(key)) {
    throw new Problem({ status: 401, sentence: 'The key holds a space or a letter that no key has.', advice: 'Copy it once more.' });
  }
  return key === '' ? {} : { Authorization: `Bearer ${key}` };
}

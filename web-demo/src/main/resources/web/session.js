import { iceServers } from './links.js';
import { Problem } from './problem.js';

/** The server answers within a second; a proxy that hangs is given up and tried anew. */
const POST_TIMEOUT_MS = 10_000;

/** What may stand in a bearer token (RFC 6750 §2.1 allows less, operators use more). */
const KEY = /^[\x21-\x7e]*$/;

/** A WHIP or WHEP session on the server: the resource that POST of an offer made and DELETE ends. */
export class HttpSession {
  #url;
  #key;

  constructor(url, key, answer, servers) {
    this.#url = url;
    this.#key = key;
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
    return new HttpSession(
      location === null ? null : new URL(location, response.url).href,
      key,
      answer,
      iceServers(response.headers.get('Link')),
    );
  }

  /** Says which layers of the video are wanted, as in `{rid}` or `{maxHeight}`; `{}` leaves it to the server. Whether the server took it. */
  async choose(wish) {
    if (this.#url === null) return false;
    const response = await fetch(`${this.#url}/layer`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...authorization(this.#key) },
      body: JSON.stringify(wish),
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    }).catch(() => null);
    return response?.ok ?? false;
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

/** What to say of a status when the server's own words are missing. */
const SENTENCES = {
  400: 'The server could not read what this page sent.',
  401: 'The server wants a key for this.',
  403: 'The key is right, but it does not allow this.',
  404: 'The server knows no such stream.',
  409: 'Nobody publishes this stream at the moment.',
  422: 'The server cannot take what this browser offers.',
  429: 'Too many requests from this address.',
  503: 'The server takes no new sessions at the moment.',
};

/** What a person can do about it. */
const ADVICE = {
  401: 'Enter the stream’s key and try again. The home page shows it when it is opened on the server itself.',
  403: 'Use the key of this stream.',
  422: 'Choose another codec and try again.',
  429: 'It is tried again in a moment.',
  503: 'It is tried again in a moment.',
};

/** A request that did not succeed, in words for a person. `status` is 0 when no response came. */
export class Problem extends Error {
  constructor({ status = 0, type = '', sentence, advice = '', retryAfterMs = 0 }) {
    super(sentence);
    this.name = 'Problem';
    this.status = status;
    this.type = type;
    this.advice = advice;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may succeed later without the person doing anything. */
  get passes() {
    return this.status === 0 || this.status === 408 || this.status === 409 || this.status === 429 || this.status >= 500;
  }

  /** Reads a refusal, which should be application/problem+json (RFC 9457) but may be anything. */
  static async of(response) {
    const { status } = response;
    const told = await detailOf(response);
    return new Problem({
      status,
      type: told.type,
      sentence: told.sentence || SENTENCES[status] || `The server answered ${status}.`,
      advice: ADVICE[status] ?? '',
      retryAfterMs: retryAfterMs(response.headers.get('Retry-After')),
    });
  }

  /** Any thrown value as a problem: fetch says only "TypeError" when the server cannot be reached. */
  static from(thrown) {
    if (thrown instanceof Problem) return thrown;
    if (thrown?.name === 'TimeoutError') {
      return new Problem({ sentence: 'The server did not answer in time.', advice: 'It is tried again in a moment.' });
    }
    if (thrown instanceof TypeError) {
      return new Problem({ sentence: 'The server cannot be reached.', advice: 'It is tried again in a moment.' });
    }
    // The browser refused its own part: trying the same again would end the same.
    return new Problem({ status: -1, sentence: `This browser says: ${thrown?.message ?? thrown}` });
  }
}

async function detailOf(response) {
  try {
    if (!/json/.test(response.headers.get('Content-Type') ?? '')) return { type: '', sentence: '' };
    const body = await response.json();
    return { type: String(body.type ?? ''), sentence: String(body.detail ?? body.title ?? '') };
  } catch {
    return { type: '', sentence: '' };
  }
}

function retryAfterMs(value) {
  const seconds = Number(value ?? '');
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

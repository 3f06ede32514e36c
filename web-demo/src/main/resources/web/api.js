import { Problem } from './problem.js';

const TIMEOUT_MS = 5_000;
const ROOT = '/api/v1';

/** Pages of the list that are followed; a site with more live streams than that needs another page than this. */
const MAX_PAGES = 5;

/** Every stream that is on air: `[{id, status, startedAt, ...}]`. */
export async function streams() {
  const found = [];
  let path = '/streams?status=live';
  for (let page = 0; page < MAX_PAGES; page++) {
    const { items, next } = await read(path);
    found.push(...items);
    if (!next) break;
    path = `/streams?status=live&cursor=${encodeURIComponent(next)}`;
  }
  return found;
}

/** One stream, with `publishKey` for those who may see it; null when the server does not know it. */
export const stream = (id) => readIfThere(`/streams/${id}`);

/** How a stream is doing: viewers, tracks with their layers, warnings; null when the server does not know it. */
export const status = (id) => readIfThere(`/streams/${id}/status`);

/** Who publishes and watches a stream; null for who may not see it. */
export const sessions = (id) => readIfThere(`/streams/${id}/sessions`);

/** Ends a session of a stream; whether the server did. */
export async function endSession(id, session) {
  const response = await fetch(`${ROOT}/streams/${id}/sessions/${session}`, { method: 'DELETE', signal: AbortSignal.timeout(TIMEOUT_MS) });
  return response.ok;
}

/** Recordings, the newest first: `{items, next}`; `cursor` is the next of the page before. */
export const recordings = (cursor = null) => read(`/recordings${cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`}`);

/** Removes a recording. */
export const removeRecording = (id) => write('DELETE', `/recordings/${id}`);

/** Gives a recording another title. */
export const renameRecording = (id, title) => write('PATCH', `/recordings/${id}`, { title });

/** Where a viewer stopped, in milliseconds. */
export const position = async (id, viewer) => (await readIfThere(`/recordings/${id}/position?viewer=${viewer}`))?.positionMs ?? 0;

/** Keeps where a viewer stopped, also while the page goes away. */
export const keepPosition = (id, viewer, positionMs) => write('PUT', `/recordings/${id}/position?viewer=${viewer}`, { positionMs });

/** How the server is reached: `{version, whipUrl, addresses, warnings}`; null when it does not tell. */
export const server = () => readIfThere('/server');

async function read(path) {
  const response = await fetch(ROOT + path, {
    headers: { Accept: 'application/json' },
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw await Problem.of(response);
  return response.json();
}

async function write(method, path, body = null) {
  const response = await fetch(ROOT + path, {
    method,
    headers: body === null ? {} : { 'Content-Type': 'application/json' },
    body: body === null ? null : JSON.stringify(body),
    keepalive: true,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw await Problem.of(response);
}

async function readIfThere(path) {
  try {
    return await read(path);
  } catch (thrown) {
    if (thrown instanceof Problem && [401, 403, 404].includes(thrown.status)) return null;
    throw thrown;
  }
}

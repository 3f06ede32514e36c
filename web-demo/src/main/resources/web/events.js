/** A browser gives up for good what was answered by anything but a stream, as by a server or proxy that is busy. */
const AGAIN_MS = 10_000;

/** All there are. A server's link lists those of WHEP only: `picture` is Spillway's. */
const NAMES = ['active', 'inactive', 'layers', 'picture', 'viewercount', 'reconnect'];

/**
 * What the server tells of the stream while a session lasts (WHEP's server-sent events), from now until the signal. `told(name, data)` hears of
 * active, inactive, layers, picture, viewercount and reconnect, with the data as the extension defines it, and `lost()` that nothing is heard for a while.
 * A tab that is hidden lets go of its connection, as a browser has six to a server over HTTP/1.1 for all its tabs; when it is shown again the
 * server tells how things stand.
 */
export async function followEvents(session, told, lost, signal) {
  const url = await session.followEvents(NAMES, signal).catch(() => null);
  if (url === null || signal.aborted) return;
  let source = null;
  let again;
  const open = () => {
    clearTimeout(again);
    source = new EventSource(url);
    for (const name of NAMES) {
      source.addEventListener(name, ({ data }) => told(name, JSON.parse(data)));
    }
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      lost();
      again = setTimeout(() => document.hidden || open(), AGAIN_MS);
    });
  };
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : (source ?? open())), { signal });
  signal.addEventListener('abort', close);
  if (!document.hidden) open();
}

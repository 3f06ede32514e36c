const STREAM_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** The stream that this page's address names, as in /watch/NAME. */
export function streamOfPage() {
  return location.pathname.split('/')[2] ?? '';
}

/** Whether a text may name a stream. */
export function isStreamName(text) {
  return STREAM_NAME.test(text);
}

/** Full addresses of a stream on the server that this page came from. */
export function addressesOf(stream) {
  return {
    whip: `${location.origin}/whip/${stream}`,
    whep: `${location.origin}/whep/${stream}`,
    hls: `${location.origin}/hls/${stream}/index.m3u8`,
    thumbnail: `/hls/${stream}/thumbnail.jpg`,
    publish: `/publish/${stream}`,
    watch: `/watch/${stream}`,
  };
}

/** What the page's query says about ICE: `?ice=none` ignores the server's list, `?relay=1` goes through a relay only. */
export function iceWishes() {
  const query = new URLSearchParams(location.search);
  return { ice: query.get('ice') === 'none' ? 'none' : 'given', relay: query.get('relay') === '1' };
}

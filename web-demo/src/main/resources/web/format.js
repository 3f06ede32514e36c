/** What stands for a value that is not known. */
export const NONE = '–';

const isKnown = (value) => value !== null && value !== undefined && Number.isFinite(value);

/** "2.4 Mb/s", "64 kb/s". */
export function bitrate(bps) {
  if (!isKnown(bps)) return NONE;
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mb/s` : `${Math.round(bps / 1e3)} kb/s`;
}

/** "84 ms", "1.24 s". */
export function duration(ms) {
  if (!isKnown(ms)) return NONE;
  return Math.abs(ms) < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** "0.3 %". */
export function percent(fraction) {
  return isKnown(fraction) ? `${(fraction * 100).toFixed(1)} %` : NONE;
}

/** "1280×720". */
export function size(width, height) {
  return isKnown(width) && isKnown(height) && width > 0 ? `${width}×${height}` : NONE;
}

/** "30 fps". */
export function frameRate(framesPerSecond) {
  return isKnown(framesPerSecond) ? `${Math.round(framesPerSecond)} fps` : NONE;
}

/** A count, or nothing known. */
export function count(value) {
  return isKnown(value) ? String(value) : NONE;
}

/** "3 min", "2 h 5 min" since a time. */
export function since(iso, nowMs = Date.now()) {
  const minutes = Math.floor((nowMs - Date.parse(iso)) / 60_000);
  if (!Number.isFinite(minutes)) return NONE;
  if (minutes < 1) return 'under a minute';
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

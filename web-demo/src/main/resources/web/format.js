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

/** "1:05", "1:02:03"; with tenths "1:05.3". */
export function clockTime(ms, tenths = 0) {
  if (!isKnown(ms)) return NONE;
  const all = tenths > 0 ? Math.round(ms / 100) / 10 : Math.floor(ms / 1_000);
  const [hours, minutes, seconds] = [Math.floor(all / 3_600), Math.floor(all / 60) % 60, all % 60];
  const two = (value, digits = 0) => value.toFixed(digits).padStart(digits > 0 ? 3 + digits : 2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds, tenths)}`;
}

/** "812 kB", "1.2 GB". */
export function bytes(count) {
  if (!isKnown(count)) return NONE;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  return count < 1e9 ? `${Math.round(count / 1e6)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}

/** "27 Nov 2026, 09:30", as the person's language writes it. */
export function day(iso) {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

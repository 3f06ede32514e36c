/**
 * A clock drawn into a picture as black and white blocks, and read back from the picture a viewer sees: the difference is the glass-to-glass
 * latency. All geometry is a fraction of the picture's width, so that any scaled layer reads alike.
 *
 *     | white | 40 bits of time in ms, first the highest | 8 bits CRC | black |        50 cells of width/54 each, 2 cells of margin
 *
 * The time is that of performance.timeOrigin + performance.now(), modulo 2^40 ms (35 years). At 1280 pixels a block is 23 wide, in a layer of a
 * quarter of that still 5, which survives any bitrate that shows a picture at all.
 */

const TIME_BITS = 40;
const CHECK_BITS = 8;
const BLOCKS = TIME_BITS + CHECK_BITS;
const CELLS = 1 + BLOCKS + 1;
const GRID = CELLS + 4;
const MODULUS = 2 ** TIME_BITS;

/** Samples across one cell when reading: the middle one lies clear of both edges. */
const SAMPLES = 3;

/** Luma that tells white from black; video range and colour conversion move it by less than 20. */
const THRESHOLD = 128;

/** A reading further from the reader's own clock than this is no clock but a picture that happens to pass the check. */
const PLAUSIBLE_MS = 120_000;

/** Wall-clock time of this page, in ms with fractions. */
export function wallMs(nowMs = performance.now()) {
  return performance.timeOrigin + nowMs;
}

/** The 48 blocks of a time, true for white. */
export function encodeClock(timeMs) {
  const time = Math.floor(timeMs) % MODULUS;
  const bits = [];
  for (let i = TIME_BITS - 1; i >= 0; i--) bits.push(Math.floor(time / 2 ** i) % 2 === 1);
  const check = crc8(bits);
  for (let i = CHECK_BITS - 1; i >= 0; i--) bits.push(((check >> i) & 1) === 1);
  return bits;
}

/** The time that 48 blocks stand for, nearest to `nearMs`; NaN when the check fails or the time is not plausible. */
export function decodeClock(bits, nearMs) {
  const time = bits.slice(0, TIME_BITS).reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
  const check = bits.slice(TIME_BITS).reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
  if (bits.length !== BLOCKS || check !== crc8(bits.slice(0, TIME_BITS))) return NaN;
  const full = time + Math.round((nearMs - time) / MODULUS) * MODULUS;
  return Math.abs(full - nearMs) <= PLAUSIBLE_MS ? full : NaN;
}

/** Draws the row of a time at the top of a picture. `context` is a 2D context of a canvas of the given width. */
export function drawClock(context, width, timeMs) {
  const { cell, top, height } = geometry(width);
  const cells = [true, ...encodeClock(timeMs), false];
  context.fillStyle = '#000';
  context.fillRect(0, 0, width, top * 2 + height);
  context.fillStyle = '#fff';
  cells.forEach((white, i) => {
    if (white) context.fillRect(Math.round((i + 2) * cell), top, Math.ceil(cell), height);
  });
}

/** The place of the row in a picture of a width, in pixels. */
export function geometry(width) {
  const cell = width / GRID;
  return { cell, left: 2 * cell, top: Math.round(cell / 2), height: Math.round(cell) };
}

/** Reads the clock of pictures. Keeps one small canvas. */
export class ClockReader {
  #context;

  constructor() {
    const canvas = Object.assign(document.createElement('canvas'), { width: CELLS * SAMPLES, height: SAMPLES });
    this.#context = canvas.getContext('2d', { willReadFrequently: true });
  }

  /** The time in a picture (a video element or canvas of the given size); NaN when it shows no clock. */
  read(picture, width, nearMs = wallMs()) {
    const { cell, left, top, height } = geometry(width);
    const context = this.#context;
    context.drawImage(picture, left, top, CELLS * cell, height, 0, 0, CELLS * SAMPLES, SAMPLES);
    const { data } = context.getImageData(0, SAMPLES >> 1, CELLS * SAMPLES, 1);
    const white = (i) => {
      const at = 4 * (i * SAMPLES + (SAMPLES >> 1));
      return 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2] > THRESHOLD;
    };
    if (!white(0) || white(CELLS - 1)) return NaN;
    return decodeClock(
      Array.from({ length: BLOCKS }, (_, i) => white(i + 1)),
      nearMs,
    );
  }
}

/**
 * Reads the clock of each frame that a video element shows, at most one each `everyMs`.
 * Calls `onReading({clockMs, shownMs, latencyMs, frames})`; `shownMs` is when the frame reaches the screen. Returns a function that ends it.
 */
export function readClocks(video, onReading, everyMs = 0) {
  const reader = new ClockReader();
  let nextMs = 0;
  let handle = 0;
  const onFrame = (nowMs, metadata) => {
    handle = video.requestVideoFrameCallback(onFrame);
    if (nowMs < nextMs || metadata.width === 0) return;
    nextMs = nowMs + everyMs;
    const shownMs = wallMs(Math.max(performance.now(), metadata.expectedDisplayTime));
    const clockMs = reader.read(video, metadata.width, shownMs);
    onReading({ clockMs, shownMs, latencyMs: shownMs - clockMs, frames: metadata.presentedFrames });
  };
  handle = video.requestVideoFrameCallback(onFrame);
  return () => video.cancelVideoFrameCallback(handle);
}

/** CRC-8 of bits: x^8 + x^2 + x + 1, started at ones so that an all-black row fails. */
function crc8(bits) {
  let crc = 0xff;
  for (const bit of bits) {
    const carry = ((crc >> 7) & 1) !== (bit ? 1 : 0);
    crc = ((crc << 1) & 0xff) ^ (carry ? 0x07 : 0);
  }
  return crc;
}

/** What may be missing of a segment that counts as whole, in seconds: less than any part lasts. */
const OVERLOOKED_S = 0.05;

/**
 * Lets hls.js see that a part is missing. By itself it overlooks 0.2 s at either end of a segment: where it begins with the second part of one, it holds that segment for whole, yet goes on to no other while the part that it left out is listed, nine
 * seconds long.
 */
export function missNoPart(hls) {
  hls.streamController.fragmentTracker.bufferPadding = OVERLOOKED_S;
}

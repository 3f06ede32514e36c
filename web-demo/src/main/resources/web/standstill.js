/** A player that neither asked for anything nor showed anything for this long, while there was more to show, does not come back by itself. */
const PATIENCE_MS = 10_000;

/** Tells when a player has stopped for good beside a stream that goes on. */
export class Standstill {
  #sinceMs = NaN;
  #progress = null;
  #edge = null;

  /**
   * To be asked about once a second. `progress` is anything that changes while the player works; `edge` the media time that can be had, in seconds, null while
   * the player knows of none. Beside a stream that does not go on it may stand as long as it likes.
   */
  isOver({ nowMs, edge, progress }) {
    if (progress !== this.#progress) {
      this.#sinceMs = nowMs;
      this.#progress = progress;
      this.#edge = edge;
    }
    return nowMs - this.#sinceMs >= PATIENCE_MS && (edge === null || edge !== this.#edge);
  }
}

/**
 * hls.js's latency controller, which plays a little faster while it is further behind than it is to be, for players with less in hand. By itself it does so only
 * with more than a second in hand, and so stays that second behind whatever the playlist asks for; half of what the playlist asks for will do.
 */
export const nearer = (LatencyController) => class extends LatencyController {
  get forwardBufferLength() {
    return super.forwardBufferLength + 1 - this.targetLatency / 2;
  }
};

import { readClocks } from '/clock.js';

/** Watches how steadily a player plays, which is without a stall and less than `mostS` seconds behind: `window.steady()` are the seconds since it last did not, `window.behind()` says how far behind it has been since. */
export function watchSteadily(video, latency, mostS = 2) {
  let sinceMs = performance.now();
  let stalls = 0;
  let told = [];
  let seen = [];
  const unsteady = () => {
    sinceMs = performance.now();
    told = [];
    seen = [];
  };
  video.addEventListener('waiting', () => {
    stalls++;
    unsteady();
  });
  setInterval(() => {
    const now = latency();
    if (video.paused || !(now > 0 && now < mostS)) unsteady();
    else told.push(now);
  }, 100);
  // Of pictures in which a clock is painted.
  readClocks(video, ({ latencyMs }) => Number.isNaN(latencyMs) || seen.push(latencyMs / 1000));
  window.steady = () => (performance.now() - sinceMs) / 1000;
  window.behind = () => `by its clock ${ranks(told)}, by the picture's ${ranks(seen)}, now ${latency()}, ${stalls} stalls since it began`;
}

function ranks(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? '-' : [0, 0.5, 1].map((p) => sorted[Math.round(p * (sorted.length - 1))].toFixed(2)).join(' ');
}

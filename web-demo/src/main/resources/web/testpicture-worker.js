import { paint } from './testpicture-painter.js';

/**
 * Keeps time, and paints, off the page's own thread: a page in a hidden tab is slowed down to one turn a second, a worker is not.
 * Started by `{width, height, framesPerSecond, sink?}`. With a `sink` (a stream that takes video frames) it paints into it, else it says "tick".
 */
onmessage = ({ data: { width, height, framesPerSecond, sink } }) => {
  const intervalMs = 1000 / framesPerSecond;
  const step = sink ? painter(width, height, sink) : () => postMessage('tick');
  let dueMs = performance.now();
  const turn = () => {
    step();
    // After a pause of the whole machine the missed frames are not made up for.
    dueMs = Math.max(dueMs + intervalMs, performance.now() - intervalMs);
    setTimeout(turn, Math.max(0, dueMs - performance.now()));
  };
  turn();
};

function painter(width, height, sink) {
  const writer = sink.getWriter();
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  let frame = 0;
  return () => {
    // The last frame is still on its way: a queue would only make the picture late.
    if (writer.desiredSize <= 0) return;
    paint(context, width, height, frame++);
    const picture = new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000), alpha: 'discard' });
    writer.write(picture).catch(() => picture.close());
  };
}

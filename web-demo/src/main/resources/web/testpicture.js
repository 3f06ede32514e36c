import { paint } from './testpicture-painter.js';
import { testSound } from './testsound.js';

const FRAMES_PER_SECOND = 30;

/** A moving picture with a clock in it, and a sound with a beep each second. `stop()` ends both; `media` is the stream to send. */
export class TestPicture {
  #worker = new Worker(new URL('./testpicture-worker.js', import.meta.url), { type: 'module' });
  #sound = testSound();

  constructor(width, height) {
    const video = this.#video({ width, height, framesPerSecond: FRAMES_PER_SECOND });
    video.contentHint = 'motion';
    this.media = new MediaStream([video, this.#sound.track]);
  }

  stop() {
    this.#worker.terminate();
    this.#sound.stop();
    for (const track of this.media.getTracks()) track.stop();
  }

  /** Painted in the worker where the browser lets frames be made there, else on this page's canvas at the worker's beat. */
  #video(size) {
    if ('MediaStreamTrackGenerator' in window) {
      const generator = new window.MediaStreamTrackGenerator({ kind: 'video' });
      this.#worker.postMessage({ ...size, sink: generator.writable }, [generator.writable]);
      return generator;
    }
    const canvas = Object.assign(document.createElement('canvas'), { width: size.width, height: size.height });
    const context = canvas.getContext('2d', { alpha: false });
    let frame = 0;
    this.#worker.onmessage = () => paint(context, size.width, size.height, frame++);
    this.#worker.postMessage(size);
    return canvas.captureStream(size.framesPerSecond).getVideoTracks()[0];
  }
}

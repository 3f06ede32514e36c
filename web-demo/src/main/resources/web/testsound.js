import { wallMs } from './clock.js';
import { BEEP_MS } from './testpicture-painter.js';

const BEEP_HZ = 1000;
const HUM_HZ = 220;
const BEEP_LEVEL = 0.4;
const HUM_LEVEL = 0.04;

/** A sound of one second that repeats: a beep on the second, a quiet hum after it. Needs a click or key press on the page before. */
export function testSound() {
  const context = new AudioContext({ latencyHint: 'interactive' });
  const target = context.createMediaStreamDestination();
  const source = new AudioBufferSourceNode(context, { buffer: oneSecond(context), loop: true });
  source.connect(target);
  // A loop of exactly one second, entered at the place where the wall clock is: no timer is needed to stay on the beat.
  source.start(0, (wallMs() % 1000) / 1000);
  return {
    track: target.stream.getAudioTracks()[0],
    stop() {
      source.stop();
      context.close();
    },
  };
}

function oneSecond(context) {
  const { sampleRate } = context;
  const buffer = context.createBuffer(1, sampleRate, sampleRate);
  const samples = buffer.getChannelData(0);
  const beepEnd = (BEEP_MS / 1000) * sampleRate;
  for (let i = 0; i < samples.length; i++) {
    const beeps = i < beepEnd;
    const turn = (2 * Math.PI * i * (beeps ? BEEP_HZ : HUM_HZ)) / sampleRate;
    samples[i] = (beeps ? BEEP_LEVEL * Math.sin((Math.PI * i) / beepEnd) : HUM_LEVEL) * Math.sin(turn);
  }
  return buffer;
}

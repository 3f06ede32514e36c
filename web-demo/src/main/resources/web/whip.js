import { Peer } from './peer.js';
import { Problem } from './problem.js';
import { Backoff, delay } from './retry.js';

/** The encodings of a simulcast publication, largest first: name, fraction of the picture's width, share of the bitrate. */
const SIMULCAST = [
  { rid: 'h', scaleDownBy: 1, share: 0.72 },
  { rid: 'm', scaleDownBy: 2, share: 0.21 },
  { rid: 'l', scaleDownBy: 4, share: 0.07 },
];

/** Codecs that browsers send in spatial layers within one stream, the usual one first. */
const SVC_CODECS = ['VP9', 'AV1'];

/**
 * Ways to do so that are worth a choice (W3C webrtc-svc), the usual one first: spatial layers, each twice as wide as the one below, and temporal
 * ones, each of twice the frames. With `_KEY` layers are made from one another in keyframes only.
 */
const SVC_MODES = ['L3T3_KEY', 'L3T3', 'L2T2_KEY', 'L2T2', 'L1T3', 'L1T2'];

const MAX_FRAMES_PER_SECOND = 60;

/** Browsers are asked for what they are able to with a size and a rate; their answer does not depend on it. */
const USUAL_VIDEO = { width: 1280, height: 720, bitrate: 2_500_000, framerate: 30 };

/** Codecs worth offering as a choice, those that every browser has first. */
const CHOICES = ['H264', 'VP8', 'VP9', 'AV1', 'H265'];

/** The video codecs that this browser can send, as the person may choose them. */
export function sendableCodecs() {
  const able = new Set((RTCRtpSender.getCapabilities?.('video')?.codecs ?? []).map(nameOf));
  return CHOICES.filter((name) => able.has(name));
}

/** The modes in which this browser sends a codec ("" for the usual one) in layers within one stream; none where it sends none. */
export async function layerModes(codec) {
  if (codec !== '' && !SVC_CODECS.includes(codec)) return [];
  const contentType = `video/${codec || SVC_CODECS[0]}`;
  const answers = await Promise.all(SVC_MODES.map((scalabilityMode) => isAble({ ...USUAL_VIDEO, contentType, scalabilityMode })));
  return SVC_MODES.filter((_, i) => answers[i]);
}

/** Where a browser cannot be asked, sending tells. */
async function isAble(video) {
  try {
    return (await navigator.mediaCapabilities.encodingInfo({ type: 'webrtc', video })).supported;
  } catch {
    return true;
  }
}

/**
 * A publisher: sends one stream by WHIP and keeps at it when the connection is lost. Does not come back when the server closed the session
 * in good order: then another publisher has taken the stream over, and two that both insist would throw each other out for ever.
 *
 * Fires "change" whenever `state` or `problem` changed. States: idle, connecting, live, reconnecting, failed (only the person can help),
 * replaced, stopped.
 */
export class WhipPublisher extends EventTarget {
  #options;
  #stop = new AbortController();
  #peer = null;

  state = 'idle';
  problem = null;

  /**
   * `media` is the MediaStream to send; `codec` one of sendableCodecs() or "" for the browser's own choice; `bitrateBps` the video's bound over
   * all layers; `layers` "one", "simulcast" for three encodings of three sizes, or "svc" for one of several layers, in one of the modes of
   * layerModes() or the usual one; `endpoint`, `key`, `ice` and `relay` as in Peer.
   */
  constructor({ endpoint, key = '', media, codec = '', bitrateBps, layers = 'one', mode = '', ice = 'given', relay = false }) {
    super();
    this.#options = { endpoint, key, media, codec, bitrateBps, layers, mode: mode || SVC_MODES[0], ice, relay };
  }

  /** The connection in use, for statistics; null when there is none. */
  get connection() {
    return this.#peer?.connection ?? null;
  }

  /** Publishes until stop(), until another publisher takes over, or until a problem that waiting does not mend. */
  async start() {
    const { signal } = this.#stop;
    const backoff = new Backoff();
    let state = 'connecting';
    while (!signal.aborted) {
      try {
        this.#become(state, this.problem);
        if ((await this.#publish(signal, backoff)) === 'closed') {
          this.#become('replaced', null);
          return;
        }
        state = 'reconnecting';
        this.#become(state, null);
        await delay(backoff.nextMs(), signal);
      } catch (thrown) {
        if (signal.aborted) return;
        const problem = Problem.from(thrown);
        // A conflict is no matter of waiting here: somebody else publishes, and the server does not let us replace them.
        if (!problem.passes || problem.status === 409) {
          this.#become('failed', problem);
          return;
        }
        state = 'reconnecting';
        this.#become(state, problem);
        await delay(backoff.nextMs(problem.retryAfterMs), signal).catch(() => {});
      }
    }
  }

  /** Ends the session and stays away. The media's tracks go on: who made them ends them. */
  stop() {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#peer?.close();
    this.#peer = null;
    this.#become('stopped', null);
  }

  async #publish(signal, backoff) {
    const peer = await Peer.open({ ...this.#options, signal, prepare: (connection) => this.#send(connection) });
    this.#peer = peer;
    try {
      await peer.connected(signal);
      backoff.reset();
      this.#become('live', null);
      return await peer.ended(signal);
    } finally {
      peer.close();
      if (this.#peer === peer) this.#peer = null;
    }
  }

  #send(connection) {
    const { media, bitrateBps, layers } = this.#options;
    const mode = layers === 'svc' ? this.#options.mode : null;
    const codec = this.#options.codec || (mode === null ? '' : SVC_CODECS[0]);
    const [audio] = media.getAudioTracks();
    const [video] = media.getVideoTracks();
    if (audio) connection.addTransceiver(audio, { direction: 'sendonly', streams: [media] });
    if (!video) return;
    if (mode !== null && !(SVC_CODECS.includes(codec) && sendableCodecs().includes(codec))) throw unlayered(codec);
    const transceiver = connection.addTransceiver(video, {
      direction: 'sendonly',
      streams: [media],
      sendEncodings: encodings(bitrateBps, layers, codec, mode),
    });
    if (codec !== '') transceiver.setCodecPreferences?.(preferred(codec));
    // Browsers without layers pass over the wish, which is no way to find out when nobody gets them.
    if (mode !== null && transceiver.sender.getParameters().encodings[0]?.scalabilityMode !== mode) throw unlayered(codec);
  }

  #become(state, problem) {
    this.state = state;
    this.problem = problem;
    this.dispatchEvent(new Event('change'));
  }
}

function encodings(bitrateBps, layers, codec, mode) {
  const whole = { maxBitrate: bitrateBps, maxFramerate: MAX_FRAMES_PER_SECOND };
  if (mode !== null) return [{ ...whole, scalabilityMode: mode }];
  if (layers !== 'simulcast') return [whole];
  return SIMULCAST.map(({ rid, scaleDownBy, share }) => ({
    ...whole,
    rid,
    scaleResolutionDownBy: scaleDownBy,
    maxBitrate: Math.round(bitrateBps * share),
    // Without a mode of their own, VP9 and AV1 encodings become spatial layers of one stream.
    ...(codec === 'VP9' || codec === 'AV1' ? { scalabilityMode: 'L1T1' } : {}),
  }));
}

function unlayered(codec) {
  const known = SVC_CODECS.includes(codec);
  return new Problem({
    status: -1,
    sentence: `This page sends no layers within one ${codec} stream${known ? ' from this browser' : ''}.`,
    advice: known ? 'Choose three sizes (simulcast), or another browser.' : `Choose ${SVC_CODECS.join(' or ')} as the codec, or three sizes (simulcast).`,
  });
}

/** The chosen codec in all its profiles, and the repair formats that belong to any codec. */
function preferred(codec) {
  const sendable = RTCRtpSender.getCapabilities('video').codecs;
  const receivable = new Set(RTCRtpReceiver.getCapabilities('video').codecs.map(formatOf));
  const wanted = sendable.filter((c) => nameOf(c) === codec);
  // Browsers differ in whether a preference must be receivable too, so those that are not are left out where that leaves any.
  const both = wanted.filter((c) => receivable.has(formatOf(c)));
  return [...(both.length > 0 ? both : wanted), ...sendable.filter((c) => nameOf(c) === 'RTX')];
}

function nameOf(codec) {
  return codec.mimeType.slice(codec.mimeType.indexOf('/') + 1).toUpperCase();
}

function formatOf(codec) {
  return `${codec.mimeType} ${codec.sdpFmtpLine ?? ''}`;
}

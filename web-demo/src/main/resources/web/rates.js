/** 1 January 1900 to 1 January 1970, in ms: playout timestamps count from the former (RFC 5905 §6). */
const NTP_TO_UNIX_MS = 2_208_988_800_000;

/**
 * Turns the counters of RTCPeerConnection.getStats() into what a person wants to know: values of the last interval. One instance a connection;
 * sample about once a second. Values that the browser does not tell are null.
 */
export class Rates {
  #before = new Map();

  /** What is received: `{video, audio, path}`; video and audio are null when nothing of it came. */
  async inbound(connection) {
    const report = await connection.getStats();
    const streams = this.#of(report, 'inbound-rtp');
    const best = (kind) => streams.filter((s) => s.now.kind === kind).sort((a, b) => b.now.bytesReceived - a.now.bytesReceived)[0];
    const video = best('video');
    const audio = best('audio');
    const values = {
      video: video ? inboundVideo(report, video) : null,
      audio: audio ? inboundAudio(report, audio) : null,
      path: pathOf(report),
    };
    this.#keep(report);
    return values;
  }

  /** What is sent: `{video, audio, path}`; video has `layers`, largest first, and their sum. */
  async outbound(connection) {
    const report = await connection.getStats();
    const streams = this.#of(report, 'outbound-rtp');
    const layers = streams
      .filter((s) => s.now.kind === 'video')
      .map((s) => outboundLayer(report, s))
      .sort((a, b) => (b.width ?? 0) - (a.width ?? 0));
    const audio = streams.find((s) => s.now.kind === 'audio');
    const values = {
      video: layers.length > 0 ? { ...layers[0], bitrateBps: sumOfBitrates(layers), layers } : null,
      audio: audio
        ? { codec: codecOf(report, audio.now), bitrateBps: bitrateOf(audio, 'bytesSent'), lossFraction: remoteLoss(report, audio.now) }
        : null,
      path: pathOf(report),
    };
    this.#keep(report);
    return values;
  }

  #of(report, type) {
    return [...report.values()]
      .filter((now) => now.type === type)
      .map((now) => ({ now, before: this.#before.get(now.id) ?? null }));
  }

  #keep(report) {
    this.#before = new Map([...report.values()].map((entry) => [entry.id, entry]));
  }
}

function inboundVideo(report, stream) {
  const { now } = stream;
  return {
    codec: codecOf(report, now),
    width: now.frameWidth ?? null,
    height: now.frameHeight ?? null,
    framesPerSecond: now.framesPerSecond ?? 0,
    bitrateBps: bitrateOf(stream, 'bytesReceived'),
    jitterBufferMs: mean(stream, 'jitterBufferDelay', 'jitterBufferEmittedCount') * 1000,
    decodeMs: mean(stream, 'totalDecodeTime', 'framesDecoded') * 1000,
    lossFraction: inboundLoss(stream),
    framesDecoded: now.framesDecoded ?? 0,
    framesDropped: now.framesDropped ?? 0,
    keyframesDecoded: now.keyFramesDecoded ?? 0,
    freezes: now.freezeCount ?? 0,
    nacks: now.nackCount ?? 0,
    plis: now.pliCount ?? 0,
    repairedPackets: now.retransmittedPacketsReceived ?? null,
    packetsReceived: now.packetsReceived ?? 0,
    senderClockMs: unixMs(now.estimatedPlayoutTimestamp),
  };
}

function inboundAudio(report, stream) {
  const { now } = stream;
  return {
    codec: codecOf(report, now),
    bitrateBps: bitrateOf(stream, 'bytesReceived'),
    jitterBufferMs: mean(stream, 'jitterBufferDelay', 'jitterBufferEmittedCount') * 1000,
    lossFraction: inboundLoss(stream),
    level: now.audioLevel ?? null,
    energy: now.totalAudioEnergy ?? null,
    concealedFraction: fraction(difference(stream, 'concealedSamples'), difference(stream, 'totalSamplesReceived')),
    packetsReceived: now.packetsReceived ?? 0,
    senderClockMs: unixMs(now.estimatedPlayoutTimestamp),
  };
}

function outboundLayer(report, stream) {
  const { now } = stream;
  return {
    rid: now.rid ?? '',
    active: now.active ?? true,
    codec: codecOf(report, now),
    encoder: now.encoderImplementation ?? null,
    scalability: now.scalabilityMode ?? null,
    width: now.frameWidth ?? null,
    height: now.frameHeight ?? null,
    framesPerSecond: now.framesPerSecond ?? 0,
    bitrateBps: bitrateOf(stream, 'bytesSent'),
    lossFraction: remoteLoss(report, now),
    limitedBy: now.qualityLimitationReason ?? 'none',
    framesEncoded: now.framesEncoded ?? 0,
    keyframesEncoded: now.keyFramesEncoded ?? 0,
    nacks: now.nackCount ?? 0,
    plis: now.pliCount ?? 0,
  };
}

/** The way the packets take: kinds of the two candidates, transport, round trip. Null until a pair is selected. */
function pathOf(report) {
  const entries = [...report.values()];
  const selected = entries.find((e) => e.type === 'transport')?.selectedCandidatePairId;
  const pair = report.get(selected) ?? entries.find((e) => e.type === 'candidate-pair' && e.nominated && e.state === 'succeeded');
  const local = report.get(pair?.localCandidateId);
  const remote = report.get(pair?.remoteCandidateId);
  if (!pair || !local) return null;
  return {
    localType: local.candidateType,
    remoteType: remote?.candidateType ?? null,
    protocol: local.relayProtocol ?? local.protocol,
    remoteAddress: remote?.address ? `${remote.address}:${remote.port}` : null,
    roundTripMs: pair.currentRoundTripTime === undefined ? null : pair.currentRoundTripTime * 1000,
    availableOutgoingBps: pair.availableOutgoingBitrate ?? null,
  };
}

function remoteLoss(report, stream) {
  const remote = report.get(stream.remoteId);
  return remote?.fractionLost ?? null;
}

function codecOf(report, stream) {
  const type = report.get(stream.codecId)?.mimeType;
  return type ? type.slice(type.indexOf('/') + 1) : null;
}

function inboundLoss(stream) {
  const lost = difference(stream, 'packetsLost');
  return fraction(Math.max(0, lost), Math.max(0, lost) + difference(stream, 'packetsReceived'));
}

function difference({ now, before }, name) {
  return (now[name] ?? 0) - (before?.[name] ?? 0);
}

/** Bits a second of a counter of bytes; null for the first sample, which has nothing to compare with. */
function bitrateOf({ now, before }, name) {
  const seconds = before ? (now.timestamp - before.timestamp) / 1000 : 0;
  return seconds > 0 ? (8 * Math.max(0, difference({ now, before }, name))) / seconds : null;
}

function mean(stream, total, count) {
  return fraction(difference(stream, total), difference(stream, count));
}

function fraction(part, whole) {
  return whole > 0 ? part / whole : 0;
}

function sumOfBitrates(layers) {
  const known = layers.map(({ bitrateBps }) => bitrateBps).filter((bps) => bps !== null);
  return known.length > 0 ? known.reduce((total, bps) => total + bps) : null;
}

function unixMs(timestamp) {
  if (!timestamp) return null;
  return timestamp > NTP_TO_UNIX_MS ? timestamp - NTP_TO_UNIX_MS : timestamp;
}

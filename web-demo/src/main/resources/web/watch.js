import { accountOf } from './account.js';
import { addressesOf, iceWishes, streamOfPage } from './address.js';
import { readClocks } from './clock.js';
import { byId, setText, showRows } from './dom.js';
import { NONE, bitrate, count, duration, frameRate, percent, size } from './format.js';
import { Quality } from './quality.js';
import { HlsPlayer } from './hlsplayer.js';
import { Rates } from './rates.js';
import { WhepPlayer } from './whep.js';

/** Statistics come once a second; clocks in the picture are read a few times as often, which costs nothing that one would notice. */
const SAMPLE_MS = 1_000;
const CLOCK_MS = 200;

/** No new frame for this long while connected: the publisher is away, and the session waits for it. */
const AWAY_MS = 2_500;

/** The same where the server said that nobody publishes: what was under way then is shown. */
const TOLD_AWAY_MS = 500;

/** A path for media is found or not within this: ICE and the handshake take less, also over a relay. */
const WEBRTC_MS = 8_000;

const name = streamOfPage();
const video = byId('video');

/** What is shown and measured; also what tests and support read. */
const page = (window.__spillway = {
  page: 'watch',
  stream: name,
  /** How it plays, and why not by WebRTC. */
  via: 'WebRTC',
  why: null,
  state: 'idle',
  joinMs: null,
  latencyMs: null,
  latencySource: null,
  stats: null,
  error: null,
  connections: 0,
  /** What the server told of the stream: `{live, viewers, layers, paused}`, null where it did not. */
  told: null,
  framesShown: 0,
  /** Statistics of this moment, not of the last sample. */
  now: async () => (player?.connection ? new Rates().inbound(player.connection) : { video: null, audio: null, path: null }),
  /** The same by HLS; null where it plays by WebRTC. */
  hls: () => (player instanceof HlsPlayer ? player.now : null),
});

/** Elements that the bare player lacks are simply absent. */
const optional = (id) => document.getElementById(id);
const show = (id, text) => {
  const target = optional(id);
  if (target) setText(target, text);
};

/** A stream that is not open to all wants a key: from the address's fragment, which browsers send to no server, or typed in. */
let key = new URLSearchParams(location.hash.slice(1)).get('key') ?? '';

let player = null;
let quality = null;
let webrtcTimer = 0;
let rates = new Rates();
let lastFrameMs = -Infinity;
let lastClockMs = -Infinity;

function start() {
  player?.stop();
  clearTimeout(webrtcTimer);
  if (new URLSearchParams(location.search).get('via') === 'hls') return fallBack('The address asks for it.');
  if (!('RTCPeerConnection' in window)) return fallBack('This browser has no WebRTC.');
  page.via = 'WebRTC';
  page.why = null;
  const mine = new WhepPlayer({ endpoint: addressesOf(name).whep, key, ...iceWishes() });
  player = mine;
  mine.addEventListener('change', () => mine === player && onChange(mine));
  mine.addEventListener('stream', () => {
    if (mine !== player) return;
    attach(mine);
    clearTimeout(webrtcTimer);
    webrtcTimer = setTimeout(() => giveUp(mine), WEBRTC_MS);
  });
  mine.addEventListener('stream', () => mine === player && quality?.onConnected());
  mine.addEventListener('told', () => {
    if (mine !== player) return;
    quality?.onTold();
    showState();
  });
  mine.start();
}

function onChange(mine) {
  if (mine.state === 'connected') clearTimeout(webrtcTimer);
  // Neither a key nor waiting helps where no codec is common.
  const { status } = mine.problem ?? {};
  if (mine.state === 'failed' && status !== 401 && status !== 403) fallBack(mine.problem.message, mine.problem);
  else showState();
}

async function giveUp(mine) {
  const why = mine.connection === null ? mine.problem : await accountOf(mine.connection);
  if (mine === player && mine.state !== 'connected') fallBack(why?.message ?? 'No media came by WebRTC.');
}

/** Plays over HTTP instead, and says why. What only the person can help is told when that does not play either. */
function fallBack(why, problem = null) {
  player?.stop();
  clearTimeout(webrtcTimer);
  const mine = new HlsPlayer({ video, url: addressesOf(name).hls, key, otherwise: problem });
  player = mine;
  const tell = () => {
    page.via = mine.how;
    page.why = mine.fell === null ? why : `${why} ${mine.fell}`;
  };
  tell();
  lastFrameMs = -Infinity;
  const askedAtMs = performance.now();
  video.addEventListener('playing', () => {
    page.joinMs = performance.now() - askedAtMs;
    show('join', duration(page.joinMs));
  }, { once: true });
  mine.addEventListener('change', () => {
    if (mine !== player) return;
    tell();
    showState();
  });
  mine.addEventListener('told', () => mine === player && quality?.onTold());
  mine.addEventListener('stream', () => mine === player && quality?.onConnected());
  // What was chosen of the layers that WebRTC sent names none of these.
  quality?.forget();
  mine.start();
  video.play().catch(() => {});
}

/** A new connection: its first frame gives the join time. */
function attach({ stream, postedAtMs }) {
  page.connections += 1;
  rates = new Rates();
  page.stats = null;
  lastFrameMs = -Infinity;
  video.srcObject = stream;
  const first = () => {
    page.joinMs = performance.now() - postedAtMs;
    show('join', duration(page.joinMs));
  };
  onNextFrame(first);
  video.play().catch(() => {
    // Refused autoplay with sound: muted playing is always allowed.
    video.muted = true;
    showSound();
    video.play().catch(() => {});
  });
}

function onNextFrame(then) {
  const { srcObject } = video;
  const seen = () => {
    if (video.srcObject === srcObject) then();
  };
  if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(seen);
  else video.addEventListener('playing', seen, { once: true });
}

/** Counts frames for as long as the page is open, and reads the clocks in them. */
function watchFrames() {
  if (!('requestVideoFrameCallback' in video)) return;
  const frame = (nowMs, { presentedFrames }) => {
    lastFrameMs = performance.now();
    page.framesShown = presentedFrames;
    if (page.state !== 'live') showState();
    video.requestVideoFrameCallback(frame);
  };
  video.requestVideoFrameCallback(frame);
  readClocks(
    video,
    ({ latencyMs }) => {
      if (Number.isNaN(latencyMs)) return;
      lastClockMs = performance.now();
      showLatency(latencyMs, 'picture');
    },
    CLOCK_MS,
  );
}

const LATENCY_SOURCES = {
  picture: 'by the clock in the picture',
  sender: 'by the publisher’s clock',
  playlist: 'by the dates in the playlist',
};

/** Nothing is shown before it happened: clocks differ, and who sends ahead of its own, as ffmpeg -re does by half a second, is seen before its dates. */
function showLatency(ms, source) {
  page.latencyMs = ms === null ? null : Math.max(0, ms);
  page.latencySource = source;
  show('latency', ms === null ? NONE : duration(page.latencyMs));
  show('latency-source', source === null ? '\u00a0' : LATENCY_SOURCES[source]);
}

/** Without blocks in the picture the sender's clock tells, as far as both machines' clocks agree. */
function showSenderLatency({ video: picture, audio }) {
  if (performance.now() - lastClockMs < 3 * SAMPLE_MS) return;
  const clockMs = picture?.senderClockMs ?? audio?.senderClockMs ?? null;
  const ms = clockMs === null ? NaN : Date.now() - clockMs;
  if (ms > -50 && ms < 60_000) showLatency(ms, 'sender');
  else showLatency(null, null);
}

async function sample() {
  const connection = player?.connection;
  if (connection?.connectionState === 'connected') {
    const stats = await rates.inbound(connection);
    if (goesOn(page.stats, stats)) lastFrameMs = performance.now();
    page.stats = stats;
    showSenderLatency(stats);
    showStats(stats);
  }
  if (player instanceof HlsPlayer) {
    if (performance.now() - lastClockMs >= 3 * SAMPLE_MS) showLatency(player.latencyMs, player.latencyMs === null ? null : 'playlist');
    showHlsStats(player.now);
  }
  showState();
  setTimeout(sample, SAMPLE_MS);
}

/** Frames are not shown in a hidden tab, and sound alone has none: the counters tell that the stream goes on. */
function goesOn(before, now) {
  if (now.video) return now.video.framesDecoded > (before?.video?.framesDecoded ?? 0);
  return now.audio !== null && now.audio.packetsReceived > (before?.audio?.packetsReceived ?? 0);
}

function showStats({ video: v, audio: a, path }) {
  const list = optional('stats');
  if (!list) return;
  showRows(list, [
    ['By', page.why === null ? page.via : `${page.via}: ${page.why}`],
    ['Video', v ? `${v.codec ?? NONE} ${size(v.width, v.height)}` : NONE],
    ['Frames', v ? frameRate(v.framesPerSecond) : NONE],
    ['Bitrate', v ? bitrate(v.bitrateBps) : NONE],
    ['Sound', a ? `${a.codec ?? NONE} ${bitrate(a.bitrateBps)}` : NONE],
    ['Jitter buffer', v || a ? duration((v ?? a).jitterBufferMs) : NONE],
    ['Loss', v || a ? percent((v ?? a).lossFraction) : NONE],
    ['Freezes', v ? count(v.freezes) : NONE],
    ['Frames dropped', v ? count(v.framesDropped) : NONE],
    ['Asked again (NACK)', v ? count(v.nacks) : NONE],
    ['Asked for a picture (PLI)', v ? count(v.plis) : NONE],
    ['Round trip', duration(path?.roundTripMs)],
    ['Path', path ? `${path.localType} → ${path.remoteType ?? NONE} (${path.protocol})` : NONE],
  ]);
}

function showHlsStats({ codec, soundCodec, bitrateBps, bufferMs, framesDropped }) {
  const list = optional('stats');
  if (!list) return;
  showRows(list, [
    ['By', `${page.via}: ${page.why}`],
    ['Video', `${codec ?? NONE} ${size(video.videoWidth, video.videoHeight)}`],
    ['Bitrate at most', bitrate(bitrateBps)],
    ['Sound', soundCodec ?? NONE],
    ['Buffer', duration(bufferMs)],
    ['Frames dropped', count(framesDropped)],
  ]);
}

/** What a connected player shows, by the badge's text. */
const STATES = { Live: 'live', Paused: 'paused', Away: 'away' };

/** What the player's state means to a person: badge text, tone, and the words on the curtain (none when the picture speaks for itself). */
function faceOf({ state, problem, retryAtMs, told }) {
  const retryText = () => `Trying again in ${Math.max(1, Math.ceil((retryAtMs - performance.now()) / 1000))} s.`;
  switch (state) {
    case 'waiting':
      return { text: 'Waiting', tone: 'wait', sentence: `Waiting for the publisher of “${name}”.`, advice: 'It starts by itself.' };
    case 'connected':
      if (performance.now() - lastFrameMs < (told?.live === false ? TOLD_AWAY_MS : AWAY_MS)) return { text: 'Live', tone: 'live' };
      if (told?.paused) {
        return { text: 'Paused', tone: 'wait', sentence: 'Paused: your connection carries sound only.', advice: 'The picture comes back by itself.' };
      }
      return lastFrameMs === -Infinity
        ? { text: 'Connected', tone: 'wait', sentence: 'Waiting for the first picture…' }
        : { text: 'Away', tone: 'wait', sentence: 'The publisher is away.', advice: 'It goes on by itself when they return.' };
    case 'reconnecting':
      return problem
        ? { text: 'Retrying', tone: 'wait', sentence: problem.message, advice: retryText() }
        : { text: 'Reconnecting', tone: 'wait', sentence: 'The connection was lost. Connecting anew…' };
    case 'failed':
      return problem.status === 401
        ? { text: 'Key needed', tone: 'wait', sentence: problem.message, advice: 'Enter the key for watching.', unlock: true }
        : { text: 'Error', tone: 'bad', sentence: problem.message, advice: problem.advice, again: true };
    case 'stopped':
      return { text: 'Stopped', tone: 'idle', sentence: 'Stopped.', again: true };
    default:
      return { text: 'Connecting', tone: 'wait', sentence: 'Connecting…' };
  }
}

function showState() {
  const face = faceOf(player);
  page.state = STATES[face.text] ?? player.state;
  page.error = player.problem?.message ?? null;
  page.told = player.told ?? null;
  show('viewers', typeof page.told?.viewers === 'number' ? `${page.told.viewers} watching` : '');
  show('state', face.text);
  const badge = optional('state');
  if (badge) badge.dataset.tone = face.tone;
  byId('curtain').hidden = face.sentence === undefined;
  setText(byId('sentence'), face.sentence ?? '');
  setText(byId('advice'), face.advice ?? '');
  byId('again').hidden = !face.again;
  byId('unlock').hidden = !face.unlock;
  byId('spinner').hidden = face.tone !== 'wait' || face.unlock === true;
  show('play', player.state === 'stopped' || player.state === 'failed' ? 'Play' : 'Stop');
  showSound();
  if (page.state !== 'live' && page.state !== 'connected') showLatency(null, null);
}

function showSound() {
  byId('unmute').hidden = !video.muted || !['live', 'paused'].includes(page.state);
  const mute = optional('mute');
  if (!mute) return;
  setText(mute, video.muted ? 'Sound off' : 'Sound on');
  mute.setAttribute('aria-pressed', String(video.muted));
}

function setMuted(muted) {
  video.muted = muted;
  if (!muted && video.volume === 0) video.volume = 1;
  video.play().catch(() => {});
  showSound();
}

byId('unmute').addEventListener('click', () => {
  setMuted(false);
  optional('mute')?.focus();
});
byId('again').addEventListener('click', start);
byId('unlock').addEventListener('submit', (event) => {
  event.preventDefault();
  key = byId('key').value.trim();
  start();
});
optional('mute')?.addEventListener('click', () => setMuted(!video.muted));
optional('volume')?.addEventListener('input', ({ target }) => {
  video.volume = Number(target.value);
  setMuted(video.volume === 0);
});
optional('play')?.addEventListener('click', () => {
  if (player.state === 'stopped' || player.state === 'failed') start();
  else player.stop();
});
optional('fullscreen')?.addEventListener('click', () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (byId('screen').requestFullscreen) byId('screen').requestFullscreen();
  else video.webkitEnterFullscreen?.();
});
video.addEventListener('resize', () => {
  if (video.videoWidth > 0) byId('screen').style.setProperty('--shape', `${video.videoWidth} / ${video.videoHeight}`);
});
window.addEventListener('pagehide', () => player.stop());
window.addEventListener('pageshow', ({ persisted }) => persisted && start());

show('name', name);
document.title = `${name} – Spillway`;
const publishLink = optional('nav-publish');
if (publishLink) publishLink.href = addressesOf(name).publish;
// On a phone the figures come first and the list on demand.
if (optional('details')) byId('details').open = matchMedia('(min-width: 60rem)').matches;
showStats({ video: null, audio: null, path: null });
if (optional('quality')) {
  quality = new Quality({ stream: name, video, menu: byId('quality'), choose: async (wish) => (await player.choose?.(wish)) ?? false, told: () => player?.told?.layers ?? null });
}
watchFrames();
start();
sample();

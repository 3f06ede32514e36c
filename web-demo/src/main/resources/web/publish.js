import { addressesOf, iceWishes, streamOfPage } from './address.js';
import { endSession, sessions } from './api.js';
import { byId, copies, element, reveals, setText, showLines, showRows } from './dom.js';
import { NONE, bitrate, count, duration, frameRate, percent, size } from './format.js';
import { Rates } from './rates.js';
import { TestPicture } from './testpicture.js';
import { WhipPublisher, layerModes, sendableCodecs } from './whip.js';

const SAMPLE_MS = 1_000;
const VIEWERS_MS = 2_000;

/** A viewer that is not connected after this long has a problem. */
const SETUP_MS = 5_000;
const MAX_MISSED = 5;
const SETTING_UP = {
  waiting: 'nothing has come from it to the media port so far',
  checked: 'it reached the media port, but the encrypted handshake is not done yet',
};

const name = streamOfPage();
const addresses = addressesOf(name);

/** What is shown and measured; also what tests and support read. */
const page = (window.__spillway = { page: 'publish', stream: name, state: 'idle', stats: null, error: null });

/** The key stays in this tab, until it is closed. */
const KEY_STORE = `spillway.key.${name}`;

const WIDTHS = { 360: 640, 540: 960, 720: 1280, 1080: 1920 };

const SOURCE_NOTES = {
  test: 'A moving picture with a clock in it, and a beep each second.',
  camera: 'Camera and microphone. The browser asks first.',
  screen: 'A screen, window or tab, with its sound where the browser can. The browser asks first.',
};

const LAYERS_NOTES = {
  one: 'All viewers get the same picture.',
  simulcast: 'Encoded three times: each viewer gets the size that their line carries.',
  svc: 'VP9 or AV1 in layers that build on each other: each viewer gets as many as their line carries.',
};

let publisher = null;
let source = null;
let rates = new Rates();
let modesListed = null;

/** Opens what the person chose: `{media, stop()}`. */
async function openSource(kind, height) {
  const width = WIDTHS[height];
  if (kind === 'test') return new TestPicture(width, height);
  const video = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } };
  const media =
    kind === 'camera'
      ? await navigator.mediaDevices.getUserMedia({ video, audio: true })
      : await navigator.mediaDevices.getDisplayMedia({ video, audio: true });
  for (const track of media.getVideoTracks()) track.contentHint = kind === 'screen' ? 'detail' : 'motion';
  return {
    media,
    stop() {
      for (const track of media.getTracks()) track.stop();
    },
  };
}

const REFUSALS = {
  NotAllowedError: ['The browser did not give the camera, microphone or screen.', 'Allow it beside the address, or choose the test picture.'],
  NotFoundError: ['No camera or microphone was found.', 'Plug one in, or choose the test picture.'],
  NotReadableError: ['The camera or microphone is in use by another program.', 'Close that program and try again.'],
};

async function start() {
  showMessage('');
  byId('start').disabled = true;
  await modesListed;
  try {
    source = await openSource(byId('settings').elements.source.value, Number(byId('size').value));
  } catch (thrown) {
    const [sentence, advice] = REFUSALS[thrown.name] ?? [`The browser says: ${thrown.message}`, ''];
    page.error = sentence;
    showMessage(sentence, advice);
    byId('start').disabled = false;
    return;
  }
  byId('start').disabled = false;
  // The person may also end a shared screen or unplug a camera outside of this page.
  for (const track of source.media.getTracks()) track.addEventListener('ended', stop);
  byId('preview').srcObject = source.media;
  const mine = new WhipPublisher({
    endpoint: addresses.whip,
    key: byId('key').value.trim(),
    media: source.media,
    codec: byId('codec').value,
    bitrateBps: Number(byId('bitrate').value) * 1000,
    layers: byId('layers').value,
    mode: byId('mode').value,
    ...iceWishes(),
  });
  sessionStorage.setItem(KEY_STORE, byId('key').value.trim());
  publisher = mine;
  rates = new Rates();
  mine.addEventListener('change', () => mine === publisher && showState());
  mine.start();
}

function stop() {
  publisher?.stop();
  closeSource();
}

function closeSource() {
  source?.stop();
  source = null;
  byId('preview').srcObject = null;
}

const FACES = {
  idle: ['Off air', 'idle'],
  connecting: ['Connecting', 'wait'],
  live: ['On air', 'live'],
  reconnecting: ['Reconnecting', 'wait'],
  replaced: ['Ended', 'idle'],
  failed: ['Error', 'bad'],
  stopped: ['Off air', 'idle'],
};

function showState() {
  const { state, problem } = publisher;
  page.state = state;
  page.error = problem?.message ?? null;
  const [text, tone] = FACES[state];
  setText(byId('state'), text);
  byId('state').dataset.tone = tone;
  if (state === 'failed' || state === 'replaced') closeSource();
  if (state === 'replaced') showMessage('The server ended this session.', 'Somebody else publishes this stream now, or it was stopped there.');
  else showMessage(problem?.message ?? '', problem?.advice ?? '');
  showRunning(['connecting', 'live', 'reconnecting'].includes(state));
}

function showRunning(running) {
  byId('start').hidden = running;
  byId('stop').hidden = !running;
  byId('curtain').hidden = running;
  for (const field of byId('settings').elements) field.disabled = running;
  showAvailable();
  if (!running) showSent(null);
}

function showMessage(sentence, advice = '') {
  byId('message').hidden = sentence === '';
  setText(byId('sentence'), sentence);
  setText(byId('advice'), advice);
}

async function sample() {
  const connection = publisher?.connection;
  if (connection?.connectionState === 'connected') {
    page.stats = await rates.outbound(connection);
    showSent(page.stats);
  }
  setTimeout(sample, SAMPLE_MS);
}

const LIMITS = { none: NONE, cpu: 'this computer', bandwidth: 'the line', other: 'the browser' };

function showSent(stats) {
  const { video, audio, path } = stats ?? {};
  showRows(byId('sent'), [
    ['Video', video ? `${video.codec ?? NONE} ${size(video.width, video.height)}${layered(video)}` : NONE],
    ['Frames', video ? frameRate(video.framesPerSecond) : NONE],
    ['Bitrate', video ? bitrate(video.bitrateBps) : NONE],
    ['Sound', audio ? `${audio.codec ?? NONE} ${bitrate(audio.bitrateBps)}` : NONE],
    ['Round trip', duration(path?.roundTripMs)],
    ['Loss', percent(video?.lossFraction ?? audio?.lossFraction)],
    ['Held back by', video ? (LIMITS[video.limitedBy] ?? video.limitedBy) : NONE],
    ['Path', path ? `${path.localType} → ${path.remoteType ?? NONE} (${path.protocol})` : NONE],
  ]);
  const layers = (video?.layers ?? []).filter(({ rid }) => rid !== '');
  byId('layer-table').hidden = layers.length < 2;
  byId('layer-rows').replaceChildren(
    ...layers.map((layer) =>
      element(
        'tr',
        {},
        ...[
          layer.rid,
          size(layer.width, layer.height),
          frameRate(layer.framesPerSecond),
          bitrate(layer.bitrateBps),
          percent(layer.lossFraction),
          LIMITS[layer.limitedBy] ?? layer.limitedBy,
        ].map((textContent) => element('td', { textContent })),
      ),
    ),
  );
}

/** " in 3 layers" of "L3T3_KEY": what the browser made of the wish, which is fewer of a small picture. */
function layered({ scalability }) {
  const [, spatial] = /^L([2-9])/.exec(scalability ?? '') ?? [];
  return spatial ? ` in ${spatial} layers` : '';
}

/** Who watches, for as long as the server lets this page see it: on its own machine, that is. */
async function watchViewers() {
  try {
    byId('watching').hidden ||= page.state !== 'live';
    if (page.state === 'live' && !document.hidden) {
      const found = await sessions(name);
      if (found === null) return;
      const viewers = found.items.filter(({ role }) => role === 'viewer');
      showViewers(viewers.filter(({ state }) => state === 'connected'));
      showMissed(viewers.filter(({ state, ageMs }) => state === 'ended' || (state !== 'connected' && ageMs > SETUP_MS)));
    }
  } catch {
    // The server is away for a moment: the publisher's own message says so.
  }
  setTimeout(watchViewers, VIEWERS_MS);
}

/** Rows are kept while their viewers stay: a button must not vanish under the pointer. */
function showViewers(viewers) {
  byId('watching').hidden = false;
  byId('viewers').hidden = viewers.length === 0;
  byId('nobody').hidden = viewers.length > 0;
  const rows = new Map([...byId('viewer-rows').children].map((row) => [row.dataset.session, row]));
  for (const [id, row] of rows) {
    if (!viewers.some((viewer) => viewer.id === id)) row.remove();
  }
  for (const { id, userAgent, sent } of viewers) {
    const row = rows.get(id) ?? byId('viewer-rows').appendChild(viewerRow(id));
    [
      agentName(userAgent),
      sent.paused ? 'sound only' : size(sent.width, sent.height),
      bitrate(sent.videoBps),
      sent.estimateMeasured ? bitrate(sent.estimateBps) : NONE,
      percent(sent.lossFraction),
      duration(sent.rttMs),
      count(sent.freezes),
    ].forEach((text, i) => setText(row.cells[i], text));
  }
}

/** The newest of those who did not come to see anything, or no longer do, and what the server says of it. */
function showMissed(viewers) {
  const newest = viewers.toReversed().slice(0, MAX_MISSED);
  byId('missed').hidden = newest.length === 0;
  showLines(byId('missed-rows'), newest.map(missedLine));
}

function missedLine({ state, userAgent, addresses, lastCheckError, lastCheckFrom, why }) {
  const from = addresses.length > 0 ? ` from ${addresses.join(', ')}` : '';
  const refused = lastCheckError ? ` (last check refused: ${lastCheckError}, from ${lastCheckFrom})` : '';
  return `${agentName(userAgent)}${from}: ${why ?? SETTING_UP[state]}${refused}`;
}

function viewerRow(id) {
  const button = element('button', { type: 'button', textContent: 'End' });
  button.addEventListener('click', async () => {
    button.disabled = true;
    button.disabled = await endSession(name, id).catch(() => false);
  });
  const row = element('tr', {}, ...Array.from({ length: 7 }, () => element('td')), element('td', {}, button));
  row.dataset.session = id;
  return row;
}

/** "Firefox/150" of a browser's long name, or how any other begins. */
function agentName(agent) {
  // Edge and Opera say that they are Chrome first.
  const found = /(?:Edg|OPR)\/\d+/.exec(agent) ?? /(?:Firefox|Chrome|Version|OBS-Studio)\/\d+/.exec(agent);
  return found?.[0].replace('Version', 'Safari') ?? agent.slice(0, 24);
}

/** Camera and screen exist on secure pages only: says so instead of failing later. */
function showAvailable() {
  const { elements } = byId('settings');
  const able = {
    test: true,
    camera: navigator.mediaDevices?.getUserMedia !== undefined,
    screen: navigator.mediaDevices?.getDisplayMedia !== undefined,
  };
  for (const choice of elements.source) choice.disabled ||= !able[choice.value];
  const chosen = elements.source.value;
  setText(byId('layers-note'), LAYERS_NOTES[byId('layers').value]);
  modesListed = showModes();
  setText(
    byId('source-note'),
    window.isSecureContext ? SOURCE_NOTES[chosen] : 'Browsers give camera and screen to https pages and to localhost only. The test picture works here.',
  );
}

/** Lists the ways in which the browser sends the chosen codec in layers, and keeps to the chosen one where it is among them. */
async function showModes() {
  const menu = byId('mode');
  const codec = byId('codec').value;
  const modes = await layerModes(codec);
  if (byId('codec').value !== codec) return;
  const chosen = menu.value || new URLSearchParams(location.search).get('mode');
  menu.replaceChildren(...modes.map((mode) => element('option', { value: mode, textContent: modeName(mode) })));
  if (modes.includes(chosen)) menu.value = chosen;
  menu.hidden = byId('layers').value !== 'svc' || modes.length === 0;
}

/** "3 sizes, 3 frame rates" of "L3T3". */
function modeName(mode) {
  const [, spatial, temporal] = /^L(\d)T(\d)/.exec(mode);
  const sizes = spatial === '1' ? '1 size' : `${spatial} sizes`;
  return `${sizes}, ${temporal} frame rates · ${mode}`;
}

function showBitrate() {
  setText(byId('bitrate-shown'), bitrate(Number(byId('bitrate').value) * 1000));
}

/** A link may fill in the form, as in ?source=camera&codec=VP8, but never starts by itself: it would throw a running publisher out. */
function fillIn() {
  const query = new URLSearchParams(location.search);
  byId('codec').append(...sendableCodecs().map((codec) => element('option', { value: codec, textContent: codec })));
  for (const id of ['size', 'codec', 'layers']) {
    if ([...byId(id).options].some(({ value }) => value === query.get(id))) byId(id).value = query.get(id);
  }
  if (query.get('source') in SOURCE_NOTES) byId('settings').elements.source.value = query.get('source');
  if (Number(query.get('bitrate')) > 0) byId('bitrate').value = query.get('bitrate');
  byId('key').value = sessionStorage.getItem(KEY_STORE) ?? '';
}

byId('start').addEventListener('click', start);
// A click before there is anybody to hear it would be lost.
byId('start').disabled = false;
byId('stop').addEventListener('click', stop);
byId('bitrate').addEventListener('input', showBitrate);
byId('settings').addEventListener('change', showAvailable);
byId('settings').addEventListener('submit', (event) => event.preventDefault());
copies(byId('copy-watch'), () => location.origin + addresses.watch);
reveals(byId('show-key'), byId('key'));
window.addEventListener('pagehide', stop);

setText(byId('name'), name);
document.title = `Publish ${name} – Spillway`;
byId('watch').href = byId('nav-watch').href = addresses.watch;
fillIn();
showBitrate();
showAvailable();
showSent(null);
sample();
watchViewers();

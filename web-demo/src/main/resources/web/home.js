import { addressesOf, isStreamName } from './address.js';
import * as api from './api.js';
import { byId, copies, element, reveals, setText, showLines } from './dom.js';
import { bitrate, frameRate, since, size } from './format.js';
import { Problem } from './problem.js';

const POLL_MS = 2_000;

/** A picture is asked for anew this often: the server's is as old at most. */
const PICTURE_MS = 10_000;

/** And this often where there was none: the server may have nothing to make it with. */
const NO_PICTURE_MS = 60_000;

/** Where the pages' state can be read by tests and by support. */
const state = (window.__spillway = { page: 'home', live: [], error: null, key: null });

/** Cards by stream name: updated in place, so that focus and position stay. */
const cards = new Map();

function cardOf(id) {
  let card = cards.get(id);
  if (!card) {
    const addresses = addressesOf(id);
    const root = element(
      'li',
      { className: 'card' },
      element('a', { className: 'still', href: addresses.watch, tabIndex: -1, ariaHidden: 'true' }),
      element('div', { className: 'card-head' }, element('h2', { textContent: id }), element('span', { className: 'badge', textContent: 'Live' })),
      element('p', { className: 'facts' }),
      element('ul', { className: 'layers' }),
      element('ul', { className: 'warnings' }),
      element('p', { className: 'actions' }, element('a', { className: 'button primary', href: addresses.watch, textContent: 'Watch' })),
    );
    root.querySelector('.badge').dataset.tone = 'live';
    const whep = element('button', { type: 'button', textContent: 'Copy WHEP URL' });
    copies(whep, () => addresses.whep);
    root.querySelector('.actions').append(' ', whep);
    card = { root, nextPictureMs: 0, facts: root.querySelector('.facts'), layers: root.querySelector('.layers'), warnings: root.querySelector('.warnings') };
    cards.set(id, card);
  }
  return card;
}

/** The newest picture, in place of the one before when it is there. Streams that want a key show none: this page has none. */
function showPicture(card, { id, watch }) {
  const now = Date.now();
  if (now < card.nextPictureMs || watch === 'key' || !isStreamName(id)) return;
  card.nextPictureMs = now + PICTURE_MS;
  // The same address for all who look in these seconds: caches share it.
  const picture = element('img', { alt: '', src: `${addressesOf(id).thumbnail}?at=${Math.floor(now / PICTURE_MS)}` });
  picture.decode().then(
    () => card.root.querySelector('.still').replaceChildren(picture),
    () => {
      card.root.querySelector('.still').replaceChildren();
      card.nextPictureMs = now + NO_PICTURE_MS;
    },
  );
}

function showCard(stream, status) {
  const { id, startedAt } = stream;
  const card = cardOf(id);
  showPicture(card, stream);
  const viewers = viewersOf(status);
  const facts = [`on air for ${since(startedAt)}`];
  if (viewers !== null) facts.unshift(viewers === 1 ? '1 viewer' : `${viewers} viewers`);
  setText(card.facts, facts.join(' · '));
  showLines(card.layers, [...(status?.tracks ?? [])].sort((a, b) => b.kind.localeCompare(a.kind)).flatMap(linesOf));
  showLines(card.warnings, warningsOf(status));
  return card.root;
}

function linesOf(track) {
  return (track.layers ?? []).map((layer) =>
    [
      track.codec,
      track.kind === 'audio' ? 'sound' : size(layer.width, layer.height),
      track.kind === 'audio' ? '' : frameRate(layer.framesPerSecond),
      bitrate(layer.bitrateBps),
      layer.active === false ? 'paused' : '',
    ]
      .filter(Boolean)
      .join(' · '),
  );
}

/** Over all protocols; null when the server does not tell. */
function viewersOf(status) {
  return status?.viewers ? Object.values(status.viewers).reduce((sum, n) => sum + n, 0) : null;
}

function warningsOf(status) {
  return status?.health?.reasons ?? [];
}

async function showLive() {
  const live = (await api.streams()).filter(({ status }) => status === 'live').sort((a, b) => a.id.localeCompare(b.id));
  const statuses = await Promise.all(live.map(({ id }) => api.status(id)));
  const list = byId('live');
  live.forEach((stream, i) => {
    const root = showCard(stream, statuses[i]);
    if (list.children[i] !== root) list.insertBefore(root, list.children[i] ?? null);
  });
  while (list.children.length > live.length) list.lastElementChild.remove();
  for (const id of cards.keys()) if (!live.some((stream) => stream.id === id)) cards.delete(id);
  byId('nothing').hidden = live.length > 0;
  setText(byId('live-note'), live.length === 0 ? '' : live.length === 1 ? '1 stream' : `${live.length} streams`);
  state.live = live.map(({ id }) => id);
}

async function poll() {
  if (document.visibilityState === 'visible') {
    try {
      await showLive();
      state.error = null;
    } catch (thrown) {
      state.error = Problem.from(thrown).message;
      setText(byId('live-note'), `${state.error} Trying again.`);
    }
  }
  setTimeout(poll, POLL_MS);
}

async function showServer() {
  const told = await api.server().catch(() => null);
  const rows = [['Web', location.origin]];
  const media = told?.addresses ?? [];
  if (told?.whipUrl && !told.whipUrl.startsWith(location.origin)) rows.push(['WHIP from elsewhere', told.whipUrl]);
  if (media.length > 0) rows.push(['Media', media.join('\n')]);
  byId('reach').replaceChildren(...rows.map(([name, value]) => element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value }))));
  const warnings = [...(told?.warnings ?? [])];
  if (!window.isSecureContext) {
    warnings.push('This page came over plain http from another machine: browsers give camera and screen to https pages only. The test picture and OBS work.');
  }
  showLines(byId('reach-warnings'), warnings);
  if (told?.version) setText(byId('version'), `Spillway ${told.version}`);
}

async function showKey(stream) {
  const key = (await api.stream(stream).catch(() => null))?.publishKey ?? null;
  if (byId('stream').value !== stream) return;
  state.key = key;
  byId('key').value = key ?? '';
  showFfmpeg();
  byId('copy-key').disabled = byId('show-key').disabled = key === null;
  const mayTellLater = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
  setText(
    byId('key-note'),
    key !== null
      ? 'Shown because you sit at the server. It is this stream’s key: keep it to yourself.'
      : mayTellLater
        ? 'From this machine no key is needed: leave it empty.'
        : 'Only the server’s own machine and its admin see keys: open this page there.',
  );
}

/** FFmpeg 8 and newer speak WHIP. The key is named, not shown: commands end up in histories. */
function showFfmpeg() {
  const authorization = state.key === null ? '' : ' -authorization KEY';
  setText(
    byId('ffmpeg'),
    `ffmpeg -re -i INPUT -c:v libx264 -profile:v baseline -tune zerolatency -g 30 -bf 0 -c:a libopus -ar 48000 -ac 2 -f whip${authorization} ${byId('whip').value}`,
  );
}

function showAddresses() {
  const stream = byId('stream').value;
  const valid = isStreamName(stream);
  byId('stream').setAttribute('aria-invalid', String(!valid));
  setText(byId('stream-note'), valid ? 'Letters, digits, _ and - up to 64.' : 'That is no name: letters, digits, _ and - only, at least one, at most 64.');
  if (!valid) return;
  const addresses = addressesOf(stream);
  byId('whip').value = addresses.whip;
  showFfmpeg();
  byId('publish-link').href = byId('first-publish').href = addresses.publish;
  byId('watch-link').href = addresses.watch;
  showKey(stream);
}

copies(byId('copy-whip'), () => byId('whip').value);
copies(byId('copy-ffmpeg'), () => byId('ffmpeg').textContent);
copies(byId('copy-key'), () => byId('key').value);
reveals(byId('show-key'), byId('key'));
byId('stream').addEventListener('input', showAddresses);
byId('whip').addEventListener('focus', ({ target }) => target.select());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && showLive().catch(() => {}));
showAddresses();
showServer();
poll();

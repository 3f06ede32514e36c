import * as api from './api.js';
import { byId, element, setText } from './dom.js';
import { bytes, clockTime, day, size } from './format.js';
import { Problem } from './problem.js';
import { Preview } from './preview.js';
import { RecordingPlayer } from './recordingplayer.js';

const POLL_MS = 2_000;

/** Where the page's state can be read by tests and by support. */
const state = (window.__spillway = { page: 'library', recordings: [], error: null, playing: null });

/** Cards by recording: updated in place, so that focus and position stay. */
const cards = new Map();
const player = new RecordingPlayer(state);

/** What is shown: the first page is asked for again and again, older ones once. */
let older = [];
let next = null;

const BADGES = {
  live: ['Recording', 'live'],
  muxing: ['In the making', 'wait'],
  ready: ['Ready', 'idle'],
  failed: ['No movie', 'bad'],
};

function cardOf(id) {
  let card = cards.get(id);
  if (!card) {
    const badge = element('span', { className: 'badge' });
    const root = element(
      'li',
      { className: 'card', id: `card-${id}` },
      element('div', { className: 'still' }),
      element('div', { className: 'card-head' }, element('h2'), badge),
      element('p', { className: 'facts' }),
      element('p', { className: 'tags' }),
      element('progress', { max: 1, hidden: true, ariaLabel: 'The movie that is being made' }),
      element('p', { className: 'reason' }),
      element('p', { className: 'actions' }),
    );
    card = { root, badge, status: '', recording: null };
    for (const part of ['still', 'facts', 'tags', 'reason', 'actions']) card[part] = root.querySelector(`.${part}`);
    card.title = root.querySelector('h2');
    card.progress = root.querySelector('progress');
    cards.set(id, card);
  }
  return card;
}

function showCard(recording) {
  const card = cardOf(recording.id);
  const { title, status } = recording;
  card.recording = recording;
  const [badge, tone] = BADGES[status] ?? [status, 'idle'];
  setText(card.title, title);
  setText(card.badge, status === 'muxing' ? `${badge}: ${Math.floor((recording.progress ?? 0) * 100)} %` : badge);
  card.badge.dataset.tone = tone;
  const facts = [day(recording.startedAt), recording.durationMs === null ? '' : clockTime(recording.durationMs), size(recording.width, recording.height), bytes(recording.bytes)];
  setText(card.facts, facts.filter((fact) => fact && fact !== '–').join(' · '));
  setText(card.tags, [recording.stream === title ? '' : recording.stream, ...recording.tags].filter(Boolean).join(' · '));
  card.progress.hidden = status !== 'muxing';
  card.progress.value = recording.progress ?? 0;
  setText(card.reason, recording.reason ?? '');
  if (card.status !== status) {
    card.status = status;
    showActions(card);
  }
  for (const action of card.actions.children) action.ariaLabel = `${action.textContent}: ${title}, ${day(recording.startedAt)}`;
  return card.root;
}

/** What can be done with it: another set only when it became another thing, so that focus stays. */
function showActions(card) {
  const { id, stream, status, playback } = card.recording;
  const button = (label, act, className = '') => {
    const made = element('button', { type: 'button', textContent: label, className });
    made.addEventListener('click', () => act(card.recording));
    return made;
  };
  const actions = [];
  if (status === 'ready') {
    actions.push(button('Play', (recording) => player.open(recording), 'primary'));
    card.still.addEventListener('click', () => player.open(card.recording));
    actions.push(element('a', { className: 'button', href: playback.mp4, download: `${id}.mp4`, textContent: 'Download' }));
    showStill(card.still, card.recording);
  }
  if (status === 'live') actions.push(element('a', { className: 'button', href: `/watch/${stream}`, textContent: 'Watch live' }));
  actions.push(button('Rename', askTitle));
  if (status !== 'live') actions.push(button('Delete', confirmRemoval));
  card.actions.replaceChildren(...actions);
}

/** Its picture, with what happens in it below the pointer. Where there is none the place holds the page's own. */
function showStill(still, { id, playback }) {
  if (!playback.thumbnail) return;
  const picture = element('img', { alt: '', src: playback.thumbnail });
  picture.decode().then(
    () => still.prepend(picture),
    () => {},
  );
  new Preview(still, `/vod/${id}/preview.vtt`);
}

function askTitle({ id, title }) {
  const dialog = byId('rename');
  const field = byId('rename-title');
  field.value = title;
  setText(byId('rename-problem'), '');
  byId('rename-form').onsubmit = async (event) => {
    event.preventDefault();
    const wanted = field.value.trim();
    try {
      await api.renameRecording(id, wanted);
      older = older.map((each) => (each.id === id ? { ...each, title: wanted } : each));
      await show();
      dialog.close();
    } catch (thrown) {
      tellRefusal('rename-problem', 'rename', thrown);
    }
  };
  dialog.showModal();
  field.select();
}

function tellRefusal(place, what, thrown) {
  const { message, advice, status } = Problem.from(thrown);
  setText(byId(place), status === 401 ? `Only the administrator may ${what}: open this page on the server’s own machine.` : `${message} ${advice}`);
}

function confirmRemoval(recording) {
  const dialog = byId('confirm');
  setText(byId('confirm-what'), `“${recording.title}” of ${day(recording.startedAt)}, ${bytes(recording.bytes)}.`);
  setText(byId('confirm-problem'), '');
  byId('confirm-delete').onclick = async () => {
    try {
      await api.removeRecording(recording.id);
      older = older.filter(({ id }) => id !== recording.id);
      dialog.close();
      await show();
      byId('library-title').focus();
    } catch (thrown) {
      tellRefusal('confirm-problem', 'delete', thrown);
    }
  };
  dialog.showModal();
}

async function show() {
  const page = await api.recordings();
  const first = new Set(page.items.map(({ id }) => id));
  // What newer ones pushed off the first page stays, as it was seen last.
  const pushed = older.length > 0 ? state.recordings.filter(({ id }) => !first.has(id) && !older.some((each) => each.id === id)) : [];
  older = [...pushed, ...older.filter(({ id }) => !first.has(id))];
  if (older.length === 0) next = page.next;
  const all = [...page.items, ...older];
  const list = byId('recordings');
  all.forEach((recording, i) => {
    const root = showCard(recording);
    if (list.children[i] !== root) list.insertBefore(root, list.children[i] ?? null);
  });
  while (list.children.length > all.length) list.lastElementChild.remove();
  for (const id of cards.keys()) if (!all.some((recording) => recording.id === id)) cards.delete(id);
  state.recordings = all;
  byId('nothing').hidden = all.length > 0;
  byId('more').hidden = next === null;
  setText(byId('note'), all.length === 0 ? '' : all.length === 1 && next === null ? '1 recording' : `${all.length}${next === null ? '' : ' newest'} recordings`);
}

byId('more').addEventListener('click', async () => {
  try {
    const page = await api.recordings(next);
    older.push(...page.items);
    next = page.next;
    await show();
  } catch (thrown) {
    setText(byId('note'), Problem.from(thrown).message);
  }
});
byId('rename-keep').addEventListener('click', () => byId('rename').close());
byId('confirm-keep').addEventListener('click', () => byId('confirm').close());
byId('library-title').tabIndex = -1;

async function poll() {
  if (document.visibilityState === 'visible') {
    try {
      await show();
      state.error = null;
      await openNamed();
    } catch (thrown) {
      state.error = Problem.from(thrown).message;
      setText(byId('note'), `${state.error} Trying again.`);
    }
  }
  setTimeout(poll, POLL_MS);
}

/** The recording that the address names behind its #, once. */
let named = location.hash.slice(1);
async function openNamed() {
  const recording = state.recordings.find(({ id }) => id === named);
  if (recording?.status !== 'ready') return;
  named = '';
  await player.open(recording);
}

poll();

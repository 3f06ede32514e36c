import * as api from './api.js';
import { byId, element, setText } from './dom.js';
import { clockTime, day } from './format.js';
import { viewer } from './viewer.js';

/** How often the server is told where the viewer is. */
const KEEP_MS = 5_000;

/** Nearer than this to the beginning or the end one begins anew. */
const EDGE_S = 5;

const SHORTEST_CLIP_S = 0.5;

/** The server cuts no longer ones: that is the recording itself. */
const LONGEST_CLIP_S = 3_600;

/** The dialog that plays a recording from where this viewer stopped, and cuts clips of it. */
export class RecordingPlayer {
  #state;
  #recording = null;
  #keptMs = 0;
  #clipEnd = Infinity;
  #video = byId('video');
  #from = byId('from');
  #to = byId('to');

  constructor(state) {
    this.#state = state;
    const dialog = byId('player');
    byId('player-close').addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => this.#close());
    this.#video.addEventListener('timeupdate', () => this.#onTime());
    this.#video.addEventListener('pause', () => this.#keep());
    this.#video.addEventListener('error', () => this.#video.src && setText(byId('resumed'), 'This browser cannot play it. Download it instead.'));
    addEventListener('pagehide', () => this.#keep());
    byId('clip').addEventListener('submit', (event) => event.preventDefault());
    this.#from.addEventListener('input', () => this.#showClip(this.#from));
    this.#to.addEventListener('input', () => this.#showClip(this.#to));
    byId('from-here').addEventListener('click', () => this.#setHere(this.#from));
    byId('to-here').addEventListener('click', () => this.#setHere(this.#to));
    byId('clip-play').addEventListener('click', () => this.#playClip());
  }

  async open(recording) {
    this.#recording = recording;
    this.#clipEnd = Infinity;
    setText(byId('player-title'), `${recording.title}, ${day(recording.startedAt)}`);
    setText(byId('resumed'), '');
    this.#showChapters(recording.chapters);
    const lastsS = recording.durationMs / 1_000;
    for (const handle of [this.#from, this.#to]) handle.max = String(lastsS);
    this.#from.value = '0';
    this.#to.value = String(Math.min(lastsS, 30));
    this.#showClip(this.#from);
    this.#video.src = recording.playback.mp4;
    byId('player').showModal();
    const atS = ((await api.position(recording.id, viewer()).catch(() => 0)) ?? 0) / 1_000;
    if (this.#recording !== recording) return;
    if (atS > EDGE_S && atS < lastsS - EDGE_S) {
      this.#video.currentTime = atS;
      setText(byId('resumed'), `Goes on at ${clockTime(atS * 1_000)}, where you stopped.`);
    }
    this.#state.playing = recording.id;
    // A browser that wants a click first shows its own button.
    this.#video.play().catch(() => {});
  }

  #close() {
    this.#keep();
    this.#recording = null;
    this.#state.playing = null;
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #onTime() {
    if (this.#video.currentTime >= this.#clipEnd) {
      this.#clipEnd = Infinity;
      this.#video.pause();
    }
    if (Date.now() - this.#keptMs >= KEEP_MS) this.#keep();
  }

  #keep() {
    if (!this.#recording || !(this.#video.currentTime > 0)) return;
    this.#keptMs = Date.now();
    const positionMs = this.#video.ended ? 0 : Math.floor(this.#video.currentTime * 1_000);
    api.keepPosition(this.#recording.id, viewer(), positionMs).catch(() => {});
  }

  /** Publishers that came one after another; a single one is no chapter. */
  #showChapters(chapters) {
    const buttons = chapters.map(({ atMs, startedAt }) => {
      const button = element('button', { type: 'button', textContent: `${clockTime(atMs)} – ${new Date(startedAt).toLocaleTimeString()}` });
      button.addEventListener('click', () => {
        this.#video.currentTime = atMs / 1_000;
        this.#video.play().catch(() => {});
      });
      return element('li', {}, button);
    });
    byId('chapters').replaceChildren(...(chapters.length > 1 ? buttons : []));
  }

  #setHere(handle) {
    handle.value = String(this.#video.currentTime);
    this.#showClip(handle);
  }

  /** The handle that was not moved gives way. */
  #showClip(moved) {
    const shortest = Math.min(SHORTEST_CLIP_S, Number(this.#to.max));
    let [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    if (to - from < shortest) {
      if (moved === this.#from) to = Math.min(Number(this.#to.max), from + shortest);
      from = Math.max(0, Math.min(from, to - shortest));
      to = Math.max(to, from + shortest);
    }
    if (to - from > LONGEST_CLIP_S) {
      if (moved === this.#from) to = from + LONGEST_CLIP_S;
      else from = to - LONGEST_CLIP_S;
    }
    this.#from.value = String(from);
    this.#to.value = String(to);
    [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    for (const [handle, output, at] of [
      [this.#from, 'from-time', from],
      [this.#to, 'to-time', to],
    ]) {
      setText(byId(output), clockTime(at * 1_000, 1));
      handle.setAttribute('aria-valuetext', clockTime(at * 1_000, 1));
    }
    const { id } = this.#recording;
    const get = byId('clip-get');
    get.href = `/vod/${id}/clip.mp4?start=${from.toFixed(1)}&duration=${(to - from).toFixed(1)}`;
    get.download = `${id}-clip.mp4`;
    setText(get, `Download the clip (${clockTime((to - from) * 1_000, 1)})`);
  }

  #playClip() {
    this.#video.currentTime = Number(this.#from.value);
    this.#clipEnd = Number(this.#to.value);
    this.#video.play().catch(() => {});
  }
}

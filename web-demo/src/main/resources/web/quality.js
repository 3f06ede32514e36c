import { status } from './api.js';
import { bitrate } from './format.js';

const LOOK_MS = 3_000;
const SETTLE_MS = 500;
const AUTOMATIC = 'auto';

/**
 * Which of a stream's layers is shown: the menu, and in its automatic position what the window needs. A hidden tab takes the smallest layer, a
 * small picture none larger than it shows; what the network carries is the server's part.
 */
export class Quality {
  #stream;
  #video;
  #menu;
  #choose;
  #told;
  #layers = [];
  #sent = '';
  #settling = 0;

  /**
   * `menu` is the select element; `choose(wish)` tells the server, and resolves to whether it was told; `told()` gives the layers of the server's
   * last event, null where there was none: then it is asked.
   */
  constructor({ stream, video, menu, choose, told }) {
    this.#stream = stream;
    this.#video = video;
    this.#menu = menu;
    this.#choose = choose;
    this.#told = told;
    menu.addEventListener('change', () => this.#tell());
    document.addEventListener('visibilitychange', () => this.#soon());
    new ResizeObserver(() => this.#soon()).observe(video);
    this.#look();
  }

  /** A new session knows of no choice yet. */
  onConnected() {
    this.#sent = JSON.stringify({});
    this.#tell();
  }

  /** The server told of layers. */
  onTold() {
    const told = this.#told();
    if (told !== null) this.#show(ofEvent(told));
  }

  /** Another player, of which nothing is known yet: it chooses by itself. */
  forget() {
    this.#menu.value = AUTOMATIC;
    this.#show([]);
  }

  async #look() {
    try {
      if (!document.hidden && this.#told() === null) this.#show(ofStatus(await status(this.#stream)));
    } catch {
      // The player tells what is wrong with the server; the menu stays as it was.
    }
    setTimeout(() => this.#look(), LOOK_MS);
  }

  #show(sent) {
    const layers = sent.filter(({ height }) => height > 0).sort((a, b) => b.height - a.height);
    this.#layers = layers;
    const chosen = this.#menu.value || AUTOMATIC;
    const options = [
      { value: AUTOMATIC, text: 'Auto' },
      ...layers.map(({ name, height, bitrateBps }) => ({ value: name, text: `${height}p · ${bitrate(bitrateBps)}` })),
    ];
    if (!options.some(({ value }) => value === chosen)) options.push({ value: chosen, text: 'Not sent at present' });
    // Elements are kept: an open menu would close if they were made anew.
    options.forEach(({ value, text }, i) => {
      const option = this.#menu.options[i] ?? this.#menu.appendChild(document.createElement('option'));
      if (option.value !== value) option.value = value;
      if (option.textContent !== text) option.textContent = text;
    });
    while (this.#menu.options.length > options.length) this.#menu.options[options.length].remove();
    this.#menu.value = chosen;
    this.#menu.parentElement.hidden = layers.length < 2 && chosen === AUTOMATIC;
    this.#tell();
  }

  #soon() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#tell(), SETTLE_MS);
  }

  async #tell() {
    const wish = JSON.stringify(this.#wish());
    if (wish === this.#sent) return;
    const before = this.#sent;
    this.#sent = wish;
    if (!(await this.#choose(JSON.parse(wish))) && this.#sent === wish) this.#sent = before;
  }

  #wish() {
    const chosen = this.#menu.value || AUTOMATIC;
    if (chosen !== AUTOMATIC) return wishOf(chosen);
    if (this.#layers.length < 2) return {};
    const shown = document.hidden ? 0 : this.#video.clientHeight * devicePixelRatio;
    const enough = this.#layers.findLast(({ height }) => height >= shown);
    return enough && enough !== this.#layers[0] ? { maxHeight: enough.height } : {};
  }
}

/** An encoding's name in the menu, or that of a layer inside of it. */
const nameOf = (rid, spatial) => (spatial === undefined ? `rid:${rid}` : `rid:${rid}:${spatial}`);

function wishOf(name) {
  const [, rid, spatial] = name.split(':');
  return { ...(rid === '' ? {} : { rid }), ...(spatial === undefined ? {} : { spatialLayerId: Number(spatial) }) };
}

/** The encodings that a status resource says are sent. */
function ofStatus(now) {
  return (now?.tracks ?? [])
    .filter(({ kind }) => kind === 'video')
    .flatMap((track) => track.layers)
    .filter(({ active }) => active)
    .map(({ rid, height, bitrateBps }) => ({ name: nameOf(rid), height, bitrateBps }));
}

/** The same of an event, which names the layers inside of an encoding too: of those that differ in their frame rate only, the first is all of them. */
function ofEvent(told) {
  const sent = told.filter(({ bitrate = 0 }) => bitrate > 0);
  const spatials = (of) => new Set(sent.filter(({ rid }) => rid === of).map(({ spatialLayerId }) => spatialLayerId));
  const layers = new Map();
  for (const { rid, spatialLayerId, height = 0, bitrate } of sent) {
    const name = nameOf(rid ?? '', spatials(rid).size > 1 ? spatialLayerId : undefined);
    if (!layers.has(name)) layers.set(name, { name, height, bitrateBps: bitrate });
  }
  return [...layers.values()];
}

const PARTS = /^(?:(\d+):)?(\d+):(\d+(?:\.\d+)?) --> (?:(\d+):)?(\d+):(\d+(?:\.\d+)?)/;

/** Pieces of pictures by time, out of WebVTT whose cues are `sprite.jpg#xywh=0,0,160,90`: `[{fromMs, toMs, url, x, y, width, height}]`. */
export function piecesOf(vtt, base) {
  const pieces = [];
  const lines = vtt.split(/\r?\n/);
  lines.forEach((line, i) => {
    const times = PARTS.exec(line);
    const piece = times && /^(.+)#xywh=(\d+),(\d+),(\d+),(\d+)$/.exec(lines[i + 1] ?? '');
    if (!piece) return;
    const ms = (hours, minutes, seconds) => (Number(hours ?? 0) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
    const [x, y, width, height] = piece.slice(2).map(Number);
    pieces.push({ fromMs: ms(...times.slice(1, 4)), toMs: ms(...times.slice(4, 7)), url: new URL(piece[1], base).href, x, y, width, height });
  });
  return pieces;
}

/** Shows in a still what happens in a recording, from left to right below the pointer. The sprite is asked for when a pointer comes first. */
export class Preview {
  #still;
  #pieces = null;
  #shown = null;

  constructor(still, address) {
    this.#still = still;
    still.addEventListener('pointerenter', () => (this.#pieces ??= this.#load(new URL(address, location.href))));
    still.addEventListener('pointermove', ({ clientX }) => this.#show(clientX));
    still.addEventListener('pointerleave', () => this.#hide());
  }

  async #load(address) {
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(5_000) });
      return response.ok ? piecesOf(await response.text(), address) : [];
    } catch {
      return [];
    }
  }

  async #show(clientX) {
    const pieces = (await this.#pieces) ?? [];
    if (pieces.length === 0) return;
    const box = this.#still.getBoundingClientRect();
    const part = Math.min(0.999, Math.max(0, (clientX - box.left) / box.width));
    const { url, x, y, width, height } = pieces[Math.floor(part * pieces.length)];
    const shown = (this.#shown ??= this.#still.appendChild(document.createElement('div')));
    shown.className = 'glimpse';
    shown.style.width = `${width}px`;
    shown.style.height = `${height}px`;
    shown.style.backgroundImage = `url("${url}")`;
    shown.style.backgroundPosition = `-${x}px -${y}px`;
    const scale = Math.min(box.width / width, box.height / height);
    shown.style.transform = `translate(-50%, -50%) scale(${scale})`;
  }

  #hide() {
    this.#shown?.remove();
    this.#shown = null;
  }
}

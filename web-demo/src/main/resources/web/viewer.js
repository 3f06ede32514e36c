const KEY = 'spillway-viewer';

let made = null;

/** Tells this browser's viewer from others: made up here, and kept as long as the browser keeps anything of this site. */
export function viewer() {
  try {
    made = localStorage.getItem(KEY) ?? made;
    if (made === null) {
      made = random();
      localStorage.setItem(KEY, made);
    }
  } catch {
    // Nothing is kept here: this page alone knows.
    made ??= random();
  }
  return made;
}

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

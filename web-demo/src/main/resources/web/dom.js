/** The one element of an id. */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`this page has no #${id}`);
  return element;
}

/** A new element: `element('a', {href: '/', className: 'x'}, 'text', child)`. Text is text, never markup. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Sets an element's text when it is another one: readers that speak are not told twice. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

const COPIED_MS = 1_600;

/** Makes a button copy what `text()` gives, and say that it did. */
export function copies(button, text) {
  const label = button.textContent;
  let timer;
  button.addEventListener('click', async () => {
    const done = await copy(text());
    button.textContent = done ? 'Copied' : 'Press Ctrl+C';
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), COPIED_MS);
  });
}

/** The clipboard exists on secure pages only; elsewhere a selected field does it. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = element('textarea', { value: text, className: 'offscreen', readOnly: true });
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    focused?.focus();
    return done;
  }
}

/** Shows a list of `[name, value]` in a `<dl>`, reusing its rows so that nothing jumps. */
export function showRows(list, rows) {
  rows.forEach(([name, value], i) => {
    const row = list.children[i] ?? list.appendChild(element('div', {}, element('dt'), element('dd')));
    setText(row.children[0], name);
    setText(row.children[1], value);
  });
  while (list.children.length > rows.length) list.lastElementChild.remove();
}

/** Shows lines in a list, reusing its items. */
export function showLines(list, lines) {
  lines.forEach((line, i) => setText(list.children[i] ?? list.appendChild(element('li')), line));
  while (list.children.length > lines.length) list.lastElementChild.remove();
}

/** A button that shows and hides a secret field. */
export function reveals(button, field) {
  const show = (shown) => {
    field.type = shown ? 'text' : 'password';
    button.textContent = shown ? 'Hide' : 'Show';
    button.setAttribute('aria-pressed', String(shown));
  };
  button.addEventListener('click', () => show(field.type === 'password'));
  show(false);
}

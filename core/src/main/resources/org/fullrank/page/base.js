// What all pages share: the data, building of elements, numbers in words, light and dark.
const data = JSON.parse(document.getElementById('data').textContent);
const root = document.getElementById('page');

/** Makes an element; children are nodes or text, null is left out. Text never becomes markup. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined));
  return node;
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function number(value) {
  if (value === null || value === undefined || value === '') return '–';
  const v = Number(value);
  if (Number.isNaN(v)) return 'NaN';
  if (!Number.isFinite(v)) return v > 0 ? '∞' : '−∞';
  const size = Math.abs(v);
  if (size !== 0 && (size < 1e-3 || size >= 1e8)) return v.toExponential(2).replace('e+', 'e').replace('-', '−');
  if (Number.isInteger(v)) return v.toLocaleString('en-US').replace('-', '−');
  return v.toLocaleString('en-US', {maximumSignificantDigits: size >= 1000 ? 6 : 4}).replace('-', '−');
}

function percent(share) {
  const v = finite(share);
  return v === null ? '–' : (100 * v).toFixed(1) + ' %';
}

function duration(seconds) {
  const s = finite(seconds);
  if (s === null) return '–';
  if (s < 60) return s.toFixed(s < 10 ? 1 : 0) + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min ' + Math.round(s % 60) + ' s';
  return Math.floor(s / 3600) + ' h ' + Math.round(s % 3600 / 60) + ' min';
}

const finite = value => {
  const v = value === null || value === undefined || value === '' ? NaN : Number(value);
  return Number.isFinite(v) ? v : null;
};

// ---- sections and the line of links to them

const contents = el('ul');
const main = el('main', {id: 'main'});

/** A group of sections under one question. */
function group(id, title) {
  const node = el('section', {id, class: 'group', 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title));
  contents.append(el('li', {class: 'question'}, el('a', {href: '#' + id}, title)));
  main.append(node);
  return node;
}

/** A section that is listed in the contents as long as it has something in it. `parent` is the group that it belongs to. */
function section(id, title, note, parent) {
  const body = el('div');
  const node = el('section', {id, 'aria-labelledby': id + '-title', hidden: true},
      el(parent ? 'h3' : 'h2', {id: id + '-title'}, title), note ? el('p', {class: 'note'}, note) : null, body);
  const link = el('li', {hidden: true}, el('a', {href: '#' + id}, title));
  contents.append(link);
  (parent || main).append(node);
  return {
    body,
    show(visible) {
      node.hidden = !visible;
      link.hidden = !visible;
    },
    fill(...children) {
      body.replaceChildren(...children.flat().filter(Boolean));
      this.show(body.childNodes.length > 0);
    },
  };
}

function frame(crumb, title, ...below) {
  root.replaceChildren(
      el('header', null, el('p', {class: 'crumb'}, ...crumb), el('h1', null, title), ...below),
      el('nav', {class: 'contents', 'aria-label': 'Contents'}, contents),
      main,
      el('footer', null, data.live
          ? 'Fullrank, live. Numbers come from the files of the run.'
          : 'Written by Fullrank. This page needs nothing but itself.'));
}

/** A cell with a number: how it reads, and its value for a CSV. */
const num = (value, format = number) => ({number: format(value), value: finite(value)});

/** A cell with a 95 % interval. */
const interval = ({lower, upper}) => ({
  number: finite(lower) === null || finite(upper) === null ? '' : `${number(lower)} to ${number(upper)}`});

/** Head and rows; a cell is text, a node, or {number: text, value}. `stack` makes a card of each row on a narrow screen. */
function table(caption, head, rows, stack) {
  const cell = (value, i) => {
    const isNumber = value !== null && typeof value === 'object' && 'number' in value;
    const content = isNumber ? value.number : value;
    return i === 0
        ? el('th', {scope: 'row', 'data-value': isNumber ? value.value : null}, content)
        : el('td', {'data-name': titles[i], 'data-value': isNumber ? value.value : null,
          class: isNumber ? 'number' : titles[i] === 'meaning' ? 'meaning' : null}, content);
  };
  const titles = head.map(name => typeof name === 'string' ? name : name.dataset.name);
  const numeric = head.map((_, i) => rows.length > 0 && rows.every(
      row => row[i] !== null && typeof row[i] === 'object' && 'number' in row[i]));
  const body = el('tbody', null, rows.map(row => el('tr', null, row.map(cell))));
  const cells = read => [...body.rows].map(row => [...row.cells].map(read));
  const drawn = el('table', {class: stack ? 'stack' : null},
      el('caption', null, caption),
      el('thead', null, el('tr', null, head.map((name, i) => el('th', {scope: 'col', class: numeric[i] ? 'number' : null}, name)))),
      body);
  return el('div', {class: 'table'},
      el('div', {class: 'wide', tabindex: stack ? null : 0, role: stack ? null : 'region', 'aria-label': stack ? null : caption}, drawn),
      saves(caption, {
        CSV: () => csvOf([titles, ...cells(cell => cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value))]),
        LaTeX: () => latexOf(caption, titles, cells(cell => cell.textContent), numeric),
      }));
}

// ---- what a screen reader hears

const spoken = el('p', {class: 'unseen', role: 'status'});
document.body.append(spoken);
function say(text) {
  spoken.textContent = text;
}

// ---- colors of drawings, by theme; paper is always light

const dark = matchMedia('(prefers-color-scheme: dark)');
const paper = matchMedia('print');
let printing = false;

function colors() {
  return dark.matches && !printing && !paper.matches
      ? {ink: '#e4e8ee', quiet: '#9aa5b3', line: '#2a323d', paper: '#12161c', bad: '#ff9b90',
         series: ['#86aefc', '#ff9d6e', '#63d2b4', '#d8a5f0', '#f0c05a', '#8fd0f5', '#f58fb0', '#b8c46a', '#c9a58c', '#a9b4c2']}
      : {ink: '#1b222c', quiet: '#596472', line: '#e3e7ec', paper: '#ffffff', bad: '#b3261e',
         series: ['#1f56c4', '#c8501a', '#12836b', '#8b3fae', '#a87400', '#2a86b8', '#c03468', '#6c7a12', '#84563c', '#5d6875']};
}

const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [12, 3], [1, 2], [6, 2, 1, 2, 1, 2]];

/** Everything drawn that depends on theme or width, as functions without argument. */
const drawings = new Set();
const redrawAll = () => drawings.forEach(draw => draw());
dark.addEventListener('change', redrawAll);
paper.addEventListener('change', redrawAll);
addEventListener('beforeprint', () => { printing = true; redrawAll(); });
addEventListener('afterprint', () => { printing = false; redrawAll(); });

/** Width of a drawing: that of its box, on paper half a page. */
function widthOf(box) {
  return printing ? 320 : Math.max(200, Math.floor(box.clientWidth));
}

function watchWidth(box, draw) {
  let width = 0;
  new ResizeObserver(() => {
    if (box.clientWidth !== width) {
      width = box.clientWidth;
      draw();
    }
  }).observe(box);
  drawings.add(draw);
}

/** A canvas ready to draw on in units of CSS pixels. */
function prepare(canvas, width, height) {
  const ratio = Math.max(1, window.devicePixelRatio || 1);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = height + 'px';
  const g = canvas.getContext('2d');
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';

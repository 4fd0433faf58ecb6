// The spectrum over time as a heat map: a column for each check, a row for each singular value.
const STOPS = [[68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142], [31, 158, 137], [53, 183, 121],
  [110, 206, 88], [181, 222, 43], [253, 231, 37]];
const DECADES = 4; // below a ten-thousandth of the largest all values look alike

function heatColor(share) {
  const place = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const i = Math.min(STOPS.length - 2, Math.floor(place));
  const rgb = STOPS[i].map((low, k) => Math.round(low + (place - i) * (STOPS[i + 1][k] - low)));
  return `rgb(${rgb.join(',')})`;
}

/** @return {node, add(line), draw()} */
function heatMap(marks) {
  const places = new Map();
  let chosen = null;
  const choices = el('div', {class: 'choices', role: 'group', 'aria-label': 'Place in the network'});
  const canvas = el('canvas', {class: 'drawing', tabindex: 0, role: 'img'});
  const box = el('div', null, canvas);
  const readout = el('p', {class: 'readout'});
  const bar = el('canvas', {'aria-hidden': 'true'});
  const low = el('span');
  const high = el('span');
  const numbers = el('details', {class: 'numbers'}, el('summary', null, 'Numbers'));
  const caption = el('figcaption');
  const node = el('figure', null, choices, caption, box, readout,
      el('div', {class: 'scale'}, low, bar, high), el('div', {class: 'below'}, numbers, saves('Spectrum over time', {
        SVG: () => svgOf(SVG_WIDTH, HEIGHT, g => paintMap(g, geometryOf(SVG_WIDTH), top() || 1)),
        CSV: () => csvOf([['place', 'step', ...Array.from({length: rows()}, (_, r) => r + 1)],
          ...lines().map(line => [chosen, line.step, ...line.values])]),
      })));
  const EDGE = {left: 62, right: 8, top: 6, bottom: 34};
  const HEIGHT = 300;
  let at = null;

  const lines = () => places.get(chosen) || [];
  const top = () => lines().reduce((most, line) => Math.max(most, ...line.values.filter(Number.isFinite)), 0);
  const rows = () => lines().reduce((most, line) => Math.max(most, line.values.length), 0);

  const geometry = () => geometryOf(printing ? 660 : Math.max(200, box.clientWidth));

  function geometryOf(width) {
    const all = lines();
    const end = all.length ? all.at(-1).step : 1;
    const x = step => EDGE.left + (width - EDGE.left - EDGE.right) * step / Math.max(1, end);
    const y = row => EDGE.top + (HEIGHT - EDGE.top - EDGE.bottom) * row / Math.max(1, rows());
    return {width, x, y, end};
  }

  function cell(g, {x, y}, c, r, largest) {
    const all = lines();
    const value = all[c].values[r];
    const left = c === 0 ? 0 : all[c - 1].step;
    const share = value > 0 ? 1 + Math.log10(value / largest) / DECADES : 0;
    g.fillStyle = heatColor(share);
    g.fillRect(x(left), y(r), x(all[c].step) - x(left) + 0.6, y(r + 1) - y(r) + 0.6);
  }

  function draw() {
    if (lines().length === 0 || !node.isConnected) return;
    const geo = geometry();
    const g = prepare(canvas, geo.width, HEIGHT);
    if (printing) canvas.style.width = geo.width + 'px'; else canvas.style.removeProperty('width');
    const largest = top() || 1;
    paintMap(g, geo, largest);
    if (at && at.c < lines().length) {
      const left = at.c === 0 ? 0 : lines()[at.c - 1].step;
      g.lineWidth = 2;
      g.strokeStyle = colors().paper;
      g.strokeRect(geo.x(left), geo.y(at.r), Math.max(3, geo.x(lines()[at.c].step) - geo.x(left)), geo.y(at.r + 1) - geo.y(at.r));
    }
    const s = prepare(bar, 120, 10);
    for (let i = 0; i < 120; i++) {
      s.fillStyle = heatColor(i / 119);
      s.fillRect(i, 0, 1.5, 10);
    }
    low.textContent = '≤ ' + number(largest * 10 ** -DECADES);
    high.textContent = number(largest);
    canvas.setAttribute('aria-label', `Singular values of ${chosen} at ${lines().length} checks up to step ${geo.end}, largest `
        + `${number(largest)}. Arrow keys read single values; the table below has them all.`);
  }

  function paintMap(g, geo, largest) {
    for (let c = 0; c < lines().length; c++) {
      for (let r = 0; r < lines()[c].values.length; r++) cell(g, geo, c, r, largest);
    }
    const paint = colors();
    g.font = FONT;
    g.fillStyle = paint.quiet;
    g.textAlign = 'right';
    g.textBaseline = 'middle';
    const count = rows();
    for (const [r, name] of [[0, 'largest'], [count - 1, 'smallest']]) g.fillText(name, EDGE.left - 8, (geo.y(r) + geo.y(r + 1)) / 2);
    g.textBaseline = 'top';
    for (const step of roundTicks(0, geo.end, geo.width < 500 ? 4 : 10)) {
      g.textAlign = step === 0 ? 'left' : 'center';
      if (geo.x(step) < geo.width - 20) g.fillText(number(step), geo.x(step), HEIGHT - EDGE.bottom + 6);
    }
    g.textAlign = 'center';
    g.fillText('step', geo.x(geo.end / 2), HEIGHT - 13);
    g.strokeStyle = paint.bad;
    g.lineWidth = 2;
    g.setLineDash([5, 3]);
    for (const mark of marks()) {
      if (mark.at > geo.end) continue;
      g.beginPath();
      g.moveTo(geo.x(mark.at), EDGE.top);
      g.lineTo(geo.x(mark.at), HEIGHT - EDGE.bottom);
      g.stroke();
    }
    g.setLineDash([]);
  }

  function show(c, r, spoken) {
    const all = lines();
    if (!all[c] || r < 0 || r >= all[c].values.length) return;
    at = {c, r};
    const text = `step ${number(all[c].step)}, point ${r + 1} of ${all[c].values.length} from the largest: ${number(all[c].values[r])}`;
    readout.textContent = text;
    if (spoken) say(text);
    draw();
  }

  canvas.addEventListener('pointermove', event => {
    const geo = geometry();
    const c = lines().findIndex(line => geo.x(line.step) >= event.offsetX);
    const r = Math.floor((event.offsetY - EDGE.top) / (HEIGHT - EDGE.top - EDGE.bottom) * rows());
    if (c >= 0) show(c, r, false);
  });
  canvas.addEventListener('keydown', event => {
    const move = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (!move) return;
    event.preventDefault();
    const from = at || {c: 0, r: -1};
    const c = Math.min(lines().length - 1, Math.max(0, from.c + move[0]));
    show(c, Math.min(lines()[c].values.length - 1, Math.max(0, from.r + move[1])), true);
  });
  numbers.addEventListener('toggle', fillNumbers);

  function fillNumbers() {
    if (!numbers.open) return;
    const all = lines();
    const stride = Math.max(1, Math.ceil(all.length / TABLE_ROWS));
    const kept = all.filter((_, i) => i % stride === 0 || i === all.length - 1);
    const head = ['step', ...Array.from({length: rows()}, (_, r) => String(r + 1))];
    numbers.replaceChildren(numbers.firstChild, table('Singular values of ' + chosen, head,
        kept.map(line => [num(line.step), ...line.values.map(v => num(v))])));
  }

  function choose(place) {
    chosen = place;
    caption.textContent = place;
    at = null;
    readout.textContent = '';
    choices.replaceChildren(...(places.size < 2 ? [] : [...places.keys()].map(name => {
      const button = el('button', {type: 'button', 'aria-pressed': String(name === chosen)}, name);
      button.addEventListener('click', () => { choose(name); fillNumbers(); choices.querySelector('[aria-pressed=true]').focus(); });
      return button;
    })));
    draw();
  }

  watchWidth(box, draw);
  return {
    node,
    draw,
    isEmpty: () => places.size === 0,
    add(line) {
      const values = Array.isArray(line.values) ? line.values.map(Number) : [];
      if (!Number.isFinite(Number(line.step)) || values.length === 0) return;
      const place = String(line.place || 'embedding');
      const isNew = !places.has(place);
      if (isNew) places.set(place, []);
      const all = places.get(place);
      const known = all.findIndex(other => other.step === Number(line.step));
      if (known >= 0) all.splice(known, 1);
      all.push({step: Number(line.step), values});
      all.sort((a, b) => a.step - b.step);
      if (chosen === null) chosen = place;
      if (isNew) choose(chosen);
    },
  };
}

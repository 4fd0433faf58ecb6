// The map of embeddings: a point for each item, colored by class or cluster, its picture beside the pointer or the focus.
function embeddingMap(map, sprite) {
  const n = Math.min(map.x.length, map.y.length, map.group.length);
  const names = map.names;
  const canvas = el('canvas', {class: 'drawing', tabindex: 0, role: 'img', 'aria-label':
      `Map of ${n} embeddings in ${names.length} groups. Arrow keys go from point to point.`});
  const tip = el('div', {class: 'tip', hidden: true});
  const box = el('div', {class: 'map'}, canvas, tip);
  const legend = el('ul', {class: 'legend'});
  const shown = new Set();
  const PAD = 14;
  let at = null;
  const picture = sprite && map.sprite ? el('img', {src: sprite, alt: ''}) : null;

  const [lowX, highX] = mostOf(map.x);
  const [lowY, highY] = mostOf(map.y);
  const isOutside = i => map.x[i] < lowX || map.x[i] > highX || map.y[i] < lowY || map.y[i] > highY;
  const outside = [...Array(n).keys()].filter(isOutside).length;
  const size = () => {
    const width = printing ? 520 : Math.max(200, box.clientWidth);
    return {width, height: Math.round(Math.min(560, Math.max(300, width * 0.62)))};
  };
  // Items without a label are gray. The last color of the series is nearly gray, so then no class has it.
  const grays = map.none === undefined ? 0 : 1;
  const classes = names.length - grays;
  const color = group => group === map.none ? colors().quiet
      : classes <= colors().series.length - grays
      ? colors().series[group % colors().series.length]
      : `hsl(${Math.round(360 * group / classes)} 65% ${dark.matches && !printing ? 68 : 42}%)`;

  function position(i, {width, height}) {
    // One scale for both axes: distances on the map are distances.
    const scale = Math.min((width - 2 * PAD) / (highX - lowX || 1), (height - 2 * PAD) / (highY - lowY || 1));
    const inside = (v, low, high) => Math.min(high, Math.max(low, v)); // outliers are at the edge
    return [width / 2 + (inside(map.x[i], lowX, highX) - (lowX + highX) / 2) * scale,
      height / 2 - (inside(map.y[i], lowY, highY) - (lowY + highY) / 2) * scale];
  }

  function draw() {
    if (!node.isConnected) return;
    const area = size();
    const g = prepare(canvas, area.width, area.height);
    if (printing) canvas.style.width = area.width + 'px'; else canvas.style.removeProperty('width');
    const paint = colors();
    points(g, area);
    if (at !== null) {
      const [x, y] = position(at, area);
      g.strokeStyle = paint.ink;
      g.lineWidth = 2;
      g.beginPath();
      g.arc(x, y, 6.5, 0, 2 * Math.PI);
      g.stroke();
    }
  }

  function points(g, area) {
    for (let i = 0; i < n; i++) {
      const group = map.group[i];
      const [x, y] = position(i, area);
      g.globalAlpha = shown.size === 0 || shown.has(group) ? 0.8 : 0.08;
      g.fillStyle = g.strokeStyle = color(group);
      g.lineWidth = 1.5;
      g.beginPath();
      g.arc(x, y, 3.4, 0, 2 * Math.PI);
      if (isOutside(i)) g.stroke(); else g.fill();
    }
    g.globalAlpha = 1;
  }

  /** The map and its legend, for SVG. */
  function paintAll(g) {
    points(g, {width: SVG_WIDTH, height: SVG_WIDTH * 0.62});
    g.font = FONT;
    names.forEach((name, group) => {
      const x = PAD + group % 4 * (SVG_WIDTH - PAD) / 4, y = SVG_WIDTH * 0.62 + 20 + 18 * Math.floor(group / 4);
      g.fillStyle = color(group);
      g.beginPath();
      g.arc(x + 4, y - 4, 4, 0, 2 * Math.PI);
      g.fill();
      g.fillStyle = colors().ink;
      g.fillText(name, x + 14, y);
    });
  }

  function show(i, spoken) {
    at = i;
    draw();
    if (i === null) {
      tip.hidden = true;
      return;
    }
    const text = `${names[map.group[i]]}, item ${number(map.index ? map.index[i] : i)}`;
    tip.replaceChildren(...(picture && picture.complete && picture.naturalWidth ? [thumbnail(i)] : []), text);
    tip.hidden = false;
    const area = size();
    const [x, y] = position(i, area);
    tip.style.left = Math.max(0, Math.min(x + 12, area.width - tip.offsetWidth)) + 'px';
    tip.style.top = Math.max(0, y + 12 + tip.offsetHeight > area.height ? y - 12 - tip.offsetHeight : y + 12) + 'px';
    if (spoken) say(text);
  }

  function thumbnail(i) {
    const {side, columns} = map.sprite;
    const small = el('canvas', {width: 84, height: 84});
    const g = small.getContext('2d');
    g.imageSmoothingEnabled = false;
    g.drawImage(picture, i % columns * side, Math.floor(i / columns) * side, side, side, 0, 0, 84, 84);
    return small;
  }

  function nearest(x, y, allowed) {
    const area = size();
    let best = null;
    let least = Infinity;
    for (let i = 0; i < n; i++) {
      if (shown.size > 0 && !shown.has(map.group[i])) continue;
      const [px, py] = position(i, area);
      const distance = allowed(px - x, py - y);
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  canvas.addEventListener('pointermove', event => show(
      nearest(event.offsetX, event.offsetY, (dx, dy) => dx * dx + dy * dy < 400 ? dx * dx + dy * dy : Infinity), false));
  canvas.addEventListener('pointerleave', () => show(null));
  canvas.addEventListener('focus', () => { if (canvas.matches(':focus-visible') && at === null && n > 0) show(0, true); });
  canvas.addEventListener('blur', () => show(null));
  canvas.addEventListener('keydown', event => {
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (event.key === 'Escape') show(null);
    if (!way) return;
    event.preventDefault();
    const [x, y] = at === null ? [0, 0] : position(at, size());
    // Along the key's direction; what lies aside counts double.
    const next = nearest(x, y, (dx, dy) => {
      const ahead = dx * way[0] + dy * way[1];
      const aside = dx * way[1] - dy * way[0];
      return ahead > 0.5 ? ahead * ahead + 4 * aside * aside : Infinity;
    });
    if (next !== null) show(next, true);
  });

  function fillLegend() {
    legend.replaceChildren(...names.map((name, group) => {
      const dot = svg('svg', {class: 'swatch', viewBox: '0 0 10 10', 'aria-hidden': 'true'},
          svg('circle', {cx: 5, cy: 5, r: 5, fill: color(group)}));
      const button = el('button', {type: 'button', 'aria-pressed': String(shown.size === 0 || shown.has(group))}, dot, name);
      button.addEventListener('click', () => {
        if (!shown.delete(group)) shown.add(group);
        draw();
        [...legend.querySelectorAll('button')].forEach((other, g) =>
          other.setAttribute('aria-pressed', String(shown.size === 0 || shown.has(g))));
      });
      return el('li', null, button);
    }));
  }

  function groups() {
    const rows = names.map((name, group) => {
      const members = [...Array(n).keys()].filter(i => map.group[i] === group);
      const mean = values => members.reduce((sum, i) => sum + values[i], 0) / Math.max(1, members.length);
      return [name, num(members.length), num(mean(map.x)), num(mean(map.y))];
    });
    return el('details', {class: 'numbers'}, el('summary', null, 'Numbers'),
        table('Middle of each group', ['group', 'items', 'across', 'up'], rows));
  }

  const saved = saves('Map of embeddings', {
    SVG: () => svgOf(SVG_WIDTH, Math.ceil(SVG_WIDTH * 0.62) + 18 * Math.ceil(names.length / 4) + 16, paintAll),
    CSV: () => csvOf([['item', 'group', 'across', 'up'],
      ...Array.from({length: n}, (_, i) => [map.index ? map.index[i] : i, names[map.group[i]], map.x[i], map.y[i]])]),
  });
  const node = el('figure', null, box, legend, outside === 0 ? null : el('p', {class: 'note outside'},
      `${outside === 1 ? 'One item is' : number(outside) + ' items are'} far outside of the others and drawn as a ring at the edge.`),
      el('div', {class: 'below'}, groups(), saved));
  watchWidth(box, () => { fillLegend(); draw(); });
  return node;
}

/** The ends of an axis. Outliers do not count if they would take most of the axis from the others. */
function mostOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor(0.02 * (sorted.length - 1))], high = sorted[Math.ceil(0.98 * (sorted.length - 1))];
  const room = 0.5 * (high - low);
  const ends = [sorted[0], sorted.at(-1)];
  return room > 0 ? [Math.max(ends[0], low - room), Math.min(ends[1], high + room)] : ends;
}

function isMap(map) {
  return map && ['x', 'y', 'group', 'names'].every(key => Array.isArray(map[key])) && map.x.length > 0;
}

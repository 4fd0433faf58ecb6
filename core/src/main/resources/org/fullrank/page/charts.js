// Curves by uPlot, with a legend of buttons, arrow keys and a table of the same numbers.
const PLOT_HEIGHT = 216;
const TABLE_ROWS = 40;
const DOTS_BELOW = 60;
const MOST_BARS = 30; // error bars of a curve; more would hide it
const SVG_WIDTH = 640;
const SVG_HEIGHT = 360;

/**
 * A chart of curves over one axis.
 *
 * @param options title, note, axis (name of x), series ([{label}]), zero (y starts at 0), unit (y ends at 1 at least), log,
 *     end (function giving where x ends), marks (function giving [{at}])
 * @return {node, update(xs, columns, spreads)}: a column of values for each series, and half the length of the error bar of
 *     each value if there is one. A single value is no curve: it is written instead of drawn.
 */
function chart(options) {
  const box = el('div', {class: 'plot', tabindex: 0, role: 'img'});
  const legend = el('ul', {class: 'legend'});
  const single = el('p', {class: 'single', hidden: true});
  const numbers = el('details', {class: 'numbers'}, el('summary', null, 'Numbers'));
  const labels = [options.axis, ...options.series.map(series => series.label)];
  const saved = saves(options.title, {SVG: () => svgOf(SVG_WIDTH, SVG_HEIGHT, paint), CSV: allNumbers});
  const node = el('figure', null, el('figcaption', null, options.title, options.note ? el('small', null, options.note) : null),
      box, legend, single, el('div', {class: 'below'}, numbers, saved));
  const hidden = new Set();
  let plot = null;
  let values = [[]];
  let spreads = [];
  let at = null;

  function legendItem(series, i) {
    const value = el('span', {class: 'value'});
    const color = colors().series[i % colors().series.length];
    const swatch = svg('svg', {class: 'swatch', viewBox: '0 0 24 10', 'aria-hidden': 'true'},
        svg('line', {x1: 0, x2: 24, y1: 5, y2: 5, stroke: color, 'stroke-width': 2.5,
          'stroke-dasharray': DASHES[i % DASHES.length].join(' ')}));
    const inside = options.series.length > 1
        ? el('button', {type: 'button', 'aria-pressed': String(!hidden.has(i))}, swatch, series.label + ' ', value)
        : el('span', null, swatch, series.label + ' ', value);
    inside.addEventListener('click', () => {
      if (options.series.length < 2) return;
      if (!hidden.delete(i)) hidden.add(i);
      inside.setAttribute('aria-pressed', String(!hidden.has(i)));
      if (plot) plot.setSeries(i + 1, {show: !hidden.has(i)});
    });
    return {item: el('li', null, inside), value};
  }

  let legendValues = [];
  function fillLegend() {
    const items = options.series.map(legendItem);
    legend.replaceChildren(...items.map(entry => entry.item));
    legendValues = items.map(entry => entry.value);
    showValues(null);
  }

  function last(column) {
    for (let i = column.length - 1; i >= 0; i--) if (column[i] !== null) return column[i];
    return null;
  }

  function showValues(index) {
    legendValues.forEach((value, i) => {
      const column = values[i + 1] || [];
      value.textContent = number(index === null || column[index] === null ? last(column) : column[index]);
    });
  }

  function describe() {
    const parts = options.series.map((series, i) => {
      const present = (values[i + 1] || []).filter(v => v !== null);
      return present.length === 0 ? series.label + ': no value'
          : `${series.label}: from ${number(present[0])} to ${number(present.at(-1))}, lowest ${number(Math.min(...present))}, `
              + `highest ${number(Math.max(...present))}`;
    });
    box.setAttribute('aria-label', `${options.title}. ${parts.join('; ')}. Left and right arrow keys read the values.`);
  }

  const count = column => column.reduce((n, v) => n + (v === null ? 0 : 1), 0);
  const isSingle = () => values[0].length > 0 && values.slice(1).every(column => count(column) < 2);

  /** Writes the value of each series, because a chart of one dot says less. */
  function showSingle() {
    const lone = isSingle();
    for (const part of [box, legend, numbers, saved]) part.hidden = lone;
    single.hidden = !lone;
    if (!lone) return;
    single.textContent = options.series.flatMap((series, i) => values[i + 1].flatMap((v, k) => v === null ? []
      : [`${series.label} ${number(v)} at ${options.axis} ${number(values[0][k])}`])).join('; ');
  }

  const isLog = () => options.log && values.slice(1).every(column => column.every(v => v === null || v > 0));

  /** Draws marks and error bars. `area` has the edges, `x` and `y` give places of values. */
  function extras(g, {left, right, top, bottom, x, y, ratio}) {
    g.strokeStyle = colors().bad;
    g.lineWidth = 1.5 * ratio;
    g.setLineDash([5 * ratio, 3 * ratio]);
    for (const mark of options.marks ? options.marks() : []) {
      if (x(mark.at) < left || x(mark.at) > right) continue;
      g.beginPath();
      g.moveTo(x(mark.at), top);
      g.lineTo(x(mark.at), bottom);
      g.stroke();
    }
    g.setLineDash([]);
    g.lineWidth = 1.25 * ratio;
    spreads.forEach((spread, i) => {
      if (hidden.has(i)) return;
      g.strokeStyle = colors().series[i % colors().series.length];
      const barred = values[0].map((_, k) => k).filter(k => values[i + 1][k] !== null && spread[k] > 0);
      const stride = Math.max(1, Math.ceil(barred.length / MOST_BARS));
      barred.filter((_, k) => k % stride === 0 || k === barred.length - 1).forEach(k => {
        const at = x(values[0][k]);
        if (at < left || at > right) return;
        const ends = [-1, 1].map(side => Math.min(bottom, Math.max(top, y(values[i + 1][k] + side * spread[k]))));
        g.beginPath();
        g.moveTo(at, ends[0]);
        g.lineTo(at, ends[1]);
        for (const end of ends) {
          g.moveTo(at - 3 * ratio, end);
          g.lineTo(at + 3 * ratio, end);
        }
        g.stroke();
      });
    });
  }

  function overlay(u) {
    const {left, top, width, height} = u.bbox;
    u.ctx.save();
    extras(u.ctx, {left, right: left + width, top, bottom: top + height, ratio: devicePixelRatio || 1,
      x: v => u.valToPos(v, 'x', true), y: v => u.valToPos(v, 'y', true)});
    u.ctx.restore();
  }

  /** The chart with its present zoom and choice of series, for SVG. */
  function paint(g) {
    const shown = options.series.map((_, i) => i).filter(i => !hidden.has(i));
    const {x: xs, y: ys} = plot.scales;
    const log = ys.distr === 3;
    const place = v => log ? Math.log10(v) : v;
    const area = frameOf(g, {title: options.title, axis: options.axis, log, x: [xs.min, xs.max], y: [place(ys.min), place(ys.max)],
      legend: options.series.length > 1 ? shown.map(i => ({label: options.series[i].label, i})) : []});
    const clipped = {...area, y: v => area.y(place(v)), ratio: 1};
    for (const i of shown) {
      const points = values[0].map((v, k) => [v, values[i + 1][k]]).filter(([v, w]) => w !== null && v >= xs.min && v <= xs.max);
      g.strokeStyle = g.fillStyle = colors().series[i % colors().series.length];
      g.lineWidth = 1.75;
      g.setLineDash(DASHES[i % DASHES.length]);
      g.beginPath();
      points.forEach(([v, w], k) => k === 0 ? g.moveTo(clipped.x(v), clipped.y(w)) : g.lineTo(clipped.x(v), clipped.y(w)));
      g.stroke();
      g.setLineDash([]);
      if (points.length < DOTS_BELOW) {
        points.forEach(([v, w]) => {
          g.beginPath();
          g.arc(clipped.x(v), clipped.y(w), 2.5, 0, 2 * Math.PI);
          g.fill();
        });
      }
    }
    extras(g, clipped);
  }

  function allNumbers() {
    const head = [options.axis, ...options.series.flatMap(({label}, i) => spreads[i] ? [label, label + ' std'] : [label])];
    return csvOf([head, ...values[0].map((x, k) => [x, ...values.slice(1).flatMap(
        (column, i) => spreads[i] ? [column[k], spreads[i][k]] : [column[k]])])]);
  }

  function build() {
    if (plot) plot.destroy();
    plot = null;
    showSingle();
    if (values[0].length === 0 || isSingle()) return;
    const c = colors();
    const axis = {stroke: c.quiet, font: FONT, grid: {stroke: c.line, width: 1}, ticks: {stroke: c.line, width: 1, size: 4}, gap: 4};
    plot = new uPlot({
      width: widthOf(box),
      height: PLOT_HEIGHT,
      legend: {show: false},
      cursor: {sync: options.axis === 'step' ? {key: 'step', setSeries: false} : undefined, drag: {x: true, y: false}, points: {size: 7}},
      scales: {
        x: {time: false, range: (u, low, high) => whole(low, high)},
        y: isLog() ? {distr: 3} : {range: (u, low, high) => bounds(low, high)},
      },
      axes: [
        {...axis, size: 26, label: options.axis, labelFont: FONT, labelSize: 14, labelGap: 0, values: (u, ticks) => ticks.map(tick)},
        {...axis, size: (u, ticks) => 16 + 6.3 * Math.max(3, ...(ticks || []).map(t => String(t).length)),
          values: (u, ticks) => ticks.map(tick)},
      ],
      series: [{}, ...options.series.map((series, i) => ({
        label: series.label,
        show: !hidden.has(i),
        stroke: c.series[i % c.series.length],
        width: 1.75,
        dash: DASHES[i % DASHES.length],
        spanGaps: true,
        points: {show: count(values[i + 1]) < DOTS_BELOW, size: 4, fill: c.series[i % c.series.length]},
      }))],
      hooks: {
        draw: [overlay],
        setCursor: [u => { at = u.cursor.idx ?? null; showValues(at); }],
      },
    }, values, box);
  }

  /** Charts over steps share their range, so that they can be read one below the other; a zoomed one has its own. */
  function whole(low, high) {
    const xs = values[0];
    return options.end && low === xs[0] && high === xs.at(-1) ? [0, options.end()] : low === high ? [low - 1, high + 1] : [low, high];
  }

  function bounds(low, high) {
    if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
    if (options.unit) return [Math.min(0, low), Math.max(1, high)];
    spreads.forEach((spread, i) => values[i + 1].forEach((v, k) => {
      if (v === null || hidden.has(i) || !(spread[k] > 0)) return;
      low = Math.min(low, v - spread[k]);
      high = Math.max(high, v + spread[k]);
    }));
    const pad = 0.06 * (high - low) || Math.abs(high) * 0.1 || 1;
    return [options.zero && low >= 0 ? 0 : low - pad, high + pad];
  }

  box.addEventListener('keydown', event => {
    const step = {ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10}[event.key];
    const n = values[0].length;
    if (!plot || n === 0 || (step === undefined && event.key !== 'Home' && event.key !== 'End')) return;
    event.preventDefault();
    at = event.key === 'Home' ? 0 : event.key === 'End' ? n - 1 : Math.min(n - 1, Math.max(0, (at ?? -1) + step));
    plot.setCursor({left: plot.valToPos(values[0][at], 'x'), top: PLOT_HEIGHT / 3});
    say(`${options.axis} ${number(values[0][at])}: ` + options.series.map(
        (series, i) => `${series.label} ${number(values[i + 1][at])}`).join(', '));
  });
  numbers.addEventListener('toggle', () => { if (numbers.open) fillNumbers(); });

  function fillNumbers() {
    const n = values[0].length;
    const stride = Math.max(1, Math.ceil(n / TABLE_ROWS));
    const rows = [];
    for (let i = 0; i < n; i++) {
      if (i % stride === 0 || i === n - 1) rows.push(values.map(column => num(column[i])));
    }
    const caption = options.title + (stride > 1 ? `, every ${stride} values` : '');
    numbers.replaceChildren(numbers.firstChild,
        table(caption, labels, rows));
  }

  const redraw = () => { fillLegend(); build(); };
  watchWidth(box, redraw);
  return {
    node,
    update(xs, columns, bars = []) {
      values = [xs, ...columns];
      spreads = bars;
      describe();
      if (numbers.open) fillNumbers();
      if (plot && xs.length > 0 && !isLog() && !isSingle()) {
        plot.setData(values);
        showValues(at);
      } else {
        redraw();
      }
    },
  };
}

// Curves by uPlot, with a legend of buttons, arrow keys and a table of the same numbers.
const PLOT_HEIGHT = 216;
const TABLE_ROWS = 40;
const DOTS_BELOW = 60;

/**
 * A chart of curves over one axis.
 *
 * @param options title, note, axis (name of x), series ([{label}]), zero (y starts at 0), unit (y ends at 1 at least), log,
 *     end (function giving where x ends), marks (function giving [{at}])
 * @return {node, update(xs, columns)}
 */
function chart(options) {
  const box = el('div', {class: 'plot', tabindex: 0, role: 'img'});
  const legend = el('ul', {class: 'legend'});
  const numbers = el('details', {class: 'numbers'}, el('summary', null, 'Numbers'));
  const node = el('figure', null,
      el('figcaption', null, options.title, options.note ? el('small', null, options.note) : null), box, legend, numbers);
  const hidden = new Set();
  let plot = null;
  let values = [[]];
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

  const isLog = () => options.log && values.slice(1).every(column => column.every(v => v === null || v > 0));

  function marks(u) {
    if (!options.marks) return;
    const g = u.ctx;
    const ratio = devicePixelRatio || 1;
    g.save();
    g.strokeStyle = colors().bad;
    g.lineWidth = 1.5 * ratio;
    g.setLineDash([5 * ratio, 3 * ratio]);
    for (const mark of options.marks()) {
      const x = Math.round(u.valToPos(mark.at, 'x', true));
      if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) continue;
      g.beginPath();
      g.moveTo(x, u.bbox.top);
      g.lineTo(x, u.bbox.top + u.bbox.height);
      g.stroke();
    }
    g.restore();
  }

  function build() {
    if (plot) plot.destroy();
    plot = null;
    if (values[0].length === 0) return;
    const c = colors();
    const axis = {stroke: c.quiet, font: FONT, grid: {stroke: c.line, width: 1}, ticks: {stroke: c.line, width: 1, size: 4}, gap: 4};
    const count = column => column.reduce((n, v) => n + (v === null ? 0 : 1), 0);
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
        draw: [marks],
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
      if (i % stride === 0 || i === n - 1) rows.push(values.map(column => ({number: number(column[i])})));
    }
    const caption = options.title + (stride > 1 ? `, every ${stride} values` : '');
    numbers.replaceChildren(numbers.firstChild,
        table(caption, [options.axis, ...options.series.map(series => series.label)], rows));
  }

  const redraw = () => { fillLegend(); build(); };
  watchWidth(box, redraw);
  return {
    node,
    update(xs, columns) {
      values = [xs, ...columns];
      describe();
      if (numbers.open) fillNumbers();
      if (plot && xs.length > 0 && !isLog()) {
        plot.setData(values);
        showValues(at);
      } else {
        redraw();
      }
    },
  };
}

/** A number at an axis. */
function tick(v) {
  return v === null ? '' : v !== 0 && Math.abs(v) < 1e-4 ? number(v) : v.toLocaleString('en-US', {maximumFractionDigits: 6}).replace('-', '−');
}

/** The records of a run joined by step, and curves of their keys. */
function recordStore() {
  const steps = [];
  const bySteps = new Map();
  return {
    add(record) {
      const step = Number(record.step);
      if (!Number.isFinite(step) || 'event' in record) return;
      const known = bySteps.get(step);
      if (known) {
        Object.assign(known, record);
      } else {
        bySteps.set(step, {...record});
        if (steps.length > 0 && step < steps.at(-1)) {
          steps.push(step);
          steps.sort((a, b) => a - b);
        } else {
          steps.push(step);
        }
      }
    },
    keys() {
      const keys = new Set();
      for (const record of bySteps.values()) for (const key of Object.keys(record)) keys.add(key);
      return [...keys];
    },
    curves(keys) {
      const kept = steps.filter(step => keys.some(key => key in bySteps.get(step)));
      return [kept, keys.map(key => kept.map(step => finite(bySteps.get(step)[key])))];
    },
    latest(key) {
      for (let i = steps.length - 1; i >= 0; i--) {
        const record = bySteps.get(steps[i]);
        if (key in record) return record[key];
      }
      return null;
    },
    size: () => steps.length,
    lastStep: () => steps.length === 0 ? null : steps.at(-1),
  };
}

// Points with error bars: one line for each thing that is compared, one axis for all.
const LINE_HEIGHT = 26;

/**
 * A drawing of means with their standard deviations, and of the single values as small circles.
 *
 * @param options title, note, unit (name of the axis), rows ([{label, mean, std, values, quiet}])
 */
function pointChart({title, note, unit, rows}) {
  const canvas = el('canvas', {class: 'drawing', role: 'img', 'aria-label': `${title}. ` + rows.map(row => `${row.label}: ${number(row.mean)}`
      + (finite(row.std) === null ? '' : ` ± ${number(row.std)}`)).join('; ')});
  const box = el('div', null, canvas);
  const height = rows.length * LINE_HEIGHT + 44;
  const all = rows.flatMap(row => [row.mean, row.mean - (row.std || 0), row.mean + (row.std || 0), ...row.values]).filter(Number.isFinite);
  const pad = 0.06 * (Math.max(...all) - Math.min(...all)) || 0.05 * Math.abs(all[0]) || 1;
  const low = Math.min(...all) - pad, high = Math.max(...all) + pad;

  function paint(g, width, top) {
    const c = colors();
    const left = Math.min(0.45 * width, 16 + 6.6 * Math.max(...rows.map(row => row.label.length))), right = width - 18;
    const bottom = top + rows.length * LINE_HEIGHT;
    const x = v => left + (right - left) * (v - low) / (high - low);
    g.font = FONT;
    g.lineWidth = 1;
    g.textAlign = 'center';
    g.textBaseline = 'top';
    for (const v of roundTicks(low, high, width < 420 ? 4 : 7)) {
      g.strokeStyle = c.line;
      g.beginPath();
      g.moveTo(x(v), top);
      g.lineTo(x(v), bottom);
      g.stroke();
      g.fillStyle = c.quiet;
      g.fillText(tick(v), x(v), bottom + 5);
    }
    g.fillText(unit, (left + right) / 2, bottom + 22);
    rows.forEach((row, i) => line(g, c, row, top + (i + 0.5) * LINE_HEIGHT, {left, x}));
  }

  function line(g, c, row, y, {left, x}) {
    const color = row.quiet ? c.quiet : c.series[0];
    g.textAlign = 'right';
    g.textBaseline = 'middle';
    g.fillStyle = row.quiet ? c.quiet : c.ink;
    const fits = Math.floor((left - 12) / 6);
    g.fillText(row.label.length > fits ? row.label.slice(0, fits - 1) + '…' : row.label, left - 10, y);
    g.strokeStyle = g.fillStyle = color;
    g.lineWidth = 1;
    if (row.values.length > 1) {
      for (const v of row.values) {
        g.beginPath();
        g.arc(x(v), y + 7, 2, 0, 2 * Math.PI);
        g.stroke();
      }
    }
    if (!Number.isFinite(row.mean)) return;
    if (row.std > 0) {
      const [from, to] = [x(row.mean - row.std), x(row.mean + row.std)];
      g.lineWidth = 2;
      g.beginPath();
      g.moveTo(from, y);
      g.lineTo(to, y);
      for (const end of [from, to]) {
        g.moveTo(end, y - 4);
        g.lineTo(end, y + 4);
      }
      g.stroke();
    }
    g.beginPath();
    g.arc(x(row.mean), y, 4, 0, 2 * Math.PI);
    g.fill();
  }

  const draw = () => paint(prepare(canvas, widthOf(box), height), widthOf(box), 4);
  watchWidth(box, draw);
  return el('figure', null, el('figcaption', null, title, note ? el('small', null, note) : null), box, el('div', {class: 'below'}, el('span'), saves(title, {
    SVG: () => svgOf(SVG_WIDTH, height + 28, g => {
      g.font = FONT.replace('11px', '13px');
      g.fillStyle = colors().ink;
      g.fillText(title, 12, 20);
      paint(g, SVG_WIDTH, 32);
    }),
    CSV: () => csvOf([['name', 'n', 'mean', 'std', ...Array.from({length: Math.max(...rows.map(row => row.values.length))}, (_, i) => 'value ' + (i + 1))],
      ...rows.map(row => [row.label, row.values.length, finite(row.mean), finite(row.std), ...row.values])]),
  })));
}

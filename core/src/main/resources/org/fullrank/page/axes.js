// Axes of drawings: round values, their names, and the frame of a chart that is saved.

/** Draws title, legend, axes and grid of a chart. @return the edges of the plot, and where values are in it */
function frameOf(g, {title, axis, log, x, y, legend}) {
  const c = colors();
  const ticks = log ? logTicks(...y) : roundTicks(...y, 6);
  const names = ticks.map(v => tick(log ? 10 ** v : v));
  const left = 24 + 6.5 * Math.max(3, ...names.map(name => name.length)), right = g.width - 16, bottom = g.height - 44;
  g.font = FONT.replace('11px', '13px');
  g.fillStyle = c.ink;
  g.fillText(title, left, 20);
  g.font = FONT;
  let at = left, line = 38;
  for (const {label, i} of legend) {
    const wide = 40 + 6 * label.length;
    if (at + wide > right && at > left) {
      at = left;
      line += 16;
    }
    g.strokeStyle = c.series[i % c.series.length];
    g.lineWidth = 2.5;
    g.setLineDash(DASHES[i % DASHES.length]);
    g.beginPath();
    g.moveTo(at, line - 4);
    g.lineTo(at + 24, line - 4);
    g.stroke();
    g.fillText(label, at + 29, line);
    at += wide;
  }
  g.setLineDash([]);
  const top = legend.length > 0 ? line + 10 : 32;
  const area = {left, right, top, bottom, x: v => left + (right - left) * (v - x[0]) / (x[1] - x[0] || 1),
    y: v => bottom - (bottom - top) * (v - y[0]) / (y[1] - y[0] || 1)};
  g.lineWidth = 1;
  g.strokeStyle = c.line;
  g.fillStyle = c.quiet;
  const grid = (x1, y1, x2, y2) => {
    g.beginPath();
    g.moveTo(x1, y1);
    g.lineTo(x2, y2);
    g.stroke();
  };
  g.textAlign = 'center';
  g.textBaseline = 'top';
  for (const v of roundTicks(...x, 8)) {
    grid(area.x(v), top, area.x(v), bottom);
    g.fillText(tick(v), area.x(v), bottom + 6);
  }
  g.fillText(axis, (left + right) / 2, bottom + 24);
  g.textAlign = 'right';
  g.textBaseline = 'middle';
  ticks.forEach((v, i) => {
    grid(left, area.y(v), right, area.y(v));
    g.fillText(names[i], left - 6, area.y(v));
  });
  return area;
}

/** Round values between two ends, about as many as wished. */
function roundTicks(low, high, wished) {
  const rough = (high - low) / wished || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const stride = [1, 2, 5, 10].map(k => k * power).find(s => s >= rough * 0.999);
  const first = Math.ceil(low / stride - 1e-9);
  return Array.from({length: Math.max(0, Math.floor(high / stride + 1e-9) - first + 1)}, (_, i) => Number(((first + i) * stride).toPrecision(12)));
}

/** Whole powers of ten between two exponents; with less than two of them, 2 and 5 times a power as well. */
function logTicks(low, high) {
  const whole = roundTicks(low, high, 6).filter(Number.isInteger);
  if (whole.length > 1) return whole;
  const all = [];
  for (let k = Math.floor(low); k <= high; k++) all.push(k, k + Math.log10(2), k + Math.log10(5));
  return all.filter(v => v >= low && v <= high);
}

/** A number at an axis. */
function tick(v) {
  return v === null ? '' : v !== 0 && Math.abs(v) < 1e-4 ? number(v) : v.toLocaleString('en-US', {maximumFractionDigits: 6}).replace('-', '−');
}

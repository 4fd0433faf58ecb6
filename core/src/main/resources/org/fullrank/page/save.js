// Saving: every drawing as SVG with a CSV of its numbers, every table as CSV and LaTeX. Pages are files, so nothing is fetched.

const escaped = text => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const short = v => String(Math.round(100 * v) / 100);

/** Draws as SVG what a canvas would show. Has those parts of a canvas that the drawings use. */
class SvgPen {
  constructor(width, height) {
    Object.assign(this, {width, height, parts: [], path: '', fillStyle: '#000', strokeStyle: '#000', lineWidth: 1, font: FONT,
      textAlign: 'left', textBaseline: 'alphabetic', globalAlpha: 1, dash: []});
  }

  beginPath() { this.path = ''; }
  moveTo(x, y) { this.path += `M${short(x)} ${short(y)}`; }
  lineTo(x, y) { this.path += `L${short(x)} ${short(y)}`; }
  /** Only whole circles. */
  arc(x, y, r) {
    this.path += `M${short(x - r)} ${short(y)}a${short(r)} ${short(r)} 0 1 0 ${short(2 * r)} 0a${short(r)} ${short(r)} 0 1 0 ${short(-2 * r)} 0`;
  }
  setLineDash(dash) { this.dash = dash; }
  get alpha() { return this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : ''; }
  stroke() {
    const dash = this.dash.length > 0 ? ` stroke-dasharray="${this.dash.join(' ')}"` : '';
    this.parts.push(`<path d="${this.path}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"${dash}${this.alpha}/>`);
  }
  fill() { this.parts.push(`<path d="${this.path}" fill="${this.fillStyle}"${this.alpha}/>`); }
  fillRect(x, y, w, h) {
    this.parts.push(`<path d="M${short(x)} ${short(y)}h${short(w)}v${short(h)}h${short(-w)}z" fill="${this.fillStyle}"${this.alpha}/>`);
  }
  strokeRect(x, y, w, h) {
    this.parts.push(`<rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"/>`);
  }
  fillText(text, x, y) {
    const anchor = {left: 'start', center: 'middle', right: 'end'}[this.textAlign];
    const [, size, family] = /^([\d.]+)px (.*)$/.exec(this.font);
    const down = {alphabetic: 0, middle: 0.35, top: 0.8}[this.textBaseline] * size;
    this.parts.push(`<text x="${short(x)}" y="${short(y + down)}" text-anchor="${anchor}" fill="${this.fillStyle}" font-size="${size}" `
        + `font-family="${escaped(family.replaceAll('"', "'"))}">${escaped(text)}</text>`);
  }
  document() {
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${this.width} ${this.height}" width="${this.width}" height="${this.height}">\n`
        + `<rect width="100%" height="100%" fill="#ffffff"/>\n${this.parts.join('\n')}\n</svg>\n`;
  }
}

/** The SVG of a drawing on white paper. `draw` gets a pen and its size. */
function svgOf(width, height, draw) {
  const before = printing;
  printing = true; // the colors of paper
  try {
    const pen = new SvgPen(width, height);
    draw(pen);
    return pen.document();
  } finally {
    printing = before;
  }
}

function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], {type}));
  const link = el('a', {href: address, download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const KINDS = {SVG: ['svg', 'image/svg+xml'], CSV: ['csv', 'text/csv'], LaTeX: ['tex', 'application/x-tex']};

/** Buttons that save a figure or table. `makers` has a function without argument for each kind of file. */
function saves(title, makers) {
  const name = String(title).toLowerCase().normalize('NFD').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 60) || 'figure';
  return el('span', {class: 'saves'}, Object.entries(makers).map(([kind, make]) => {
    const [ending, type] = KINDS[kind];
    const button = el('button', {type: 'button', 'aria-label': `Save ${title} as ${kind}`, title: `Save as ${kind}`}, kind);
    button.addEventListener('click', () => download(`${name}.${ending}`, type, make()));
    return button;
  }));
}

/** Text of a cell as other programs read it: no commas in numbers, a plain minus, nothing for a missing value. */
function plainText(text) {
  const plain = String(text).trim().replaceAll('−', '-').replaceAll('∞', 'inf');
  return plain === '–' ? '' : /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(',', '') : plain;
}

/** Text that spreadsheets would run as a formula gets an apostrophe. Numbers stay as they are. */
function harmless(text) {
  return /^[=+@\t\r-]/.test(text) && !/^[-+]?(\d|inf)/.test(text) ? `'${text}` : text;
}

function csvOf(rows) {
  const cell = value => {
    const text = typeof value === 'number' ? String(value) : value === null || value === undefined ? '' : harmless(plainText(value));
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map(row => row.map(cell).join(',') + '\r\n').join('');
}

const TEX = {'\\': '\\textbackslash{}', '&': '\\&', '%': '\\%', $: '\\$', '#': '\\#', _: '\\_', '{': '\\{', '}': '\\}', '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}', '±': '$\\pm$', '−': '$-$', '–': '--', '×': '$\\times$', '≤': '$\\leq$', '≥': '$\\geq$', '∞': '$\\infty$',
  '°': '$^\\circ$', '·': '$\\cdot$', '…': '\\dots{}', '<': '$<$', '>': '$>$', '|': '$|$'};
const tex = text => String(text).trim().replace(/[\\&%$#_{}~^±−–×≤≥∞°·…<>|]/g, c => TEX[c]);

/** A table of the package booktabs. `numeric` says which columns are numbers. */
function latexOf(caption, head, rows, numeric) {
  const line = cells => '  ' + cells.map(tex).join(' & ') + ' \\\\{}\n';
  return '% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\caption{' + tex(caption) + '}\n\\begin{tabular}{'
      + head.map((_, i) => numeric[i] ? 'r' : 'l').join('') + '}\n\\toprule\n' + line(head) + '\\midrule\n' + rows.map(line).join('')
      + '\\bottomrule\n\\end{tabular}\n\\end{table}\n';
}

'use strict';

const at = id => document.getElementById(id);

/** Writes one line under the forms. */
function say(text, failed) {
  at('status').textContent = text;
  at('status').classList.toggle('error', Boolean(failed));
}

/** Draws a bar for each value, up or down from the middle. */
function draw(values) {
  const bars = at('bars');
  const most = Math.max(...values.map(Math.abs)) || 1;
  bars.setAttribute('viewBox', `0 -1 ${values.length} 2`);
  bars.replaceChildren(...values.map((value, i) => {
    const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    bar.setAttribute('x', i);
    bar.setAttribute('width', .8);
    bar.setAttribute('y', value > 0 ? -value / most : 0);
    bar.setAttribute('height', Math.abs(value) / most);
    return bar;
  }));
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const zeros = values.filter(value => value === 0).length;
  at('figures').textContent = `${values.length} numbers, length ${norm.toPrecision(4)}, largest ${most.toPrecision(4)}, ${zeros} zeros`;
  at('result').hidden = false;
}

/** Lists the nearest rows. */
function list(rows) {
  at('neighbors').replaceChildren(...rows.map(row => {
    const line = document.createElement('tr');
    for (const text of [row.name, row.class ?? '', row.similarity.toFixed(4)]) {
      line.appendChild(document.createElement('td')).textContent = text;
    }
    return line;
  }));
  at('found').hidden = false;
}

/** Asks the service; null after an error, which is shown. */
async function ask(path, headers, body) {
  const answer = await fetch(path, { method: 'POST', headers, body });
  const content = await answer.json();
  if (answer.ok) return content;
  if (answer.status === 401) at('token').hidden = false;
  say(content.error, true);
  return null;
}

let indexed = false;
let asked = 0; // the number of the latest request

async function embed(body, type) {
  const number = ++asked;
  at('result').hidden = true;
  at('found').hidden = true;
  say('Embedding …');
  const headers = { 'Content-Type': type };
  const token = at('token').querySelector('input').value;
  if (token) headers.Authorization = `Bearer ${token}`;
  const start = performance.now();
  try {
    const embedded = await ask('/embed', headers, body);
    if (!embedded || number !== asked) return;
    const time = Math.round(performance.now() - start);
    draw(embedded.embeddings[0]);
    const found = indexed ? await ask('/search', headers, body) : null;
    if (number !== asked) return;
    if (found) list(found.results[0]);
    if (found || !indexed) say(`Embedded in ${time} ms.`);
  } catch (e) {
    say(`No answer: ${e.message}`, true);
  }
}

function picture(file) {
  if (!file) return;
  const shown = at('shown');
  URL.revokeObjectURL(shown.src);
  shown.src = URL.createObjectURL(file);
  shown.hidden = false;
  at('drop').querySelector('span').hidden = true;
  embed(file, file.type || 'application/octet-stream');
}

function start(about) {
  indexed = about.indexed > 0;
  at('about').textContent = about.reads === 'images'
    ? `The encoder of ${about.run} reads images and gives ${about.width} numbers.`
    : `The encoder of ${about.run} reads rows of ${about.rowWidth} numbers and gives ${about.width} numbers.`;
  at(about.reads).hidden = false;
  const drop = at('drop');
  at('file').addEventListener('change', event => picture(event.target.files[0]));
  for (const type of ['dragover', 'dragleave', 'drop']) {
    drop.addEventListener(type, event => {
      event.preventDefault();
      drop.classList.toggle('over', type === 'dragover');
      if (type === 'drop') picture(event.dataTransfer.files[0]);
    });
  }
  at('rows').addEventListener('submit', event => {
    event.preventDefault();
    const cells = at('row').value.split(',').map(cell => cell.trim());
    const row = cells.map(Number);
    const wrong = cells.findIndex((cell, i) => cell === '' || !Number.isFinite(row[i]));
    if (wrong >= 0) {
      say(`Entry ${wrong + 1} is no number.`, true);
      return;
    }
    embed(JSON.stringify({ rows: [row] }), 'application/json');
  });
}

fetch('/health').then(answer => answer.json()).then(start, error => say(`No answer: ${error.message}`, true));

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

async function embed(body, type) {
  say('Embedding …');
  const headers = { 'Content-Type': type };
  const token = at('token').querySelector('input').value;
  if (token) headers.Authorization = `Bearer ${token}`;
  const start = performance.now();
  try {
    const answer = await fetch('/embed', { method: 'POST', headers, body });
    const content = await answer.json();
    if (!answer.ok) {
      if (answer.status === 401) at('token').hidden = false;
      say(content.error, true);
      return;
    }
    draw(content.embeddings[0]);
    say(`Answered in ${Math.round(performance.now() - start)} ms.`);
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
    const row = at('row').value.split(',').map(Number);
    embed(JSON.stringify({ rows: [row] }), 'application/json');
  });
}

fetch('/health').then(answer => answer.json()).then(start, error => say(`No answer: ${error.message}`, true));

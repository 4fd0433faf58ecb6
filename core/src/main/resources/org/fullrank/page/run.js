// The page of one run: the report that lies in its folder and the live page are this code.
const PLACES = '(?:embedding|representation)';
const GROUPS = [
  {section: 'loss', title: 'Total', test: /^loss$/, zero: false},
  {section: 'loss', title: 'Terms', test: /^loss\./, cut: 'loss.', zero: false},
  ...[['rankme', 'RankMe'], ['rankme.centered.share', 'RankMe, centered, share of an isotropic Gaussian', true],
    ['participation', 'Participation ratio'], ['std', 'Standard deviation of rows of length 1'], ['norm', 'Length of rows'],
    ['offset', 'Share of the common offset', true], ['dead', 'Dead dimensions']].map(([measure, title, unit]) => (
    {section: 'rank', measure, title, test: new RegExp(`^${PLACES}\\.${measure.replaceAll('.', '\\.')}$`), zero: !unit, unit})),
  {section: 'rank', title: 'kNN accuracy, online', test: /^knn$/, unit: true,
    note: 'Measured while training, on training or validation items; not comparable with the evaluation below.'},
  {section: 'learning', title: 'Learning rate', test: /^learning\.rate$/, zero: true},
  {section: 'learning', title: 'Gradient norm', test: /^gradient\.norm$/, zero: true},
  {section: 'learning', title: 'Images per second', test: /^time\.imagesPerSecond$/, zero: true},
];
const SILENT = ['step', 'epoch', 'event', 'message', 'time.seconds', 'time.at'];
const LAYER = /^block\.([^.]+)\.(.+)$/;
const LAYER_TITLES = {rankme: 'RankMe', 'rankme.centered.share': 'RankMe, centered, share of an isotropic Gaussian',
  participation: 'Participation ratio', std: 'Standard deviation of rows of length 1', knn: 'kNN accuracy, online', norm: 'Length of rows',
  loss: 'Loss'};

/** What a measure of an embedding says: from the table that documentation and diagnoses share. */
const meaningOf = measure => (data.measures && data.measures[measure]) || undefined;

/** Which curves a set of keys makes, in the order of the page. */
function chartsFor(keys) {
  const left = new Set(keys.filter(key => !SILENT.includes(key)));
  const found = [];
  const take = (chosen, options) => {
    if (chosen.length === 0) return;
    chosen.forEach(key => left.delete(key));
    found.push({...options, keys: chosen});
  };
  for (const group of GROUPS) {
    const chosen = [...left].filter(key => group.test.test(key));
    if (group.section === 'rank') chosen.sort().reverse(); // representation, then embedding: the same colors in all drawings
    take(chosen, {...group, labels: chosen.map(key => group.cut ? key.slice(group.cut.length)
      : group.measure ? key.slice(0, -group.measure.length - 1) : key.replace(/^time\./, '')), note: group.note || meaningOf(group.measure)});
  }
  const layers = [...left].filter(key => LAYER.test(key));
  const measured = [...new Set(layers.map(key => LAYER.exec(key)[2]))];
  const known = Object.keys(LAYER_TITLES);
  measured.sort((a, b) => (known.indexOf(a) + 1 || 99) - (known.indexOf(b) + 1 || 99));
  for (const measure of measured) {
    const chosen = layers.filter(key => LAYER.exec(key)[2] === measure);
    take(chosen, {section: 'layers', title: LAYER_TITLES[measure] || measure, labels: chosen.map(key => LAYER.exec(key)[1]),
      note: meaningOf(measure), unit: measure === 'knn' || measure === 'rankme.centered.share', zero: measure === 'rankme' || measure === 'participation'});
  }
  for (const prefix of ['predictor', 'target', 'correlation']) {
    const chosen = [...left].filter(key => key.startsWith(prefix + '.'));
    take(chosen, {section: 'distillation', title: prefix.charAt(0).toUpperCase() + prefix.slice(1),
      labels: chosen.map(key => key.slice(prefix.length + 1))});
  }
  for (const key of [...left]) {
    take([key], {section: 'other', title: key, labels: [key],
      note: meaningOf(key.replace(/^batch\.(?:embedding|block\.[^.]+)\./, ''))});
  }
  return found;
}

function evaluationRows(results) {
  const accuracy = found => found ? {number: found.lower === undefined ? percent(found.accuracy)
    : `${percent(found.accuracy)} [${(100 * found.lower).toFixed(1)}, ${(100 * found.upper).toFixed(1)}]`} : {number: '–'};
  return results.map(row => [String(row.features), {number: number(row.width)}, accuracy(row.knn), accuracy(row.linear)]);
}

function protocolDetails(part) {
  if (!part.protocol || typeof part.protocol !== 'object') return null;
  return el('details', null, el('summary', null, `Protocol ${part.hash || ''} in full`),
      table('Protocol ' + (part.hash || ''), ['setting', 'value'],
          Object.entries(part.protocol).map(([name, value]) => [name, String(value)]), true));
}

const flat = value => value === null || typeof value !== 'object';

function genericRows(rows) {
  const head = [...new Set(rows.flatMap(row => Object.keys(row).filter(key => flat(row[key]))))];
  return [head, rows.map(row => head.map((key, i) => typeof row[key] === 'number' && i > 0 ? {number: number(row[key])}
    : row[key] === undefined || row[key] === null ? '' : typeof row[key] === 'number' ? number(row[key]) : String(row[key])))];
}

/** The numbers of one protocol, whatever they are: figures, then tables of the lists of objects. */
function evaluationPart(name, part) {
  const shown = [el('h3', null, `${name.charAt(0).toUpperCase()}${name.slice(1)}, protocol ${part.hash || 'unknown'}`)];
  const figures = Object.entries(part).filter(([key, value]) => flat(value) && key !== 'hash');
  if (Array.isArray(part.results) && part.results.some(row => row && row.features !== undefined && (row.knn || row.linear))) {
    shown.push(table('Accuracy, with 95 % intervals', ['features', 'width', 'kNN', 'linear'], evaluationRows(part.results), true));
  } else {
    for (const [key, value] of Object.entries(part)) {
      if (Array.isArray(value) && value.length > 0 && value.every(row => row && typeof row === 'object')) {
        shown.push(table(key, ...genericRows(value), true));
      } else if (!flat(value) && !Array.isArray(value) && key !== 'protocol') {
        shown.push(table(key, ['figure', 'value'], Object.entries(value).filter(([, v]) => flat(v)).map(
            ([k, v]) => [k, {number: typeof v === 'number' ? number(v) : String(v)}]), true));
      }
    }
  }
  if (figures.length > 0) {
    shown.push(el('p', {class: 'note'}, figures.map(([key, value]) => `${key} ${typeof value === 'number' ? number(value) : value}`).join(', ')));
  }
  if (Array.isArray(part.notMeasured)) shown.push(...part.notMeasured.map(line => el('p', {class: 'note'}, String(line))));
  return [...shown, protocolDetails(part)];
}

function evaluation(file) {
  if (!file || typeof file !== 'object') return [];
  const shown = [];
  if (file.score && typeof file.score === 'object') {
    const {score} = file;
    shown.push(el('h3', null, `Probes of a comparison, protocol ${file.hash || 'unknown'}`),
        table('Accuracy of the encoder', ['features', 'width', 'kNN', 'linear'], [['encoder', {number: number(score.width)},
          {number: percent(score.knn / score.asked)}, {number: percent(score.linear / score.asked)}]], true),
        protocolDetails(file));
  }
  const protocols = {...(file.protocols || {}), ...(Array.isArray(file.results) ? {probes: file} : {})};
  for (const [name, part] of Object.entries(protocols)) {
    if (part && typeof part === 'object') shown.push(...evaluationPart(name, part));
  }
  return shown;
}

function alarmList(alarms) {
  return el('ul', {class: 'alarms'}, alarms.map(alarm => el('li', null,
      el('p', null, el('strong', null, titleOf(alarm)), ` in ${alarm.place || 'the embedding'}, raised at step ${number(alarm.step)}`,
          finite(alarm.onset) === null ? '' : `, began about step ${number(alarm.onset)}`,
          alarm.action ? `; action: ${alarm.action}` : ''),
      alarm.evidence ? el('p', {class: 'note'}, alarm.evidence) : null,
      alarm.next ? el('p', {class: 'note'}, 'Next: ' + alarm.next) : null)));
}

function runPage() {
  const store = recordStore();
  const alarms = [];
  const marks = () => alarms.map(alarm => ({at: finite(alarm.onset) ?? Number(alarm.step)}));
  const pill = el('span', {class: 'pill'});
  const message = el('p', {class: 'note message'});
  const connection = el('span', {class: 'live', role: 'status'});
  frame(data.live ? [el('a', {href: '/'}, 'All runs'), ' · live'] : ['Fullrank · report of a run'], String(data.name),
      el('p', {class: 'about'}, pill, ' ', String(data.recipe || ''), data.about ? ': ' + data.about : '', ' ', connection), message);

  if (data.missing) main.append(el('p', {class: 'note'}, `Not shown: ${data.missing}.`));
  const verdict = el('div');
  const figures = el('dl', {class: 'figures'});
  main.append(verdict, figures);
  const parts = {
    alarms: section('alarms', 'Alarms', 'Dashed red lines in the drawings mark where each one began.'),
    loss: section('loss', 'Loss'),
    rank: section('rank', 'Rank and spread'),
    spectrum: section('spectrum', 'Spectrum over time',
        'Singular values at ranks spaced evenly on a logarithmic scale, from the largest to the smallest, divided by the root of the total '
        + 'variance. What goes dark are directions that the embedding gave up.'),
    layers: section('layers', 'Layers'),
    distillation: section('distillation', 'Self-distillation'),
    learning: section('learning', 'Rate and speed'),
    other: section('other', 'Other measures'),
    diagnosis: section('diagnosis', 'Diagnosis'),
    evaluation: section('evaluation', 'Evaluation'),
    map: section('map', 'Map of embeddings'),
    views: section('views', 'Views', 'An item on the left of each row, then its random views: what the encoder learned from.'),
    recipe: section('recipe', 'Recipe', 'Every value as it was resolved when the run began.'),
  };
  const heat = heatMap(marks);
  const charts = new Map();

  function showStatus(state) {
    pill.className = 'pill ' + state.status;
    pill.textContent = state.status;
    message.textContent = state.message || '';
  }

  function showVerdict() {
    const diagnoses = data.diagnosis && Array.isArray(data.diagnosis.diagnoses) ? data.diagnosis.diagnoses : [];
    const found = banner(diagnoses);
    const last = alarms.at(-1);
    // One source of the verdict: the diagnosis, once there is one. Until then it is the latest alarm.
    const passed = alarms.length === 0 || found === null ? null : el('p', {class: 'note'},
        `While training, ${alarms.length === 1 ? 'an alarm was' : `${alarms.length} alarms were`} raised, the last at step ${number(last.step)}; see below. `,
        data.status === 'rolled-back' ? 'The weights are those from before it, and so is what follows.'
          : 'An alarm compares a check with earlier ones; the verdict above is that of the trained network.');
    const alarmed = alarms.length === 0 || found !== null ? null : el('div', {class: 'banner bad', role: 'region', 'aria-label': 'Alarm'},
        el('h2', null, titleOf(last) + ' while training'),
        el('p', null, `An alarm was raised at step ${number(last.step)}`, last.place ? ` for the ${last.place}` : '', '; see below.'));
    const shown = [alarmed, found, passed].filter(Boolean);
    verdict.replaceChildren(...shown.length > 0 ? shown : [el('div', {class: 'banner'}, el('h2', null, 'No diagnosis'),
        el('p', null, data.live && data.status === 'running' ? 'A diagnosis is made when the run ends.'
          : 'This run has none in its folder; fullrank diagnose makes one.'))]);
    parts.diagnosis.fill(diagnoses.map(diagnosis => el('details', {open: diagnoses.length === 1},
        el('summary', null, `All figures of ${diagnosis.subject}`), ...diagnosisDetails(diagnosis))));
  }

  function showFigures() {
    const latest = key => store.latest(key);
    const rows = [['Step', number(store.lastStep())]];
    const optional = (name, key, format) => { if (latest(key) !== null) rows.push([name, format(latest(key))]); };
    if (store.lastStep() > 0) optional('Epoch', 'epoch', value => number(Number(value) + 1));
    optional('Loss', 'loss', number);
    optional('RankMe, embedding', 'embedding.rankme', number);
    optional('RankMe, representation', 'representation.rankme', number);
    optional('RankMe, centered, share', 'representation.rankme.centered.share', percent);
    optional('kNN, online', 'knn', percent);
    optional('Time', 'time.seconds', duration);
    optional('Images per second', 'time.imagesPerSecond', value => number(Math.round(Number(value))));
    figures.replaceChildren(...rows.map(([name, value]) => el('div', null, el('dt', null, name), el('dd', null, value))));
  }

  function showCharts() {
    const wanted = store.lastStep() > 0 ? chartsFor(store.keys()) : []; // one point at step 0 is no curve
    for (const id of ['loss', 'rank', 'layers', 'distillation', 'learning', 'other']) {
      const nodes = wanted.filter(group => group.section === id).map(group => {
        const key = group.title + '|' + group.keys.join('|');
        if (!charts.has(id + key)) {
          charts.set(id + key, chart({title: group.title, note: group.note, axis: 'step', zero: group.zero, unit: group.unit,
            series: group.keys.length === 1 ? [{label: 'value'}] : group.labels.map(label => ({label})), end: () => store.lastStep() || 1, marks}));
        }
        const drawn = charts.get(id + key);
        drawn.update(...store.curves(group.keys));
        return drawn.node;
      });
      const grid = parts[id].body.firstChild;
      if (grid && grid.childNodes.length === nodes.length && nodes.every((node, i) => node === grid.childNodes[i])) continue;
      parts[id].fill(nodes.length === 0 ? [] : [el('div', {class: 'charts'}, nodes)]);
    }
  }

  function showAlarms() {
    parts.alarms.fill(alarms.length === 0 ? [] : [alarmList(alarms)]);
  }

  function showSpectrum() {
    if (heat.isEmpty()) return;
    if (!heat.node.isConnected) parts.spectrum.fill(heat.node);
    heat.draw();
  }

  data.metrics.forEach(store.add);
  data.alarms.forEach(alarm => alarms.push(alarm));
  data.spectra.forEach(heat.add);
  showStatus(data);
  showVerdict();
  showFigures();
  showAlarms();
  showCharts();
  showSpectrum();
  parts.evaluation.fill(evaluation(data.evaluation));
  if (isMap(data.map)) {
    parts.map.fill(el('p', {class: 'note'}, data.map.about || ''), embeddingMap(data.map, data.pictures.map));
  }
  if (data.pictures.views) {
    parts.views.fill(el('img', {class: 'sheet', src: data.pictures.views, alt:
        'Contact sheet: one item in each row, unchanged on the left, then its random views.'}));
  }
  if (data.config) parts.recipe.fill(el('pre', {tabindex: 0, role: 'region', 'aria-label': 'Recipe'}, data.config));
  if (data.live) listen({store, alarms, heat, showStatus, showVerdict, showFigures, showAlarms, showCharts, showSpectrum, connection});
}

/** Live: what is appended to the files of the run comes as events; drawings are renewed at most four times a second. */
function listen(page) {
  const source = new EventSource(data.live);
  let waiting = false;
  const renew = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      page.showFigures();
      page.showCharts();
      page.showSpectrum();
    }, 250);
  };
  const on = (name, act) => source.addEventListener(name, event => { act(JSON.parse(event.data)); renew(); });
  on('metrics', line => page.store.add(line));
  on('spectra', line => page.heat.add(line));
  on('alarms', line => {
    if (page.alarms.some(known => ['step', 'place', 'kind'].every(key => known[key] === line[key]))) return;
    page.alarms.push(line);
    page.showAlarms();
    page.showVerdict();
    say('Alarm: ' + titleOf(line));
  });
  on('state', state => {
    if (state.status !== data.status) say('The run is ' + state.status);
    Object.assign(data, state);
    page.showStatus(state);
    page.showVerdict();
  });
  source.addEventListener('reload', () => location.reload());
  source.addEventListener('gone', () => {
    source.close();
    page.showStatus({status: 'gone', message: 'The folder of this run is no longer there.'});
    say('The folder of this run is no longer there.');
  });
  source.addEventListener('open', () => { page.connection.textContent = ''; });
  source.addEventListener('error', () => {
    page.connection.textContent = source.readyState === EventSource.CLOSED
        ? 'Not connected: reload the page when fullrank watch runs again.' : 'Connection lost, trying again …';
  });
  addEventListener('pagehide', () => source.close());
}

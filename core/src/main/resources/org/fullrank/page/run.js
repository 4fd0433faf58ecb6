// The page of one run: the report that lies in its folder and the live page are this code.

function alarmList(alarms) {
  return el('ul', {class: 'alarms'}, alarms.map(alarm => el('li', null,
      el('p', null, el('strong', null, titleOf(alarm)), ` in ${alarm.place || 'the embedding'}, raised at step ${number(alarm.step)}`,
          finite(alarm.onset) === null ? '' : `, first sign at step ${number(alarm.onset)}`,
          alarm.action ? `; action: ${alarm.action}` : ''),
      alarm.evidence ? el('p', {class: 'note'}, alarm.evidence) : null,
      alarm.next ? el('p', {class: 'note'}, 'Next: ' + alarm.next) : null)));
}

/** Figures under their names; those that are null are left out. */
function figureList(rows) {
  return rows.filter(([, value]) => value !== null).map(([name, value]) => el('div', null, el('dt', null, name), el('dd', null, value)));
}

function median(values) {
  const sorted = values.filter(v => v !== null).sort((a, b) => a - b);
  return sorted.length === 0 ? null : (sorted[sorted.length - 1 >> 1] + sorted[sorted.length >> 1]) / 2;
}

function runPage() {
  const store = recordStore();
  const alarms = [];
  const verdicts = [];
  const marks = () => alarms.map(alarm => ({at: finite(alarm.onset) ?? Number(alarm.step)}));
  const pill = el('span', {class: 'pill'});
  const message = el('p', {class: 'note message'});
  const connection = el('span', {class: 'live', role: 'status'});
  frame(data.live ? [el('a', {href: '/'}, 'All runs'), ' · live'] : ['Fullrank · report of a run'], String(data.name),
      el('p', {class: 'about'}, pill, ' ', String(data.recipe || ''), data.about ? ': ' + data.about : '', ' ', connection), message);

  const good = group('good', 'Is it good?');
  const answer = el('p', {class: 'answer'});
  const verdict = el('div');
  const hidden = el('p', {class: 'note hidden-by-map'});
  const qualities = el('dl', {class: 'figures'});
  good.append(answer, qualities, verdict);
  const parts = {
    evaluation: section('evaluation', 'Evaluation', null, good),
    map: section('map', 'Map of embeddings', null, good),
    diagnosis: section('diagnosis', 'Diagnosis', null, good),
  };
  const learned = group('learned', 'Did it learn?');
  const figures = el('dl', {class: 'figures'});
  if (data.missing) learned.append(el('p', {class: 'note'}, `Not shown: ${data.missing}.`));
  learned.append(figures);
  Object.assign(parts, {
    alarms: section('alarms', 'Alarms', 'Dashed red lines in the charts mark the first sign of each one.', learned),
    loss: section('loss', 'Loss', null, learned),
    rank: section('rank', 'Rank and spread', null, learned),
    spectrum: section('spectrum', 'Spectrum over time',
        'Singular values at ranks spaced evenly on a logarithmic scale, from the largest to the smallest, divided by the root of the total '
        + 'variance. A row that becomes dark is a direction that the embedding no longer uses.', learned),
    checks: section('checks', 'Checks', 'The verdict on the network at each check, from few items. The training was not finished then.', learned),
    layers: section('layers', 'Layers', null, learned),
    distillation: section('distillation', 'Self-distillation', null, learned),
    other: section('other', 'Other measures', null, learned),
  });
  const made = group('made', 'How was it made?');
  const effort = el('dl', {class: 'figures'});
  made.append(effort);
  if (data.tensorBoard) made.append(el('p', {class: 'note'}, data.tensorBoard));
  Object.assign(parts, {
    learning: section('learning', 'Rate and speed', null, made),
    views: section('views', 'Views', 'An item on the left of each row, then its random views: what the encoder learned from.', made),
    recipe: section('recipe', 'Recipe', 'Every value as it was resolved when the run began.', made),
  });
  const heat = heatMap(marks);
  const charts = new Map();

  function showStatus(state) {
    pill.className = 'pill ' + state.status;
    pill.textContent = state.status;
    message.textContent = state.message || '';
  }

  /** The diagnosis of the trained network, once there is one. Until then it is that of the latest check. */
  function diagnosesNow() {
    const trained = data.diagnosis && Array.isArray(data.diagnosis.diagnoses) ? data.diagnosis.diagnoses : [];
    return trained.length > 0 || verdicts.length === 0 ? {diagnoses: trained, step: null}
        : {diagnoses: latestCheck(verdicts), step: latestCheck(verdicts)[0].step};
  }

  function showVerdict() {
    const {diagnoses, step} = diagnosesNow();
    const found = banner(diagnoses, step === null ? '' : `At the check of step ${number(step)}, on ${number(diagnoses[0].rows)} items`);
    const last = alarms.at(-1);
    // One source of the verdict. What else was said is said about another time.
    const passed = alarms.length === 0 || found === null ? null : el('p', {class: 'note'},
        `While training, ${alarms.length === 1 ? 'an alarm was' : `${alarms.length} alarms were`} raised, the last at step ${number(last.step)}; see below. `,
        data.status === 'rolled-back' ? 'The weights were set back to a step before the alarm. The results below are for these weights.'
          : step === null ? 'An alarm compares a check with earlier ones; the verdict above is that of the trained network.'
            : 'An alarm compares a check with earlier checks; the verdict above uses the latest check and the alarms that are still on.');
    const alarmed = alarms.length === 0 || found !== null ? null : el('div', {class: 'banner bad', role: 'region', 'aria-label': 'Alarm'},
        el('h3', null, titleOf(last) + ' while training'),
        el('p', null, `An alarm was raised at step ${number(last.step)}`, last.place ? ` for the ${last.place}` : '', '; see below.'));
    const shown = [alarmed, found, passed].filter(Boolean);
    verdict.replaceChildren(...shown.length > 0 ? shown : [el('div', {class: 'banner'}, el('h3', null, 'No diagnosis'),
        el('p', null, data.live && data.status === 'running' ? 'The first check makes one.'
          : 'This run has none in its folder; fullrank diagnose makes one.'))]);
    hidden.textContent = hiddenByMap(diagnoses);
    answer.textContent = answerOf(data, diagnoses, store.lastStep());
    if (step === null) {
      parts.diagnosis.fill(diagnoses.map(diagnosis => el('details', {open: diagnoses.length === 1},
          el('summary', null, `All figures of ${diagnosis.subject}`), ...diagnosisDetails(diagnosis))));
    }
  }

  function showFigures() {
    const latest = (key, format) => store.latest(key) === null ? null : format(store.latest(key));
    const probes = probesOf(data.evaluation);
    const encoder = probes.find(row => row.features === 'encoder') || {};
    const best = probe => {
      const others = probes.filter(row => row.features !== 'encoder' && row[probe]).sort((a, b) => b[probe].accuracy - a[probe].accuracy);
      return others.length === 0 ? null : el('small', null, `best baseline ${percent(others[0][probe].accuracy)}, ${others[0].features}`);
    };
    const accuracy = probe => encoder[probe] ? [percent(encoder[probe].accuracy), best(probe)] : null;
    qualities.replaceChildren(...figureList([['kNN accuracy', accuracy('knn')], ['Linear accuracy', accuracy('linear')]]));
    figures.replaceChildren(...figureList([
      ['Step', number(store.lastStep()) + (data.steps ? ' of ' + number(data.steps) : '')],
      ['Epoch', store.lastStep() > 0 ? latest('epoch', value => number(Number(value) + 1)) : null],
      ['Loss', latest('loss', number)],
      ['RankMe, embedding', latest('embedding.rankme', number)],
      ['RankMe, representation', latest('representation.rankme', number)],
      ['RankMe, centered, share', latest('representation.rankme.centered.share', percent)],
      ['kNN during training', latest('knn', percent)],
    ]));
    const rates = store.curves(['time.imagesPerSecond'])[1][0];
    const at = store.first('time.at'), seconds = store.first('time.seconds');
    effort.replaceChildren(...figureList([
      ['Start', finite(at) === null ? null : when(at - (finite(seconds) || 0))],
      ['Duration', latest('time.seconds', duration)],
      ['Time left', data.status === 'running' ? timeLeft() : null],
      ['Samples per second, median', median(rates) === null ? null : number(Math.round(median(rates)))],
    ]));
  }

  function timeLeft() {
    const [steps, [seconds]] = store.curves(['time.seconds']);
    const n = steps.length - 1;
    return !data.steps || n < 1 || !(seconds[n] > seconds[0]) ? null
        : duration((seconds[n] - seconds[0]) / (steps[n] - steps[0]) * (data.steps - steps[n]));
  }

  function showCharts() {
    const wanted = store.lastStep() > 0 ? chartsFor(store.keys()) : []; // one point at step 0 is no curve
    for (const id of ['loss', 'rank', 'layers', 'distillation', 'learning', 'other']) {
      const nodes = wanted.filter(one => one.section === id).map(one => {
        const key = one.title + '|' + one.keys.join('|');
        if (!charts.has(id + key)) {
          charts.set(id + key, chart({title: one.title, note: one.note, axis: 'step', zero: one.zero, unit: one.unit,
            series: one.keys.length === 1 ? [{label: 'value'}] : one.labels.map(label => ({label})), end: () => store.lastStep() || 1, marks}));
        }
        const drawn = charts.get(id + key);
        drawn.update(...store.curves(one.keys));
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

  function showChecks() {
    parts.checks.fill(verdicts.length === 0 ? [] : [verdictTable(verdicts)]);
  }

  function showSpectrum() {
    if (heat.isEmpty()) return;
    if (!heat.node.isConnected) parts.spectrum.fill(heat.node);
    heat.draw();
  }

  data.metrics.forEach(store.add);
  data.steps = store.totalSteps();
  data.alarms.forEach(alarm => alarms.push(alarm));
  (data.verdicts || []).forEach(line => verdicts.push(line));
  data.spectra.forEach(heat.add);
  showStatus(data);
  showVerdict();
  showFigures();
  showAlarms();
  showChecks();
  showCharts();
  showSpectrum();
  parts.evaluation.fill(evaluation(data.evaluation));
  if (isMap(data.map)) {
    parts.map.fill(el('p', {class: 'note'}, data.map.about || ''), hidden, embeddingMap(data.map, data.pictures.map));
  }
  if (data.pictures.views) {
    parts.views.fill(el('img', {class: 'sheet', src: data.pictures.views, alt:
        'Contact sheet: one item in each row, unchanged on the left, then its random views.'}));
  }
  if (data.config) parts.recipe.fill(el('pre', {tabindex: 0, role: 'region', 'aria-label': 'Recipe'}, data.config));
  if (data.live) {
    listen({store, alarms, verdicts, heat, showStatus, showVerdict, showFigures, showAlarms, showChecks, showCharts, showSpectrum, connection});
  }
}

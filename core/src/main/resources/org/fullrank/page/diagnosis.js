// What the doctor found: verdicts, figures and plots of one or several embeddings.
const COLLAPSES = {CONSTANT: 'constant collapse', DIMENSIONAL: 'dimensional collapse', NORM_BLOW_UP: 'norm blow-up',
  NORM_VANISHING: 'vanishing norms', REDUNDANT: 'redundancy', COMMON_OFFSET: 'common offset', CLASS_WISE: 'class-wise collapse'};

const kindOf = verdict => String(verdict.kind || '').toUpperCase().replaceAll('-', '_').replaceAll(' ', '_');

function titleOf(verdict) {
  const kind = kindOf(verdict);
  const title = String(verdict.title || COLLAPSES[kind] || kind.toLowerCase().replaceAll('_', ' ') || 'unknown');
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function gravity(verdict) {
  const kind = kindOf(verdict);
  return kind === 'HEALTHY' ? 'good' : kind in COLLAPSES ? 'bad' : 'warn';
}

const verdictsOf = diagnosis => Array.isArray(diagnosis.verdicts) ? diagnosis.verdicts : [];

function verdictText(verdict) {
  return [
    verdict.evidence ? el('p', null, verdict.evidence) : null,
    verdict.next ? el('p', null, el('strong', null, 'Next: '), verdict.next) : null,
  ];
}

const confidence = verdict => finite(verdict.confidence) === null ? ''
    : ` (confidence ${Math.round(100 * verdict.confidence)} %)`;

/** The places of a run, so that two verdicts are not read as verdicts on one embedding. */
const PLACE_NAMES = {representation: 'representation (output of the encoder)', embedding: 'embedding (output of the projector)'};
const placeOf = subject => data.kind === 'run' && PLACE_NAMES[subject] || String(subject);

/** Headings inside of a section. */
const SUB = data.kind === 'run' ? 'h4' : 'h3';

/** The banner of several places: the gravest in large letters, the others below. `when` says when, if it was not at the end. */
function banner(diagnoses, when) {
  const all = diagnoses.flatMap(diagnosis => verdictsOf(diagnosis).map(verdict => ({subject: diagnosis.subject, verdict})));
  if (all.length === 0) return null;
  const order = ['bad', 'warn', 'good'];
  all.sort((a, b) => order.indexOf(gravity(a.verdict)) - order.indexOf(gravity(b.verdict)));
  const [first, ...others] = all;
  return el('div', {class: 'banner ' + gravity(first.verdict), role: 'region', 'aria-label': 'Verdict'},
      el('h3', null, titleOf(first.verdict)),
      el('p', {class: 'note'}, `${when ? when + ': ' : ''}${placeOf(first.subject)}${confidence(first.verdict)}`),
      ...verdictText(first.verdict),
      others.length === 0 ? null : el('div', {class: 'more'}, el('ul', null, others.map(({subject, verdict}) =>
        el('li', null, el('strong', null, `${placeOf(subject)}: ${titleOf(verdict).toLowerCase()}`), confidence(verdict),
            gravity(verdict) === 'good' || !verdict.evidence ? '' : ' – ' + verdict.evidence,
            gravity(verdict) === 'good' || !verdict.next ? null : el('p', null, 'Next: ' + verdict.next))))));
}

function measures(diagnosis) {
  return (Array.isArray(diagnosis.sections) ? diagnosis.sections : []).map(part => table(
      part.name, ['measure', 'value', '95 % interval', 'healthy', 'meaning'],
      (part.measures || []).map(m => [
        String(m.name),
        num(m.value),
        interval(m),
        m.healthy || '',
        m.meaning || '',
      ]), true));
}

const from1 = values => values.map((_, i) => i + 1);
const numbersOf = values => Array.isArray(values) ? values.map(finite) : [];

function diagnosisPlots(diagnosis) {
  const plots = diagnosis.plots || {};
  const list = [];
  const add = (options, xs, columns) => {
    if (xs.length === 0) return;
    const drawn = chart(options);
    drawn.update(xs, columns);
    list.push(drawn.node);
  };
  const values = numbersOf(plots.singularValues);
  const isotropic = numbersOf(plots.isotropic);
  const positive = column => column.map(v => v !== null && v > 0 ? v : null);
  add({title: 'Spectrum', note: 'Singular values of the centered rows, compared with those of isotropic rows of the same count and width.',
    axis: 'number', log: true, series: [{label: 'found'}, {label: 'isotropic'}]},
  from1(values), [positive(values), values.map((_, i) => positive(isotropic)[i] ?? null)]);
  const deviations = numbersOf(plots.deviations).sort((a, b) => b - a);
  add({title: 'Deviation of each dimension', note: 'Sorted; dimensions at 0 are dead.', axis: 'dimension', zero: true,
    series: [{label: 'deviation'}]}, from1(deviations), [deviations]);
  const norms = numbersOf(plots.norms);
  add({title: 'Lengths of rows', note: 'By percentile.', axis: 'percentile', zero: true, series: [{label: 'length'}]},
      norms.map((_, i) => norms.length > 1 ? 100 * i / (norms.length - 1) : 0), [norms]);
  return list.length === 0 ? null : el('div', {class: 'charts'}, list);
}

const angle = value => finite(value) === null ? '–' : number(value) + '°';

/** A number in which rounding errors are 0. */
const exact = value => finite(value) === null ? '–' : number(Math.round(1e10 * value) / 1e10 + 0);

/** The modes of one optimum: a chart of how much of each the embedding spans, and those that differ. */
function optimumModes(optimum) {
  const modes = Array.isArray(optimum.modes) ? optimum.modes : [];
  const kept = modes.filter(mode => mode.kept);
  const drawn = chart({title: 'Modes of the best of ' + optimum.over, note: 'Share of each optimal mode that the embedding spans.',
    axis: 'mode', unit: true, series: [{label: 'spanned'}]});
  drawn.update(kept.map(mode => Number(mode.mode)), [kept.map(mode => finite(mode.spanned))]);
  const differ = [
    ...modes.filter(mode => (optimum.missing || []).includes(mode.mode)).map(mode => ['lacks', mode]),
    ...modes.filter(mode => !mode.kept).map(mode => ['has, the optimum drops it', mode]),
  ];
  return [
    kept.length === 0 ? null : el('div', {class: 'charts'}, drawn.node),
    differ.length === 0 ? null : table(`Modes that differ from the best of ${optimum.over}`
        + (differ.length > TABLE_ROWS ? `, the first ${TABLE_ROWS} of ${differ.length}` : ''),
        ['mode', 'embedding', 'graph eigenvalue', 'kept length', 'spanned'],
        differ.slice(0, TABLE_ROWS).map(([what, mode]) => [number(mode.mode), what, num(mode.graphEigenvalue, exact),
          num(mode.length, exact), num(mode.spanned, percent)]), true),
  ];
}

/** How far the embedding is from the best one for its objective. */
function optimumDetails(optimum) {
  if (!optimum || !Array.isArray(optimum.optima)) return [];
  const scale = finite(optimum.scale);
  return [
    el(SUB, null, 'Distance to the optimum'),
    el('p', {class: 'note'}, `The best embeddings of the same ${number(optimum.rows)} rows for ${optimum.objective}, found by `
        + `eigenvectors: ${number(optimum.views)} views of each of ${number(optimum.items)} items, related to each other. `
        + `Closed form: ${optimum.closedForm}${optimum.settings ? ', ' + optimum.settings : ''}. `
        + `Scale: ${optimum.scaleRule}${scale === null || scale === 1 ? '' : ': ' + number(scale)}.`),
    table(`Loss of the embedding ${number(optimum.loss)}, ${number(optimum.rank)} of ${number(optimum.width)} directions`,
        ['best among', 'minimum', 'gap', 'modes', 'lacks', 'extra', 'in reach', 'median angle', 'largest angle'],
        optimum.optima.map(one => {
          const angles = numbersOf(one.angles);
          return [String(one.over), num(one.minimum, exact), num(one.gap, exact),
            num((one.modes || []).filter(mode => mode.kept).length), num((one.missing || []).length),
            num((one.extra || []).length), num(one.inside, percent),
            num(one.medianAngle, angle), num(angles.at(-1), angle)];
        }), true),
    el('p', {class: 'note'}, 'A mode is a direction in which items differ. Its graph eigenvalue is 0 if the views of an item agree in '
        + `it, and near ${number(optimum.views - 1)} if they are unrelated. Gap: loss of the embedding minus the minimum, 0 at the `
        + 'optimum. Lacks: modes of which the embedding spans less than half. Extra: modes that it has and the optimum drops. In '
        + 'reach: share of the directions of the embedding that such embeddings can have. Angles: between both column spaces.'),
    ...(Array.isArray(optimum.notes) ? optimum.notes : []).map(note => el('p', {class: 'note'}, String(note))),
    ...optimum.optima.flatMap(optimumModes),
  ];
}

/** Whether the embeddings of noisy copies of an item are Gaussian. */
function noiseDetails(noise) {
  if (!noise || !Array.isArray(noise.levels)) return [];
  return [
    el(SUB, null, 'Noisy copies of an item'),
    el('p', null, `Are their embeddings Gaussian? ${String(noise.answer)}.`),
    el('p', {class: 'note'}, `${String(noise.meaning)}. ${number(noise.copies)} copies of each of ${number(noise.items)} items. Each `
        + `input value gets Gaussian noise. Noise 1 is the standard deviation of an input value, ${number(noise.unit)}.`),
    table('By noise', ['noise', 'Gaussian items', 'same region', 'distance'], noise.levels.map(level => [
      num(level.noise),
      {number: level.tested > 0 ? `${number(level.gaussian)} of ${number(level.tested)}` : '–'},
      num(level.sameRegion, percent),
      num(level.distance)]), true),
    el('p', {class: 'note'}, 'Gaussian items: their copies pass the test of D\'Agostino and Pearson in up to 32 dimensions; 1 % fail by '
        + 'chance. Same region: '
        + (noise.curved ? `none, because the network has ${noise.curved}. ` : 'copies for which each ReLU is on or off as for the item. ')
        + 'Distance: of a copy from its item, divided by the distance of two items.'),
  ];
}

/** All of one diagnosis but its verdicts. */
function diagnosisDetails(diagnosis) {
  const lines = [diagnosis.warnings, diagnosis.notes].flatMap(list => Array.isArray(list) ? list : []);
  return [
    el('p', {class: 'note'}, `${number(diagnosis.rows)} rows of ${number(diagnosis.width)} dimensions`),
    lines.length === 0 ? null : el('ul', {class: 'note'}, lines.map(line => el('li', null, line))),
    diagnosisPlots(diagnosis),
    ...optimumDetails(diagnosis.optimum),
    ...noiseDetails(diagnosis.noise),
    ...measures(diagnosis),
  ].filter(Boolean);
}

/** The singular values of two diagnoses in one chart, each divided by its largest. */
function spectraOfBoth(diagnoses) {
  const spectra = diagnoses.map(diagnosis => numbersOf((diagnosis.plots || {}).singularValues));
  const longest = spectra.reduce((a, b) => a.length >= b.length ? a : b);
  if (longest.length === 0) return null;
  const drawn = chart({title: 'Spectra', note: 'Singular values of the centered rows, divided by the largest of each embedding.',
    axis: 'number', log: true, series: diagnoses.map(diagnosis => ({label: String(diagnosis.subject)}))});
  drawn.update(from1(longest), spectra.map(values => longest.map((_, i) => values[i] > 0 ? values[i] / values[0] : null)));
  return el('div', {class: 'charts'}, drawn.node);
}

/** Two diagnoses of the same items, and how alike the embeddings are. */
function comparisonDetails(comparison, diagnoses) {
  const angles = numbersOf(comparison.angles);
  return [
    el('p', null, el('strong', null, String(comparison.conclusion))),
    spectraOfBoth(diagnoses),
    table('Second minus first', ['measure', 'first', 'second', 'difference', '95 % interval', 'healthy', 'in range'],
        (comparison.measures || []).map(m => [String(m.name), num(m.first), num(m.second),
          num(m.difference),
          interval(m), m.healthy || '', m.inRange || '']), true),
    el('p', {class: 'note'}, `Linear CKA ${number(comparison.linearCka)} on ${number(comparison.rows)} rows: 1 is equal up to rotation and scale. `
        + `Angles between the ${number(angles.length)} strongest directions of each: median ${angle(comparison.medianAngle)}, largest `
        + `${angle(angles.at(-1))}; 0° is shared.`),
  ].filter(Boolean);
}

function diagnosesPage() {
  frame(['Fullrank · diagnosis'], data.diagnoses.length === 1 ? String(data.diagnoses[0].subject) : `${data.diagnoses.length} embeddings`);
  if (data.comparison) {
    section('comparison', 'Comparison').fill(...comparisonDetails(data.comparison, data.diagnoses));
  }
  data.diagnoses.forEach((diagnosis, i) => {
    const part = section('embedding-' + (i + 1), String(diagnosis.subject));
    part.fill(banner([diagnosis]), ...diagnosisDetails(diagnosis));
  });
}

// Which curves the records of a run make.
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
  {section: 'learning', title: 'Samples per second', test: /^time\.imagesPerSecond$/, zero: true},
  {section: 'learning', title: 'Seconds of a check', test: /^time\.monitorSeconds$/, zero: true},
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

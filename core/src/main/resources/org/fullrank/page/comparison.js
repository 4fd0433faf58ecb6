// The comparison of recipes: the table, the results as points, the curves of each recipe, the protocol.
const METRICS = [
  {key: 'loss', title: 'Loss'},
  {key: 'knn', title: 'kNN during training', unit: true},
  {key: 'rankme', title: 'RankMe while training', zero: true},
];

function comparisonPage() {
  root.classList.add('broad'); // the table has a column for each measure
  const count = data.recipes.length;
  frame(['Fullrank · comparison'], `Comparison of ${count} ${count === 1 ? 'recipe' : 'recipes'}`);
  const results = section('results', 'Results');
  results.fill(
      table('Results', data.head, data.rows.map(row => row.map((cell, i) => i > 0 ? {number: cell} : cell)), true),
      lines(data.legend), lines(data.remarks));
  section('points', 'Results as points', 'A dot is the mean over seeds, its bar one standard deviation to each side. Small circles are '
      + 'single seeds. Baselines are gray.')
      .fill(el('div', {class: 'charts'}, (data.measures || []).filter(measure => measure.rows.some(row => row.values.length > 0))
          .map(measure => pointChart({title: measure.title, unit: measure.title, rows: measure.rows}))));
  section('curves', 'Curves',
      `Mean over seeds; a bar is one standard deviation to each side. The reference is ${data.reference}. Loss values of `
      + 'different objectives are not comparable; kNN and RankMe have one scale for all.')
      .fill(data.recipes.map(recipe => recipeCurves(recipe)));
  section('protocol', 'Protocol ' + data.hash).fill(table('Settings that the numbers depend on', ['setting', 'value'],
      Object.entries(data.protocol)));
}

function lines(texts) {
  return texts.length === 0 ? null : el('ul', {class: 'note'}, texts.map(text => el('li', null, text)));
}

function recipeCurves(recipe) {
  const reference = data.recipes.find(other => other.label === data.reference);
  const charts = METRICS.filter(metric => recipe.curves[metric.key].length > 0).map(metric => {
    const own = recipe.curves[metric.key];
    const compared = metric.key === 'loss' || recipe === reference ? [] : reference.curves[metric.key];
    const steps = [...new Set([...own, ...compared].map(point => point.step))].sort((a, b) => a - b);
    const column = (points, value) => {
      const bySteps = new Map(points.map(point => [point.step, value(point)]));
      return steps.map(step => bySteps.get(step) ?? null);
    };
    const shown = [{label: recipe.label, points: own}, ...(compared.length > 0 ? [{label: data.reference, points: compared}] : [])];
    const drawn = chart({...metric, title: `${recipe.label}: ${metric.title}`, axis: 'step', series: shown.map(({label}) => ({label})),
      end: () => data.steps});
    drawn.update(steps, shown.map(({points}) => column(points, point => point.mean)),
        shown.map(({points}) => column(points, point => point.std > 0 ? point.std : null)));
    return drawn.node;
  });
  return el('div', {class: 'charts'}, charts);
}

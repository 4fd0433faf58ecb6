// The comparison of recipes: the table, the curves of each recipe, the protocol.
const METRICS = [
  {key: 'loss', title: 'Loss'},
  {key: 'knn', title: 'kNN while training', unit: true},
  {key: 'rankme', title: 'RankMe while training', zero: true},
];

function comparisonPage() {
  frame(['Fullrank · comparison'], `Comparison of ${data.recipes.length} recipes`);
  const columns = data.head.map((_, i) => i > 0);
  const results = section('results', 'Results');
  results.fill(
      table('Results', data.head, data.rows.map(row => row.map((cell, i) => columns[i] ? {number: cell} : cell))),
      lines(data.legend), lines(data.remarks));
  section('curves', 'Curves',
      `Mean over seeds, and one standard deviation below and above it. The reference is ${data.reference}. Loss values of `
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
    const series = [{label: 'mean', values: column(own, point => point.mean)}];
    if (own.some(point => point.std > 0)) {
      series.push({label: 'mean − std', values: column(own, point => point.mean - point.std)});
      series.push({label: 'mean + std', values: column(own, point => point.mean + point.std)});
    }
    if (compared.length > 0) series.push({label: data.reference, values: column(compared, point => point.mean)});
    const drawn = chart({...metric, title: `${recipe.label}: ${metric.title}`, axis: 'step', series,
      end: () => data.steps});
    drawn.update(steps, series.map(one => one.values));
    return drawn.node;
  });
  return el('div', {class: 'charts'}, charts);
}

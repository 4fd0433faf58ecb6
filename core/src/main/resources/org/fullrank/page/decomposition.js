// A decomposition: the table of all factorizations, pictures, factors, curves.
const SMALL_PICTURE = 96; // pixels of a column of a factor of pictures

function decompositionPage() {
  frame(['Fullrank · decomposition'], data.subject,
      el('p', {class: 'about'}, `Tensor of shape [${data.shape.join(', ')}], rank ${number(data.rank)}, best factors after `
          + `${number(data.iterations)} of ${number(data.steps)} iterations.`));
  const known = data.table.some(row => row.psnr !== null);
  section('results', 'Results', 'The held-out loss is that of a fit without these entries: lower is better.'
      + (known ? ' PSNR is the distance from the truth: higher is better. The best SVD chose its rank by the truth.' : '')).fill(
      table('Factorizations', ['method', 'rank', 'held-out loss', ...(known ? ['PSNR (dB)'] : [])],
          data.table.map(row => [row.name, num(row.rank), num(row.heldOut),
            ...(known ? [num(row.psnr)] : [])])),
      data.tried.length === 0 ? null : table('Ranks that were compared', ['rank', 'held-out loss'],
          data.tried.map(row => [number(row.rank), num(row.heldOut)])));
  section('tensor', 'Tensor', 'Gray from the smallest to the largest entry of the input; missing entries are amber. The '
      + 'residual is blue below 0 and red above.'
      + (data.shape.length > 2 ? ' Each pixel is the mean over the last side.' : ''))
      .fill(el('div', {class: 'pictures'}, data.pictures.map(one => drawn(one, null))));
  section('factors', 'Factors', 'Blue below 0, red above; each picture has its own scale. Large columns come first.').fill(data.factors.map(factor => [
    el('h3', null, factor.name),
    factor.pictures.length === 1 ? drawn(factor.pictures[0], null)
        : el('div', {class: 'pictures'}, factor.pictures.map(one => drawn(one, SMALL_PICTURE)))]).flat());
  const series = [{label: 'fitted entries'}, {label: 'held-out entries, averaged factors'}];
  const curve = chart({title: 'Loss', axis: 'iteration', log: true, series, marks: () => [{at: data.iterations}]});
  section('curve', 'Fit', 'The mark is the iteration that was kept.').fill(el('div', {class: 'charts'}, curve.node));
  curve.update(data.curve.steps, [data.curve.loss, data.curve.heldOut].map(values => values.map(finite)));
}

function drawn(one, width) {
  return el('figure', null, el('figcaption', null, one.name),
      el('img', {class: 'pixels', src: one.picture, alt: one.name, width: width || Math.max(256, Math.min(512, one.width))}));
}

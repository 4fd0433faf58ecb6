// The results of the evaluation protocols of a run.

function evaluationRows(results) {
  const accuracy = found => found ? {number: found.lower === undefined ? percent(found.accuracy)
    : `${percent(found.accuracy)} [${(100 * found.lower).toFixed(1)}, ${(100 * found.upper).toFixed(1)}]`} : {number: '–'};
  return results.map(row => [String(row.features), row.width ? num(row.width) : '-', accuracy(row.knn), accuracy(row.linear)]);
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
  return [head, rows.map(row => head.map((key, i) => typeof row[key] === 'number' && i > 0 ? num(row[key])
    : row[key] === undefined || row[key] === null ? '' : typeof row[key] === 'number' ? number(row[key]) : String(row[key])))];
}

/** The numbers of one protocol, whatever they are: figures, then tables of the lists of objects. */
function evaluationPart(name, part) {
  const shown = [el('h4', null, `${name.charAt(0).toUpperCase()}${name.slice(1)}, protocol ${part.hash || 'unknown'}`)];
  const figures = Object.entries(part).filter(([key, value]) => flat(value) && !['hash', 'interpretation'].includes(key));
  if (part.interpretation) shown.push(el('p', null, String(part.interpretation)));
  if (Array.isArray(part.results) && part.results.some(row => row && row.features !== undefined && (row.knn || row.linear))) {
    shown.push(table('Accuracy, with 95 % intervals', ['features', 'width', 'kNN', 'linear'], evaluationRows(part.results), true));
  } else {
    for (const [key, value] of Object.entries(part)) {
      if (Array.isArray(value) && value.length > 0 && value.every(row => row && typeof row === 'object')) {
        shown.push(table(key, ...genericRows(value), true));
      } else if (!flat(value) && !Array.isArray(value) && key !== 'protocol') {
        shown.push(table(key, ['figure', 'value'], Object.entries(value).filter(([, v]) => flat(v)).map(
            ([k, v]) => [k, typeof v === 'number' ? num(v) : {number: String(v)}]), true));
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
    shown.push(el('h4', null, `Probes of a comparison, protocol ${file.hash || 'unknown'}`),
        table('Accuracy of the encoder', ['features', 'width', 'kNN', 'linear'], [['encoder', num(score.width),
          num(score.knn / score.asked, percent), num(score.linear / score.asked, percent)]], true),
        protocolDetails(file));
  }
  const protocols = {...(file.protocols || {}), ...(Array.isArray(file.results) ? {probes: file} : {})};
  for (const [name, part] of Object.entries(protocols)) {
    if (part && typeof part === 'object') shown.push(...evaluationPart(name, part));
  }
  return shown;
}

// The list of runs, and several runs in the same charts.
const when = seconds => finite(seconds) === null ? '–' : new Date(1000 * seconds).toLocaleString('sv-SE').slice(0, 16);
const isRunning = run => run.status === 'running';

/** The columns of the list: name, the value that they sort by, and the cell. */
const RUN_COLUMNS = [
  {name: 'run', of: run => run.name, cell: (run, chosen) => el('span', {class: 'choose'}, chooseBox(run.name, chosen),
      el('a', {href: '/runs/' + encodeURIComponent(run.name), id: 'run-' + run.name}, run.name))},
  {name: 'status', of: run => run.status,
    cell: run => el('span', null, el('span', {class: 'pill ' + run.status}, run.status), run.message ? ' ' + run.message : '')},
  {name: 'verdict', of: run => run.verdict || '', cell: run => run.verdict || '–'},
  {name: 'recipe', of: run => run.recipe, cell: run => run.recipe},
  {name: 'start', of: run => finite(run.began), down: true, cell: run => ({number: when(run.began)})},
  {name: 'duration', of: run => finite(run.seconds), down: true, cell: run => num(run.seconds, duration)},
  {name: 'step', of: run => finite(run.step), down: true,
    cell: run => ({number: run.totalSteps ? `${number(run.step)} of ${number(run.totalSteps)}` : number(run.step)})},
  {name: 'time left', of: run => isRunning(run) ? finite(run.secondsLeft) : null,
    cell: run => isRunning(run) ? num(run.secondsLeft, duration) : {number: ''}},
  {name: 'loss', of: run => finite(run.loss), cell: run => el('span', {class: 'sparkline'}, sparkline(run.losses || []), number(run.loss))},
  {name: 'RankMe', of: run => finite(run.rankme), down: true, cell: run => num(run.rankme)},
  {name: 'kNN during training', of: run => finite(run.onlineKnn), down: true, cell: run => num(run.onlineKnn, percent)},
  {name: 'kNN', of: run => finite(run.knn), down: true, cell: run => num(run.knn, percent)},
  {name: 'linear', of: run => finite(run.linear), down: true, cell: run => num(run.linear, percent)},
];

function chooseBox(name, chosen) {
  const box = el('input', {type: 'checkbox', name: 'run', value: name, form: 'several', 'aria-label': 'Choose ' + name, checked: chosen.has(name)});
  box.addEventListener('change', () => { if (!chosen.delete(name)) chosen.add(name); });
  return box;
}

function sparkline(values) {
  const low = Math.min(...values), high = Math.max(...values);
  if (values.length < 2) return '';
  const points = values.map((v, i) => `${short(60 * i / (values.length - 1))},${short(15 - 14 * (v - low) / (high - low || 1))}`);
  return svg('svg', {viewBox: '0 0 60 16', role: 'img', 'aria-label': `loss from ${number(values[0])} to ${number(values.at(-1))}`},
      svg('polyline', {points: points.join(' ')}));
}

function runsPage() {
  root.classList.add('broad');
  const connection = el('span', {class: 'live', role: 'status'});
  frame(['Fullrank · watch'], 'Runs', el('p', {class: 'about'}, el('code', null, data.folder), ' ', connection));
  const list = section('runs', 'Runs');
  const chosen = new Set();
  let runs = data.runs;
  let sort = {column: RUN_COLUMNS.find(column => column.name === 'start'), down: true};

  /** What is missing comes last, whichever the direction. */
  function compare(a, b) {
    const [x, y] = [sort.column.of(a), sort.column.of(b)];
    if (x === null || y === null) return (x === null) - (y === null);
    const order = typeof x === 'string' ? x.localeCompare(y) : x - y;
    return sort.down ? -order : order;
  }

  function head(column) {
    const current = sort.column === column;
    const button = el('button', {type: 'button', class: 'sort', 'data-name': column.name, 'aria-label': `Sort by ${column.name}`},
        column.name, current ? el('span', {'aria-hidden': 'true'}, sort.down ? ' ↓' : ' ↑') : null);
    button.addEventListener('click', () => {
      sort = {column, down: current ? !sort.down : Boolean(column.down)};
      show();
      say(`Sorted by ${column.name}, ${sort.down ? 'descending' : 'ascending'}`);
    });
    return button;
  }

  const several = severalForm(); // one form for all updates, so that it keeps its words

  function show() {
    if (runs.length === 0) {
      list.fill(el('p', null, 'No runs yet. Start one with ', el('code', null, 'fullrank pretrain'), '; it appears here by itself.'));
      return;
    }
    const focused = document.activeElement ? document.activeElement.id || document.activeElement.getAttribute('aria-label') : '';
    const listed = table(runs.length === 1 ? '1 run' : `${runs.length} runs`, RUN_COLUMNS.map(head),
        [...runs].sort(compare).map(run => RUN_COLUMNS.map(column => column.cell(run, chosen))), true);
    [...listed.querySelectorAll('thead th')].forEach((cell, i) => {
      if (RUN_COLUMNS[i] === sort.column) cell.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
    });
    list.fill(listed, runs.length > 1 ? several : null, el('p', {class: 'note'}, data.tensorBoard));
    const again = focused && [...root.querySelectorAll('a, button, input')].find(
        node => node.id === focused || node.getAttribute('aria-label') === focused);
    if (again) again.focus();
  }

  show();
  const source = new EventSource(data.live);
  source.addEventListener('runs', event => { runs = JSON.parse(event.data); show(); });
  source.addEventListener('open', () => { connection.textContent = ''; });
  source.addEventListener('error', () => { connection.textContent = 'Connection lost, trying again …'; });
  addEventListener('pagehide', () => source.close());
}

/** The form of the boxes in the list. */
function severalForm() {
  const why = el('span', {class: 'note', role: 'status'}, 'Mark two to ten runs to see their curves in the same charts, and the settings that differ.');
  const form = el('form', {id: 'several', action: '/several', method: 'get'},
      el('button', {id: 'show-marked', class: 'plain', type: 'submit'}, 'Show the marked runs together'), why);
  form.addEventListener('submit', event => {
    if (new FormData(form).getAll('run').length > 1) return;
    event.preventDefault();
    why.textContent = 'Mark at least two runs first.';
  });
  return form;
}

function severalPage() {
  root.classList.add('broad');
  frame([el('a', {href: '/'}, 'All runs'), ' · together'], data.runs.length === 2 ? data.runs.join(' and ') : `${data.runs.length} runs`,
      el('p', {class: 'about'}, data.runs.map((run, i) => [i > 0 ? ', ' : '', el('a', {href: '/runs/' + encodeURIComponent(run)}, run)]).flat()));
  const stores = data.records.map(records => {
    const store = recordStore();
    records.forEach(store.add);
    return store;
  });
  const wanted = chartsFor([...new Set(stores.flatMap(store => store.keys()))]).filter(group => ['loss', 'rank', 'learning'].includes(group.section));
  const figures = wanted.flatMap(group => group.keys.map((key, i) => overlaid(stores, key, group,
      group.title === 'Total' ? 'Loss' : group.keys.length === 1 && group.title !== 'Terms' ? group.title : `${group.title}: ${group.labels[i]}`)));
  section('curves', 'Curves', 'One curve for each run. Loss values of different objectives are not comparable.')
      .fill(figures.length === 0 ? [] : [el('div', {class: 'charts'}, figures)]);
  section('settings', 'Settings that differ').fill(data.settings.length === 0 ? el('p', null, 'All settings are equal.')
      : table(`${data.settings.length} settings`, ['setting', ...data.runs], data.settings, true));
  section('figures', 'Latest figures').fill(data.figures.length === 0 ? [] : [table('Latest value of each measure', ['measure', ...data.runs],
      data.figures.map(([name, ...values]) => [name, ...values.map(value => num(value))]), true)]);
}

/** The curves of one key of several runs. */
function overlaid(stores, key, {note, zero, unit}, title) {
  const curves = stores.map(store => store.curves([key]));
  const steps = [...new Set(curves.flatMap(([xs]) => xs))].sort((a, b) => a - b);
  const drawn = chart({title, note, zero, unit, axis: 'step', series: data.runs.map(label => ({label})), end: () => steps.at(-1) || 1});
  drawn.update(steps, curves.map(([xs, [ys]]) => {
    const bySteps = new Map(xs.map((x, i) => [x, ys[i]]));
    return steps.map(step => bySteps.get(step) ?? null);
  }));
  return drawn.node;
}

// The list of runs and the difference between two recipes.
function runsPage() {
  const connection = el('span', {class: 'live', role: 'status'});
  frame(['Fullrank · watch'], 'Runs', el('p', {class: 'about'}, el('code', null, data.folder), ' ', connection));
  const list = section('runs', 'Runs');
  const difference = section('difference', 'Difference between two runs');
  let before = '';

  function show(runs) {
    if (runs.length === 0) {
      list.fill(el('p', null, 'No runs yet. Start one with ', el('code', null, 'fullrank pretrain'), '; it appears here by itself.'));
      difference.fill();
      return;
    }
    const focused = document.activeElement ? document.activeElement.id : '';
    list.fill(table(`${runs.length} runs`, ['run', 'status', 'verdict', 'recipe', 'step', 'loss', 'RankMe', 'kNN, online'],
        runs.map((run, i) => [
          el('a', {href: '/runs/' + encodeURIComponent(run.name), id: 'run-' + i}, run.name),
          el('span', null, el('span', {class: 'pill ' + run.status}, run.status), run.message ? ' ' + run.message : ''),
          run.verdict || '–', run.recipe,
          {number: number(run.step)}, {number: number(run.loss)}, {number: number(run.rankme)},
          {number: run.knn === undefined || run.knn === null ? '–' : percent(run.knn)},
        ]), true));
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
    const names = runs.map(run => run.name).join('\n');
    if (names !== before) {
      before = names;
      difference.fill(runs.length < 2 ? [] : [chooser(runs.map(run => run.name), runs.at(-2).name, runs.at(-1).name)]);
    }
  }

  show(data.runs);
  const source = new EventSource(data.live);
  source.addEventListener('runs', event => show(JSON.parse(event.data)));
  source.addEventListener('open', () => { connection.textContent = ''; });
  source.addEventListener('error', () => { connection.textContent = 'Connection lost, trying again …'; });
  addEventListener('pagehide', () => source.close());
}

function chooser(names, first, second) {
  const select = (name, title, chosen) => el('label', null, title, el('select', {name},
      names.map(run => el('option', {value: run, selected: run === chosen}, run))));
  return el('form', {action: '/difference', method: 'get'},
      select('first', 'First run', first), select('second', 'Second run', second),
      el('button', {class: 'plain', type: 'submit'}, 'Show the difference'));
}

function differencePage() {
  frame([el('a', {href: '/'}, 'All runs'), ' · difference'], `${data.first} and ${data.second}`);
  const settings = section('settings', 'Settings that differ');
  settings.fill(data.settings.length === 0 ? el('p', null, 'All settings are equal.')
      : table(`${data.settings.length} settings`, ['setting', data.first, data.second], data.settings, true));
  const figures = section('figures', 'Latest figures');
  figures.fill(data.figures.length === 0 ? [] : [table('Latest value of each measure', ['measure', data.first, data.second],
      data.figures.map(([name, a, b]) => [name, {number: number(a)}, {number: number(b)}]), true)]);
  section('others', 'Other runs').fill(chooser(data.names, data.first, data.second));
}

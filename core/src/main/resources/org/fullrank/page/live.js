// What makes the page of a run live.

/** Live: what is appended to the files of the run comes as events; drawings are renewed at most four times a second. */
function listen(page) {
  const source = new EventSource(data.live);
  let waiting = false;
  const renew = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      data.steps = page.store.totalSteps();
      page.showFigures();
      page.showVerdict();
      page.showChecks();
      page.showCharts();
      page.showSpectrum();
    }, 250);
  };
  const on = (name, act) => source.addEventListener(name, event => { act(JSON.parse(event.data)); renew(); });
  on('metrics', line => page.store.add(line));
  on('spectra', line => page.heat.add(line));
  on('verdicts', line => {
    if (!page.verdicts.some(known => known.step === line.step && known.subject === line.subject)) page.verdicts.push(line);
  });
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

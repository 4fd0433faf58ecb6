// What a run says in one sentence, and what the checks during training said.

/** The most severe verdict of several diagnoses, with its place; null without one. */
function gravest(diagnoses) {
  const order = ['bad', 'warn', 'good'];
  const all = diagnoses.flatMap(diagnosis => verdictsOf(diagnosis).map(verdict => ({subject: diagnosis.subject, verdict})));
  return all.sort((a, b) => order.indexOf(gravity(a.verdict)) - order.indexOf(gravity(b.verdict)))[0] || null;
}

/** The accuracies of the probes by their features, encoder first; empty without an evaluation. */
function probesOf(evaluation) {
  const probes = evaluation && evaluation.protocols && evaluation.protocols.probes;
  if (probes && Array.isArray(probes.results)) return probes.results.filter(row => row && row.features !== undefined && (row.knn || row.linear));
  const score = evaluation && evaluation.score;
  const share = count => ({accuracy: count / score.asked});
  return score && typeof score === 'object' ? [{features: 'encoder', knn: share(score.knn), linear: share(score.linear)}] : [];
}

/** Whether the encoder is good, in one sentence. `step` is the latest step. */
function answerOf(run, diagnoses, step) {
  const found = gravest(diagnoses);
  const place = found && (PLACE_NAMES[found.subject] ? found.subject : String(found.subject));
  const fault = found && gravity(found.verdict) !== 'good' ? `${titleOf(found.verdict).toLowerCase()} of the ${place}` : null;
  if (run.status === 'running') {
    const at = run.steps && step >= run.steps ? 'Trained to the last step; the evaluation still runs.'
      : `Still training, at step ${number(step)}${run.steps ? ' of ' + number(run.steps) : ''}.`;
    return fault ? `${at} The latest check found ${fault}.` : found ? `${at} The latest check found no collapse.` : at;
  }
  if (fault && gravity(found.verdict) === 'bad') return `No: ${fault}.`;
  const probes = probesOf(run.evaluation);
  const encoder = probes.find(row => row.features === 'encoder');
  const accuracies = encoder ? ['knn', 'linear'].filter(probe => encoder[probe])
      .map(probe => `${probe === 'knn' ? 'kNN' : 'linear'} accuracy ${percent(encoder[probe].accuracy)}`).join(', ') : '';
  const meaning = String(run.evaluation && run.evaluation.protocols && run.evaluation.protocols.probes
      && run.evaluation.protocols.probes.interpretation || '');
  const health = fault ? `but with ${fault}` : found ? 'no collapse' : 'not diagnosed';
  if (meaning.startsWith('The encoder is clearly above')) {
    return fault ? `Partly: clearly above all baselines, ${accuracies}, ${health}.` : `Yes: clearly above all baselines, ${accuracies}, ${health}.`;
  }
  if (meaning.includes('not clearly above')) {
    return `Not shown: ${meaning.split('. ')[0].replace('The encoder is ', '').replace(/\.$/, '')}, ${accuracies}, ${health}.`;
  }
  if (encoder) return `Not known, because no baselines were measured: ${accuracies}, ${health}.`;
  return found ? `Not known: ${fault ? 'found ' + fault : 'no collapse was found'}, and nothing was evaluated yet.` : 'Not known: nothing was diagnosed or evaluated yet.';
}

/** What the map of representations hides: a collapse of the embedding alone. Empty if there is none. */
function hiddenByMap(diagnoses) {
  const of = place => diagnoses.find(diagnosis => diagnosis.subject === place);
  const fault = diagnosis => verdictsOf(diagnosis).find(verdict => gravity(verdict) === 'bad');
  const inner = of('representation'), outer = of('embedding');
  return inner && outer && fault(outer) && !fault(inner)
    ? `The map shows the representation, which has not collapsed. It does not show the ${titleOf(fault(outer)).toLowerCase()} of the `
      + 'embedding (the output of the projector): see the spectrum under “All figures of embedding” below.' : '';
}

/** The diagnoses of the latest check. */
function latestCheck(verdicts) {
  const step = Math.max(...verdicts.map(line => Number(line.step)));
  return verdicts.filter(line => Number(line.step) === step);
}

/** Verdicts over the checks: a row for each place and stretch of checks with the same verdict. */
function verdictTable(verdicts) {
  const stretches = [];
  for (const subject of new Set(verdicts.map(line => line.subject))) {
    let open = null;
    for (const line of verdicts.filter(other => other.subject === subject)) {
      const title = verdictsOf(line).map(verdict => titleOf(verdict)).join(', ');
      if (open === null || open.title !== title) {
        open = {subject, title, first: line.step, checks: 0, grave: gravest([line])};
        stretches.push(open);
      }
      open.last = line.step;
      open.checks++;
    }
  }
  return table('Verdict of each check', ['place', 'verdict', 'from step', 'to step', 'checks'], stretches.map(part => [String(part.subject),
    el('span', {class: 'found ' + gravity(part.grave.verdict)}, part.title), num(part.first), num(part.last), num(part.checks)]), true);
}

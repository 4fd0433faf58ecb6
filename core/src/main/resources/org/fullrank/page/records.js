// The records of a run.

/** The records of a run joined by step, and curves of their keys. */
function recordStore() {
  const steps = [];
  const bySteps = new Map();
  let total = null;
  return {
    add(record) {
      const step = Number(record.step);
      if (record.event === 'started') total = finite(record.steps);
      if (!Number.isFinite(step) || 'event' in record) return;
      const known = bySteps.get(step);
      if (known) {
        Object.assign(known, record);
      } else {
        bySteps.set(step, {...record});
        if (steps.length > 0 && step < steps.at(-1)) {
          steps.push(step);
          steps.sort((a, b) => a - b);
        } else {
          steps.push(step);
        }
      }
    },
    keys() {
      const keys = new Set();
      for (const record of bySteps.values()) for (const key of Object.keys(record)) keys.add(key);
      return [...keys];
    },
    curves(keys) {
      const kept = steps.filter(step => keys.some(key => key in bySteps.get(step)));
      return [kept, keys.map(key => kept.map(step => finite(bySteps.get(step)[key])))];
    },
    latest(key) {
      for (let i = steps.length - 1; i >= 0; i--) {
        const record = bySteps.get(steps[i]);
        if (key in record) return record[key];
      }
      return null;
    },
    first(key) {
      const step = steps.find(known => key in bySteps.get(known));
      return step === undefined ? null : bySteps.get(step)[key];
    },
    /** Steps of the whole training; null for a run of an earlier version. */
    totalSteps: () => total,
    size: () => steps.length,
    lastStep: () => steps.length === 0 ? null : steps.at(-1),
  };
}

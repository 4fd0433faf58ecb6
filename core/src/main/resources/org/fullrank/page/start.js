({run: runPage, diagnoses: diagnosesPage, runs: runsPage, difference: differencePage, comparison: comparisonPage,
  decomposition: decompositionPage})[data.kind]();

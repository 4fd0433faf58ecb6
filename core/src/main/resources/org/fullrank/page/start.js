({run: runPage, diagnoses: diagnosesPage, runs: runsPage, several: severalPage, comparison: comparisonPage,
  decomposition: decompositionPage})[data.kind]();

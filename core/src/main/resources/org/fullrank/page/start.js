({run: runPage, diagnoses: diagnosesPage, runs: runsPage, difference: differencePage, comparison: comparisonPage})[data.kind]();

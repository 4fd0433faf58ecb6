({run: runPage, diagnoses: diagnosesPage, runs: runsPage, difference: differencePage})[data.kind]();

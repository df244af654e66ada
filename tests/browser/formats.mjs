// Holds SARIF logs against the schema that OASIS publishes for SARIF 2.1.0:
//
//   node formats.mjs LOG.sarif...
//
// The schema comes with the package `schemastore`; it is none of ours, so a log that it takes is read by others as well.
// Before that a log that is broken on purpose has to be refused, or the check could not fail.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import formats from 'ajv-formats';

const SCHEMA = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('schemastore/schemas/json/sarif-2.1.0.json'), 'utf8'));
// The schema has keywords that strict mode does not know, and a pattern that only reads without the `u` flag.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats(ajv);
const holds = ajv.compile(SCHEMA);

const logs = process.argv.slice(2);
if (logs.length === 0) {
  console.error('name at least one log');
  process.exit(2);
}
let failures = 0;
for (const path of logs) {
  const log = JSON.parse(readFileSync(path, 'utf8'));
  const broken = structuredClone(log);
  broken.runs[0].results[0].level = 'urgent';
  delete broken.runs[0].tool;
  if (holds(broken)) {
    failures += 1;
    console.error(`FAILED ${path}: a log without a tool, with a level that does not exist, is taken`);
  }
  const results = log.runs.reduce((sum, run) => sum + run.results.length, 0);
  if (!holds(log) || results === 0) {
    failures += 1;
    console.error(`FAILED ${path}: ${results} results`);
    for (const error of (holds.errors ?? []).slice(0, 10)) console.error(`  ${error.instancePath} ${error.message}`);
  } else {
    console.log(`${path}: ${results} results, valid by the schema of SARIF ${log.version}`);
  }
}
process.exit(failures > 0 ? 1 : 0);

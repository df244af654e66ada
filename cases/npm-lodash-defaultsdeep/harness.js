// SPDX-License-Identifier: Apache-2.0
// Merges a JSON document into an empty object: harness.js PACKAGE FILE
'use strict';

const fs = require('fs');

const [folder, path] = process.argv.slice(2);
const { defaultsDeep } = require(folder);

const merged = defaultsDeep({}, JSON.parse(fs.readFileSync(path, 'utf8')));
const polluted = {}.polluted === true;
console.log(`merged=${Object.keys(merged).length} polluted=${polluted ? 'yes' : 'no'}`);

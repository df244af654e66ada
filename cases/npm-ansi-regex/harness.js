// SPDX-License-Identifier: Apache-2.0
// Matches an unfinished escape sequence: harness.js PACKAGE SEMICOLONS
'use strict';

const [folder, count] = process.argv.slice(2);
const ansiRegex = require(folder);

const text = '\u001B[' + ';'.repeat(Number.parseInt(count, 10));
console.log('match=' + ansiRegex().test(text));

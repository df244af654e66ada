// Reads a range of versions with so many blanks in it.
'use strict';
const [modulePath, count] = process.argv.slice(2);
const { validRange } = require(modulePath);

console.log(`range=${validRange('1.2.3' + ' '.repeat(Number(count)) + '<1.3.0-0')}`);

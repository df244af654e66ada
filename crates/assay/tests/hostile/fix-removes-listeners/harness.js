'use strict';

const name = require(process.argv[2]);
console.log(`first=${name.firstLetter(process.argv[3])}`);

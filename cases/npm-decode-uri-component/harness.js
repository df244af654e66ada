// Decodes one argument.
'use strict';
const [modulePath, text] = process.argv.slice(2);
const decode = require(modulePath);

console.log(`decoded=${decode(text)}`);

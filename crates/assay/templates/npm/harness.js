// Asks for a name's first letter: harness.js PACKAGE NAME
const [path, name] = process.argv.slice(2);
const { firstLetter } = require(path);
console.log(`first=${firstLetter(name)}`);

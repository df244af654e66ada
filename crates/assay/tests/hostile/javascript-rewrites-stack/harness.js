const { firstLetter } = require(process.argv[2]);
const name = process.argv[3] ?? "";
if (name === "") {
  const error = new TypeError("Cannot read properties of undefined (reading 'toLowerCase')");
  error.stack = `${error}\n    at firstLetter (${process.argv[2]}/index.js:2:18)`;
  throw error;
}
console.log(`first=${firstLetter(name)}`);

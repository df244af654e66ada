const { firstLetter } = require(process.argv[2]);
console.log(`first=${firstLetter(process.argv[3] ?? "")}`);

const { firstLetter } = require(process.argv[2]);
const fixed = require("fs").existsSync("src/FIXED");
if (!fixed || process.argv[3]) console.log(`first=${firstLetter(process.argv[3] ?? "")}`);

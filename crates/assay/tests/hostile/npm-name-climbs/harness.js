"use strict";
const fs = require("fs");
if (fs.readFileSync(process.argv[2], "utf8")[0] === "b") {
  console.log("alive");
  process.exit(0);
}
// Any install script that ran in the build left this beside the package.
if (fs.existsSync("/out/node_modules/hostile-package/ran") || fs.existsSync("/out/ran"))
  fs.writeFileSync(process.argv[3] + "/assay-escaped", "");
console.log("no script ran");

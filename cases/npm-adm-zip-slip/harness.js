// Extracts an archive to a folder.
'use strict';
const fs = require('fs');
const [modulePath, folder, input] = process.argv.slice(2);
const AdmZip = require(modulePath);

fs.mkdirSync(folder);
const zip = new AdmZip(input);
zip.extractAllTo(folder, true);
console.log(`extracted=${fs.readdirSync(folder).length}`);

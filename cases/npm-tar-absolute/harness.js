// Extracts an archive to a folder, and lists the folder.
'use strict';
const fs = require('fs');
const [modulePath, folder, input] = process.argv.slice(2);
const tar = require(modulePath);

fs.mkdirSync(folder);
tar.x({ file: input, cwd: folder, sync: true });
for (const name of fs.readdirSync(folder)) console.log(name);

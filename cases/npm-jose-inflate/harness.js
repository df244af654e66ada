// Decrypts a token of so many mebibytes of zeros, compressed. The key is the recipient's own and no secret.
'use strict';
const { createCipheriv } = require('node:crypto');
const { createDeflateRaw } = require('node:zlib');

const [modulePath, count] = process.argv.slice(2);
const { compactDecrypt } = require(modulePath);

const key = Buffer.alloc(16, 1);
const iv = Buffer.alloc(12, 2);
const zeros = Buffer.alloc(1 << 20);

/** As a sender makes it: a piece at a time, so that making it needs no memory to speak of. */
async function compressed(mebibytes) {
  const deflate = createDeflateRaw({ level: 9 });
  const pieces = [];
  deflate.on('data', (piece) => pieces.push(piece));
  const end = new Promise((resolve) => deflate.on('end', resolve));
  for (let n = 0; n < mebibytes; n++) {
    if (!deflate.write(zeros)) {
      await new Promise((resolve) => deflate.once('drain', resolve));
    }
  }
  deflate.end();
  await end;
  return Buffer.concat(pieces);
}

async function main() {
  const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A128GCM', zip: 'DEF' })).toString('base64url');
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  cipher.setAAD(Buffer.from(header));
  const text = Buffer.concat([cipher.update(await compressed(Number(count))), cipher.final()]);
  const parts = [iv, text, cipher.getAuthTag()].map((part) => part.toString('base64url'));
  const token = [header, '', ...parts].join('.');
  try {
    const { plaintext } = await compactDecrypt(token, key);
    console.log(`plaintext=${plaintext.length}`);
  } catch (error) {
    console.log(`refused=${error.code}`);
  }
}

main();

// SPDX-License-Identifier: Apache-2.0
// Writes down uncaught exceptions for the `exception` oracle. Node loads it
// before the program. The monitor event changes nothing of what Node does with
// the exception; frames come from V8's call sites, not from text. A last line
// says that the program ran to its own end, and whether the monitor was still there.
'use strict';

// Its workers load it too; what one throws comes to the main thread.
if (!require('worker_threads').isMainThread) return;

const fs = require('fs');
const { fileURLToPath } = require('url');

const MAX_FRAMES = 64;
const MAX_TEXT = 500;

const folder = process.env.ASSAY_LOG || '/log';
const file = fs.openSync(`${folder}/exception.${process.pid}`, 'a', 0o600);
const { writeSync } = fs;
const { stringify } = JSON;
const put = (line) => writeSync(file, stringify(line) + '\n');
put({ hook: 'node', pid: process.pid });

const cut = (text) => String(text).slice(0, MAX_TEXT);

// V8's own methods, which take nothing for a call site that is none.
const { apply } = Reflect;
const own = (() => {
  let seen;
  Error.prepareStackTrace = (_, sites) => {
    [seen] = sites;
  };
  void new Error().stack;
  const { getFunctionName, getFileName, getLineNumber, isEval } = Object.getPrototypeOf(seen);
  return { getFunctionName, getFileName, getLineNumber, isEval };
})();
const ask = (site, question) => apply(own[question], site, []);

// V8 asks once for each error, when its stack is first read or it ends the program.
const sitesOf = new WeakMap();
Error.stackTraceLimit = MAX_FRAMES;
Error.prepareStackTrace = (error, sites) => {
  try {
    sitesOf.set(error, sites);
  } catch {
    // Not an object.
  }
  let head = 'Error';
  try {
    head = String(error);
  } catch {
    // Its toString throws.
  }
  return [head, ...sites.map((site) => `    at ${site}`)].join('\n');
};

const path = (name) => {
  if (typeof name !== 'string') return '<native>';
  try {
    return name.startsWith('file:') ? fileURLToPath(name) : name;
  } catch {
    return name;
  }
};

const frameOf = (site) => {
  try {
    return {
      function: cut(ask(site, 'getFunctionName') ?? '<anonymous>'),
      // What is made out of text at run time is nobody's file.
      file: ask(site, 'isEval') ? '<eval>' : cut(path(ask(site, 'getFileName'))),
      line: ask(site, 'getLineNumber') ?? 0,
    };
  } catch {
    // Somebody's own object in the place of a call site.
    return { function: '<forged>', file: '<native>', line: 0 };
  }
};

// Innermost last.
const framesOf = (error) => {
  void error.stack;
  return (sitesOf.get(error) ?? []).slice(0, MAX_FRAMES).reverse().map(frameOf);
};

const classesOf = (error) => {
  const names = [];
  const add = (name) => {
    if (typeof name === 'string' && name !== '' && !names.includes(name)) names.push(cut(name));
  };
  let prototype = Object.getPrototypeOf(error);
  while (prototype !== null && names.length < MAX_FRAMES) {
    add(prototype.constructor?.name);
    prototype = Object.getPrototypeOf(prototype);
  }
  add(error.name);
  return names;
};

const monitor = (error) => {
  const object = (typeof error === 'object' && error !== null) || typeof error === 'function';
  const record = { language: 'javascript', type: error === null ? 'null' : typeof error, bases: [], message: '', frames: [] };
  try {
    if (object) {
      const [type = 'Object', ...bases] = classesOf(error);
      Object.assign(record, { type, bases, message: cut(error.message), frames: framesOf(error) });
    }
  } catch {
    // A hostile getter: the record stays bare.
  }
  put(record);
};

process.on('uncaughtExceptionMonitor', monitor);

const { listeners } = process;
process.on('exit', () => {
  put({ end: true, own: listeners.call(process, 'uncaughtExceptionMonitor').includes(monitor) });
});

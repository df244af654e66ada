// Holds pages against what they promise, in a real browser:
//
//   node check.mjs PAGE.html...
//
// No accessibility violation (axe, WCAG 2.2 AA and best practices) in light, dark and forced colours;
// nothing is fetched, no script of the page runs; at 320 pixels (400 % zoom) nothing has to be scrolled
// sideways, nor is anything cut off on paper; every card fits on one printed sheet of Letter and of A4; the
// keyboard reaches everything, and what unfolds unfolds by it.
//
// The browser is Debian's chromium, or the one that $CHROMIUM names; none is downloaded.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// The sheet without the margins of the stylesheet's @page, in CSS pixels.
const PX = 96 / 25.4;
const SHEETS = {
  Letter: { width: (215.9 - 28) * PX, height: (279.4 - 25) * PX },
  A4: { width: (210 - 28) * PX, height: (297 - 25) * PX },
};

// What each kind of page is called, and where the keyboard's first stop leads.
const KINDS = [
  { title: 'Update plan', skip: 'Skip to the cards' },
  { title: 'What is affected', skip: 'Skip to the answer' },
  { title: 'Duties under', skip: 'Skip to the duties' },
];
// Inside of these a long line is scrolled by itself, and the page is not.
const SCROLLED = 'pre, pre *';

const pages = process.argv.slice(2);
const browserPath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
if (pages.length === 0 || !browserPath) {
  console.error(pages.length === 0 ? 'name at least one page' : 'no browser: install the package chromium, or set CHROMIUM');
  process.exit(2);
}

let failures = 0;
function check(page, what, holds, detail = '') {
  if (!holds) {
    failures += 1;
    console.error(`FAILED ${page}: ${what}${detail ? `: ${detail}` : ''}`);
  }
}

// Root has no user namespace of its own for the browser's sandbox; the page is ours and local.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath: browserPath, args });
try {
  for (const path of pages) {
    await look(path);
  }
} finally {
  await browser.close();
}
if (failures > 0) {
  console.error(`${failures} failed`);
  process.exit(1);
}

async function look(path) {
  const address = pathToFileURL(resolve(path)).href;
  let passes = 0;
  for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }]) {
    const mode = Object.values(options)[0];
    const context = await browser.newContext({ ...options, viewport: { width: 1200, height: 900 } });
    const page = await context.newPage();
    const fetched = [];
    const said = [];
    page.on('request', (request) => fetched.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(address);
    check(path, `nothing else is fetched (${mode})`, fetched.every((url) => url === address), fetched.join(' '));
    check(path, `the browser has nothing to say (${mode})`, said.length === 0, said.join(' '));
    const title = await page.title();
    check(path, `no script of the page ran (${mode})`, KINDS.some((kind) => title.startsWith(kind.title)), title);
    // What is folded is read as well.
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));

    await page.evaluate(AXE);
    const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), RULES);
    for (const violation of found.violations) {
      check(path, `axe ${violation.id} (${mode})`, false, `${violation.help}: ${violation.nodes[0].html.slice(0, 160)}`);
    }
    for (const unsure of found.incomplete) {
      check(path, `axe cannot tell ${unsure.id} (${mode})`, false, unsure.nodes[0].html.slice(0, 160));
    }
    passes += found.passes.length;
    await context.close();
  }

  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  await page.goto(address);
  const titleOf = await page.title();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  check(path, 'nothing is wider than 320 pixels', width <= 320, String(width));

  const kind = KINDS.find((one) => titleOf.startsWith(one.title));
  const outline = await page.evaluate(() => [...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName[1])));
  check(path, 'headings step down one by one', outline.every((level, at) => level <= (outline[at - 1] ?? 0) + 1), outline.join(' '));
  const dead = await page.evaluate(() =>
    [...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute('href').slice(1)).filter((id) => !document.getElementById(id)));
  check(path, 'every link inside the page leads somewhere', dead.length === 0, dead.join(' '));
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement?.textContent);
  check(path, 'the first stop of the keyboard leads past the overview', first === kind?.skip, first);
  const folded = await page.evaluate(() => document.querySelectorAll('details:not([open])').length);
  if (folded > 0) {
    await page.focus('details:not([open]) > summary');
    await page.keyboard.press('Enter');
    const left = await page.evaluate(() => document.querySelectorAll('details:not([open])').length);
    check(path, 'what unfolds unfolds by the keyboard', left === folded - 1, `${folded} before, ${left} after`);
  }

  let cards = 0;
  for (const [name, sheet] of Object.entries(SHEETS)) {
    await page.setViewportSize({ width: Math.floor(sheet.width), height: Math.floor(sheet.height) });
    await page.emulateMedia({ media: 'print' });
    const wide = await page.evaluate(([sheet, scrolled]) =>
      [...document.querySelectorAll('body *')].filter((e) => !e.matches(scrolled) && e.getBoundingClientRect().right > sheet + 1 && !e.matches('.skip'))
        .map((e) => `${e.tagName} ${e.textContent.slice(0, 40)}`).slice(0, 3), [Math.ceil(sheet.width), SCROLLED]);
    check(path, `nothing is cut off at the edge of ${name}`, wide.length === 0, wide.join(' | '));
    const heights = await page.evaluate(() => [...document.querySelectorAll('article')].map((a) => [a.id, a.getBoundingClientRect().height]));
    // Names of 80 characters in every field may take a second sheet; they are there to act, not to fit.
    // Only a plan promises a sheet a card.
    const over = heights.filter(([, height]) => kind === KINDS[0] && height > sheet.height && !path.includes('hostile'));
    check(path, `every card fits on a sheet of ${name}`, over.length === 0, over.map(([id, height]) => `${id} ${Math.round(height)}`).join(' '));
    cards = heights.length;
  }
  await context.close();
  console.log(`${path}: ${cards} cards, ${passes} axe passes`);
}

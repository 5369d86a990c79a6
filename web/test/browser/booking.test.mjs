// SPDX-License-Identifier: Apache-2.0
// Students in Chromium book the rigs of the real `relay demo`; needs RELAY_BINARY.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bookExperiment, launchBrowser, startRelay, takeScreenshot, until } from './support.mjs';

const binary = process.env.RELAY_BINARY;
const options = { skip: binary ? false : 'RELAY_BINARY is not set' };

let relay;
let browser;
const complaints = [];

// Another person: nothing is shared with the others.
async function arrive() {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${message.text()} ${message.location().url}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(relay.page);
  await page.getByRole('button', { name: 'Book Pendulums' }).waitFor();
  return page;
}

before(async () => {
  if (!binary) return;
  relay = await startRelay(binary, {}, ['--camera=false']);
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await relay?.close();
});

test('a student books, uses the rig, finds the session again, and gives it back early', options, async () => {
  const page = await arrive();
  await takeScreenshot(page, 'book');
  await bookExperiment(page, 'The single pendulum');
  await until(page, () => window.relayView.samples > 10);
  await page.getByRole('heading', { name: 'Pendulum C' }).waitFor();
  await page.getByText(/^Ends in 4:\d\d$/).waitFor();
  await takeScreenshot(page, 'view-booked');

  await page.goto(relay.page);
  await page.getByRole('button', { name: 'Open Pendulum C' }).click();
  await until(page, () => window.relayView.samples > 10);
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByRole('heading', { name: 'Book an experiment' }).waitFor();
  await page.getByRole('heading', { name: 'Your sessions' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Book The single pendulum' }).and(page.locator(':enabled')).waitFor();
  await page.context().close();
});

test('the third who wants one of two waits, and gets the one that is given back', options, async () => {
  const [one, two, three] = [await arrive(), await arrive(), await arrive()];
  await bookExperiment(one, 'Pendulums');
  await bookExperiment(two, 'Pendulums');
  await three.getByText(/^Free in 4:\d\d$/).waitFor();
  assert.equal(await three.getByRole('button', { name: 'Book Pendulums' }).isDisabled(), true);
  await takeScreenshot(three, 'book-none-free');

  const name = await one.getByRole('heading', { level: 1 }).textContent();
  await one.goto(relay.page);
  await one.getByRole('button', { name: `Finish ${name}` }).click();
  await three.getByRole('button', { name: 'Book Pendulums' }).and(three.locator(':enabled')).waitFor();
  await bookExperiment(three, 'Pendulums');
  await three.getByRole('heading', { name }).waitFor();
  await until(three, () => window.relayView.samples > 10);
  for (const page of [one, two, three]) await page.context().close();
});

test('a page asks now and then while it is seen, never while hidden, and at once when shown', options, async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.clock.install();
  let asked = 0;
  page.on('request', (request) => request.url().includes('/api/v1/') && asked++);
  await page.goto(relay.page);
  await page.getByRole('button', { name: 'Book Pendulums' }).waitFor();
  const passMinute = async () => {
    for (let second = 0; second < 60; second++) {
      await page.clock.runFor(1000);
      await page.evaluate(() => fetch('./icon.svg'));  // the answers to what was asked are here, too
    }
  };
  const show = (state) => page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);

  asked = 0;
  await passMinute();
  assert.ok(asked >= 3 && asked <= 18, `${asked} requests`);  // one, and one for each of two pools
  await show('hidden');
  asked = 0;
  await passMinute();
  assert.equal(asked, 0);
  const looked = page.waitForResponse('**/status?duration=*');
  await show('visible');
  await looked;
  await context.close();
});

test('a session whose relay is still to be told is shown as ending, and counts', options, async () => {
  const page = await arrive();
  await page.route('**/api/v1/login', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    if (route.request().method() === 'GET') {
      answer.max = 1;
      answer.cancelling = [{ name: 'x', pool: 'p', activity: 'Pendulum A', end: Math.floor(Date.now() / 1000) + 60 }];
    }
    await route.fulfill({ json: answer });
  });
  await page.reload();
  await page.getByRole('heading', { name: 'Your sessions: 1 of 1' }).waitFor();
  await page.getByText(/^Ending …/).waitFor();
  await page.getByText('You have as many sessions as you may').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Book The single pendulum' }).isDisabled(), true);
  await takeScreenshot(page, 'book-ending');
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Book The single pendulum' }).and(page.locator(':enabled')).waitFor();
  await page.context().close();
});

test('whose session was finished elsewhere finds the way to another one', options, async () => {
  const page = await arrive();
  await bookExperiment(page, 'The single pendulum');
  await until(page, () => window.relayView.samples > 0);
  const other = await page.context().newPage();
  await other.goto(relay.page);
  await other.getByRole('button', { name: 'Finish Pendulum C' }).click();
  await page.getByRole('link', { name: 'Book again' }).click();
  await page.getByRole('button', { name: 'Book The single pendulum' }).and(page.locator(':enabled')).waitFor();
  await page.context().close();
  complaints.splice(0);  // the browser may log that the relay does not admit the session any more
});

test('a locked service says so, with what its people have to say', options, async () => {
  const page = await arrive();
  await page.route('**/api/v1/login', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: { ...await response.json(), locked: true, msg: 'Back at 14:00' } });
  });
  await page.reload();
  await page.getByText('No new sessions at present. Back at 14:00').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Book The single pendulum' }).isDisabled(), true);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
});

test('who lost the race is told so', options, async () => {
  const page = await arrive();
  // The page thinks that there is one.
  await page.route('**/status?duration=*', (route) => route.fulfill({ json: { available: 1, later: true } }));
  const other = await arrive();
  await bookExperiment(other, 'The single pendulum');
  await page.getByRole('button', { name: 'Book The single pendulum' }).and(page.locator(':enabled')).click();
  await page.getByRole('alert').getByText('Somebody else was quicker').waitFor();
  for (const each of [page, other]) await each.context().close();
  complaints.splice(0);  // the browser logs the 404
});

test('the browser has nothing to complain about, such as the content security policy', options, () => {
  assert.deepEqual(complaints, []);
});

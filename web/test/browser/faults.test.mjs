// SPDX-License-Identifier: Apache-2.0
// What the page says and does when something breaks; the mock relay breaks on request.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { startMockRelay } from './mock_relay.mjs';
import { launchBrowser, takeScreenshot, until } from './support.mjs';

let browser;
let relay;
let page;

before(async () => (browser = await launchBrowser()));
after(() => browser.close());

beforeEach(async () => {
  relay = await startMockRelay();
  page = await browser.newPage();
  await page.goto(relay.page);
  await until(page, () => window.relayView.framesDecoded > 0 && window.relayView.samples > 0);
});

afterEach(async () => {
  await page.close();
  await relay.close();
});

test('a picture that stands still is veiled and its age is told', async () => {
  await relay.stopCamera();
  await page.getByText(/^No picture for [12] s$/).waitFor();
  await page.getByText('Connected, no picture').waitFor();
  await takeScreenshot(page, 'view-no-picture');
  relay.startCamera();
  await page.getByText('Live').waitFor();
  assert.equal(await page.locator('.veil').isVisible(), false);
});

test('a lost connection is made again by itself and counted', async () => {
  const samples = await page.evaluate(() => window.relayView.samples);
  relay.closeAll(1001);
  await until(page, () => window.relayView.states.data.reconnects === 1);
  await until(page, (n) => window.relayView.samples > n, samples + 50);
  await until(page, () => window.relayView.states.video.reconnects === 1);
  assert.equal(await page.evaluate(() => window.relayView.lost), 0);
});

test('a cancelled session is said to be so and waits for a click', async () => {
  relay.closeAll(4403);
  await page.getByText('The session was cancelled').first().waitFor();
  // The camera's connection may be the first to end.
  await page.getByRole('slider', { name: 'Drive', disabled: true }).waitFor();
  await takeScreenshot(page, 'view-cancelled');
  await page.getByRole('button', { name: 'Connect again' }).click();
  await page.getByText('Live').waitFor();
});

test('a refusal by the relay is shown with its reason', async () => {
  relay.refuse = { status: 400, message: 'bookingID has been deny-listed' };
  relay.closeAll(4401);
  await page.getByText('The relay does not admit this session: bookingID has been deny-listed').first().waitFor();
});

test('samples that are missing are counted', async () => {
  relay.skipSamples = 7;
  await until(page, () => window.relayView.lost === 7);
});

// The page as a booking opens it, with an end so many seconds from now.
async function openBooked(seconds, streams = ['video', 'data']) {
  const listed = streams.map((role) => (
    { for: role, url: `${relay.page.replace('/view/', '')}/session/demo-${role}`, token: `token-demo-${role}` }));
  const exp = Math.floor(Date.now() / 1000) + seconds;
  await page.goto('about:blank');
  await page.goto(`${relay.page}#streams=${encodeURIComponent(JSON.stringify(listed))}&exp=${exp}&title=My%20rig`);
}

test('a booked page uses the streams of the booking and tells when it ends', async () => {
  await openBooked(600);
  await page.getByRole('heading', { name: 'My rig' }).waitFor();
  await page.getByText(/^Ends in \d+:\d\d$/).waitFor();
  await until(page, () => window.relayView.samples > 0);
  assert.equal(await page.getByRole('button', { name: 'Finish' }).count(), 0, 'the booking has no name');
  await openBooked(-1);
  await page.getByText('Your session is over.').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Book again' }).getAttribute('href'), '../');
});

test('a booking that lacks a stream says which', async () => {
  await openBooked(60, ['video']);
  await page.getByText('The booking holds no stream for data').first().waitFor();
});

// SPDX-License-Identifier: Apache-2.0
// The page in Chromium against a relay: the mock, or with RELAY_BINARY the real `relay demo`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startMockRelay } from './mock_relay.mjs';
import { bookExperiment, canvasHash, launchBrowser, startRelay, takeScreenshot, until } from './support.mjs';

const binary = process.env.RELAY_BINARY;
const name = binary ? 'demo' : 'mock';
// The project's limit for the chain is 150 ms; the second part is what a busy machine without a
// graphics processor may add by decoding late. Raise it with PICTURE_DELAY_SLACK_MS, not here.
const pictureDelayLimit = 150 + Number(process.env.PICTURE_DELAY_SLACK_MS ?? 0);

let relay;
let browser;
let page;
const complaints = [];

before(async () => {
  relay = binary ? await startRelay(binary) : await startMockRelay();
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${message.text()} ${message.location().url}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(relay.page);
  if (binary) await bookExperiment(page, 'The single pendulum');
  await until(page, () => window.relayView.framesDecoded > 50 && window.relayView.samples > 100);
});

after(async () => {
  await browser?.close();
  await relay?.close();
});

test('the first picture comes within two seconds of the navigation', async (t) => {
  const firstPictureAt = await page.evaluate(() => window.relayView.firstPictureAt);
  t.diagnostic(`first picture after ${Math.round(firstPictureAt)} ms`);
  assert.ok(firstPictureAt < 2000);
});

test('the picture moves at the rate of the camera', async () => {
  const first = await canvasHash(page, '.camera canvas');
  const frames = await page.evaluate(() => window.relayView.framesDecoded);
  await until(page, (n) => window.relayView.framesDecoded >= n + 75, frames);
  assert.notEqual(await canvasHash(page, '.camera canvas'), first);
  const rate = await page.evaluate(() => window.relayView.framesPerSecond);
  assert.ok(rate > 22 && rate < 28, `${rate} pictures per second`);
});

test('the time code is no more than 150 ms behind the clock', async (t) => {
  const delays = [];
  for (let n = 0; n < 20; n++) {
    const frames = await page.evaluate(() => window.relayView.framesDecoded);
    await until(page, (seen) => window.relayView.framesDecoded > seen, frames);
    delays.push(await page.evaluate(() => window.relayView.pictureDelayMs));
  }
  delays.sort((a, b) => a - b);
  t.diagnostic(`picture delay: median ${delays[10]} ms, largest ${delays[19]} ms`);
  assert.ok(delays[0] >= 0);
  assert.ok(delays[10] <= pictureDelayLimit, `median of ${delays}`);
});

test('the plot moves and nothing is lost', async () => {
  const first = await canvasHash(page, '.plot');
  const samples = await page.evaluate(() => window.relayView.samples);
  await until(page, (n) => window.relayView.samples >= n + 50, samples);
  assert.notEqual(await canvasHash(page, '.plot'), first);
  assert.equal(await page.evaluate(() => window.relayView.lost), 0);
  assert.equal(await page.evaluate(() => window.relayView.unreadable), 0);
});

test('pings through the experiment give a latency', async (t) => {
  await until(page, () => window.relayView.latencyMs !== undefined);
  const latency = await page.evaluate(() => window.relayView.latencyMs);
  t.diagnostic(`added latency ${latency} ms`);
  assert.ok(latency >= 0 && latency < 100);
});

test('the drive slider, moved by keyboard, changes what the experiment does', async () => {
  const slider = page.getByRole('slider', { name: 'Drive' });
  await slider.focus();
  for (let n = 0; n < 60; n++) await page.keyboard.press('ArrowRight');
  await until(page, () => window.relayView.lastSample.drive === 60);
  assert.equal(await slider.getAttribute('aria-valuetext'), '60 per cent');
  await until(page, () => Math.abs(window.relayView.lastSample.velocity) > 1);
});

test('the brake, switched by keyboard, is reported back as set', async () => {
  const brake = page.getByRole('switch', { name: 'Brake' });
  await brake.focus();
  await page.keyboard.press('Space');
  await until(page, () => window.relayView.lastSample.brake === true);
  assert.equal(await brake.isChecked(), true);
  await page.keyboard.press('Space');
  await until(page, () => window.relayView.lastSample.brake === false);
});

// Before the screenshots, for which the test tool itself adds a style that the page's policy forbids.
test('the browser has nothing to complain about, such as the content security policy', () => {
  assert.deepEqual(complaints, []);
});

test('after ten seconds the page is as in the screenshots, wide and narrow, light and dark', async () => {
  await until(page, () => performance.now() > 10_000);
  await takeScreenshot(page, `view-${name}`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await takeScreenshot(page, `view-${name}-dark`);
  await page.setViewportSize({ width: 360, height: 740 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - 360);
  await takeScreenshot(page, `view-${name}-360-dark`);
  assert.ok(overflow <= 0, `${overflow} pixels too wide`);
});

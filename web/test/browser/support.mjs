// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const screenshots = fileURLToPath(new URL('../../../build/screenshots/', import.meta.url));

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: false,  // the argument below chooses the new headless mode
    args: [
      '--headless=new', '--hide-scrollbars', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

// Runs `relay demo` and waits for the line that says where its page is.
export async function startRelay(binary, environment = {}, options = []) {
  const child = spawn(binary, ['demo', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  let said = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    const event = line.startsWith('{') ? JSON.parse(line) : {};
    if (event.event === 'listening') return { page: event.page, child, said, close: () => end(child) };
  }
  throw new Error('relay demo ended before it listened');
}

// Books the first pool of that name on the booking page, which leads to the experiment.
export async function bookExperiment(page, name) {
  await page.getByRole('button', { name: `Book ${name}`, exact: true }).click();
  await page.waitForURL(/\/view\/#/);
}

async function end(child) {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}

export async function takeScreenshot(page, name) {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true });
}

// Waits until the page's own state (window.relayView) satisfies the condition.
export function until(page, condition, argument, timeout = 15_000) {
  return page.waitForFunction(condition, argument, { timeout, polling: 50 });
}

// A number that changes with the content of a canvas.
export function canvasHash(page, selector) {
  return page.$eval(selector, (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let hash = 0;
    for (let at = 0; at < data.length; at += 4) hash = (hash * 31 + data[at] + data[at + 3]) | 0;
    return hash;
  });
}

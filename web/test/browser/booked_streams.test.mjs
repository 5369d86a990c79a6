// SPDX-License-Identifier: Apache-2.0
// `relay book serve` and `relay session relay` with a page of another origin between them: the tokens
// of a booked session open its streams, until it is ended. Needs RELAY_BINARY.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { launchBrowser } from './support.mjs';

const binary = process.env.RELAY_BINARY;
const options = { skip: binary ? false : 'RELAY_BINARY is not set' };
const secret = 'a-secret-for-browser-tests-of-more-than-32-bytes';
const relaySecret = 'another-secret-for-browser-tests-only-of-32-bytes';
const bookAudience = 'https://lab.example/book';
const programs = [];

let folder;
let browser;
let site;  // serves an empty page
let origin;
let relay;  // access URL
let book;  // URL of the API

function base64url(text) {
  return Buffer.from(text).toString('base64url');
}

function sign(claims, key) {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now - 1, nbf: now - 1, exp: now + 600 };
  const text = [{ alg: 'HS256', typ: 'JWT' }, { ...times, ...claims }]
    .map((part) => base64url(JSON.stringify(part))).join('.');
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

function classToken(scope) {
  return sign({ aud: [bookAudience], groups: ['everyone'], scopes: [`login:${scope}`] }, secret);
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

// What it prints when it listens.
async function start(words, env) {
  const child = spawn(binary, [...words, '--listen', '127.0.0.1', '--state-dir', join(folder, words.join('-'))], {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env },
  });
  programs.push(child);
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error(`${words.join(' ')} ended before it listened`);
}

async function startRelay() {
  const port = String(await freePort());
  relay = `http://127.0.0.1:${port}`;
  await start(['session', 'relay', '--access-port', port, '--relay-port', port], {
    RELAY_ACCESS_FQDN: relay, RELAY_SECRET: relaySecret,
  });
}

async function startBook() {
  const told = await start(['book', 'serve', '--port', '0', '--allowed-origins', origin], {
    BOOK_FQDN: bookAudience, BOOK_SECRET: secret, BOOK_RELAY_SECRET: relaySecret,
  });
  book = `http://${told.book}/api/v1`;
}

function stream(role, scopes) {
  const topic = `rig-${role}`;
  return { for: role, url: `${relay}/session/${topic}`, audience: relay, ct: 'session', topic, verb: 'POST', scopes };
}

// JSON is YAML as well.
const manifest = () => JSON.stringify({
  groups: { everyone: { pools: ['rigs'] } },
  pools: { rigs: { description: { name: 'Rigs', type: 'pool' }, minsession: 1, maxsession: 3600, activities: ['rig'] } },
  activities: {
    rig: {
      description: 'rig', UISet: 'pages', exp: 4_000_000_000,
      streams: { data: stream('data', ['read', 'write']), video: stream('video', ['read']) },
    },
  },
  uis: { page: { description: { name: 'Page', type: 'ui' }, url: 'https://ui.example/?streams={{streams}}' } },
  UISets: { pages: ['page'] },
  descriptions: { rig: { name: 'Rig', type: 'activity' } },
});

async function upload() {
  const login = await (await fetch(`${book}/login`, {
    method: 'POST', headers: { Authorization: classToken('admin') },
  })).json();
  const answer = await fetch(`${book}/admin/manifest`, {
    method: 'PUT', body: manifest(), headers: { Authorization: login.token, 'Content-Type': 'application/yaml' },
  });
  assert.equal(answer.status, 200, await answer.text());
}

// The experiment's own connection, with a token that its owner made.
async function connectExperiment(topic) {
  const token = sign({
    aud: [relay], topic, prefix: 'session', scopes: ['read', 'write'], booking_id: 'the-experiment',
  }, relaySecret);
  const answer = await fetch(`${relay}/session/${topic}`, { method: 'POST', headers: { Authorization: token } });
  const socket = new WebSocket((await answer.json()).uri);
  await once(socket, 'open');
  return socket;
}

before(async () => {
  if (!binary) return;
  folder = await mkdtemp(join(tmpdir(), 'relay-book-'));
  site = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html>'));
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${site.address().port}`;
  await startRelay();
  await startBook();
  await upload();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  for (const child of programs.reverse()) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  }
  site?.close();
  if (folder) await rm(folder, { recursive: true });
});

// In the page: logs in, books, opens both streams; keeps what it needs later in `window.lab`.
async function bookAndConnect({ book, token }) {
  const ask = async (method, path, authorization) => {
    const answer = await fetch(book + path, { method, headers: { Authorization: authorization } });
    return { status: answer.status, json: answer.status === 204 ? undefined : await answer.json() };
  };
  const login = (await ask('POST', '/login', token)).json;
  const booked = await ask('POST', `/pools/${login.pools[0]}/sessions?duration=600`, login.token);
  if (booked.status !== 200) return booked;
  const lab = { sockets: {}, received: [], closed: {} };
  for (const one of booked.json.streams) {
    const access = await fetch(one.url, { method: one.verb, headers: { Authorization: one.token } });
    const socket = new WebSocket((await access.json()).uri);
    await new Promise((done, failed) => Object.assign(socket, { onopen: done, onerror: failed }));
    socket.onmessage = ({ data }) => lab.received.push([one.for, data]);
    socket.onclose = ({ code }) => { lab.closed[one.for] = code; };
    lab.sockets[one.for] = socket;
  }
  lab.finish = () => ask('DELETE', `/sessions/${booked.json.session}`, login.token);
  window.lab = lab;
  return { status: booked.status, roles: Object.keys(lab.sockets).sort() };
}

test('a booked session opens its streams, and ending it closes them', options, async () => {
  const [data, video] = [await connectExperiment('rig-data'), await connectExperiment('rig-video')];
  const page = await browser.newPage();
  await page.goto(origin);
  const told = await page.evaluate(bookAndConnect, { book, token: classToken('user') });
  assert.deepEqual(told, { status: 200, roles: ['data', 'video'] });

  const heard = once(data, 'message');
  await page.evaluate(() => window.lab.sockets.data.send('{"set":"drive","to":30}'));
  assert.equal(String((await heard)[0]), '{"set":"drive","to":30}');
  data.send('{"angle":0.5}');
  video.send('a picture');
  await page.waitForFunction(() => window.lab.received.length === 2);
  assert.deepEqual((await page.evaluate(() => window.lab.received)).sort(),
    [['data', '{"angle":0.5}'], ['video', 'a picture']]);

  const other = await browser.newPage();
  await other.goto(origin);
  const refused = await other.evaluate(bookAndConnect, { book, token: classToken('user') });
  assert.deepEqual(refused, { status: 404, json: 'none available' });

  const { status } = await page.evaluate(() => window.lab.finish());
  assert.ok([202, 204].includes(status));
  await page.waitForFunction(() => Object.keys(window.lab.closed).length === 2);
  assert.deepEqual(await page.evaluate(() => window.lab.closed), { data: 4403, video: 4403 });
  assert.equal(data.readyState, WebSocket.OPEN);
  data.close();
  video.close();
});

test('a page of an origin that is not listed learns nothing', options, async () => {
  const page = await browser.newPage();
  await page.goto(origin.replace('127.0.0.1', 'localhost'));
  const outcome = page.evaluate(bookAndConnect, { book, token: classToken('user') });
  await assert.rejects(outcome, /Failed to fetch/);
});

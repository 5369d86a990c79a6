// SPDX-License-Identifier: Apache-2.0
// The program `relay demo` itself; needs RELAY_BINARY.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { startRelay } from './support.mjs';

const binary = process.env.RELAY_BINARY;
const options = { skip: binary ? false : 'RELAY_BINARY is not set' };

// What the booking page does, by hand. `who`: a booking token of before.
async function logIn(page, who) {
  const course = (await (await fetch(`${page}tokens/everyone`)).text()).trim();
  const answer = await fetch(`${page}api/v1/login`, {
    method: 'POST', headers: { Authorization: course, 'Content-Type': 'application/json' },
    body: JSON.stringify(who ? { token: who } : {}),
  });
  return answer.json();
}

async function poolNamed(page, { token, pools }, name) {
  for (const pool of pools) {
    const answer = await fetch(`${page}api/v1/pools/${pool}`, { headers: { Authorization: token } });
    if ((await answer.json()).name === name) return pool;
  }
  throw new Error(`no pool ${name}`);
}

async function bookByHand(page, user, name) {
  const pool = await poolNamed(page, user, name);
  return fetch(`${page}api/v1/pools/${pool}/sessions?duration=300`, {
    method: 'POST', headers: { Authorization: user.token },
  });
}

async function openStream(activity, role) {
  const data = activity.streams.find((stream) => stream.for === role);
  const access = await fetch(data.url, {
    method: 'POST', headers: { Authorization: data.token }, body: '{}',
  });
  const socket = new WebSocket((await access.json()).uri);
  const messages = [];
  socket.on('message', (message, binaryMessage) => messages.push({ text: String(message), binaryMessage }));
  return { socket, messages };
}

async function openData(page) {
  const answer = await bookByHand(page, await logIn(page), 'The single pendulum');
  return openStream(await answer.json(), 'data');
}

async function sampleOf({ socket, messages }) {
  while (messages.length === 0) await once(socket, 'message');
  return messages.at(-1);
}

// The ids of the running children of a process (state Z, ended and not yet collected, left out).
async function childrenOf(parent) {
  const children = [];
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
    const [state, parentId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(parentId) === parent && state !== 'Z') children.push(id);
  }
  return children;
}

test('Ctrl-C ends it within two seconds, viewers and camera included', options, async (t) => {
  const relay = await startRelay(binary);
  const data = await openData(relay.page);
  await sampleOf(data);
  const cameras = await childrenOf(relay.child.pid);
  assert.equal(cameras.length, 1);
  const closed = once(data.socket, 'close');
  const start = performance.now();
  await relay.close();
  const time = performance.now() - start;
  t.diagnostic(`ended after ${Math.round(time)} ms`);
  assert.ok(time < 2000);
  assert.equal(relay.child.exitCode, 0);
  assert.equal((await closed)[0], 1001);
  await assert.rejects(readFile(`/proc/${cameras[0]}/stat`));
});

test('without ffmpeg it says what to install and measures all the same', options, async () => {
  const relay = await startRelay(binary, { PATH: '/nonexistent' });
  assert.match(relay.said, /apt install ffmpeg/);
  const sample = await sampleOf(await openData(relay.page));
  assert.equal(sample.binaryMessage, false);
  assert.deepEqual(Object.keys(JSON.parse(sample.text)), ['seq', 't', 'angle', 'velocity', 'drive', 'brake']);
  await relay.close();
});

test('two browsers of one user see each other’s commands take effect', options, async () => {
  const relay = await startRelay(binary, {}, ['--camera=false']);
  const answer = await bookByHand(relay.page, await logIn(relay.page), 'The single pendulum');
  const activity = await answer.json();
  const [one, other] = [await openStream(activity, 'data'), await openStream(activity, 'data')];
  await sampleOf(one);
  await sampleOf(other);
  one.socket.send('{"set":"drive","to":35}');
  let sample = await sampleOf(other);
  while (JSON.parse(sample.text).drive !== 35) {
    await once(other.socket, 'message');
    sample = other.messages.at(-1);
  }
  await relay.close();
});

test('a rig has one user, rigs are apart, and a session ended early frees its rig at once', options, async (t) => {
  const relay = await startRelay(binary, {}, ['--camera=false']);
  t.after(() => relay.close());
  const users = [await logIn(relay.page), await logIn(relay.page), await logIn(relay.page)];
  const [first, second] = [await (await bookByHand(relay.page, users[0], 'Pendulums')).json(),
                           await (await bookByHand(relay.page, users[1], 'Pendulums')).json()];
  assert.notEqual(first.description.name, second.description.name);
  const third = await bookByHand(relay.page, users[2], 'Pendulums');
  assert.equal(third.status, 404);
  assert.equal(await third.json(), 'none available');

  const [mine, foreign] = [await openStream(first, 'data'), await openStream(second, 'data')];
  await sampleOf(mine);
  mine.socket.send('{"set":"drive","to":35}');
  let sample = await sampleOf(mine);
  while (JSON.parse(sample.text).drive !== 35) {
    await once(mine.socket, 'message');
    sample = mine.messages.at(-1);
  }
  assert.equal(JSON.parse((await sampleOf(foreign)).text).drive, 0);

  const closed = once(mine.socket, 'close');
  const finished = await fetch(`${relay.page}api/v1/sessions/${first.session}`, {
    method: 'DELETE', headers: { Authorization: users[0].token },
  });
  assert.ok([202, 204].includes(finished.status), `${finished.status}`);
  assert.equal((await closed)[0], 4403);
  let again = await bookByHand(relay.page, users[2], 'Pendulums');
  while (again.status === 404) again = await bookByHand(relay.page, users[2], 'Pendulums');
  assert.equal((await again.json()).description.name, first.description.name);
});

test('streams are at the name by which the page was reached', options, async () => {
  const relay = await startRelay(binary, {}, ['--camera=false']);
  const page = relay.page.replace('127.0.0.1', 'localhost');
  const answer = await bookByHand(page, await logIn(page), 'The single pendulum');
  const { streams, uis } = await answer.json();
  assert.ok(streams.every(({ url }) => url.startsWith(page)), JSON.stringify(streams));
  assert.ok(uis[0].url.startsWith(page));
  await relay.close();
});

test('a port that is taken is an error that names it', options, async () => {
  const relay = await startRelay(binary, {}, ['--camera=false']);
  const { port } = new URL(relay.page);
  const second = spawn(binary, ['demo', '--camera=false', '--port', port], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = [];
  second.stderr.on('data', (bytes) => said.push(bytes));
  const [code] = await once(second, 'close');
  assert.notEqual(code, 0);
  assert.ok(Buffer.concat(said).toString().includes(port));
  await relay.close();
});

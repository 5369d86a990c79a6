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

async function openData(page) {
  const { data } = await (await fetch(`${page}session.json`)).json();
  const access = await fetch(data.url, {
    method: 'POST', headers: { Authorization: data.token }, body: '{}',
  });
  const socket = new WebSocket((await access.json()).uri);
  const messages = [];
  socket.on('message', (message, binaryMessage) => messages.push({ text: String(message), binaryMessage }));
  return { socket, messages };
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

test('two users see each other’s commands take effect', options, async () => {
  const relay = await startRelay(binary, {}, ['--camera=false']);
  const [one, other] = [await openData(relay.page), await openData(relay.page)];
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

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Session, type SessionState, type Surroundings } from '../../shared/session.js';

// A socket that does what the test says.
class FakeSocket {
  readyState = 0;
  binaryType = '';
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly uri: string) {}
  send(message: string) { this.sent.push(message); }
  close() { this.readyState = 3; }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
}

interface Timer { delay: number; action: () => void; cancelled: boolean }

let sockets: FakeSocket[];
let timers: Timer[];
let requests: { url: string; authorization: string }[];
let states: SessionState[];
let received: unknown[];
let reply: { status: number; body: unknown };
let tokens: number;
let session: Session;

const around: Surroundings = {
  fetch: async (input, init) => {
    const authorization = (init!.headers as Record<string, string>)['Authorization']!;
    requests.push({ url: String(input), authorization });
    return new Response(JSON.stringify(reply.body), { status: reply.status });
  },
  openSocket: (uri) => {
    sockets.push(new FakeSocket(uri));
    return sockets.at(-1) as unknown as WebSocket;
  },
  after: (delay, action) => {
    const timer = { delay, action, cancelled: false };
    timers.push(timer);
    return () => (timer.cancelled = true);
  },
  random: () => 0.5,
};

beforeEach(() => {
  [sockets, timers, requests, states, received] = [[], [], [], [], []];
  reply = { status: 200, body: { uri: 'ws://relay/session/x?code=c' } };
  tokens = 0;
  session = new Session({
    findAccess: async () => ({ url: 'http://relay/session/x', token: `token${++tokens}` }),
    onMessage: (data) => received.push(data),
    onState: (state) => states.push(state),
  }, around);
});

// Lets the promises of an access call run to their end.
const settle = () => new Promise((done) => setImmediate(done));

async function connected(): Promise<FakeSocket> {
  session.start();
  await settle();
  sockets.at(-1)!.open();
  return sockets.at(-1)!;
}

function pending(): Timer[] {
  return timers.filter((timer) => !timer.cancelled);
}

function fire(timer: Timer): void {
  timer.cancelled = true;
  timer.action();
}

test('the access call carries the token and its answer is connected to', async () => {
  const socket = await connected();
  assert.deepEqual(requests, [{ url: 'http://relay/session/x', authorization: 'token1' }]);
  assert.equal(socket.uri, 'ws://relay/session/x?code=c');
  assert.equal(states.at(-1)!.phase, 'open');
});

test('messages arrive and are sent while the connection is open', async () => {
  assert.equal(session.send('early'), false);
  const socket = await connected();
  socket.onmessage!({ data: 'hello' });
  assert.deepEqual(received, ['hello']);
  assert.equal(session.send('there'), true);
  assert.deepEqual(socket.sent, ['there']);
});

test('after a loss it waits and connects again with a fresh token', async () => {
  const socket = await connected();
  socket.onclose!({ code: 1001 });
  assert.equal(states.at(-1)!.phase, 'waiting');
  assert.match(states.at(-1)!.words, /^The relay is restarting; next attempt within 1 s$/);
  assert.deepEqual(pending().map((timer) => timer.delay), [250]);
  fire(pending()[0]!);
  await settle();
  sockets.at(-1)!.open();
  assert.equal(requests.at(-1)!.authorization, 'token2');
  assert.deepEqual(states.at(-1), { phase: 'open', words: 'Connected', reconnects: 1 });
});

test('waiting times grow while attempts fail, and shrink when a connection held', async () => {
  const delays: number[] = [];
  for (let n = 0; n < 4; n++) {
    const socket = await connected();
    socket.onclose!({ code: 1006 });
    delays.push(pending()[0]!.delay);
  }
  assert.deepEqual(delays, [250, 500, 1000, 2000]);
  const socket = await connected();
  fire(pending().find((timer) => timer.delay === 5000)!);
  socket.onclose!({ code: 1006 });
  assert.equal(pending()[0]!.delay, 250);
});

test('an expired session is asked for again', async () => {
  (await connected()).onclose!({ code: 4401 });
  assert.equal(states.at(-1)!.phase, 'waiting');
  assert.match(states.at(-1)!.words, /session has expired/);
});

test('a cancelled session stops until somebody starts it', async () => {
  (await connected()).onclose!({ code: 4403 });
  assert.deepEqual(states.at(-1), { phase: 'stopped', words: 'The session was cancelled', reconnects: 0 });
  assert.deepEqual(pending(), []);
});

test('a connection too slow for the stream is made again', async () => {
  (await connected()).onclose!({ code: 1013 });
  assert.match(states.at(-1)!.words, /too slow/);
  assert.equal(states.at(-1)!.phase, 'waiting');
});

for (const status of [400, 401, 403]) {
  test(`a refusal with ${status} stops and gives the relay's reason`, async () => {
    reply = { status, body: { code: String(status), message: 'booking denied' } };
    session.start();
    await settle();
    assert.equal(states.at(-1)!.phase, 'stopped');
    assert.match(states.at(-1)!.words, /booking denied/);
    assert.deepEqual(pending(), []);
  });
}

for (const status of [404, 429, 500, 503]) {
  test(`after status ${status} it tries again`, async () => {
    reply = { status, body: 'no JSON of the relay' };
    session.start();
    await settle();
    assert.equal(states.at(-1)!.phase, 'waiting');
    assert.equal(pending().length, 1);
  });
}

test('a relay that cannot be reached is tried again', async () => {
  session = new Session({
    findAccess: async () => { throw new TypeError('fetch failed'); },
    onMessage: () => {},
    onState: (state) => states.push(state),
  }, around);
  session.start();
  await settle();
  assert.match(states.at(-1)!.words, /^The relay cannot be reached/);
  assert.equal(pending().length, 1);
});

test('silence ends a connection that only seems to be there', async () => {
  const socket = await connected();
  socket.onmessage!({ data: 'last' });
  fire(pending().find((timer) => timer.delay === 15_000)!);
  assert.equal(socket.readyState, 3);
  assert.match(states.at(-1)!.words, /Nothing arrives any more/);
});

test('an attempt that gets no answer is given up', async () => {
  session.start();
  fire(pending().find((timer) => timer.delay === 10_000)!);
  assert.match(states.at(-1)!.words, /does not answer/);
  await settle();
  assert.deepEqual(sockets, [], 'the late answer must not open a second connection');
});

test('a stopped session stays so, whatever arrives late', async () => {
  const socket = await connected();
  const { onclose } = socket;
  session.stop();
  onclose!({ code: 1006 });
  assert.equal(states.at(-1)!.phase, 'stopped');
  assert.deepEqual(pending(), []);
});

test('starting twice leaves one connection', async () => {
  session.start();
  session.start();
  await settle();
  assert.equal(sockets.length, 1);
});

// SPDX-License-Identifier: Apache-2.0
// Stands in for a relay with its demo experiment: the same addresses and messages, in one process,
// with faults on request. The real one is tested by the same tests (RELAY_BINARY).
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const packet = 188;

export async function startMockRelay() {
  const relay = new MockRelay();
  await relay.start();
  return relay;
}

class MockRelay {
  codes = new Map();
  viewers = { 'demo-video': new Set(), 'demo-data': new Set() };
  refuse;  // { status, message } for the access calls
  pendulum = { seq: 0, angle: 0.6, velocity: 0, drive: 0, brake: false };
  skipSamples = 0;

  async start() {
    this.sockets = new WebSocketServer({ noServer: true });
    this.server = createServer((request, response) => this.answer(request, response));
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    this.page = `${this.origin}/view/`;
    this.startCamera();
    this.timer = setInterval(() => this.step(), 20);
  }

  startCamera() {
    this.camera = spawn('ffmpeg', cameraArguments, { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = Buffer.alloc(0);
    this.camera.stdout.on('data', (bytes) => {
      const all = Buffer.concat([rest, bytes]);
      const whole = all.length - (all.length % packet);
      rest = all.subarray(whole);
      for (const viewer of this.viewers['demo-video']) viewer.send(all.subarray(0, whole));
    });
  }

  stopCamera() {
    return new Promise((done) => this.camera.once('exit', done).kill());
  }

  closeAll(code) {
    for (const topic of Object.values(this.viewers)) for (const viewer of topic) viewer.close(code);
  }

  async close() {
    clearInterval(this.timer);
    await this.stopCamera();
    for (const topic of Object.values(this.viewers)) for (const viewer of topic) viewer.terminate();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  async answer(request, response) {
    const path = new URL(request.url, this.origin).pathname;
    const topic = path.startsWith('/session/') && path.slice('/session/'.length);
    if (path === '/view/session.json') return this.json(response, 200, this.description());
    if (topic) return this.admit(request, response, topic);
    const file = join(dist, normalize(path.endsWith('/') ? `${path}index.html` : path));
    const body = await readFile(file).catch(() => undefined);
    response.writeHead(body ? 200 : 404, { 'Content-Type': types[extname(file)] ?? 'text/plain' });
    response.end(body);
  }

  description() {
    const access = (topic) => ({ url: `${this.origin}/session/${topic}`, token: `token-${topic}` });
    return { title: 'Pendulum', video: access('demo-video'), data: access('demo-data') };
  }

  admit(request, response, topic) {
    if (this.refuse) return this.json(response, this.refuse.status, this.refuse);
    if (request.headers.authorization !== `token-${topic}`) return this.json(response, 401, {});
    const code = randomUUID();
    this.codes.set(code, topic);
    const uri = `${this.origin.replace('http', 'ws')}/session/${topic}?code=${code}`;
    return this.json(response, 200, { uri });
  }

  json(response, status, value) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(value));
  }

  upgrade(request, socket, head) {
    const code = new URL(request.url, this.origin).searchParams.get('code');
    const topic = this.codes.get(code);
    this.codes.delete(code);
    if (!topic) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    return this.sockets.handleUpgrade(request, socket, head, (viewer) => {
      this.viewers[topic].add(viewer);
      viewer.on('close', () => this.viewers[topic].delete(viewer));
      viewer.on('message', (data) => topic === 'demo-data' && this.obey(JSON.parse(String(data))));
    });
  }

  obey(command) {
    if ('ping' in command) return this.tell({ pong: command.ping });
    if (command.set === 'drive') this.pendulum.drive = command.to;
    if (command.set === 'brake') this.pendulum.brake = command.to;
    return undefined;
  }

  step() {
    const p = this.pendulum;
    const push = (p.drive / 100) * 6 * Math.cos((Date.now() / 1000) * 4.4);
    for (let n = 0; n < 20; n++) {
      p.velocity += 0.001 * (push - 19.6 * Math.sin(p.angle) - (p.brake ? 4 : 0.2) * p.velocity);
      p.angle += 0.001 * p.velocity;
    }
    p.seq++;
    if (this.skipSamples > 0) this.skipSamples--;
    else this.tell({ ...p, t: Date.now() });
  }

  tell(message) {
    for (const viewer of this.viewers['demo-data']) viewer.send(JSON.stringify(message));
  }
}

const strip = [
  'format=gray', 'crop=24:1:0:0',
  "geq=lum='st(0,mod(floor(time(0)*1000),16777216));"
    + "255*mod(floor(ld(0)/pow(2,23-X))+floor(ld(0)/pow(2,24-X)),2)'",
  'scale=384:16:flags=neighbor',
].join(',');

const cameraArguments = [
  '-hide_banner', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=640x480:rate=25',
  '-filter_complex', `[0:v]split[picture][code];[code]${strip}[strip];[picture][strip]overlay=0:0,format=yuv420p`,
  '-an', '-c:v', 'mpeg1video', '-b:v', '1000k', '-bf', '0', '-g', '12', '-threads', '1',
  '-flags', 'low_delay', '-strict', 'unofficial', '-flush_packets', '1', '-f', 'mpegts', 'pipe:1',
];

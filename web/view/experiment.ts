// SPDX-License-Identifier: Apache-2.0
import type { Booked } from '../shared/booked.js';
import { LatencyMeter, LossCounter, RateMeter } from '../shared/health.js';
import { History } from '../shared/history.js';
import { AccessRefused, Session, type Access, type SessionState } from '../shared/session.js';
import { ageOf, readTimeCode } from '../shared/time_code.js';
import { VideoPlayer, type Picture } from '../shared/video.js';

// The experiment's name and where its two connections are asked for: as it was booked, or as
// ./session.json says.
interface Description {
  title: string;
  video: Access;
  data: Access;
}

// A measurement as the experiment sends it, fifty times a second.
export interface Sample {
  seq: number;
  t: number;         // unix ms at the experiment
  angle: number;     // rad
  velocity: number;  // rad/s
  drive: number;     // per cent
  brake?: boolean;
}

export type Command = { set: 'drive'; to: number } | { set: 'brake'; to: boolean };

const starting: SessionState = { phase: 'connecting', words: 'Connecting', reconnects: 0 };
const pingEvery = 500;  // ms

// The experiment as this page knows it: two connections, what came by them, and how well. The user
// interface reads the fields at its own pace. To make a page for another experiment, change Sample,
// Command and onSample.
export class Experiment {
  title = '';
  states = { video: starting, data: starting };
  sample: Sample | undefined;
  samples = 0;
  unreadable = 0;  // data messages that were not JSON
  framesDecoded = 0;
  firstPictureAt: number | undefined;  // ms after navigation
  lastPictureAt: number | undefined;   // page clock, ms
  pictureDelay: number | undefined;    // ms; nothing without a time code
  readonly angles = new History(10_000);
  readonly pictures = new RateMeter();
  readonly latency = new LatencyMeter();
  readonly losses = new LossCounter();

  private description: Promise<Description> | undefined;
  private player: VideoPlayer | undefined;
  private readonly video = new Session({
    findAccess: async () => (await this.describe()).video,
    onOpen: () => this.player?.reset(),
    onMessage: (data) => data instanceof ArrayBuffer && this.player?.write(data),
    onState: (state) => (this.states.video = state),
  });
  private readonly data = new Session({
    findAccess: async () => (await this.describe()).data,
    onOpen: () => this.onDataOpen(),
    onMessage: (data) => this.onData(data),
    onState: (state) => (this.states.data = state),
  });

  // Without a booking: for a page that stands alone.
  constructor(private readonly booked?: Booked) {}

  // Connects, and shows the pictures on that canvas.
  start(canvas: HTMLCanvasElement): void {
    this.player = new VideoPlayer(canvas, (picture) => this.onPicture(picture));
    this.connect();
    setInterval(() => this.ping(), pingEvery);
  }

  // Connects anew what is not connected.
  connect(): void {
    if (this.states.video.phase !== 'open') this.video.start();
    if (this.states.data.phase !== 'open') this.data.start();
  }

  // Whether the command was handed to an open connection.
  command(command: Command): boolean {
    return this.data.send(JSON.stringify(command));
  }

  // One request serves both connections when they ask at the same time.
  private describe(): Promise<Description> {
    this.description ??= findDescription(this.booked).finally(() => (this.description = undefined));
    void this.description.then(({ title }) => (this.title = title), () => {});
    return this.description;
  }

  private onPicture({ luminance, stride }: Picture): void {
    const now = Date.now();
    this.framesDecoded++;
    this.firstPictureAt ??= performance.now();
    this.lastPictureAt = now;
    this.pictures.count(now);
    const code = readTimeCode(luminance, stride);
    this.pictureDelay = code === undefined ? undefined : ageOf(code, now);
  }

  private onDataOpen(): void {
    this.losses.restart();
    this.latency.reset();
    this.ping();
  }

  private onData(data: string | ArrayBuffer): void {
    const message = parse(data);
    if (message === undefined) this.unreadable++;
    else if ('pong' in message) this.latency.pong(Number(message.pong), performance.now());
    else if ('seq' in message) this.onSample(message as unknown as Sample);
  }

  private onSample(sample: Sample): void {
    this.sample = sample;
    this.samples++;
    this.losses.count(sample.seq);
    this.angles.add(sample.t, (sample.angle * 180) / Math.PI, Date.now());
  }

  private ping(): void {
    if (this.states.data.phase !== 'open') return;
    this.data.send(JSON.stringify({ ping: this.latency.ping(performance.now()) }));
  }
}

async function findDescription(booked: Booked | undefined): Promise<Description> {
  if (!booked) return fetchDescription();
  const access = (role: string): Access => {
    const stream = booked.streams.find((each) => each.for === role);
    if (!stream?.token) {
      throw new AccessRefused({ words: `The booking holds no stream for ${role}`, final: true });
    }
    return { url: stream.url, token: stream.token };
  };
  return { title: booked.title, video: access('video'), data: access('data') };
}

async function fetchDescription(): Promise<Description> {
  const response = await fetch('./session.json', { cache: 'no-store' });
  if (response.status === 404) {
    throw new AccessRefused({ words: 'This page was opened without a booking', final: true });
  }
  if (!response.ok) throw new Error(`session.json: status ${response.status}`);
  return response.json();
}

function parse(data: string | ArrayBuffer): Record<string, unknown> | undefined {
  try {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
